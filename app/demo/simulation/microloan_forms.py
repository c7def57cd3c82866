"""A microloan company's quarterly and annual forms, read from its loans and its books."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from app.demo.simulation.amounts import (
    ZERO,
    Forms,
    Rows,
    by_column,
    cents,
    chance_of,
    column,
    counts,
    in_wan,
    numbered,
    split,
)
from app.demo.simulation.base import quarter_months
from app.filings.calendar.periods import month_end

if TYPE_CHECKING:
    from app.demo.simulation.microloan import Microloan, Month

CLIENTS_BY_GRADE = {"r1": 940, "r2": 32, "r3": 13, "r4": 9, "r5": 6}
OVERDUE = {"r8": 9, "r9": 6}  # thousandths of the loans, not yet bad
BAD_BY_AGE = {"r10": 41, "r11": 34, "r12": 25}
NOTED = {"r15": 21, "r16": 8, "r17": 15}
# XD14: share of the loans in % and the average price in each band.
PRICES = {
    "r1": (2, "5.60"), "r2": (8, "7.45"), "r3": (39, "10.60"), "r4": (34, "13.55"), "r5": (13, "16.30"),
    "r6": (4, "20.40"), "r7": (0, "0"),
}  # fmt: skip
USES = ("采购原材料", "支付货款", "流动资金周转", "设备更新", "农资采购")


def quarterly(company: Microloan, year: int, month: int) -> Forms:
    """All quarterly forms that have something to enter."""
    lived = company.months[year, month]
    months = [company.months[year, number] for number in quarter_months(month)]
    issued = sum((column(one.loans, TYPE_ROWS, "issue") for one in months), ZERO)
    return {
        "XD11": _grades(lived),
        "XD12": _largest(company, month_end(year, month)),
        "XD14": _prices(lived, issued),
    }


TYPE_ROWS = ("r2", "r3", "r4", "r5", "r6", "r7")


def _grades(lived: Month) -> Rows:
    total, clients = lived.total, lived.clients
    rows = by_column(
        CLIENTS_BY_GRADE, bal=lived.graded, cust=counts(clients, CLIENTS_BY_GRADE), made=lived.made
    )
    for row, share in (OVERDUE | NOTED).items():
        rows[row] = {"bal": cents(total * share / 1000), "cust": clients * share // 1000 + 1}
    ages = split(cents(lived.bad * Decimal("0.88")), BAD_BY_AGE)
    cust = counts(rows["r3"]["cust"] + rows["r4"]["cust"], BAD_BY_AGE)
    return rows | by_column(ages, bal=ages, cust=cust)


def _largest(company: Microloan, end: date) -> Rows:
    """The ten largest borrowers, the largest at some 7% of the net assets."""
    chance = chance_of(company.company, "largest", end.year, end.month)
    rows = []
    for rank in range(1, 11):
        name, code = company.client(rank)
        bal = cents(company.capital * (Decimal("0.078") - Decimal(rank) * Decimal("0.0041")))
        start = end - timedelta(days=chance.randrange(15, 170))
        rows.append(
            {"rank": rank, "name": name, "id_no": code, "is_related": "N", "is_consumer": "N", "bal": bal}
            | {"rel_bal": cents(bal * Decimal("1.3")) if rank == 2 else bal}
            | {"rate": Decimal("9.60") + Decimal(chance.randrange(0, 42)) / 10, "start": start}
            | {"end": start + timedelta(days=182), "security": "mortgage" if rank % 3 else "surety"}
            | {"use": USES[rank % 5], "five": "normal"}
        )
    return numbered(rows)


def _prices(lived: Month, issued: Decimal) -> Rows:
    shares = {row: share for row, (share, _) in PRICES.items()}
    bal = split(lived.total, shares)
    average = {row: Decimal(price) for row, (_, price) in PRICES.items()}
    weighted = cents(sum((bal[row] * average[row] for row in bal), ZERO) / lived.total)
    rows = by_column(bal, bal=bal, cust=counts(lived.clients, shares), qtr=split(issued, shares), avg=average)
    return {**rows, "r8": {"avg": weighted}}


def annual(company: Microloan, year: int) -> Forms:
    """XD21 and XD22."""
    cur, prior = _figures(company, year), _figures(company, year - 1)
    summary = {row: {"cur": value, "prior": prior.get(row, ZERO)} for row, value in cur.items()}
    return {"XD21": summary, "XD22": _disposals(company, year)}


def _figures(company: Microloan, year: int) -> dict[str, Decimal]:
    """XD21 by row, in 万元; nothing before the books begin."""
    if (year, 12) not in company.months:
        return {}
    books, lived = company.books.at(year, 12), company.months[year, 12]
    income = {row: in_wan(amount) for row, amount in books.income.items()}
    dividend = in_wan(books.cash.get("r33", ZERO)) - income.get("r12", ZERO)
    return {
        "r1": in_wan(books.assets),
        "r2": in_wan(books.equity),
        "r3": company.capital,
        "r4": lived.total,
        "r5": column(lived.loans, TYPE_ROWS, "ytd_issue"),
        "r6": column(lived.loans, TYPE_ROWS, "ytd_cnt"),
        "r7": column(lived.funds, lived.funds, "close"),
        "r8": income["r1"],
        "r9": income["r3"],
        "r10": income["r1"] - income["r3"],
        "r11": income.get("r12", ZERO),
        "r12": income["r9"],
        "r13": lived.year["provided"],
        "r14": in_wan(books.cash.get("r12", ZERO)),
        "r15": in_wan(books.net),
        "r16": dividend,
        "r17": lived.bad,
        "r18": lived.year["written"],
        "r19": lived.year["recovered"],
        "r20": Decimal(company.company.number % 4),
        "r21": Decimal(company.company.number % 4),
        "r22": Decimal(company.company.staff),
        "r23": Decimal(78 + company.company.number % 15),
    }


def _disposals(company: Microloan, year: int) -> Rows:
    rows = []
    for number, found in enumerate(company.disposals[year], start=1):
        name, code = company.client(300 + number)
        rows.append(
            {
                "name": name,
                "id_no": code,
                "contract_no": f"示贷字{year - 1}{found.month:02d}号",
                "bal": found.bal,
            }
            | {"mode": "writeoff" if found.written else "cash", "date": date(year, found.month, 18)}
            | {"cash": found.cash, "asset": ZERO, "written": found.written}
        )
    return numbered(rows)
