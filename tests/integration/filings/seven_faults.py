"""What goes wrong in a month's workbook of each industry: seven cells, seven findings."""

from __future__ import annotations

from typing import Any

from app.filings.definitions.catalogue import default_catalogue
from app.filings.workbooks.plan import plan_sheet
from app.filings.workbooks.raw import address

# {industry: [(form, row, column, what stands there, column where a check tells of it or "" when nobody can
# read it)]}
# Whatever the month is: none of these figures can be right in January or at a quarter's end either.
Fault = tuple[str, str, str, str, str]
FAULTS: dict[str, tuple[Fault, ...]] = {
    "guarantee": (
        ("DB01", "r23", "inc", "壹佰", ""),
        ("DB01", "r43", "inc", "#待定", ""),
        ("DB02", "r12", "cum", "约五十", ""),
        ("DB01", "r13", "open", "3", "open"),
        ("DB01", "r15", "ytd_inc", "7", "ytd_inc"),
        ("DB02", "r19", "open", "12", "open"),
        ("DB02", "r5", "ytd", "9", "ytd"),
    ),
    "microloan": (
        ("XD01", "r24", "cust", "三十来户", ""),
        ("XD01", "r25", "ytd_cnt", "#待定", ""),
        ("XD02", "r1", "rate", "四点六", ""),
        ("XD01", "r22", "ytd_issue", "7", "ytd_issue"),
        ("XD01", "r23", "deals", "1", "deals"),
        ("XD01", "r25", "open", "900.01", "open"),
        ("XD02", "r1", "open", "2000.01", "open"),
    ),
    "pawn": (
        ("DD01", "r21", "renew", "若干", ""),
        ("DD01", "r16", "ytd_cnt", "约二十", ""),
        ("DD02", "r2", "recv", "#待定", ""),
        ("DD01", "r3", "ytd_inc", "1", "ytd_inc"),
        ("DD01", "r18", "ytd", "7", "ytd"),
        ("DD01", "r19", "close_cnt", "3", "close_cnt"),
        ("DD02", "r1", "used", "1", "used"),
    ),
    "leasing": (
        ("ZL01", "r27", "cur", "约两百", ""),
        ("ZL01", "r8", "cur", "#待定", ""),
        ("ZL01", "r2", "cur", "二十六点五", ""),
        ("ZL01", "r24", "cur", "9999999", "close"),
        ("ZL01", "r16", "cur", "9999999", "close"),
        ("ZL01", "r26", "open", "9", "open"),
        ("ZL01", "r31", "open", "9", "open"),
    ),
}


def with_seven_faults(industry: str, entries: dict[str, Any]) -> dict[str, Any]:
    """A month's figures with three cells nobody can read and four that do not agree."""
    wrong = {code: {row: dict(cells) for row, cells in rows.items()} for code, rows in entries.items()}
    for code, row, column, text, _ in FAULTS[industry]:
        wrong[code][row][column] = text
    return wrong


def places(industry: str, *, readable: bool) -> list[tuple[str, str]]:
    """(form, address in its template) of the figures that do not agree, or of the cells nobody can read."""
    found = []
    for code, row, column, _, told_at in FAULTS[industry]:
        if bool(told_at) is readable:
            plan = plan_sheet(default_catalogue().form(code), {}, "zh", industry, has_prior=False)
            at = plan.position(row, told_at or column)
            assert at is not None, (code, row, column)
            found.append((code, address(*at)))
    return found
