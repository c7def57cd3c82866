"""What reading a workbook gives back."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.filings.definitions.schema import Values
from app.filings.workbooks.identity import Identity


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


@dataclass(slots=True)
class ReadResult:
    """`values_by_form` holds input cells only; `cell_addresses` {(form, row, col): (sheet, "C12")}."""

    values_by_form: dict[str, Values] = field(default_factory=dict)
    cell_addresses: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    identity: Identity | None = None
