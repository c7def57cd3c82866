"""Lists of institutions as regulators have them in Excel."""

from __future__ import annotations

import io
from typing import Any

import openpyxl

from app.console.importing import services
from app.console.importing.form import import_form
from tests.factories import make_region, uscc

HEADINGS = {column.key: column.name_zh for column in import_form().columns}


def make_regions() -> None:
    """A small province."""
    make_region("330000", "示例省")
    for city, name in (("330100", "甲市"), ("330200", "乙市")):
        make_region(city, name, "330000")
        make_region(f"{city[:4]}02", "东区", city)
    make_region("330106", "西湖区", "330100")


def company(number: int, **changes: Any) -> dict[str, Any]:
    """A right line, with changes."""
    values = {
        "name": f"示例{number}号融资担保有限公司",
        "uscc": uscc(number),
        "industry": "融资担保公司",
        "region": "甲市西湖区",
        "address": f"示例路{number}号",
        "legal_representative": "测试甲",
        "registered_capital": "10,000",
        "licence_no": f"示例B{number:05d}",
        "licence_issuer": "示例监管局",
        "licence_from": "2021-03-05",
        "licence_to": "2031-03-04",
        "contact_name": "测试乙",
        "mobile": "13800000000",
        "email": f"b{number}@example.invalid",
    }
    return {**values, **changes}


def filled(rows: list[dict[str, Any]]) -> bytes:
    """The template with these lines, saved by another program than ours."""
    book = openpyxl.load_workbook(io.BytesIO(services.template()))
    sheet = next(sheet for sheet in book.worksheets if _heading_row(sheet) is not None)
    at = _heading_row(sheet)
    assert at is not None
    columns = {}
    for cell in sheet[at]:
        text = str(cell.value or "").replace("*", "").replace(" ", "").split("\n")[0].split("（")[0]
        columns |= {key: cell.column for key, name in HEADINGS.items() if name == text}
    first = at + 1
    while any(sheet.cell(first, col).value for col in list(columns.values())[:3]):
        first += 1
    for line, row in enumerate(rows, start=first):
        for key, value in row.items():
            sheet.cell(line, columns[key]).value = value
    target = io.BytesIO()
    book.save(target)
    book.close()
    return target.getvalue()


def own_list(rows: list[dict[str, Any]], *, more: dict[str, Any] | None = None, sheets: int = 1) -> bytes:
    """A regulator's own workbook: a merged title, the headings, the lines; `more` columns; several sheets of it."""
    book = openpyxl.Workbook()
    more = more or {}
    for number in range(sheets):
        sheet = book.active if number == 0 else book.create_sheet(f"第{number + 1}张")
        sheet.append(["示例市机构名单"])
        sheet.merge_cells("A1:H1")
        sheet.append(["序号", *HEADINGS.values(), *more])
        for at, row in enumerate(rows, start=1):
            sheet.append([at, *(row.get(key) for key in HEADINGS), *more.values()])
    target = io.BytesIO()
    book.save(target)
    book.close()
    return target.getvalue()


def _heading_row(sheet: Any) -> int | None:
    for row in sheet.iter_rows(min_row=1, max_row=12):
        texts = "".join(str(cell.value or "") for cell in row)
        if HEADINGS["uscc"] in texts and HEADINGS["legal_representative"] in texts:
            return int(row[0].row)
    return None
