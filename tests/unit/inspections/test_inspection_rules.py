"""Plans, people, days and decisions of an inspection, on plain values."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.inspections import labels, rules
from app.inspections.rules import Measure, Person, Plan

TWO = (Person(1, "测试甲", "检001"), Person(2, "测试乙", "检002"))
PLAN = Plan(
    "routine",
    date(2026, 3, 9),
    date(2026, 3, 13),
    date(2025, 1, 1),
    date(2025, 12, 31),
    TWO,
    3,
    dict.fromkeys(rules.NEEDED_TEXTS, "有"),
)


def test_a_complete_plan_has_no_problems():
    assert rules.plan_problems(PLAN) == ()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"kind": "other"}, ("kind", "missing")),
        ({"planned_from": None}, ("planned_from", "missing")),
        ({"planned_to": date(2026, 3, 8)}, ("planned_to", "before")),
        ({"covers_to": date(2024, 12, 31)}, ("covers_to", "before")),
        ({"items": 0}, ("items", "no_items")),
        ({"texts": {**PLAN.texts, "place": " "}}, ("place", "missing")),
        ({"team": TWO[:1]}, ("team", "too_few")),
        ({"team": (TWO[0], replace(TWO[1], recused=True))}, ("team", "too_few")),
        ({"team": (TWO[0], replace(TWO[1], certificate_no=" "))}, ("team", "certificate")),
        ({"team": (TWO[0], replace(TWO[1], certificate_no="检001"))}, ("team", "twice")),
        ({"team": (TWO[0], replace(TWO[1], account_id=1))}, ("team", "twice")),
    ],
)
def test_what_is_missing_or_wrong_in_a_plan_is_named(change, expected):
    assert expected in rules.plan_problems(replace(PLAN, **change))


def test_an_excluded_person_needs_no_certificate_but_two_others_must_be_there():
    team = (*TWO, Person(3, "测试丙", "", recused=True))
    assert rules.plan_problems(replace(PLAN, team=team)) == ()


def test_nobody_approves_what_they_planned_or_take_part_in():
    assert rules.approver_reasons(9, {1}, {1, 2}) == ()
    assert rules.approver_reasons(1, {1}, {1, 2}) == ("own", "team")
    assert rules.approver_reasons(2, {1}, {1, 2}) == ("team",)


def test_only_the_team_works_on_an_approved_inspection_and_nobody_who_was_excluded():
    team = (TWO[0], replace(TWO[1], recused=True))
    assert rules.worker_reasons(1, team, "on_site") == ()
    assert rules.worker_reasons(2, team, "on_site") == ("recused",)
    assert rules.worker_reasons(3, team, "on_site") == ("not_team",)
    assert rules.worker_reasons(3, team, "planned") == ()


@pytest.mark.parametrize(
    ("issued", "days", "expected"),
    [
        (date(2026, 3, 4), 30, date(2026, 4, 3)),  # a Friday
        (date(2026, 9, 1), 30, date(2026, 10, 8)),  # 1 October: the holiday lasts until the 7th
        (date(2026, 1, 26), 30, date(2026, 2, 25)),
        (date(2026, 1, 19), 30, date(2026, 2, 24)),  # 18 February: Spring Festival until the 23rd
        (date(2026, 1, 29), 30, date(2026, 2, 28)),  # a Saturday that people work on
    ],
)
def test_a_deadline_moves_off_holidays_and_stays_on_make_up_days(issued, days, expected):
    assert rules.rectify_by(issued, days) == expected


def test_working_days_ahead_leave_holidays_out_and_count_make_up_days():
    # 29 and 30 September, 8, 9 and (a Saturday that people work on) 10 October
    assert rules.workdays_between(date(2026, 9, 28), date(2026, 10, 11)) == 5
    assert rules.workdays_between(date(2026, 3, 2), date(2026, 3, 9)) == 4
    assert rules.workday_before(date(2026, 10, 8)) == date(2026, 9, 30)


def test_serving_late_warns_except_for_a_surprise():
    assert rules.serving_warnings(date(2026, 3, 2), date(2026, 3, 10), surprise=False) == ()
    assert rules.serving_warnings(date(2026, 3, 2), date(2026, 3, 9), surprise=False) == ("short",)
    assert rules.serving_warnings(date(2026, 3, 9), date(2026, 3, 9), surprise=True) == ()
    assert rules.serving_warnings(date(2026, 3, 10), date(2026, 3, 9), surprise=True) == ("begun",)
    assert rules.serving_warnings(date(2026, 9, 7), date(2026, 10, 3), surprise=False) == ("day_off",)


def test_overdue_is_the_day_after_the_deadline_and_only_while_the_institution_has_to_act():
    by = date(2026, 3, 31)
    assert not rules.is_overdue("rectifying", by, by)
    assert rules.is_overdue("rectifying", by, date(2026, 4, 1))
    assert rules.is_overdue("returned", by, date(2026, 4, 1))
    assert not rules.is_overdue("reported", by, date(2026, 4, 1))
    assert rules.is_due_soon("rectifying", by, date(2026, 3, 24))
    assert not rules.is_due_soon("rectifying", by, date(2026, 3, 23))


DONE = Measure("已补提准备金", "测试甲", "done", None, date(2026, 3, 1), 1)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ()),
        ({"measure": "无"}, (("measure", "missing"),)),
        ({"owner": ""}, (("owner", "missing"),)),
        ({"progress": ""}, (("progress", "missing"),)),
        ({"done_on": None}, (("done_on", "missing"),)),
        ({"done_on": date(2026, 3, 3)}, (("done_on", "future"),)),
        ({"files": 0}, (("files", "missing"),)),
        ({"progress": "in_progress"}, (("planned_on", "missing"),)),
        ({"progress": "not_done", "planned_on": date(2026, 5, 1), "files": 0}, ()),
    ],
)
def test_feedback_on_a_finding_needs_what_its_progress_says(change, expected):
    assert rules.measure_problems(replace(DONE, **change), date(2026, 3, 2)) == expected


def test_every_reported_finding_is_decided_and_a_return_has_its_reason():
    assert rules.decision_problems([("1", "accept", ""), ("2", "return", "证据不足，请补充")]) == ()
    given = [("1", "", ""), ("2", "return", "无"), ("3", "accept", "长" * 1001)]
    assert rules.decision_problems(given) == (("1", "undecided"), ("2", "reason"), ("3", "long"))


def test_every_state_and_code_has_its_words():
    assert set(rules.STATES) == rules.INSPECTION_WORKFLOW.states == set(labels.STATES) == set(labels.TONES)
    assert rules.ITEM_WORKFLOW.states == set(labels.ITEM_STATES) == set(labels.ITEM_TONES)
    assert rules.FINDING_WORKFLOW.states == set(labels.FINDING_STATES) == set(labels.FINDING_TONES)
    assert set(labels.SHOWN_EVENTS) < set(labels.EVENTS)
    for state in rules.STATES:
        leads_on = bool(rules.INSPECTION_WORKFLOW.verbs(state))
        assert leads_on == (state not in rules.OVER), state
