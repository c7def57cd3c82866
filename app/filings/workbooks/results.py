"""What reading a workbook gives back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.filings.definitions.schema import Value, Values
from app.filings.workbooks.identity import Identity
from app.filings.workbooks.raw import letters

Place = tuple[str, str, str]  # form code, row key, column key


@dataclass(frozen=True, slots=True)
class CellProblem:
    """One cell that cannot be read: where it is in the sender's file and in the form, what is in it, why.

    `row` or `col` is '' when a whole column or row is meant; `raw` is the content as text.
    """

    form: str
    row: str
    col: str
    sheet: str
    address: str
    raw: str
    message_zh: str
    message_en: str

    def message(self, lang: str) -> str:
        return self.message_en if lang == "en" else self.message_zh


@dataclass(frozen=True, slots=True)
class Note:
    """Something the sender should know and that stops nothing."""

    form: str
    message_zh: str
    message_en: str

    def message(self, lang: str) -> str:
        return self.message_en if lang == "en" else self.message_zh


class Addresses(Mapping[Place, tuple[str, str]]):
    """Where each cell stands in the sender's file: {(form, row, col): (sheet, "C12")}.

    A table keeps its lines and columns only: ten thousand lines have a hundred thousand addresses, of which
    a handful is ever asked for.
    """

    def __init__(self) -> None:
        self._single: dict[Place, tuple[str, str]] = {}
        self._tables: dict[str, tuple[str, dict[str, int], dict[str, str]]] = {}

    def put(self, place: Place, sheet: str, address: str) -> None:
        """One cell of a fixed form or a card."""
        self._single[place] = (sheet, address)

    def put_table(self, form: str, sheet: str, rows: dict[str, int], cols: Mapping[str, int]) -> None:
        """A whole table: `rows` {row key: line}, `cols` {column key: column}, both from 0."""
        self._tables[form] = (sheet, rows, {key: letters(col) for key, col in cols.items()})

    def __getitem__(self, place: Place) -> tuple[str, str]:
        form, row, col = place
        if form not in self._tables:
            return self._single[place]
        sheet, rows, cols = self._tables[form]
        return sheet, f"{cols[col]}{rows[row] + 1}"

    def __iter__(self) -> Iterator[Place]:
        yield from self._single
        for form, (_, rows, cols) in self._tables.items():
            yield from ((form, row, col) for row in rows for col in cols)

    def __len__(self) -> int:
        return len(self._single) + sum(len(rows) * len(cols) for _, rows, cols in self._tables.values())


@dataclass(slots=True)
class ReadResult:
    """`values_by_form` holds input cells only; `columns` the same of each table by columns, None for a blank."""

    values_by_form: dict[str, Values] = field(default_factory=dict)
    columns: dict[str, dict[str, list[Value]]] = field(default_factory=dict)
    cell_addresses: Addresses = field(default_factory=Addresses)
    problems: list[CellProblem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    identity: Identity | None = None
