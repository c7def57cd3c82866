"""What a reviewer sees: each cell with its prior period, change, finding, explanation and mark, side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, select
from sqlalchemy.orm import joinedload

from app.accounts.models import Account
from app.core.db import db
from app.core.i18n import lang
from app.filings.calendar.models import ReportingPeriod
from app.filings.definitions.queries import forms_by_id
from app.filings.definitions.schema import CellSpec, Form, Value
from app.filings.submissions.data import shifted_end
from app.filings.submissions.differences import Differences, Stored, differences
from app.filings.submissions.models import Filing, FilingVersion, ReviewMark
from app.filings.values import format_value, from_json

ROWS_PER_PAGE = 100  # of a table form
ONLY = ("changed", "findings", "marks")
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
    is_changed: bool = False
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
        names += ["is-changed"] if self.is_changed else []
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


@dataclass(frozen=True)
class Look:
    """What of a form is looked at: only rows with something, and for tables which page (or the page of a row)."""

    only: str = ""
    page: int = 1
    row: str = ""


@dataclass
class FormView:
    """One form of the version: columns, and those of its lines that are looked at.

    `changed`, `found` and `marked` count over the whole form; `notes` are findings that stand at no cell.
    """

    form: Form
    columns: list[tuple[str, str]]
    lines: list[Line]
    changed: int = 0
    found: int = 0
    marked: int = 0
    removed: int = 0
    page: int = 1
    pages: int = 1
    total: int = 0
    notes: list[dict[str, str]] = field(default_factory=list)


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


def version_list(filing: Filing) -> list[Row[Any]]:
    """Every version with its receipt, newest first, without what is in it."""
    query = (
        select(
            FilingVersion.number,
            FilingVersion.receipt_no,
            FilingVersion.submitted_at,
            FilingVersion.is_late,
            FilingVersion.id,
            Account.display_name.label("who"),
        )
        .outerjoin(Account, Account.id == FilingVersion.submitted_by_id)
        .where(FilingVersion.filing_id == filing.id)
        .order_by(FilingVersion.number.desc())
    )
    return list(db.session.execute(query))


def file_ids(filing: Filing) -> set[int]:
    """The files that came with any version of the filing."""
    payloads = db.session.scalars(select(FilingVersion.payload).where(FilingVersion.filing_id == filing.id))
    return {
        int(item["file"])
        for payload in payloads
        for items in payload.get("attachments", {}).values()
        for item in items
    }


def version_number(filing: Filing, number: int) -> FilingVersion | None:
    """One version with all that is in it."""
    query = select(FilingVersion).where(FilingVersion.filing_id == filing.id, FilingVersion.number == number)
    return db.session.scalars(query).first()


@dataclass(frozen=True)
class Base:
    """What was in force when a change was handed in; stands in the place of the former version."""

    receipt_no: str
    payload: dict[str, Any]
    number: int = 0


def base_of(version: FilingVersion | None) -> Base | None:
    """What a change is compared with: frozen with it, so that old and new are seen after its approval too."""
    base = version.payload.get("base") if version else None
    return Base(base["receipt_no"], {"forms": base["forms"]}) if base else None


def pair_of(filing: Filing, older: int, newer: int) -> tuple[FilingVersion | Base, FilingVersion] | None:
    """Two versions to compare; 0 stands for what a change started from. None when one is not there."""
    after = version_number(filing, newer)
    before = version_number(filing, older) if older else base_of(after)
    return (before, after) if before and after else None


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
    former: FilingVersion | Base | None,
    prior: dict[str, Any] | None,
    marks: list[ReviewMark],
    look: Look = Look(),
) -> FormView | None:
    """One form side by side; None when the version does not hold it."""
    found = stored_form(version.payload, code)
    if found is None:
        return None
    form, stored = found
    before = stored_form(former.payload if former else None, code)
    earlier = stored_form(prior, code)
    builder = _Builder(
        form,
        stored,
        prior=earlier[1] if earlier else {},
        former=before[1] if before else {},
        differences=differences(form, stored, before[1] if before else {}) if former else Differences(),
        has_former=former is not None,
        findings=_by_cell(version.payload, code),
        marks=_marks_by_cell(marks, code),
    )
    return builder.view(look)


def stored_form(payload: dict[str, Any] | None, code: str) -> tuple[Form, Stored] | None:
    """A form of a payload with its values as they are stored; None when it is not in it."""
    entry = (payload or {}).get("forms", {}).get(code)
    if entry is None:
        return None
    return forms_by_id([entry["definition"]])[entry["definition"]], entry["values"]


def _marks_by_cell(marks: list[ReviewMark], code: str) -> dict[tuple[str, str], list[ReviewMark]]:
    result: dict[tuple[str, str], list[ReviewMark]] = {}
    for mark in marks:
        if mark.form_code == code:
            result.setdefault((mark.row, mark.col), []).append(mark)
    return result


def _by_cell(payload: dict[str, Any], code: str) -> dict[tuple[str, str], list[dict[str, str]]]:
    result: dict[tuple[str, str], list[dict[str, str]]] = {}
    for finding in payload.get("warnings", []):
        if finding["form"] == code:
            entry = {
                "text": finding[lang()],
                "explanation": payload.get("explanations", {}).get(finding["key"], ""),
            }
            result.setdefault((finding["row"], finding["col"]), []).append(entry)
    return result


class _Builder:
    """Lays out one form. Kept as an object because every cell needs the same six sources.

    Only the lines that are looked at are made: a table may have ten thousand.
    """

    def __init__(self, form: Form, stored: Stored, **sources: Any) -> None:
        self.form, self.stored, self.sources = form, stored, sources
        self.diff: Differences = sources["differences"]

    def view(self, look: Look) -> FormView:
        """The form with the lines that are looked at."""
        columns = [(column.key, column.name(lang())) for column in self.form.columns]
        if self.form.layout == "card":
            columns = [("", "")]
        keys = self._keys(look.only)
        view = FormView(self.form, columns, [], total=len(keys))
        if self.form.layout == "table":
            view.pages = max(1, -(-len(keys) // ROWS_PER_PAGE))
            view.page = self._page(look, keys, view.pages)
            keys = keys[(view.page - 1) * ROWS_PER_PAGE : view.page * ROWS_PER_PAGE]
        view.lines = [self._any_line(key) for key in keys]
        view.changed, view.removed = self.diff.count, len(self.diff.removed)
        view.found = sum(len(found) for found in self.sources["findings"].values())
        view.marked = sum(len(found) for found in self.sources["marks"].values())
        view.notes = [
            note
            for (row, col), found in self.sources["findings"].items()
            if not (row and col)
            for note in found
        ]
        return view

    def _keys(self, only: str) -> list[str]:
        """The lines to show: rows, or the fields of a card."""
        if self.form.layout == "card":
            keys = [column.key for column in self.form.columns]
            place: dict[str, int] = {"card": 1}
        else:
            rows = self.form.rows if self.form.layout == "fixed" else ()
            keys = [row.key for row in rows] or list(self.stored)
            place = {}
        wanted = {
            "changed": self.diff.changed,
            "findings": self.sources["findings"].keys(),
            "marks": self.sources["marks"].keys(),
        }.get(only)
        if wanted is None:
            return keys
        held = {col if place else row for row, col in wanted}
        return [key for key in keys if key in held]

    def _page(self, look: Look, keys: list[str], pages: int) -> int:
        if look.row in keys:
            return keys.index(look.row) // ROWS_PER_PAGE + 1
        return min(max(look.page, 1), pages)

    def _any_line(self, key: str) -> Line:
        if self.form.layout == "card":
            cell = self._cells("card", (key,))[0]
            return Line(key, cell.spec.label(lang()) if cell.spec else key, "", 0, False, [cell])
        row = self.form.row(key)
        if row is None:
            is_new = self.sources["has_former"] and self.diff.pairs.get(key) is None
            line = Line(key, _("新增行") if is_new else "", key, 0, False)
        elif row.is_header:
            return Line(key, row.name(lang()), "", row.level, True)
        else:
            line = Line(key, row.name(lang()), str(row.line or ""), row.level, False)
        line.cells = self._cells(key, tuple(column.key for column in self.form.columns))
        return line

    def _cells(self, row: str, columns: tuple[str, ...]) -> list[Cell]:
        """The cells of one row; only here stored texts become values."""
        values = self._values(self.stored, row)
        prior = {} if self.form.layout == "table" else self._values(self.sources["prior"], row)
        former = self._values(self.sources["former"], self.diff.pairs.get(row, row) or "")
        return [self._cell(row, col, values, prior, former) for col in columns]

    def _values(self, stored: Stored, row: str) -> dict[str, Value]:
        return from_json(self.form, {row: stored[row]})[row] if row in stored else {}

    def _cell(
        self,
        row: str,
        col: str,
        values: dict[str, Value],
        prior: dict[str, Value],
        former: dict[str, Value],
    ) -> Cell:
        spec = self.form.cell_spec(row, col)
        cell = Cell(row, col, spec)
        if spec is None:
            return cell
        value = values.get(col)
        cell.text = format_value(spec, value, lang())
        if self.form.layout != "table":
            self._compare(cell, spec, value, prior.get(col))
        if (row, col) in self.diff.changed:
            cell.is_changed = True
            cell.former = format_value(spec, former.get(col), lang())
        cell.findings = self.sources["findings"].get((row, col), [])
        cell.marks = self.sources["marks"].get((row, col), [])
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
