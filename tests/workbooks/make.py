"""Makes the golden workbooks in good/ and bad/: python -m tests.workbooks.make [name …]

They are committed; run this again only to add one, and look at what changed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from app.filings.workbooks.identity import to_pieces
from tests.workbooks import bad_files, habits
from tests.workbooks.handmade import inline_workbook
from tests.workbooks.samples import dump, identity_of, sheet_of, template
from tests.workbooks.small_forms import CARD, FIXED, SMALL, TABLE
from tests.workbooks.small_values import VALUES, filled

HERE = Path(__file__).parent
Makers = dict[str, Callable[[], bytes]]


def text_numbers() -> bytes:
    """Numbers as text, separators, full-width digits, brackets, units, Chinese and pointed dates."""
    book = filled()
    sheet = sheet_of(book, "TX01")
    sheet["D7"], sheet["E7"], sheet["D8"], sheet["E8"] = "１，２３４．５０", "（20）", "300万元", "０"
    sheet["D10"], sheet["D11"], sheet["E11"] = " 12 ", "9户", "1.0"
    table = sheet_of(book, "TX02")
    table["C5"], table["D5"], table["E5"], table["F5"] = "yes", "2026年3月5日", "1,234.50", "6.5%"
    table["C6"], table["D6"], table["E6"] = "否", "2025.12.31", "¥500"
    card = sheet_of(book, "TX03")
    card["C6"], card["C7"], card["C8"] = "2010/6/1", "1亿元", "0571 8888 0000"
    return dump(book)


def dates_1904() -> bytes:
    """Day counts from 1904, as old Macs wrote them."""
    book = filled()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet_of(book, "TX02")["D5"] = date(2026, 3, 5)
    sheet_of(book, "TX02")["D6"] = (date(2025, 12, 31) - date(1904, 1, 1)).days
    sheet_of(book, "TX02")["D6"].number_format = "General"
    sheet_of(book, "TX03")["C6"] = date(2010, 6, 1)
    return dump(book)


def moved() -> bytes:
    """Sheets renamed and reordered, a column inserted, two swapped, blank and hidden rows, totals below."""
    book = filled()
    table = sheet_of(book, "TX02")
    for row in range(4, 7):
        table.cell(row, 5).value, table.cell(row, 4).value = (
            table.cell(row, 4).value,
            table.cell(row, 5).value,
        )
        table.cell(row, 5).number_format, table.cell(row, 4).number_format = "yyyy-mm-dd", "#,##0.00"
    table.insert_rows(6, 3)
    table.row_dimensions[9].hidden = True
    table["A12"], table["D12"] = "合计", 1734.5
    table.title = "客户"
    fixed = sheet_of(book, "TX01")
    fixed.insert_cols(2)
    fixed["B4"], fixed["B7"] = "备注", "说明"
    fixed.insert_rows(8, 2)
    fixed.title = "余额 (2)"
    card = sheet_of(book, "TX03")
    card.insert_cols(3)
    card.insert_rows(4)
    book.move_sheet("客户", -2)
    for name in [name for name in book.defined_names if name.startswith("lfw_form")]:
        del book.defined_names[name]
    return dump(book)


def merged_headings() -> bytes:
    """A second line of headings: groups above, the rest merged over both lines."""
    book = filled()
    table = sheet_of(book, "TX02")
    table.insert_rows(4)
    for col in range(1, 8):
        table.cell(4, col).value = table.cell(5, col).value
    table["D4"], table["E4"], table["D5"], table["E5"] = "合同", None, "日期", "金额"
    table.merge_cells("D4:E4")
    for col in "ABCFG":
        table[f"{col}5"] = None
        table.merge_cells(f"{col}4:{col}5")
    fixed = sheet_of(book, "TX01")
    for col in "DEF":
        fixed.merge_cells(f"{col}3:{col}4") if fixed[f"{col}3"].value else None
    return dump(book)


def formulas_typed() -> bytes:
    """Formulas in input cells with their results, and a total typed over."""
    return inline_workbook(
        SMALL["TX01"], VALUES["TX01"], identity=to_pieces(identity_of(SMALL.values())), formulas=True
    )


def wps() -> bytes:
    """As WPS writes: inline texts, dimension A1, an empty fill, no shared strings."""
    return inline_workbook(SMALL["TX01"], VALUES["TX01"], identity=to_pieces(identity_of(SMALL.values())))


def without_identity() -> bytes:
    return inline_workbook(SMALL["TX01"], VALUES["TX01"])


def broken_cells() -> bytes:
    """One of every problem a cell can have."""
    book = filled()
    sheet = sheet_of(book, "TX01")
    _error(sheet, "D7", "#REF!")
    _error(sheet, "E7", "#DIV/0!")
    sheet["D8"], sheet["E8"], sheet["D10"], sheet["D11"] = "=D7+1", "很多", -3, 2.5
    table = sheet_of(book, "TX02")
    table["C5"], table["D5"], table["E5"], table["F5"] = "也许", "2026年13月5日", date(2026, 3, 5), True
    table["E5"].number_format = "yyyy-mm-dd"
    return dump(book)


def _error(sheet: Worksheet, where: str, error: str) -> None:
    sheet[where].value = error
    sheet[where].data_type = "e"


def rows_removed() -> bytes:
    book = filled()
    sheet_of(book, "TX01").delete_rows(8)
    sheet_of(book, "TX01")["A11"], sheet_of(book, "TX01")["D11"] = "自行添加的项目", 5
    return dump(book)


def other_headings() -> bytes:
    """A hand-made sheet in which a line is missing."""
    return inline_workbook(SMALL["TX01"], VALUES["TX01"], without=("r3",))


GOOD: Makers = {
    "as_downloaded": lambda: template(SMALL, VALUES),
    "in_english": lambda: template(SMALL, VALUES, lang="en"),
    "text_numbers": text_numbers,
    "dates_1904": dates_1904,
    "moved": moved,
    "merged_headings": merged_headings,
    "formulas_typed": formulas_typed,
    "wps": wps,
    "without_identity": without_identity,
    **habits.MAKERS,
}
BAD: Makers = {
    "other_institution": lambda: template(SMALL, VALUES, uscc="91110000MA0000000X"),
    "other_period": lambda: template(SMALL, VALUES, period="2026-09"),
    "wrong_form": lambda: template({"TX03": CARD}, VALUES),
    "broken_cells": broken_cells,
    "rows_removed": rows_removed,
    "no_identity": other_headings,
    **bad_files.MAKERS,
}


def main(*wanted: str) -> None:
    """Write all of them, or those with these names."""
    for folder, makers in (("good", GOOD), ("bad", BAD)):
        (HERE / folder).mkdir(exist_ok=True)
        for name, make in makers.items():
            if not wanted or name in wanted:
                (HERE / folder / f"{name}.xlsx").write_bytes(make())


__all__ = ["BAD", "FIXED", "GOOD", "TABLE", "VALUES"]

if __name__ == "__main__":
    main(*sys.argv[1:])
