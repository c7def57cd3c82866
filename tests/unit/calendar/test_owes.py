"""Who owes what: industry, admission, licence, termination, beginning of the set."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.filings.calendar.rules import OwesInput, describe, owes

NOVEMBER = OwesInput(
    today=date(2026, 12, 5),
    industry="guarantee",
    status="active",
    set_industry="guarantee",
    set_starts_on=date(2020, 1, 1),
    admitted_on=date(2025, 3, 10),
    licence_from=date(2025, 3, 1),
    licence_to=date(2030, 2, 28),
    start=date(2026, 11, 1),
    end=date(2026, 11, 30),
    due_day=date(2026, 12, 10),
)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"set_industry": "pawn"}, "owes_other_industry"),
        ({"admitted_on": None}, "registration_not_approved"),
        ({"admitted_on": date(2026, 11, 30)}, None),
        ({"admitted_on": date(2026, 12, 1)}, "owes_admitted_later"),
        ({"set_starts_on": date(2026, 11, 30)}, None),
        ({"set_starts_on": date(2026, 12, 1)}, "owes_set_later"),
        ({"licence_from": date(2026, 11, 30)}, None),
        ({"licence_from": date(2026, 12, 1)}, "owes_licence_later"),
        ({"licence_from": None, "licence_to": None}, None),
        ({"licence_to": date(2026, 11, 1)}, None),
        ({"licence_to": date(2026, 10, 31)}, "owes_licence_ended"),
        ({"status": "terminated", "terminated_on": date(2026, 12, 11)}, None),
        ({"status": "terminated", "terminated_on": date(2026, 12, 10)}, "owes_terminated"),
        ({"status": "terminated", "terminated_on": date(2026, 11, 15)}, "owes_terminated"),
        ({"terminated_on": date(2026, 12, 10)}, "owes_terminated"),
        ({"status": "terminated"}, "institution_not_active"),
        ({"status": "suspended"}, "institution_not_active"),
        ({"status": "preparing"}, "institution_not_active"),
    ],
)
def test_a_period_is_owed_or_there_is_a_reason(change, code):
    reason = owes(replace(NOVEMBER, **change))
    assert (reason.code if reason else None) == code
    if reason:
        for lang in ("zh", "en"):
            told = describe(reason, lang)
            assert told and "None" not in told and "{" not in told


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"licence_from": date(2027, 1, 1)}, None),
        ({"status": "terminated", "terminated_on": date(2026, 12, 6)}, None),
        ({"status": "terminated", "terminated_on": date(2026, 12, 5)}, "institution_terminated"),
        ({"admitted_on": None}, "registration_not_approved"),
    ],
)
def test_the_one_off_set_is_owed_from_admission_until_termination(change, code):
    reason = owes(replace(NOVEMBER, start=None, end=None, due_day=None, **change))
    assert (reason.code if reason else None) == code
