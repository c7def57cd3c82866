"""What a new version of a form or indicator changes, as lines that people can read before they load it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

# The lists inside a form and what tells their entries apart.
_PARTS = {"columns": "key", "rows": "key", "checks": "id", "attachments": "key"}
_SINGULAR = {"columns": "column", "rows": "row", "checks": "check", "attachments": "attachment"}


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Every change from one stored definition to another: added (+), removed (-) and changed (~) entries."""
    lines = list(_fields(old, new, ""))
    for part, key in _PARTS.items():
        before = {item[key]: item for item in old.get(part) or ()}
        after = {item[key]: item for item in new.get(part) or ()}
        name = _SINGULAR[part]
        lines += [f"- {name} {gone}" for gone in before if gone not in after]
        for one, item in after.items():
            if one not in before:
                lines.append(f"+ {name} {one}{_title(item)}")
            else:
                lines += _fields(before[one], item, f"{name} {one} ")
        kept = [one for one in before if one in after]
        if kept != [one for one in after if one in before]:
            lines.append(f"~ order of {part}")
    return lines


def _fields(old: Mapping[str, Any], new: Mapping[str, Any], where: str) -> Iterator[str]:
    for name in dict.fromkeys((*old, *new)):
        if name in _PARTS or name == "version":
            continue
        before, after = old.get(name), new.get(name)
        if before != after:
            yield f"~ {where}{name}: {_told(before)} -> {_told(after)}"


def _title(item: Mapping[str, Any]) -> str:
    return f" ({item['name_zh']})" if item.get("name_zh") else ""


def _told(value: Any) -> str:
    """A value on one line; a list of choices by its stored values."""
    if value in (None, "", [], ()):
        return "(nothing)"
    if isinstance(value, list):
        return ", ".join(item["v"] if isinstance(item, dict) and "v" in item else str(item) for item in value)
    return str(value)
