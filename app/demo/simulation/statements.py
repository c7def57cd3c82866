"""Financial statements from the books: CW01–CW03 by quarter, CW11–CW14 by year. In 元."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from app.demo.companies import Company, credit_code_of
from app.demo.simulation.amounts import ZERO, Forms, Rows
from app.demo.simulation.books import ASSETS, CASH, LIABILITIES, Books, Snapshot

BALANCE_ROWS = (*ASSETS.values(), *LIABILITIES.values())
INCOME_ROWS = (
    "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r9", "r11", "r12", "r13", "r14", "r15", "r16", "r17", "r22", "r26",
    "r27", "r29", "r31",
)  # fmt: skip
CASH_ROWS = (
    "r1", "r2", "r3", "r4", "r5", "r7", "r8", "r9", "r10", "r11", "r12", "r13", "r16", "r17", "r18", "r22", "r23",
    "r25", "r29", "r30", "r32", "r33", "r39",
)  # fmt: skip
NOTHING = Snapshot({}, {}, {})


def quarterly(books: Books, year: int, month: int) -> Forms:
    """CW01–CW03 at the end of a quarter."""
    now, began = books.at(year, month), books.at(year - 1, 12)
    former = books.at(year, month - 3) if month > 3 else NOTHING
    last_year = books.snapshots.get((year - 1, month), NOTHING)
    income, cash = _income(now), _cash(now, began)
    before = {**_cash(former, began), "r39": _opening_cash(began)} if month > 3 else {}
    quarter = _less(cash, before)
    quarter["r39"] = _opening_cash(former if month > 3 else began)
    year_ago = books.snapshots.get((year - 2, 12), NOTHING)
    return {
        "CW01": _balance(now, began),
        "CW02": _columns(
            INCOME_ROWS,
            cur=_less(income, _income(former)),
            ytd=income,
            sply=_income(last_year),
        ),
        "CW03": _columns(CASH_ROWS, cur=quarter, ytd=cash, sply=_cash(last_year, year_ago)),
    }


def annual(company: Company, books: Books, year: int) -> Forms:
    """CW11–CW14: the audit changed nothing."""
    now, began = books.at(year, 12), books.at(year - 1, 12)
    year_ago = books.snapshots.get((year - 2, 12), NOTHING)
    return {
        "CW11": _balance(now, began),
        "CW12": _columns(INCOME_ROWS, cur=_income(now), prior=_income(began)),
        "CW13": _columns(CASH_ROWS, cur=_cash(now, began), prior=_cash_before(began, year_ago)),
        "CW14": {"card": _audit(company, now, year)},
    }


def _audit(company: Company, now: Snapshot, year: int) -> dict[str, object]:
    return {
        "firm": "示例会计师事务所（普通合伙）",
        "firm_uscc": credit_code_of("330106", 9_000_001),
        "report_no": f"示审字〔{year + 1}〕第{company.number:04d}号",
        "report_date": date(year + 1, 2, 10 + company.number % 15),
        "opinion": "clean",
        "cpa1": "李示例",
        "cpa2": "王示例",
        "audited_assets": now.assets,
        "audited_equity": now.equity,
        "audited_net": now.net,
    }


def _balance(now: Snapshot, began: Snapshot) -> Rows:
    return _columns(BALANCE_ROWS, close=now.balance, open=began.balance)


def _income(picture: Snapshot) -> dict[str, Decimal]:
    return {**picture.income, "r31": picture.net}


def _cash(picture: Snapshot, began: Snapshot) -> dict[str, Decimal]:
    return {**picture.cash, "r39": _opening_cash(began)}


def _cash_before(began: Snapshot, year_ago: Snapshot) -> dict[str, Decimal]:
    """Last year's flows; where the books do not reach back, all of its closing cash was there already."""
    return _cash(began, year_ago if year_ago.balance else began)


def _opening_cash(picture: Snapshot) -> Decimal:
    return picture.balance.get(CASH, ZERO)


def _less(whole: Mapping[str, Decimal], part: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {row: whole.get(row, ZERO) - part.get(row, ZERO) for row in {**whole, **part}}


def _columns(rows: tuple[str, ...], **columns: Mapping[str, Decimal]) -> Rows:
    return {row: {name: cells.get(row, ZERO) for name, cells in columns.items()} for row in rows}
