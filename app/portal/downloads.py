"""The public list as a file. Cells that a spreadsheet could take for a formula are written as text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import IO, Any

from flask_babel import gettext as _

from app.portal.labels import INSTITUTION_STATE_LABELS, region_name
from app.portal.rules import starts_like_formula

FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
KEYS = ("name", "uscc", "region", "licence_no", "licence_from", "licence_to", "status")
WIDTHS = (40, 22, 18, 24, 14, 14, 12)


def headings() -> list[str]:
    """The heading of each column, in the order of KEYS."""
    return [
        _("机构名称"),
        _("统一社会信用代码"),
        _("所属地区"),
        _("许可证编号"),
        _("有效期起"),
        _("有效期止"),
        _("状态"),
    ]


def public_cells(row: Any) -> list[str]:
    """One row of the registry as texts, in the order of KEYS."""
    return [
        row.name,
        row.uscc,
        region_name(row),
        row.licence_no or "",
        row.licence_from.isoformat() if row.licence_from else "",
        row.licence_to.isoformat() if row.licence_to else "",
        str(INSTITUTION_STATE_LABELS.get(row.status, row.status)),
    ]


def write_file(kind: str, rows: Iterable[Any], title: str) -> IO[bytes]:
    """A rewound file with all rows; `kind` is a key of FORMATS. Ten thousand rows make about half a megabyte."""
    target = io.BytesIO()
    cells = (public_cells(row) for row in rows)
    {"xlsx": _write_xlsx, "csv": _write_csv, "json": _write_json}[kind](target, cells, title)
    target.seek(0)
    return target


def _write_xlsx(target: IO[bytes], rows: Iterator[list[str]], title: str) -> None:
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet(title[:31])
        head = book.add_format({"bold": True, "bg_color": "#EEF2F6", "bottom": 1})
        # The quote keeps such a cell a text even after it was edited in a spreadsheet.
        quoted = book.add_format({"quote_prefix": True})
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        for column, text in enumerate(headings()):
            sheet.write_string(0, column, text, head)
        for line, cells in enumerate(rows, start=1):
            for column, text in enumerate(cells):
                sheet.write_string(line, column, text, quoted if starts_like_formula(text) else None)


def _write_csv(target: IO[bytes], rows: Iterator[list[str]], title: str) -> None:
    # The mark at the beginning makes Excel read UTF-8.
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(headings())
    for cells in rows:
        writer.writerow(["'" + cell if starts_like_formula(cell) else cell for cell in cells])
    text.detach()


def _write_json(target: IO[bytes], rows: Iterator[list[str]], title: str) -> None:
    records = [dict(zip(KEYS, cells, strict=True)) for cells in rows]
    document = {"title": title, "count": len(records), "institutions": records}
    target.write(json.dumps(document, ensure_ascii=False, indent=1).encode())
