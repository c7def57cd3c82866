"""Several forms saved in one step, strictly: for programs, which get every fault back instead of a kept reject."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.filings.definitions.schema import Form
from app.filings.submissions.data import FilingData
from app.filings.submissions.intake import MAX_ROWS, Assessment, assess, take_entries
from app.filings.submissions.models import Explanation, Filing
from app.filings.submissions.place import Place
from app.filings.submissions.services import (
    keep_explanation,
    load_place,
    locked_filing,
    reassess,
    require_open,
    store_entries,
)

Entries = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class FormInput:
    """One form's entries and the version of the draft that their sender has seen (None: whichever there is)."""

    entries: Entries
    seen: int | None


@dataclass(frozen=True)
class EntryProblem:
    """Why one entry is not taken; `code`: unknown_row, unknown_cell, not_input, too_many_rows, unreadable."""

    form: str
    row: str
    col: str
    code: str
    message_zh: str
    message_en: str
    in_table: bool = False


def open_draft(place: Place) -> tuple[Filing, FilingData]:
    """The filing, locked and begun if need be, with all its data. Raises Refused with the gate's reasons."""
    filing = locked_filing(place, create=False)
    require_open(place, filing)
    filing = filing or locked_filing(place)
    assert filing is not None
    return filing, load_place(place, filing)


def save_forms(place: Place, filing: Filing, data: FilingData, inputs: Mapping[str, FormInput]) -> Assessment:
    """Store all of these forms or none, and check the set; `filing` and `data` come from `open_draft`.

    Raises Conflict (`details['conflicts']`: the versions there are) or Invalid (`details['problems']`).
    """
    conflicts = {
        code: version
        for code, given in inputs.items()
        if given.seen is not None and given.seen != (version := version_of(data, code))
    }
    if conflicts:
        raise Conflict(
            _("报表 %(codes)s 已被保存过，没有保存任何内容。请先取得最新内容。", codes="、".join(conflicts)),
            conflicts=conflicts,
        )
    industry = data.context.industry
    problems = [
        problem
        for code, given in inputs.items()
        for problem in entry_problems(data.forms[code], given.entries, industry)
    ]
    if problems:
        raise Invalid(
            _("有 %(n)s 处内容不能识别，没有保存任何内容。", n=len(problems)),
            code="unreadable_cells",
            problems=problems,
        )
    for code, given in inputs.items():
        store_entries(place, data, filing, code, given.entries, version_of(data, code))
    return reassess(data, filing)


def version_of(data: FilingData, code: str) -> int:
    """The version of a form's draft; 0 when there is none."""
    draft = data.drafts.get(code)
    return draft.version if draft else 0


def entry_problems(form: Form, entries: Entries, industry: str | None) -> list[EntryProblem]:
    """Everything in the entries that the intake would leave out or keep as unreadable."""
    most = min(form.max_rows or MAX_ROWS, MAX_ROWS)
    if form.layout == "table" and len(entries) > most:
        words = f"最多 {most} 行，现有 {len(entries)} 行。", f"At most {most} rows; there are {len(entries)}."
        return [EntryProblem(form.code, "", "", "too_many_rows", *words, True)]
    known = None if form.layout == "table" else set(form.row_keys(None, industry))
    columns = {column.key for column in form.shown_columns(industry)}
    found: list[EntryProblem] = []
    for row, cells in entries.items():
        if known is not None and row not in known:
            words = "这张报表没有这一行。", "The form has no such row."
            found.append(EntryProblem(form.code, row, "", "unknown_row", *words))
            continue
        found += _row_problems(form, row, cells, columns)
    return found


def _row_problems(
    form: Form, row: str, cells: Mapping[str, Any], columns: set[str]
) -> Iterator[EntryProblem]:
    in_table = form.layout == "table"
    for col, raw in cells.items():
        spec = form.cell_spec(row, col)
        if spec is None or col not in columns:
            words = "这张报表没有这个单元格。", "The form has no such cell."
            yield EntryProblem(form.code, row, col, "unknown_cell", *words, in_table)
        elif raw and not spec.is_input:
            words = (
                "这个单元格由系统计算或固定，请不要填写。",
                "This cell is calculated or fixed; leave it out.",
            )
            yield EntryProblem(form.code, row, col, "not_input", *words, in_table)
    rejects = take_entries(form, {row: cells}).rejects.get("1" if in_table else row, {})
    for col, reject in rejects.items():
        yield EntryProblem(form.code, row, col, "unreadable", reject["zh"], reject["en"], in_table)


def explain_warnings(place: Place, given: Mapping[str, str]) -> tuple[FilingData, Assessment]:
    """Write explanations of warnings that stand now; an empty text takes one back.

    Raises Refused (gate), Invalid (`details['keys']`) when a key is of no warning of this filing.
    """
    filing, data = open_draft(place)
    assessment = assess(data)
    standing = {finding.key for finding in assessment.warnings}
    strangers = [key for key in given if key not in standing]
    if strangers:
        raise Invalid(
            _("有 %(n)s 个编号不是这次报送现有的提示，没有保存任何说明。", n=len(strangers)),
            code="unknown_warning",
            keys=strangers,
        )
    query = select(Explanation).where(Explanation.filing_id == filing.id)
    held = {explanation.key: explanation for explanation in db.session.scalars(query)}
    for key, text in given.items():
        if text.strip():
            keep_explanation(place, filing, held, key, text.strip())
            data.explanations[key] = text.strip()
        elif key in held:
            db.session.delete(held[key])
            data.explanations.pop(key, None)
    return data, reassess(data, filing)
