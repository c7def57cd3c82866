"""The command that brings the catalogue into the database: twice is once, changes are shown, a broken one is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.filings.definitions.catalogue import DEFAULT_PATH
from app.filings.definitions.models import FormDefinition, IndicatorDefinition, ReportSet, ReportSetForm
from app.filings.definitions.queries import clear_cache, definition_ids_on, forms_by_id, indicators_on
from app.filings.submissions.data import load_filing
from app.filings.submissions.models import FilingForm
from tests.filing_places import MONTHLY, hand_in, make_month
from tests.integration.filings.conftest import Company

TEXT = DEFAULT_PATH.read_text(encoding="utf-8")


@pytest.fixture
def load(app: Flask, tmp_path: Path) -> Any:
    """Runs the command on the catalogue with these replacements."""

    def run(*changes: tuple[str, str], arguments: tuple[str, ...] = (), ok: bool = True) -> str:
        text = TEXT
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        file = tmp_path / "forms.yaml"
        file.write_text(text, encoding="utf-8")
        result = app.test_cli_runner().invoke(args=["load-catalogue", "--file", str(file), *arguments])
        assert (result.exit_code == 0) is ok, result.output
        clear_cache()
        db.session.expire_all()
        return result.output

    return run


def stored() -> tuple[int, ...]:
    tables = (FormDefinition, IndicatorDefinition, ReportSet, ReportSetForm)
    return tuple(db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def of_db01() -> list[tuple[int, date, str]]:
    query = select(FormDefinition).where(FormDefinition.code == "DB01").order_by(FormDefinition.version)
    return [(one.version, one.effective_from, one.name_zh) for one in db.session.scalars(query)]


def test_loading_twice_is_loading_once(load: Any) -> None:
    first = load()
    assert "forms: 60 new, 0 changed, 0 unchanged" in first
    before = stored()
    assert before[0] == 60 and before[1] == 29
    again = load()
    assert "forms: 0 new, 0 changed, 60 unchanged" in again
    assert "indicators: 0 new or changed" in again and "report sets: 0 new" in again
    assert "regions: 0 changes" in again
    assert stored() == before


def test_every_industry_has_its_sets_with_required_and_optional_forms(load: Any) -> None:
    load()
    sets = {one.key: one for one in db.session.scalars(select(ReportSet))}
    assert len(sets) == 28
    assert sets[MONTHLY].codes == ["DB01", "DB02"]
    required = {member.form_code: member.required for member in sets["guarantee-business-quarterly"].members}
    assert required["DB11"] is True and required["DB20"] is False


def test_a_change_is_shown_line_by_line_and_becomes_the_next_version(load: Any) -> None:
    load()
    told = load(
        ("id: DB01-01, level: error", "id: DB01-01, level: warning"),
        ("code: DB02\n", "code: DB02\n    notes_zh: 说明\n    notes_en: Note\n"),
        arguments=("--effective-from", "2027-01-01"),
    )
    assert "forms: 0 new, 2 changed, 58 unchanged" in told
    assert "  changed: DB01" in told
    assert "    ~ check DB01-01 level: error -> warning" in told
    assert "    ~ notes_zh: (nothing) -> 说明" in told
    assert [version for version, _, _ in of_db01()] == [1, 2]
    assert of_db01()[1][1] == date(2027, 1, 1)


def test_a_dry_run_shows_the_same_and_stores_nothing(load: Any) -> None:
    load()
    before = stored()
    told = load(("id: DB01-01, level: error", "id: DB01-01, level: warning"), arguments=("--dry-run",))
    assert "~ check DB01-01 level: error -> warning" in told and "nothing was stored" in told
    assert stored() == before


def test_a_changed_indicator_is_in_force_from_its_day_on(load: Any) -> None:
    load()
    was = next(one for one in indicators_on("guarantee", date(2026, 12, 31)) if one.id == "G03")
    old = f"id: {was.id}, industry: guarantee"
    line = next(line for line in TEXT.splitlines() if old in line)
    limit = next(part for part in line.split(", ") if part.startswith("limit:"))
    told = load((line, line.replace(limit, "limit: 14")), arguments=("--effective-from", "2027-01-01"))
    assert f"G03 ~ limit: {was.limit} -> 14" in told
    for day, expected in ((date(2026, 12, 31), was.limit), (date(2027, 1, 31), 14)):
        found = next(one for one in indicators_on("guarantee", day) if one.id == "G03")
        assert found.limit == expected


BROKEN = [
    ("expr: GG01.paid_capital <= GG01.reg_capital,", "expr: GG01.paid_capital <= ,", "at "),
    ("expr: UNIQUE(GG04.uscc)", "expr: UNIQUE(GG99.uscc)", "no form 'GG99'"),
    ("formula: r2 = r3+r4+r5+r6}", "formula: r2 = r1+r4+r5+r6}", "run in a circle"),
    ("code: GG02\n", "code: GG01\n", "occurs twice"),
    ("choices: org_form}", "choices: org_shape}", "there is no list of choices 'org_shape'"),
    ("code: GG02\n", "code: GG02\n    code: GG02\n", "key 'code' occurs twice"),
    ("layout: card\n", "layout: card\n   :\n", ""),
]


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    BROKEN,
    ids=["expression", "reference", "circle", "duplicate", "enum", "key twice", "yaml"],
)
def test_a_broken_catalogue_is_refused_with_file_and_line_and_nothing_is_stored(
    load: Any, good: str, bad: str, told: str
) -> None:
    output = load((good, bad), ok=False)
    line = TEXT[: TEXT.index(good)].count("\n") + 1
    named = [text for text in output.splitlines() if "forms.yaml:" in text and told in text]
    assert named and "Traceback" not in output
    assert abs(int(named[0].split("forms.yaml:")[1].split(":")[0]) - line) <= 3 or told == "run in a circle"
    assert stored() == (0, 0, 0, 0)


def test_a_filing_keeps_the_version_it_was_made_with(company: Company, load: Any) -> None:
    company.save("DB01", {"r3": {"open": "5"}})
    end = company.period.end_date.isoformat()
    load(
        ("id: DB01-01, level: error", "id: DB01-01, level: warning"),
        ("id: DB02-01, level: error", "id: DB02-01, level: warning"),
        arguments=("--effective-from", end),
    )
    report_set = db.session.scalars(select(ReportSet).where(ReportSet.key == MONTHLY)).one()
    data = load_filing(company.institution, report_set, company.period, clock.now())
    # Work on DB01 has begun with the first version; DB02 has not been touched and takes the one in force.
    assert (data.forms["DB01"].version, data.forms["DB02"].version) == (1, 2)
    draft = db.session.scalars(select(FilingForm)).one()
    assert forms_by_id([draft.definition_id])[draft.definition_id].version == 1


def test_a_version_is_in_force_for_periods_that_end_on_its_day_or_later(load: Any) -> None:
    load()
    load(
        ("id: DB01-01, level: error", "id: DB01-01, level: warning"),
        arguments=("--effective-from", "2027-01-31"),
    )
    versions = {}
    for day in (date(2026, 12, 31), date(2027, 1, 30), date(2027, 1, 31), date(2027, 6, 30)):
        key = definition_ids_on(["DB01"], day)["DB01"]
        versions[day.isoformat()] = forms_by_id([key])[key].version
    assert versions == {"2026-12-31": 1, "2027-01-30": 1, "2027-01-31": 2, "2027-06-30": 2}


def test_a_form_that_joins_or_leaves_a_set_does_so_from_its_period_on(load: Any) -> None:
    load()
    start = TEXT.index("  - code: DB20\n")
    part = TEXT[start : TEXT.index("  - code: DB21\n")]
    told = load((part, part.replace("DB20", "DB29")), arguments=("--effective-from", "2027-03-31"))
    assert "no longer in the catalogue: DB20" in told
    assert "guarantee-business-quarterly: + DB29" in told and "guarantee-business-quarterly: - DB20" in told
    quarterly = db.session.scalars(
        select(ReportSet).where(ReportSet.key == "guarantee-business-quarterly")
    ).one()
    before, after = quarterly.codes_on(date(2026, 12, 31)), quarterly.codes_on(date(2027, 3, 31))
    assert "DB20" in before and "DB29" not in before
    assert "DB29" in after and "DB20" not in after


def test_a_calculated_form_keeps_the_version_it_was_handed_in_with(company: Company, load: Any) -> None:
    key = "guarantee-business-quarterly"
    hand_in(company.institution, key, company.period, {"DB19": {"r1": {"limit": "10.00"}}})
    load(
        ("id: DB19-01, level: error", "id: DB19-01, level: warning"),
        arguments=("--effective-from", "2020-01-01"),
    )
    report_set = db.session.scalars(select(ReportSet).where(ReportSet.key == key)).one()
    data = load_filing(company.institution, report_set, company.period, clock.now())
    assert data.forms["DB19"].version == 1
    other = load_filing(company.institution, report_set, make_month(months_ago=4), clock.now())
    assert other.forms["DB19"].version == 2
