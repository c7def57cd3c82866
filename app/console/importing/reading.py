"""From the uploaded workbook to lines that can be entered and faults with their cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from app.console.importing.form import CODE, import_form, import_identity
from app.console.importing.rules import (
    Area,
    Fault,
    RegionNames,
    completed,
    line_faults,
    repeated,
    wording,
)
from app.console.importing.unread import notes, other_lists
from app.core.excel import TABLES
from app.filings.workbooks.reader import read_book
from app.filings.workbooks.results import ReadResult
from app.filings.workbooks.runner import read_raw

_YUAN_PER_UNIT = Decimal(10_000)  # the form asks for 万元, the register holds 元
_DAYS = ("licence_from", "licence_to", "since", "terminated_on")


@dataclass
class Reading:
    """`rows`: lines without fault, ready to be stored as JSON; `problems`: see `_problem`; `notes` stop
    nothing; `total`: lines in all."""

    total: int
    rows: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, str]] = field(default_factory=list)


def read_list(
    content: bytes, regions: RegionNames, area: Area, known_codes: set[str], today: date
) -> Reading:
    """Read and check a whole list. Raises WorkbookRefused when it is no such list."""
    form = import_form()
    book = read_raw(content, TABLES)
    result = read_book(book, {CODE: form}, import_identity())
    lines = {
        key: completed(values, regions, today)
        for key, values in result.values_by_form[CODE].items()
        if any(value is not None for value in values.values()) or _is_faulty(result, key)
    }
    reading = Reading(len(lines))
    unreadable = {(problem.row, problem.col) for problem in result.problems}
    reading.problems = [
        _problem(
            result, problem.row, problem.col, (problem.message_zh, problem.message_en),
            (problem.sheet, problem.address), problem.raw,
        )
        for problem in result.problems
    ]  # fmt: skip
    for key, fault in _faults(lines, regions, area, known_codes, today):
        if (key, fault.column) not in unreadable:
            reading.problems.append(_told(result, key, fault, lines[key]))
    reading.problems += [
        _problem(result, "", "", message, (sheet, "A1"), "") for sheet, message in other_lists(book, form)
    ]
    reading.problems.sort(key=lambda problem: (problem["line"], problem["column"]))
    faulty = {problem["key"] for problem in reading.problems}
    if "" not in faulty:  # something is wrong with the list as a whole
        reading.rows = [
            {"line": _line_of(result, key), **_stored(line)}
            for key, line in lines.items()
            if key not in faulty
        ]
    reading.notes = [{"message_zh": zh, "message_en": en} for zh, en in notes(book, form, result.identity)]
    return reading


def _is_faulty(result: ReadResult, key: str) -> bool:
    return any(problem.row == key for problem in result.problems)


def _faults(
    lines: Mapping[str, Mapping[str, Any]],
    regions: RegionNames,
    area: Area,
    known_codes: set[str],
    today: date,
) -> list[tuple[str, Fault]]:
    found = [(key, fault) for key, line in lines.items() for fault in line_faults(line, regions, area, today)]
    codes = {key: str(line["uscc"]) for key, line in lines.items() if line.get("uscc")}
    again = repeated(codes.items())
    found += [(key, Fault("uscc", "repeated", (first,))) for key, first in again.items()]
    found += [(key, Fault("uscc", "on_register")) for key, code in codes.items() if code in known_codes]
    return found


def _told(result: ReadResult, key: str, fault: Fault, line: Mapping[str, Any]) -> dict[str, Any]:
    if fault.code == "repeated":  # people count the lines of their sheet
        fault = Fault(fault.column, fault.code, (str(_line_of(result, fault.values[0])),))
    value = line.get(fault.column)
    shown = "" if value is None else str(value)
    return _problem(result, key, fault.column, wording(fault), None, shown)


def _problem(
    result: ReadResult,
    key: str,
    column: str,
    message: tuple[str, str],
    place: tuple[str, str] | None,
    value: str,
) -> dict[str, Any]:
    """As it is stored: line and cell in the sender's sheet, the column's name, what was there, what is wrong."""
    sheet, address = place or result.cell_addresses.get((CODE, key, column)) or ("", "")
    spec = import_form().column(column) if column else None
    return {
        "key": key,
        "line": _line_of(result, key),
        "sheet": sheet,
        "address": address,
        "column": column,
        "label_zh": spec.name_zh if spec else "",
        "label_en": spec.name_en if spec else "",
        "value": value[:200],
        "message_zh": message[0],
        "message_en": message[1],
    }


def _line_of(result: ReadResult, key: str) -> int:
    for column in ("name", "uscc"):
        place = result.cell_addresses.get((CODE, key, column))
        if place:
            return int("".join(char for char in place[1] if char.isdigit()))
    return 0


def _stored(line: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in line.items() if value is not None and name != "region"}
    for name in _DAYS:
        if name in found:
            found[name] = found[name].isoformat()
    if "registered_capital" in found:
        found["registered_capital"] = str(found["registered_capital"] * _YUAN_PER_UNIT)
    return found


def loaded(row: Mapping[str, Any]) -> dict[str, Any]:
    """A stored row as Python has it."""
    found = dict(row)
    for name in _DAYS:
        if name in found:
            found[name] = date.fromisoformat(found[name])
    if "registered_capital" in found:
        found["registered_capital"] = Decimal(found["registered_capital"])
    return found


def most_frequent(problems: list[dict[str, Any]], lang: str) -> list[tuple[str, int]]:
    """Which columns are wrong how often, most often first."""
    return Counter(problem[f"label_{lang}"] for problem in problems).most_common(5)
