"""The rows of a form's table as HTML.

A page has hundreds of cells. What the definition alone says about them (labels, ids, classes) is drawn once per
definition and language and kept with it; a request only puts in what stands in the cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from flask import get_template_attribute, request
from markupsafe import Markup, escape

from app.filings.definitions.schema import CellSpec, Column, Form, Row
from app.filings.form_page import ROWS_DRAWN, FormPage, Notes, notes_of
from app.filings.grid import table_rows
from app.filings.values import format_value
from app.filings.workbooks.units import unit_name

NO_CELL = '<td class="is-na">——</td>'
NUMBER = "\ue000"  # a table's row number in what is drawn once for all its rows


@dataclass(frozen=True, slots=True)
class Slot:
    """A cell before anything stands in it; `spec` is None where the form has no cell."""

    col: str
    spec: CellSpec | None
    classes: str
    start: str


@dataclass(frozen=True, slots=True)
class Outline:
    """A row before anything stands in it; a heading has no slots."""

    key: str
    start: str
    slots: tuple[Slot, ...] = ()
    end: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """The drawn rows and how many they are."""

    html: Markup
    number: int


def drawn_rows(page: FormPage) -> Rows:
    """The rows of a fixed form, or the first ones of a table."""
    outlines = list(_numbered(page) if page.form.layout == "table" else _printed(page))
    notes = notes_of(page)
    html = "".join(_row(page, outline, notes) for outline in outlines)
    return Rows(Markup(html), len(outlines))  # noqa: S704 - every text in it is escaped where it is put in


def _part(name: str, *given: Any) -> str:
    """One of the template's pieces."""
    return str(get_template_attribute("workspace/filings/_rows.html", name)(*given))


def _printed(page: FormPage) -> list[Outline]:
    """The rows of a fixed form."""
    form, derived = page.form, page.form.derived
    key = ("rows", page.industry, page.language, bool(page.prior), request.script_root)
    if key not in derived:
        rows = [row for row in form.rows if row.is_shown_to(page.industry)]
        derived[key] = [_printed_row(page, row) for row in rows]
    found: list[Outline] = derived[key]
    return found


def _printed_row(page: FormPage, row: Row) -> Outline:
    form, label = page.form, row.name(page.language)
    if row.is_header:
        width = len(page.columns) * (2 if page.prior else 1)
        return Outline(row.key, _part("heading", row.key, label, row.level, width))
    unit = ""
    for column in page.columns:
        spec = form.cell_spec(row.key, column.key)
        if spec is not None and column.unit is None and spec.unit != form.unit:
            unit = unit_name(spec.unit, page.language)
    start = _part("row_start", row, label, row.note(page.language), unit)
    slots = tuple(_slot(form, row.key, column, f' id="c-{row.key}-{column.key}"') for column in page.columns)
    return Outline(row.key, start, slots, _part("row_end", row.key, False))


def _numbered(page: FormPage) -> Iterator[Outline]:
    """The rows of a table: all alike but for their numbers."""
    slots = tuple(_slot(page.form, "", column, "") for column in page.columns)
    start, end = _part("numbered_start", NUMBER), _part("row_end", NUMBER, page.is_open)
    for key in islice(table_rows(page.form, page.entries), ROWS_DRAWN):
        shown = str(escape(key))
        yield Outline(key, start.replace(NUMBER, shown), slots, end.replace(NUMBER, shown))


def _slot(form: Form, row: str, column: Column, attributes: str) -> Slot:
    spec = form.cell_spec(row, column.key)
    if spec is None:
        return Slot(column.key, None, "", NO_CELL)
    classes = f"{'num' if spec.is_numeric else 'text'} {'is-input' if spec.is_input else 'is-computed'}"
    return Slot(column.key, spec, classes, f'<td{attributes} class="{classes}">')


def _row(page: FormPage, outline: Outline, notes: Notes) -> str:
    key, language = outline.key, page.language
    values, rejects = page.computed.get(key, {}), page.rejects.get(key, {})
    carried, prior = page.carried.get(key, {}), page.prior.get(key, {})
    pieces = [outline.start]
    for slot in outline.slots:
        col, spec = slot.col, slot.spec
        if spec is None:
            pieces.append(NO_CELL)
        else:
            said = notes.get((key, col))
            start = slot.start if not said and col not in carried else _marked(key, slot, said or [], carried)
            text = rejects[col]["raw"] if col in rejects else format_value(spec, values.get(col), language)
            pieces += (start, escape(text) if text else "", "</td>")
        if page.prior:
            pieces.append(f'<td class="is-prior num">{escape(prior.get(col, ""))}</td>')
    pieces.append(outline.end)
    return "".join(pieces)


def _marked(row: str, slot: Slot, said: list[tuple[str, str]], carried: dict[str, str]) -> str:
    """The beginning of a cell about which something is said, or whose value was carried over."""
    levels = {level for level, _text in said}
    classes = [slot.classes, *(f"has-{level}" for level in ("error", "warning", "mark") if level in levels)]
    if slot.col in carried:
        classes.append("is-carried")
    title = f' title="{escape(" ".join(text for _level, text in said))}"' if said else ""
    return f'<td id="c-{escape(row)}-{escape(slot.col)}" class="{" ".join(classes)}"{title}>'
