"""Forms to and from plain JSON values. The keys are those of the catalogue, with choices written out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.filings.definitions.schema import (
    DEFAULT_TOLERANCE,
    Attachment,
    Check,
    Choice,
    Column,
    Due,
    Form,
    Indicator,
    Row,
)
from app.filings.expressions.parser import parse, parse_formula
from app.filings.expressions.printer import to_text

_COLUMN_PLAIN = (
    "key", "name_zh", "name_en", "type", "required", "unit", "pattern", "format", "allow_negative",
    "decimals", "note_zh", "note_en",
)  # fmt: skip
_ROW_PLAIN = (
    "key", "name_zh", "name_en", "kind", "line", "level", "tag", "type", "unit", "required",
    "allow_negative", "of_which", "added", "flow", "note_zh", "note_en",
)  # fmt: skip
_CHECK_PLAIN = ("id", "level", "kind", "message_zh", "message_en", "scope", "basis")
_INDICATOR_PLAIN = (
    "id", "industry", "name_zh", "name_en", "op", "unit", "frequency", "severity", "source", "note",
)  # fmt: skip
_FORM_PLAIN = (
    "code", "version", "name_zh", "name_en", "industry", "family", "frequency", "required", "layout",
    "unit", "min_rows", "max_rows", "trigger", "notes_zh", "notes_en",
)  # fmt: skip


def form_to_dict(form: Form) -> dict[str, Any]:
    """JSON values only: numbers that matter (constants, tolerances) are strings, never floats."""
    data = _plain(form, _FORM_PLAIN)
    data["required_when"] = form.required_when_text
    data["due"] = {"basis": form.due.basis, "days": form.due.days} if form.due else None
    data["columns"] = [_column_to_dict(column) for column in form.columns]
    data["rows"] = [_row_to_dict(row) for row in form.rows]
    data["checks"] = [_check_to_dict(check) for check in form.checks]
    data["attachments"] = [
        _plain(item, ("key", "name_zh", "name_en", "required")) for item in form.attachments
    ]
    return data


def form_from_dict(data: Mapping[str, Any]) -> Form:
    """The form described by `data`, formulas parsed."""
    when = data.get("required_when") or ""
    due = data.get("due")
    return Form(
        **_given(data, _FORM_PLAIN),
        required_when=parse(when) if when else None,
        required_when_text=when,
        due=Due(due["basis"], int(due["days"])) if due else None,
        columns=tuple(column_from_dict(item) for item in data["columns"]),
        rows=tuple(row_from_dict(item) for item in data.get("rows") or ()),
        checks=tuple(check_from_dict(item) for item in data.get("checks") or ()),
        attachments=tuple(Attachment(**item) for item in data.get("attachments") or ()),
    )


def column_from_dict(data: Mapping[str, Any]) -> Column:
    formula = data.get("formula")
    return Column(
        **_given(data, _COLUMN_PLAIN),
        choices=tuple(Choice(item["v"], item["zh"], item["en"]) for item in data.get("choices") or ()),
        industries=tuple(data.get("industries") or ()),
        formula=parse_formula(formula) if formula else None,
    )


def row_from_dict(data: Mapping[str, Any]) -> Row:
    return Row(
        **_given(data, _ROW_PLAIN),
        industries=tuple(data.get("industries") or ()),
        na_cols=tuple(data.get("na_cols") or ()),
        const={key: Decimal(str(value)) for key, value in (data.get("const") or {}).items()},
        formulas=tuple(parse_formula(text) for text in formula_texts(data)),
    )


def check_from_dict(data: Mapping[str, Any]) -> Check:
    return Check(
        **_given(data, _CHECK_PLAIN),
        expr=parse(data["expr"]),
        text=data["expr"],
        rows=tuple(data.get("rows") or ()),
        rows_exclude=tuple(data.get("rows_exclude") or ()),
        tol=Decimal(str(data.get("tol", DEFAULT_TOLERANCE))),
    )


def indicator_to_dict(indicator: Indicator) -> dict[str, Any]:
    """JSON values only, with the catalogue's keys."""
    return _plain(indicator, _INDICATOR_PLAIN) | {"expr": indicator.text, "limit": str(indicator.limit)}


def indicator_from_dict(data: Mapping[str, Any]) -> Indicator:
    """The indicator described by `data` (catalogue entry or stored JSON), its expression parsed."""
    return Indicator(
        **_given(data, _INDICATOR_PLAIN),
        expr=parse(data["expr"]),
        text=data["expr"],
        limit=Decimal(str(data["limit"])),
    )


def formula_texts(data: Mapping[str, Any]) -> Sequence[str]:
    """A row's formulas as a list: the catalogue writes a single one as plain text."""
    formula = data.get("formula") or ()
    return (formula,) if isinstance(formula, str) else tuple(formula)


def _given(data: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    return {key: data[key] for key in keys if data.get(key) is not None}


def _plain(item: object, keys: Sequence[str]) -> dict[str, Any]:
    return {key: getattr(item, key) for key in keys}


def _column_to_dict(column: Column) -> dict[str, Any]:
    data = _plain(column, _COLUMN_PLAIN)
    data["choices"] = [{"v": item.v, "zh": item.zh, "en": item.en} for item in column.choices]
    data["industries"] = list(column.industries)
    data["formula"] = to_text(column.formula) if column.formula else None
    return data


def _row_to_dict(row: Row) -> dict[str, Any]:
    data = _plain(row, _ROW_PLAIN)
    data["industries"] = list(row.industries)
    data["na_cols"] = list(row.na_cols)
    data["const"] = {key: str(value) for key, value in row.const.items()}
    data["formula"] = [to_text(formula) for formula in row.formulas]
    return data


def _check_to_dict(check: Check) -> dict[str, Any]:
    data = _plain(check, _CHECK_PLAIN)
    data |= {"expr": check.text, "tol": str(check.tol)}
    data |= {"rows": list(check.rows), "rows_exclude": list(check.rows_exclude)}
    return data
