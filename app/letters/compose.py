"""Layout and data become a document: what the three forms (page, PDF, Word) are drawn from. Plain values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.letters.rules import PLACEHOLDER, DataProblem, Kind

NOTHING = "（无）"
KEPT = 2  # blocks before the signature that stand on its page
TABLE_POINTS, CELL_INSET, CELL_SIZE = 442, 8, 10.5  # the width of the type area, and of what is in a cell
WHOLE_LINES = 10


def chinese_day(day: date) -> str:
    """A day as letters write it: 2026年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def check_data(kind: Kind, data: Mapping[str, Any]) -> None:
    """Raise DataProblem when a field or table of the kind is missing or unknown."""
    expected = kind.own_fields | set(kind.tables)
    missing, unknown = expected - set(data), set(data) - set(kind.fields) - set(kind.tables)
    if missing or unknown:
        raise DataProblem(f"{kind.name}: missing {sorted(missing)}, unknown {sorted(unknown)}")
    if wrong := [name for name in sorted(kind.own_fields) if not isinstance(data[name], str)]:
        raise DataProblem(f"{kind.name}: not text: {wrong}")
    for name, table in kind.tables.items():
        keys = {column.key for column in table.columns}
        for row in data[name]:
            if set(row) != keys or not all(isinstance(cell, str) for cell in row.values()):
                raise DataProblem(f"{kind.name}.{name}: row has {sorted(row)}, columns are {sorted(keys)}")


def fill(text: str, values: Mapping[str, Any]) -> str:
    """Put the values in. One pass: braces inside a value stay what they are."""
    filled = PLACEHOLDER.sub(lambda match: str(values.get(match[1], "")).strip(), text)
    return filled.replace("。。", "。")


def number_of(layout: Mapping[str, Any], data: Mapping[str, Any], year: int, n: int | str) -> str:
    """The number's line, counted."""
    return fill(str(layout["number"]), {**data, "year": year, "n": n})


def is_counted(layout: Mapping[str, Any]) -> bool:
    """Whether the number counts by year (otherwise it comes from the data)."""
    return any(match[1] == "n" for match in PLACEHOLDER.finditer(str(layout["number"])))


def compose(
    kind: Kind, layout: Mapping[str, Any], data: Mapping[str, Any], *, number: str, authority: str, on: date
) -> dict[str, Any]:
    """The document: red, head, number, title, addressee and a body of paragraphs, headings, lines, tables
    (columns with title and weight, rows of text), one signature and page breaks."""
    values = {**data, "authority": authority, "number": number, "date": chinese_day(on)}
    body: list[dict[str, Any]] = []
    for block in layout["blocks"]:
        body.extend(_block(kind, block, values, layout))
    _keep_with_signature(body)
    lines = {name: fill(str(layout[name]), values) for name in ("head", "title", "addressee")}
    return {"red": bool(layout["red"]), **lines, "number": number, "body": body}


def _keep_with_signature(body: list[dict[str, Any]]) -> None:
    """No seal stands alone on a page, nor with the list of annexes only: text of the letter goes with it."""
    for at, one in enumerate(body):
        if one["type"] == "signature":
            for before in body[max(0, at - KEPT) : at]:
                before["keep"] = True


def stays_whole(columns: Sequence[Mapping[str, Any]], row: Sequence[str]) -> bool:
    """Whether a row goes to the next page in one piece. A long one is divided: it would leave half a page empty."""
    total = sum(column["weight"] for column in columns)
    lines = 0
    for column, cell in zip(columns, row, strict=True):
        in_line = max(1, int((TABLE_POINTS * column["weight"] / total - CELL_INSET) / CELL_SIZE))
        lines = max(lines, sum(-(-len(part) // in_line) for part in cell.split("\n")))
    return lines <= WHOLE_LINES


def _block(
    kind: Kind, block: Mapping[str, Any], values: Mapping[str, Any], layout: Mapping[str, Any]
) -> list[dict[str, Any]]:
    text = fill(str(block.get("text", "")), values)
    match block["type"]:
        case "table":
            return [_table(kind, str(block["table"]), text, values)]
        case "signature":
            name = fill(str(layout["sign"]), values)
            return [{"type": "signature", "name": name, "date": values["date"]}]
        case "page_break":
            return [{"type": "page_break"}]
        case other:
            return [
                {"type": other, "text": line.strip(), "keep": False}
                for line in text.splitlines()
                if line.strip()
            ]


def _table(kind: Kind, name: str, text: str, values: Mapping[str, Any]) -> dict[str, Any]:
    table = kind.tables[name]
    rows = [[str(row[column.key]) for column in table.columns] for row in values[name]]
    columns = [{"title": column.zh, "weight": column.weight} for column in table.columns]
    return {"type": "table", "title": text, "columns": columns, "rows": rows, "nothing": NOTHING}
