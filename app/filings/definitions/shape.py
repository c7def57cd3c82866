"""The shape of the catalogue's text: which keys there are, and what may stand in them.

This looks at plain dictionaries only; what the entries mean together is `semantics`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.filings.definitions.schema import LAYOUTS, TYPES

Path = tuple[str | int, ...]
UNITS = frozenset(
    {
        "元", "万元", "元/股", "%", "‰", "户", "笔", "份", "人", "名", "家", "年", "倍", "件", "次", "分",
        "个", "台", "套", "天", "月", "只", "张", "辆", "平方米", "克", "股", "万股",
    }
)  # fmt: skip
FREQUENCIES = frozenset({"once", "event", "monthly", "quarterly", "annual"})


@dataclass(frozen=True, slots=True)
class Issue:
    """Something wrong at a place in the catalogue or in one form (`path` leads there)."""

    path: Path
    message: str


@dataclass(frozen=True, slots=True)
class Shape:
    """Keys and kinds of one sort of entry: key -> 'text', 'int', 'bool', 'number', 'list', 'map', 'any'."""

    required: Mapping[str, str]
    optional: Mapping[str, str]


_NAMES = {"name_zh": "text", "name_en": "text"}
_NOTES = {"note_zh": "text", "note_en": "text"}
FORM = Shape(
    {
        "code": "text", **_NAMES, "industry": "text", "family": "text", "frequency": "text", "layout": "text",
        "unit": "text", "columns": "list",
    },
    {
        "required": "bool", "required_when": "text", "rows": "list", "checks": "list", "attachments": "list",
        "min_rows": "int", "max_rows": "int", "trigger": "text", "notes_zh": "text", "notes_en": "text",
        "due": "map", "version": "int", "confidence": "text", "basis": "list",
    },
)  # fmt: skip
COLUMN = Shape(
    {"key": "text", **_NAMES, "type": "text"},
    {
        "required": "bool", "unit": "text", "choices": "any", "pattern": "text", "format": "text",
        "allow_negative": "bool", "decimals": "int", "industries": "list", "formula": "text", **_NOTES,
    },
)  # fmt: skip
ROW = Shape(
    {"key": "text", **_NAMES},
    {
        "kind": "text", "line": "int", "level": "int", "tag": "text", "type": "text", "unit": "text",
        "required": "bool", "allow_negative": "bool", "industries": "list", "na_cols": "list",
        "const": "map", "formula": "any", "of_which": "bool", "added": "bool", "flow": "bool", **_NOTES,
    },
)  # fmt: skip
CHECK = Shape(
    {
        "id": "text",
        "level": "text",
        "kind": "text",
        "expr": "text",
        "message_zh": "text",
        "message_en": "text",
    },
    {"scope": "text", "rows": "list", "rows_exclude": "list", "tol": "number", "basis": "text"},
)
ATTACHMENT = Shape({"key": "text", **_NAMES}, {"required": "bool"})
CHOICE = Shape({"v": "text", "zh": "text", "en": "text"}, {})
NAMED = Shape({"key": "text", **_NAMES}, {"type": "text", "choices": "text", "nil": "list"})
INDICATOR = Shape(
    {
        "id": "text", "industry": "text", **_NAMES, "expr": "text", "op": "text", "limit": "number",
        "unit": "text", "frequency": "text", "severity": "text",
    },
    {"source": "text", "confidence": "text", "note": "text"},
)  # fmt: skip
DOCUMENT = Shape(
    {
        "version": "text", "schema": "text", "forms": "list", "enums": "map", "industries": "list",
        "families": "list", "org_attributes": "list", "period_attributes": "list", "indicators": "list",
    },
    {"currency": "text", "defaults": "map", "due_rules": "list", "sources": "map"},
)  # fmt: skip

_KINDS: dict[str, tuple[type, ...]] = {
    "text": (str,), "int": (int,), "bool": (bool,), "number": (int, float), "list": (list,), "map": (dict,),
    "any": (object,),
}  # fmt: skip
_ALLOWED: dict[tuple[str, str], Iterable[str]] = {
    ("form", "layout"): LAYOUTS,
    ("form", "frequency"): FREQUENCIES,
    ("form", "unit"): UNITS,
    ("column", "type"): TYPES,
    ("column", "unit"): UNITS,
    ("column", "format"): ("email",),
    ("row", "type"): TYPES,
    ("row", "unit"): UNITS,
    ("row", "kind"): ("item", "header"),
    ("check", "level"): ("error", "warning"),
    ("check", "kind"): ("intra", "inter", "period", "threshold"),
    ("check", "scope"): ("form", "row"),
    ("indicator", "op"): ("<=", ">=", "<", ">", "==", "!="),
    ("indicator", "unit"): UNITS,
    ("indicator", "severity"): ("red", "yellow"),
}


def check_document(data: Any) -> list[Issue]:
    """Everything wrong with the shape of the whole catalogue."""
    issues = list(_entry(data, DOCUMENT, "document", ()))
    if issues:
        return issues
    for name, choices in data["enums"].items():
        issues += _entries(choices, CHOICE, "choice", ("enums", name), "v")
    for section in ("industries", "families", "org_attributes", "period_attributes"):
        issues += _entries(data[section], NAMED, "named", (section,), "key")
    issues += _entries(data["indicators"], INDICATOR, "indicator", ("indicators",), "id")
    issues += _entries(data["forms"], FORM, "form", ("forms",), "code")
    for index, form in enumerate(data["forms"]):
        if isinstance(form, dict):
            issues += check_form_shape(form, ("forms", index))
    return issues


def check_form_shape(form: Mapping[str, Any], path: Path) -> list[Issue]:
    """The shape of the lists inside one form."""
    issues: list[Issue] = []
    for section, shape, sort, key in (
        ("columns", COLUMN, "column", "key"),
        ("rows", ROW, "row", "key"),
        ("checks", CHECK, "check", "id"),
        ("attachments", ATTACHMENT, "attachment", "key"),
    ):
        issues += _entries(form.get(section) or [], shape, sort, (*path, section), key)
    due = form.get("due")
    if isinstance(due, dict) and not (isinstance(due.get("basis"), str) and isinstance(due.get("days"), int)):
        issues.append(Issue((*path, "due"), "due needs a basis (text) and days (whole number)"))
    return issues


def _entries(items: Any, shape: Shape, sort: str, path: Path, key: str) -> list[Issue]:
    if not isinstance(items, list):
        return [Issue(path, f"{path[-1]} must be a list")]
    issues: list[Issue] = []
    seen: set[str] = set()
    for index, item in enumerate(items):
        issues += _entry(item, shape, sort, (*path, index))
        name = item.get(key) if isinstance(item, dict) else None
        if isinstance(name, str) and name in seen:
            issues.append(Issue((*path, index), f"{sort} {key} {name!r} occurs twice"))
        seen.add(str(name))
    return issues


def _entry(item: Any, shape: Shape, sort: str, path: Path) -> Iterator[Issue]:
    if not isinstance(item, dict):
        yield Issue(path, f"a {sort} must be a mapping")
        return
    for key in shape.required:
        if key not in item:
            yield Issue(path, f"{sort}: {key} is missing")
    for key, value in item.items():
        kind = shape.required.get(key) or shape.optional.get(key)
        if kind is None:
            yield Issue((*path, key), f"{sort}: unknown key {key!r}")
        elif not _is_kind(value, kind):
            yield Issue((*path, key), f"{sort}: {key} must be {kind}, found {value!r}")
        elif kind == "text" and value not in _ALLOWED.get((sort, key), (value,)):
            yield Issue((*path, key), f"{sort}: {key} may not be {value!r}")


def _is_kind(value: Any, kind: str) -> bool:
    if kind in ("int", "number") and isinstance(value, bool):
        return False
    return isinstance(value, _KINDS[kind])
