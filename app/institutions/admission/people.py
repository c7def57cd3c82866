"""Rows of people in a change of shareholding or of directors and managers: read, judge, compare.

A change tells the whole list as it will be. The rows travel as `person-<n>-<field>` and stay in the payload as they
were written, so that a draft loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from app.institutions.admission.parsing import read_day, read_number
from app.institutions.labels import HOLDER_TYPE_LABELS, PERSON_LABELS, POSITION_LABELS, YES_NO_LABELS
from app.institutions.register.rules import FIELDS, MANAGER, SHAREHOLDER

MAX_PEOPLE = 60
MORE = 3  # blank rows that are offered at a time
LONGEST = 120
KEPT = 400  # of what was typed, so that one who wrote too much sees it again
CHOICES: dict[str, Mapping[str, Any]] = {
    "holder_type": HOLDER_TYPE_LABELS,
    "position": POSITION_LABELS,
    "is_controller": YES_NO_LABELS,
    "is_legal_rep": YES_NO_LABELS,
}
OPTIONAL = {"term_end"}
_WHOLE = Decimal(100)
_NEAR = Decimal("0.01")  # as form GG02 allows

Row = dict[str, str]


def typed_rows(form: Mapping[str, str], kind: str) -> list[Row]:
    """The rows with something in them, in their order."""
    rows = []
    for number in range(MAX_PEOPLE + MORE):
        row = {name: form.get(f"person-{number}-{name}", "").strip()[:KEPT] for name in FIELDS[kind]}
        if any(row.values()):
            rows.append(row)
    return rows


def rows_of(kind: str, people: Mapping[str, Mapping[str, Any]]) -> list[Row]:
    """People of the register as a form shows them."""
    return [{name: _written(person.get(name)) for name in FIELDS[kind]} for person in people.values()]


def _written(value: Any) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def check_people(kind: str, rows: Sequence[Row]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """(people as the register takes them, what is wrong by field); `people` is the field of the whole list."""
    errors: dict[str, str] = {}
    people = [_person(kind, number, row, errors) for number, row in enumerate(rows)]
    if not rows:
        errors["people"] = _("请至少填写一行，写明变更后的全部人员。")
    elif len(rows) > MAX_PEOPLE:
        errors["people"] = _("最多 %(n)s 行。", n=MAX_PEOPLE)
    elif not errors:
        problem = _shares_problem(people) if kind == SHAREHOLDER else _posts_problem(people)
        if problem:
            errors["people"] = problem
    return people, errors


def _person(kind: str, number: int, row: Row, errors: dict[str, str]) -> dict[str, Any]:
    person = {}
    for name, sort in FIELDS[kind].items():
        value, problem = _value(name, sort, row.get(name, ""))
        person[name] = value
        if problem:
            errors[f"person-{number}-{name}"] = _(
                "第 %(n)s 行“%(field)s”：%(problem)s",
                n=number + 1,
                field=PERSON_LABELS[name],
                problem=problem,
            )
    if not any(key.startswith(f"person-{number}-") for key in errors):
        problem_at = _row_problem(kind, person)
        if problem_at:
            errors[f"person-{number}-{problem_at[0]}"] = _(
                "第 %(n)s 行：%(problem)s", n=number + 1, problem=problem_at[1]
            )
    return person


def _value(name: str, sort: str, written: str) -> tuple[Any, str]:
    if not written:
        return None, "" if name in OPTIONAL else _("请填写。")
    if name in CHOICES:
        return written, "" if written in CHOICES[name] else _("请从列表中选择。")
    if sort == "day":
        day = read_day(written)
        return day, "" if day else _("请填写有效的日期，例如 2026-03-05。")
    if sort == "money":
        amount = read_number(written)
        return amount, "" if amount is not None else _("请填写金额（元），最多两位小数，例如 20000000.00。")
    if name == "share":
        share = read_number(written.removesuffix("%").removesuffix("％"), 4)
        if share is None or not 0 < share <= _WHOLE:
            return None, _("请填写大于 0、不超过 100 的数，例如 33.3333。")
        return f"{share.normalize():f}", ""
    return written, "" if len(written) <= LONGEST else _("最多 %(n)s 个字。", n=LONGEST)


def _row_problem(kind: str, person: Mapping[str, Any]) -> tuple[str, str] | None:
    if kind == SHAREHOLDER and person["paid"] > person["amount"]:
        return "paid", _("实缴出资额不得大于认缴出资额。")
    if kind == MANAGER and person["term_end"] and person["term_end"] < person["appointed_on"]:
        return "term_end", _("任期届满日不得早于任职日期。")
    return None


def _shares_problem(people: Sequence[Mapping[str, Any]]) -> str:
    """As check GG02-01: the shares make the whole."""
    total = sum((Decimal(one["share"]) for one in people), Decimal(0))
    if abs(total - _WHOLE) > _NEAR:
        return _("持股比例合计应为 100%%，现为 %(total)s%%。", total=f"{total.normalize():f}")
    return ""


def _posts_problem(people: Sequence[Mapping[str, Any]]) -> str:
    """As checks GG03-01 and GG03-02: one legal representative, and a general manager."""
    if sum(one["is_legal_rep"] == "Y" for one in people) != 1:
        return _("应有且仅有一名法定代表人。")
    if not any(one["position"] == "gm" for one in people):
        return _("应至少有一名总经理。")
    return ""


def person_words(person: Mapping[str, Any]) -> str:
    """One person in one line, without the name; also of a draft, whose values may be anything."""
    words = []
    for name, value in person.items():
        if name == "name" or value in (None, ""):
            continue
        words.append(
            _("%(field)s：%(value)s", field=PERSON_LABELS[name], value=value_words(name, str(value)))
        )
    return "\n".join(words)


def value_words(name: str, value: str) -> str:
    """A value of a person for people."""
    if name in CHOICES:
        return str(CHOICES[name].get(value, value))
    number = read_number(value, 4) if name in ("amount", "paid", "share") else None
    if number is not None:
        return f"{number.normalize():f}%" if name == "share" else f"{number:,.2f}"
    return str(read_day(value) or value) if FIELDS[MANAGER].get(name) == "day" else value
