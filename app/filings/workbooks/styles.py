"""The look of a template: calm, dense, printable in black and white. Formats are made once per workbook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from app.filings.definitions.schema import CellSpec
from app.filings.workbooks.convert import TEXT_TYPES

FONT = "Microsoft YaHei"
INK, BLUE, GREY, RED = "#1F2A37", "#103057", "#6B7785", "#C62828"
LINE = "#B9C3D0"
HEADING, SECTION, INPUT, LOCKED, PAST = "#D9E4F1", "#EDF2F8", "#FFFBE3", "#F1F3F6", "#F8F9FB"

_BASE: dict[str, Any] = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter"}
_CELL = _BASE | {"border": 1, "border_color": LINE}
_NAMED: dict[str, dict[str, Any]] = {
    "title": _BASE | {"bold": True, "font_size": 16, "font_color": BLUE, "align": "center"},
    "code": _BASE | {"font_color": GREY},
    "left": _BASE | {"align": "left"},
    "center": _BASE | {"align": "center"},
    "right": _BASE | {"align": "right"},
    "help": _BASE | {"font_size": 9, "font_color": GREY, "align": "left", "text_wrap": True},
    "heading": _CELL
    | {"bold": True, "font_color": BLUE, "bg_color": HEADING, "align": "center", "text_wrap": True},
    "past_heading": _CELL | {"font_color": GREY, "bg_color": PAST, "align": "center", "text_wrap": True},
    "section": _CELL | {"bold": True, "font_color": BLUE, "bg_color": SECTION, "indent": 1},
    "line": _CELL | {"font_color": GREY, "align": "center"},
    "unit": _CELL | {"font_color": GREY, "align": "center"},
    "note": _CELL | {"font_size": 9, "font_color": GREY, "text_wrap": True, "indent": 1},
    "na": _CELL | {"font_color": GREY, "bg_color": LOCKED, "align": "center"},
    "red": {"font_name": FONT, "font_size": 10, "font_color": RED, "bold": True},
    "plain": {"font_name": FONT, "font_size": 10, "font_color": INK},
    "strong": {"font_name": FONT, "font_size": 10, "font_color": BLUE, "bold": True},
    "label": _CELL | {"text_wrap": True, "indent": 1},
    "link": _CELL | {"font_color": "#1D4F8C", "underline": 1, "align": "center"},
    "guide_number": _BASE | {"font_color": GREY, "align": "center", "valign": "top"},
    "guide": _BASE | {"text_wrap": True, "valign": "top"},
    "guide_head": _BASE | {"bold": True, "font_size": 11, "font_color": BLUE},
    "sample_input": _CELL | {"bg_color": INPUT, "align": "center"},
    "sample_locked": _CELL | {"bg_color": LOCKED, "align": "center"},
    "hidden": {"font_name": FONT, "font_size": 9, "num_format": "@"},
    "open": {"font_name": FONT, "font_size": 10, "locked": False},
}


class Styles:
    """Formats of one workbook by name or by what a cell is."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._cells: dict[tuple[str, int, bool, bool], Format] = {}
        # By what they are asked for: a workbook has thousands of cells and some dozens of formats.
        self._known: dict[Any, Format] = {}

    def named(self, name: str) -> Format:
        return self._keep(name, lambda: _NAMED[name])

    def row_label(self, level: int, *, bold: bool) -> Format:
        indent = 1 + min(level, 6)
        return self._keep((indent, bold), lambda: _CELL | {"indent": indent, "bold": bold, "text_wrap": True})

    def cell(self, spec: CellSpec, *, bold: bool = False) -> Format:
        """An input is yellow and open, everything else grey and locked."""
        key = spec.type, spec.decimals, spec.is_input, bold
        if key not in self._cells:
            self._cells[key] = self._cell(spec, bold=bold)
        return self._cells[key]

    def _cell(self, spec: CellSpec, *, bold: bool) -> Format:
        look = _CELL | {"num_format": number_format(spec), "bold": bold} | _align(spec)
        if spec.type in TEXT_TYPES:
            look |= {"text_wrap": True}
        if spec.is_input:
            return self._make(look | {"bg_color": INPUT, "locked": False})
        return self._make(look | {"bg_color": LOCKED})

    def past(self, spec: CellSpec) -> Format:
        def look() -> dict[str, Any]:
            shown = _CELL | {"num_format": number_format(spec)} | _align(spec)
            return shown | {"font_color": GREY, "bg_color": PAST}

        return self._keep(("past", spec.type, spec.decimals), look)

    def _keep(self, key: Any, look: Callable[[], dict[str, Any]]) -> Format:
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._make(look())
        return found

    def _make(self, look: dict[str, Any]) -> Format:
        key = tuple(sorted(look.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(look)
        return self._made[key]


def number_format(spec: CellSpec) -> str:
    """Percentages are plain numbers here (12.34 means 12.34%): a real % format would multiply by 100."""
    if spec.is_numeric:
        return "#,##0" + ("." + "0" * spec.decimals if spec.decimals else "")
    if spec.type == "date":
        return "yyyy-mm-dd"
    return "@" if spec.type in TEXT_TYPES else "General"


def _align(spec: CellSpec) -> dict[str, Any]:
    """Numbers to the right, dates in the middle; nothing touches the lines."""
    if spec.type == "date":
        return {"align": "center"}
    return {"align": "right" if spec.is_numeric else "left", "indent": 1}
