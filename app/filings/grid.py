"""What the browser's grid and card get to work with: cells, entries, formulas and the values they need.

Everything is JSON with numbers as text; the browser never sees a float.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.filings.checks import Finding
from app.filings.compute import EVERY_ROW, Step, plan
from app.filings.definitions.schema import CellSpec, Form, Value, Values
from app.filings.environment import Surroundings
from app.filings.expressions.ast import AttrRef, FieldRef, Node, RowRef
from app.filings.expressions.browser import to_browser
from app.filings.expressions.walk import Reference, attributes, column_references, references
from app.filings.submissions.data import FilingData
from app.filings.values import format_value, plain, to_json
from app.filings.workbooks.units import unit_name

Entries = dict[str, dict[str, str]]


def _inputs(form: Form) -> frozenset[tuple[str, str]]:
    """The cells that take input, once of each definition."""
    if "inputs" not in form.derived:
        form.derived["inputs"] = frozenset(
            (row, column.key)
            for row in ([""] if form.layout != "fixed" else form.row_keys())
            for column in form.columns
            if (spec := form.cell_spec(row, column.key)) is not None and spec.is_input
        )
    found: frozenset[tuple[str, str]] = form.derived["inputs"]
    return found


def entries_of(
    form: Form, values: Mapping[str, Mapping[str, Value]] | None, rejects: Mapping[str, Any]
) -> Entries:
    """What stands in the input cells as text, unreadable input included, as the editor shows and sends it."""
    inputs = _inputs(form)
    is_fixed = form.layout == "fixed"
    shown = (
        (row, {col: text or "" for col, text in cells.items() if (row if is_fixed else "", col) in inputs})
        for row, cells in to_json(form, values or {}).items()
    )
    found: Entries = {row: cells for row, cells in shown if cells}
    for row, columns in rejects.items():
        for col, reject in columns.items():
            found.setdefault(row, {})[col] = reject["raw"]
    return found


def table_of(
    form: Form, content: Mapping[str, Mapping[str, Any]], rejects: Mapping[str, Any]
) -> dict[str, Any]:
    """A long table for the browser, column by column: {"keys", "columns": {column: texts}}; `keys` is the number of
    rows when they are called 1, 2, 3 … as nearly always."""
    keys = list(content)
    columns = {}
    for column in form.columns:
        spec = form.cell_spec("", column.key)
        if spec is not None and spec.is_input:
            columns[column.key] = [cells.get(column.key) or "" for cells in content.values()]
    places = {key: at for at, key in enumerate(keys)} if rejects else {}
    for row, cells in rejects.items():
        for col, reject in cells.items():
            if row in places and col in columns:
                columns[col][places[row]] = reject["raw"]
    is_counted = keys == list(map(str, range(1, len(keys) + 1)))
    used = {key: texts for key, texts in columns.items() if any(texts)}
    return {"keys": len(keys) if is_counted else keys, "columns": used}


def reject_messages(rejects: Mapping[str, Any], lang: str) -> dict[str, dict[str, str]]:
    """Why input could not be read: {row: {column: message}}."""
    return {
        row: {col: reject["en" if lang == "en" else "zh"] for col, reject in columns.items()}
        for row, columns in rejects.items()
    }


def column_info(form: Form, industry: str | None, lang: str) -> list[dict[str, Any]]:
    """The columns (or a card's fields) as printed."""
    return [
        {
            "key": column.key,
            "label": column.name(lang),
            "type": column.type,
            "required": column.required,
            "unit": unit_name(column.unit or "", lang),
            "choices": [{"v": choice.v, "label": choice.label(lang)} for choice in column.choices],
            "computed": column.formula is not None,
            **_limits(form.cell_spec("", column.key) if form.layout != "fixed" else None),
        }
        for column in form.shown_columns(industry)
    ]


def _limits(spec: CellSpec | None) -> dict[str, Any]:
    if spec is None:
        return {}
    return {"decimals": spec.decimals, "negative": spec.allow_negative, "pattern": spec.pattern or ""}


def row_info(form: Form, industry: str | None, lang: str) -> list[dict[str, Any]]:
    """The rows of a fixed form with what each cell is: {col: [type, decimals, negative?, kind]}.

    kind: 'i' input, 'c' computed, 'k' constant; cells that do not exist are left out.
    """
    if form.layout != "fixed":
        return []
    columns = form.shown_columns(industry)
    rows = []
    for row in form.item_rows(industry):
        cells = {}
        for column in columns:
            spec = form.cell_spec(row.key, column.key)
            if spec is not None:
                kind = "k" if spec.const is not None else "c" if spec.computed is not None else "i"
                cells[column.key] = [
                    spec.type,
                    spec.decimals,
                    int(spec.allow_negative),
                    kind,
                    unit_name(spec.unit, lang),
                ]
        rows.append({"key": row.key, "label": row.name(lang), "cells": cells})
    return rows


def constants_of(form: Form, industry: str | None) -> dict[str, dict[str, str]]:
    """The cells that the definition fills: {row: {column: plain number}}."""
    return {
        row.key: {col: plain(value) or "" for col, value in row.const.items()}
        for row in form.item_rows(industry)
        if row.const
    }


def formulas_of(form: Form, industry: str | None) -> list[dict[str, Any]]:
    """The computed cells in the order in which they are to be calculated; row '*' is every row of a table."""
    key = ("browser formulas", industry)
    if key not in form.derived:
        form.derived[key] = [
            {"row": step.row, "col": step.col, "decimals": _decimals(step), "tree": to_browser(_expr(step))}
            for step in plan((form,), industry)
        ]
    found: list[dict[str, Any]] = form.derived[key]
    return found


def _spec(step: Step) -> CellSpec:
    spec = step.form.cell_spec("" if step.row == EVERY_ROW else step.row, step.col)
    if spec is None or spec.computed is None:
        raise ValueError(f"{step.form.code}.{step.row}.{step.col} is not computed")
    return spec


def _decimals(step: Step) -> int:
    return _spec(step).decimals


def _expr(step: Step) -> Node:
    computed = _spec(step).computed
    assert computed is not None
    return computed.expr


def outside_values(data: FilingData, computed: Mapping[str, Values | None], code: str) -> dict[str, Any]:
    """What this form's formulas read from elsewhere: other forms, other periods, ORG and PERIOD.

    {"cells": {"FORM.row.col|shift": value}, "columns": {"FORM.col|shift": [values]}, "attrs": {"ORG.x": value}};
    a value is [type, text] or null.
    """
    form = data.forms[code]
    env = Surroundings(data.forms, dict(computed), data.context)
    env.stand_on(form)
    found: dict[str, Any] = {"cells": {}, "columns": {}, "attrs": {}}
    for step, columns, scalars, attrs in _read_elsewhere(form, data.context.industry):
        for reference in columns:
            _column(env, reference, found["columns"])
        for reference in scalars:
            # Only another form's row of the same name differs from row to row.
            each = step.row == EVERY_ROW and isinstance(reference.ref, RowRef)
            for row in (data.values[code] or {}) if each else (step.row,):
                env.stand_at(row, {}, step.col)
                _scalar(env, reference, found["cells"])
        for attr in attrs:
            found["attrs"][f"{attr.scope}.{attr.name}"] = _told(env.attr(attr))
    return found


Elsewhere = tuple[Step, list[Reference], list[Reference], list[AttrRef]]


def _read_elsewhere(form: Form, industry: str | None) -> list[Elsewhere]:
    """The computed cells that read anything from outside the form: what, as columns, as single values, attributes."""
    key = ("read elsewhere", industry)
    if key not in form.derived:
        steps = (_elsewhere(form, step) for step in plan((form,), industry))
        form.derived[key] = [entry for entry in steps if any(entry[1:])]
    found: list[Elsewhere] = form.derived[key]
    return found


def _elsewhere(form: Form, step: Step) -> Elsewhere:
    expr = _expr(step)
    columns = column_references(expr)
    outside = [
        reference
        for reference in references(expr)
        if (getattr(reference.ref, "form", None) or form.code) != form.code or reference.shift != "current"
    ]
    whole = [reference for reference in outside if reference in columns]
    return step, whole, [reference for reference in outside if reference not in columns], attributes(expr)


def _column(env: Surroundings, reference: Reference, into: dict[str, Any]) -> None:
    ref = reference.ref
    if isinstance(ref, FieldRef):
        values = env.column(ref, reference.shift)
        into[f"{ref.form}.{ref.field}|{reference.shift}"] = (
            None if values is None else [_told(value) for value in values]
        )


def _scalar(env: Surroundings, reference: Reference, into: dict[str, Any]) -> None:
    form, row, col = env.place(reference.ref)
    if form is not None:
        into[f"{form.code}.{row}.{col}|{reference.shift}"] = _told(env.scalar(reference.ref, reference.shift))


def _told(value: Any) -> list[str] | None:
    """A value with its type, so that the browser makes the same kind of value of it."""
    if value is None:
        return None
    if isinstance(value, str):
        return ["text", value]
    if isinstance(value, bool):
        return ["truth", "1" if value else ""]
    if hasattr(value, "isoformat"):
        return ["date", value.isoformat()]
    return ["number", format(value, "f") if hasattr(value, "as_tuple") else str(value)]


def shown_values(form: Form, values: Values | None, industry: str | None, lang: str) -> dict[str, Any]:
    """Every cell as people read it: {row: {column: text}}, blanks left out."""
    found: dict[str, dict[str, str]] = {}
    columns = form.shown_columns(industry)
    for row, cells in (values or {}).items():
        for column in columns:
            spec = form.cell_spec(row, column.key)
            text = format_value(spec, cells.get(column.key), lang) if spec is not None else ""
            if text:
                found.setdefault(row, {})[column.key] = text
    return found


def computed_values(form: Form, values: Values | None, industry: str | None) -> dict[str, dict[str, str]]:
    """The plain values of computed cells, for comparison with what the browser calculated."""
    found: dict[str, dict[str, str]] = {}
    for step in plan((form,), industry):
        for row in (values or {}) if step.row == EVERY_ROW else [step.row]:
            value = ((values or {}).get(row) or {}).get(step.col)
            found.setdefault(row, {})[step.col] = plain(value) or ""
    return found


def findings_json(findings: list[Finding], forms: Mapping[str, Form], lang: str) -> list[dict[str, Any]]:
    """Findings as the browser lists them."""
    return [_finding_json(finding, place_of(finding, forms, lang), lang) for finding in findings]


def _finding_json(finding: Finding, place: str, lang: str) -> dict[str, Any]:
    message = finding.message(lang)
    return {
        "form": finding.form,
        "row": finding.row or "",
        "col": finding.col or "",
        "level": finding.level,
        "place": place,
        "message": message,
        # Behind a link that names the place, the message need not name it again.
        "rest": message.removeprefix(place).lstrip() or message,
        "remedy": finding.remedy(lang),
        "key": finding.key,
    }


def place_of(finding: Finding, forms: Mapping[str, Form], lang: str) -> str:
    """Where a finding is, for people: form code, row number of a table, label."""
    form, label = forms.get(finding.form), finding.label(lang)
    number = finding.row if form is not None and form.layout == "table" else ""
    row = form.row(finding.row) if form is not None and form.layout == "fixed" else None
    if row is not None and row.line is not None:
        number = str(row.line)
    where = f"row {number}" if lang == "en" else f"第 {number} 行"
    parts = [finding.form, where if number and where.lower() not in label.lower() else "", label]
    return " ".join(part for part in parts if part)


def prior_values(data: FilingData, code: str, lang: str) -> dict[str, dict[str, str]]:
    """The previous period's accepted values of a fixed form as people read them; {} when there are none."""
    form = data.forms[code]
    values = data.context.lookup(code, "prev")
    if values is None or form.layout == "table":
        return {}
    former = data.context.forms.get(code, form)
    return shown_values(former, values, data.context.industry, lang)


def table_rows(form: Form, entries: Entries) -> Iterator[str]:
    """Row keys of a table as shown: those that hold something, and some empty ones to write into."""
    yield from entries
    for number in range(blank_rows(form, len(entries))):
        yield str(len(entries) + 1 + number)


def blank_rows(form: Form, filled: int) -> int:
    """How many empty rows a table shows below those that hold something."""
    return max(form.min_rows, 1 if form.max_rows and filled >= form.max_rows else 3)
