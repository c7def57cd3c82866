"""Which sheet is which form, and where on it every cell of the form stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import takewhile

from app.filings.definitions.schema import CARD_ROW, Column, Form, Row
from app.filings.workbooks.grid import Grid, column_names, fold, names_of_columns
from app.filings.workbooks.identity import FORM_NAME_PREFIX
from app.filings.workbooks.raw import RawBook, RawSheet
from app.filings.workbooks.words import label_twins

_ALIKE = 0.6
_ENOUGH = 0.6
_NOT_FORMS = frozenset([*label_twins("guide"), *label_twins("findings")])
_NAMED_CELL = re.compile(r"^'?(?P<sheet>.*?)'?\s*!\s*\$?[A-Z]+\$?\d+$")


@dataclass(slots=True)
class Layout:
    """Positions on one sheet. `rows` {row key: row} (fixed), `cols` {column key: column}, for cards `spots`.

    `missing` are the labels that could not be found, `renamed` rows matched by their line number only,
    `strange` rows that belong to no line of the form.
    """

    cols: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    spots: dict[str, tuple[int, int]] = field(default_factory=dict)
    first_row: int = 0
    label_col: int | None = None
    missing: list[str] = field(default_factory=list)
    renamed: list[tuple[int, str]] = field(default_factory=list)
    strange: list[int] = field(default_factory=list)
    expected: int = 0

    @property
    def is_recognised(self) -> bool:
        """More than half of what the form consists of was found."""
        return bool(self.expected) and len(self.missing) < self.expected * (1 - _ENOUGH)


def assign_sheets(book: RawBook, forms: Mapping[str, Form], industry: str | None) -> dict[str, RawSheet]:
    """{form code: sheet}: by the template's name for the sheet, else by the code, else by the labels."""
    free = {
        sheet.name: sheet
        for sheet in book.sheets
        if not sheet.name.startswith("_") and sheet.name not in _NOT_FORMS
    }
    found: dict[str, RawSheet] = {}
    for by in (_by_name, _by_code, _by_labels):
        for code, form in forms.items():
            if code in found:
                continue
            sheet = by(book, form, free, industry)
            if sheet is not None:
                found[code] = free.pop(sheet.name)
    return found


def _by_name(
    book: RawBook, form: Form, free: Mapping[str, RawSheet], industry: str | None
) -> RawSheet | None:
    named = _NAMED_CELL.match(book.names.get(f"{FORM_NAME_PREFIX}{form.code}", ""))
    return free.get(named["sheet"].replace("''", "'")) if named else None


def _by_code(
    book: RawBook, form: Form, free: Mapping[str, RawSheet], industry: str | None
) -> RawSheet | None:
    code = re.compile(rf"(?<![A-Z0-9]){re.escape(form.code)}(?![0-9])")
    for sheet in free.values():
        if code.search(sheet.name):
            return sheet
    for sheet in free.values():
        # The sheet of instructions lists codes too, in a column of their own and without the name.
        lines = takewhile(lambda line: line[0] < 5, sheet.lines(0))
        head = (cell.text for _, line in lines for _, cell in line if len(cell.text) < 80)
        if any(code.match(text.strip()) and len(text.strip()) > len(form.code) for text in head):
            return sheet
    return None


def _by_labels(
    book: RawBook, form: Form, free: Mapping[str, RawSheet], industry: str | None
) -> RawSheet | None:
    best, fewest = None, None
    for sheet in free.values():
        layout = lay_out(form, sheet, industry)
        if layout.is_recognised and (fewest is None or len(layout.missing) < fewest):
            best, fewest = sheet, len(layout.missing)
    return best


def lay_out(form: Form, sheet: RawSheet, industry: str | None) -> Layout:
    """Where the cells of the form stand on this sheet."""
    grid = Grid(sheet)
    if form.layout == "card":
        return _card(form, grid, industry)
    layout = Layout()
    columns = form.shown_columns(industry)
    names = names_of_columns(form, columns)
    heading_row, headings = grid.best_heading_row(names)
    layout.first_row = heading_row + 1
    layout.cols = {key: grid.fullest(cols, layout.first_row) for key, cols in headings.items()}
    needed = [column for column in columns if _is_filled_in(form, column)]
    layout.missing = [column.name_zh for column in needed if column.key not in layout.cols]
    layout.expected = len(needed)
    if form.layout == "fixed":
        _rows(form, grid, layout, industry)
    return layout


def _rows(form: Form, grid: Grid, layout: Layout, industry: str | None) -> None:
    rows = list(form.item_rows(industry))
    by_label: dict[str, list[Row]] = {}
    for row in rows:
        for label in {fold(row.name_zh), fold(row.name_en)}:
            by_label.setdefault(label, []).append(row)
    layout.label_col = grid.label_column(by_label)
    needed = [row for row in rows if any(_is_input(form, row.key, column.key) for column in form.columns)]
    layout.expected += len(needed)
    if layout.label_col is not None:
        _match_rows(_Lines(form, grid, layout), by_label)
    layout.missing += [row.name_zh for row in needed if row.key not in layout.rows]


def _is_filled_in(form: Form, column: Column) -> bool:
    """Whether the sender fills in any cell of the column: calculated ones may be missing."""
    keys = ("",) if form.layout == "table" else tuple(row.key for row in form.item_rows())
    return any(_is_input(form, key, column.key) for key in keys)


def _is_input(form: Form, row_key: str, col_key: str) -> bool:
    spec = form.cell_spec(row_key, col_key)
    return spec is not None and spec.is_input


class _Lines:
    """The lines of a sheet below its heading: label and line number (行次) of each."""

    def __init__(self, form: Form, grid: Grid, layout: Layout) -> None:
        self.form, self.layout = form, layout
        col = layout.label_col or 0
        line_col = self._line_column(grid)
        self.labels: dict[int, str] = {}
        self.numbers: dict[int, int] = {}
        for at in range(layout.first_row, grid.sheet.last_row + 1):
            label = fold(grid.sheet.text(at, col))
            if label:
                self.labels[at] = label
            number = grid.sheet.text(at, line_col).strip() if line_col is not None else ""
            if re.fullmatch(r"\d{1,4}(\.0)?", number):
                self.numbers[at] = int(float(number))
        value_cols = set(layout.cols.values())
        self.filled = {row for row, at in grid.sheet.cells if at in value_cols}
        self.section_labels = {
            fold(name) for row in form.rows if row.is_header for name in (row.name_zh, row.name_en)
        }

    def _line_column(self, grid: Grid) -> int | None:
        names = dict.fromkeys(map(fold, label_twins("line")), "line")
        for at in range(self.layout.first_row):
            found = grid.headings(names, at).get("line")
            if found:
                return found[0]
        return None


def _match_rows(lines: _Lines, by_label: Mapping[str, list[Row]]) -> None:
    layout = lines.layout
    taken: set[int] = set()

    def take(at: int, row: Row) -> None:
        layout.rows[row.key] = at
        taken.add(at)

    for at, label in lines.labels.items():
        for row in by_label.get(label, ()):
            if row.key not in layout.rows and at not in taken and lines.numbers.get(at) == row.line:
                take(at, row)
    for at, label in lines.labels.items():
        if at in taken:
            continue
        left = [row for row in by_label.get(label, ()) if row.key not in layout.rows]
        if left:
            take(at, left[0])
    _match_by_number(lines, taken, take)
    layout.strange = [
        at
        for at, label in lines.labels.items()
        if at not in taken and at in lines.filled and label not in lines.section_labels
    ]


def _match_by_number(lines: _Lines, taken: set[int], take: Callable[[int, Row], None]) -> None:
    """Rows whose label was edited a little, found by their line number."""
    by_line = {row.line: row for row in lines.form.rows if row.line is not None}
    for at, number in lines.numbers.items():
        row = by_line.get(number)
        if at in taken or row is None or row.key in lines.layout.rows:
            continue
        label = lines.labels.get(at, "")
        likeness = max(
            SequenceMatcher(None, label, fold(name)).ratio() for name in (row.name_zh, row.name_en)
        )
        if likeness >= _ALIKE:
            take(at, row)
            lines.layout.renamed.append((at, row.key))


def _card(form: Form, grid: Grid, industry: str | None) -> Layout:
    layout = Layout()
    columns = form.shown_columns(industry)
    names = {column.key: column_names(form, column) for column in columns}
    layout.expected = len(columns)
    every = {name: key for key, found in names.items() for name in found}
    main = grid.label_column(every)
    value_col = _value_column(grid, main)
    for column in columns:
        spot = _label_spot(grid, names[column.key], main)
        if spot is None:
            if column.formula is None:
                layout.missing.append(column.name_zh)
        else:
            beside = value_col if value_col is not None and spot[1] == main else _right_of(grid, *spot)
            layout.spots[column.key] = (spot[0], beside)
    layout.rows = {CARD_ROW: 0}
    return layout


def _value_column(grid: Grid, main: int | None) -> int | None:
    """The column headed 填写内容, when there is one right of the labels."""
    names = dict.fromkeys(map(fold, label_twins("content")), "content")
    at, found = grid.best_heading_row(names)
    cols = [col for col in found.get("content", []) if main is None or col > main]
    return grid.fullest(cols, at + 1) if cols else None


def _label_spot(grid: Grid, names: set[str], main: int | None) -> tuple[int, int] | None:
    spots = [at for at, cell in grid.sheet.cells.items() if cell.kind == "s" and fold(cell.text) in names]
    return min(spots, key=lambda at: (at[1] != main, at), default=None)


def _right_of(grid: Grid, row: int, col: int) -> int:
    """The column after a label, past the cells merged with it."""
    for top, left, bottom, right in grid.sheet.merges:
        if top <= row <= bottom and left <= col <= right:
            return right + 1
    return col + 1
