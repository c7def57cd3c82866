"""What a reviewer sees: each cell with its prior period, change, finding, explanation and mark, side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.db import db
from app.core.i18n import lang
from app.filings.calendar.models import ReportingPeriod
from app.filings.definitions.queries import forms_by_id
from app.filings.definitions.schema import CellSpec, Form, Value, Values
from app.filings.submissions.data import shifted_end
from app.filings.submissions.models import Filing, FilingVersion, ReviewMark
from app.filings.values import format_value, from_json

JUMP = Decimal("30")  # per cent; moves beyond this are highlighted (domain notes, section 3: yellow line)


@dataclass
class Cell:
    """One cell of the version under review; texts are formatted for people."""

    row: str
    col: str
    spec: CellSpec | None
    text: str = ""
    prior: str = ""
    change: str = ""
    direction: str = ""
    is_jump: bool = False
    former: str | None = None
    findings: list[dict[str, str]] = field(default_factory=list)
    marks: list[ReviewMark] = field(default_factory=list)

    @property
    def exists(self) -> bool:
        """False for cells that the form does not have (——)."""
        return self.spec is not None

    @property
    def classes(self) -> str:
        """CSS classes of the data grid."""
        if self.spec is None:
            return "is-na"
        names = ["num" if self.spec.is_numeric else "text"]
        names += ["is-computed"] if not self.spec.is_input else []
        names += ["has-warning"] if self.findings else []
        names += ["has-mark"] if self.marks else []
        names += ["is-jump"] if self.is_jump else []
        return " ".join(names)


@dataclass
class Line:
    """One printed row."""

    key: str
    label: str
    line: str
    level: int
    is_header: bool
    cells: list[Cell] = field(default_factory=list)


@dataclass
class FormView:
    """One form of the version: columns and lines."""

    form: Form
    columns: list[tuple[str, str]]
    lines: list[Line]
    changed: int = 0


def review_filing(filing_id: int) -> Filing | None:
    """The filing with all that its page shows about it, through the reader's scope."""
    query = (
        select(Filing)
        .options(
            joinedload(Filing.institution),
            joinedload(Filing.report_set),
            joinedload(Filing.period),
            joinedload(Filing.reviewer),
        )
        .where(Filing.id == filing_id)
    )
    return db.session.scalars(query).first()


def versions_of(filing: Filing) -> list[FilingVersion]:
    """The last two submitted versions, newest first."""
    query = (
        select(FilingVersion)
        .options(joinedload(FilingVersion.submitted_by))
        .where(FilingVersion.filing_id == filing.id)
        .order_by(FilingVersion.number.desc())
        .limit(2)
    )
    return list(db.session.scalars(query))


def prior_payload(filing: Filing) -> dict[str, Any] | None:
    """What is in force for the same set one period earlier."""
    if filing.period is None:
        return None
    end = shifted_end(filing.period.frequency, filing.period.end_date, "prev")
    query = (
        select(FilingVersion.payload)
        .join(Filing, Filing.accepted_version_id == FilingVersion.id)
        .join(ReportingPeriod, ReportingPeriod.id == Filing.period_id)
        .where(
            Filing.institution_id == filing.institution_id,
            Filing.report_set_id == filing.report_set_id,
            ReportingPeriod.end_date == end,
        )
    )
    payload: dict[str, Any] | None = db.session.scalars(query).first()
    return payload


def marks_of(filing: Filing, version: FilingVersion) -> list[ReviewMark]:
    """The marks on one version, in the order written."""
    query = select(ReviewMark).where(ReviewMark.filing_id == filing.id, ReviewMark.version_id == version.id)
    return list(db.session.scalars(query.order_by(ReviewMark.id)))


def form_view(
    code: str,
    version: FilingVersion,
    former: FilingVersion | None,
    prior: dict[str, Any] | None,
    marks: list[ReviewMark],
) -> FormView | None:
    """One form side by side; None when the version does not hold it."""
    found = _values(version.payload, code)
    if found is None:
        return None
    form, values = found
    builder = _Builder(
        form,
        values,
        prior=_same(_values(prior, code)),
        former=_same(_values(former.payload if former else None, code)),
        has_former=former is not None,
        findings=_by_cell(version.payload, code),
        marks=[mark for mark in marks if mark.form_code == code],
    )
    return builder.view()


def _values(payload: dict[str, Any] | None, code: str) -> tuple[Form, Values] | None:
    entry = (payload or {}).get("forms", {}).get(code)
    if entry is None:
        return None
    form = forms_by_id([entry["definition"]])[entry["definition"]]
    return form, from_json(form, entry["values"])


def _same(found: tuple[Form, Values] | None) -> Values:
    return found[1] if found else {}


def _by_cell(payload: dict[str, Any], code: str) -> dict[tuple[str, str], list[dict[str, str]]]:
    result: dict[tuple[str, str], list[dict[str, str]]] = {}
    for finding in payload.get("warnings", []):
        if finding["form"] == code:
            entry = {"text": finding[lang()], "explanation": payload["explanations"].get(finding["key"], "")}
            result.setdefault((finding["row"], finding["col"]), []).append(entry)
    return result


class _Builder:
    """Lays out one form. Kept as an object because every cell needs the same six sources."""

    def __init__(self, form: Form, values: Values, **sources: Any) -> None:
        self.form, self.values, self.sources = form, values, sources
        self.changed = 0

    def view(self) -> FormView:
        """The whole form."""
        columns = [(column.key, column.name(lang())) for column in self.form.columns]
        if self.form.layout == "card":
            lines = [self._card_line(column.key) for column in self.form.columns]
            columns = [("", "")]
        elif self.form.layout == "table":
            lines = [self._line(key, key, "", 0) for key in self.values]
        else:
            lines = [self._fixed_line(row) for row in self.form.rows]
        return FormView(self.form, columns, lines, self.changed)

    def _fixed_line(self, row: Any) -> Line:
        if row.is_header:
            return Line(row.key, row.name(lang()), "", row.level, True)
        return self._line(row.key, row.name(lang()), str(row.line or ""), row.level)

    def _line(self, key: str, label: str, number: str, level: int) -> Line:
        line = Line(key, label, number, level, False)
        line.cells = [self._cell(key, column.key) for column in self.form.columns]
        return line

    def _card_line(self, column: str) -> Line:
        cell = self._cell("card", column)
        label = cell.spec.label(lang()) if cell.spec else column
        return Line(column, label, "", 0, False, [cell])

    def _cell(self, row: str, col: str) -> Cell:
        spec = self.form.cell_spec(row, col)
        cell = Cell(row, col, spec)
        if spec is None:
            return cell
        value = (self.values.get(row) or {}).get(col)
        cell.text = format_value(spec, value, lang())
        if self.form.layout != "table":
            self._compare(cell, spec, value, (self.sources["prior"].get(row) or {}).get(col))
        if self.sources["has_former"]:
            before = format_value(spec, (self.sources["former"].get(row) or {}).get(col), lang())
            if before != cell.text:
                cell.former = before
                self.changed += 1
        cell.findings = self.sources["findings"].get((row, col), [])
        cell.marks = [mark for mark in self.sources["marks"] if (mark.row, mark.col) == (row, col)]
        return cell

    def _compare(self, cell: Cell, spec: CellSpec, value: Value, before: Value) -> None:
        cell.prior = format_value(spec, before, lang())
        if not isinstance(value, Decimal) or not isinstance(before, Decimal) or value == before:
            return
        cell.direction = "up" if value > before else "down"
        if before:
            share = (value - before) / abs(before) * 100
            cell.change = f"{share:+,.1f}%"
            cell.is_jump = abs(share) > JUMP
        else:
            cell.change = format_value(spec, value - before, lang())
