"""A pawnshop's quarterly and annual forms, read from its pawns, its forfeited goods and its books."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.demo.simulation.amounts import (
    ZERO,
    Forms,
    Rows,
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
    from app.demo.simulation.pawn import Forfeited, Pawn

MOVABLE = ("r3", "r4", "r5", "r6", "r7", "r8")
RIGHTS = ("r10", "r11", "r12", "r13")
REALTY = ("r15", "r16", "r17")
CLASSES = {"mv": MOVABLE, "rt": RIGHTS, "re": REALTY}
KINDS = (*MOVABLE, *RIGHTS, *REALTY)
OVERDUE = {"r2": 9590, "r3": 210, "r4": 130, "r5": 70}
LARGE = {
    "realty": ("住宅抵押", 18, Decimal("0.62")),
    "movable": ("生产设备", 28, Decimal("0.55")),
    "right": ("仓单", 15, Decimal("0.70")),
}
MOVABLE_NAMES = {"r3": "黄金首饰", "r4": "名表", "r5": "小型轿车", "r8": "数码相机"}
AUCTION_FROM = 3  # 万元; what is worth more is auctioned (典当管理办法 第四十三条)


def quarterly(company: Pawn, year: int, month: int) -> Forms:
    """All quarterly forms that have something to enter."""
    months = [(year, number) for number in quarter_months(month)]
    found: Forms = {"DD11": _risk(company, months), "DD12": _largest(company, month_end(year, month))}
    goods = _goods(company, months)
    if goods:
        found["DD14"] = numbered([_good(item) for item in goods])
    return found


def _goods(company: Pawn, months: list[tuple[int, int]]) -> list[Forfeited]:
    """What was sold in the quarter and what is still there at its end."""
    sold = [item for when in months for item in company.goods[when] if item.sold_on]
    return sold + [item for item in company.goods[months[-1]] if not item.sold_on]


def _risk(company: Pawn, months: list[tuple[int, int]]) -> Rows:
    pawned = company.months[months[-1]][0]
    rows: Rows = {row: {} for row in (*OVERDUE, "r6", "r7", "r13", "r14")}
    for name, kinds in CLASSES.items():
        balance = column(pawned, kinds, "close")
        for row, part in split(balance, OVERDUE).items():
            rows[row][name] = part
        rows["r7"][name] = cents(balance * Decimal("0.11"))
        rows["r13"][name] = cents(balance * Decimal("0.012")) if name == "re" else ZERO
        rows["r6"][name] = ZERO
    for name, part in split(
        cents(company.books_allowance(*months[-1])), {"mv": 35, "rt": 10, "re": 55}
    ).items():
        rows["r14"][name] = part
    number = column(pawned, KINDS, "close_cnt")
    for row, part in counts(number, OVERDUE).items():
        rows[row]["cnt"] = part
    rows["r7"]["cnt"], rows["r13"]["cnt"] = number * 9 // 100, Decimal(1)
    return {**rows, **_forfeited(company, months)}


def _forfeited(company: Pawn, months: list[tuple[int, int]]) -> Rows:
    """Goods at the beginning, added, sold; only movables fall to the shop here. And this year's losses."""
    sold = [item for when in months for item in company.goods[when] if item.sold_on]
    left = [item for item in company.goods[months[-1]] if not item.sold_on]
    first = date(*months[0], 1)
    added = [item for item in (*sold, *left) if item.on >= first]
    there = [item for item in (*sold, *left) if item.on < first]
    year, last = months[-1]
    this_year = [item for month in range(1, last + 1) for item in company.goods[year, month] if item.sold_on]
    losses = sum((max(item.loan - item.proceeds, ZERO) for item in this_year), ZERO)
    return {
        "r8": {"mv": _loans(there), "cnt": Decimal(len(there))},
        "r9": {"mv": _loans(added), "cnt": Decimal(len(added))},
        "r10": {"mv": _loans(sold), "cnt": Decimal(len(sold))},
        "r12": {"mv": losses},
    }


def _loans(items: list[Forfeited]) -> Decimal:
    return sum((item.loan for item in items), ZERO)


def _good(item: Forfeited) -> dict[str, Any]:
    value = cents(item.loan * Decimal("1.45"))
    mode = "stock"
    if item.sold_on:
        mode = "auction" if value >= AUCTION_FROM else "sell"
    row: dict[str, Any] = {
        "ticket": item.ticket,
        "name": "周示例",
        "kind": "movable",
        "item": MOVABLE_NAMES[item.row],
    }
    row |= {"loan": item.loan, "fees": cents(item.loan * Decimal("0.05")), "value": value}
    row |= {"forfeit_date": item.on, "mode": mode, "proceeds": item.proceeds}
    return {**row, "disposal_date": item.sold_on} if item.sold_on else row


def _largest(company: Pawn, end: date) -> Rows:
    """The ten largest clients, the largest at 7% of the capital."""
    chance = chance_of(company.company, "largest", end.year, end.month)
    rows = []
    for rank in range(1, 11):
        kind = "right" if rank == 5 else "movable" if rank % 3 == 0 else "realty"
        item, fee, discount = LARGE[kind]
        name, code = company.client(rank)
        bal = cents(company.capital * (Decimal("0.072") - Decimal(rank) * Decimal("0.005")))
        start = end - timedelta(days=chance.randrange(3, 85))
        rows.append(
            {"rank": rank, "name": name, "id_no": code, "kind": kind, "is_holder": "N", "bal": bal}
            | {"max_single": bal, "item": item, "value": cents(bal / discount), "fee": fee}
            | {"rate": Decimal("3.60"), "start": start, "end": start + timedelta(days=90)}
            | {"ticket": f"{company.company.number:03d}{end.year}{end.month:02d}9{rank:02d}"}
        )
    return numbered(rows)


def annual(company: Pawn, year: int) -> Forms:
    """DD21."""
    cur, prior = _figures(company, year), _figures(company, year - 1)
    return {"DD21": {row: {"cur": value, "prior": prior.get(row, ZERO)} for row, value in cur.items()}}


def _figures(company: Pawn, year: int) -> dict[str, Decimal]:
    """DD21 by row, in 万元; nothing before the books begin."""
    if (year, 12) not in company.months:
        return {}
    books, pawned = company.books.at(year, 12), company.months[year, 12][0]
    income = {row: in_wan(amount) for row, amount in books.income.items()}
    sold = [item for month in range(1, 13) for item in company.goods[year, month] if item.sold_on]
    used = sum((company.months[year, month][1]["r1"]["used"] for month in range(1, 13)), ZERO)
    return {
        "r1": company.capital,
        "r2": in_wan(books.assets),
        "r3": in_wan(books.equity),
        "r4": in_wan(books.balance["r41"]),
        "r5": Decimal(company.branches),
        "r6": Decimal(company.company.staff),
        "r7": Decimal(2),
        "r8": column(pawned, KINDS, "ytd"),
        "r9": column(pawned, KINDS, "ytd_cnt"),
        "r10": column(pawned, MOVABLE, "ytd"),
        "r11": column(pawned, RIGHTS, "ytd"),
        "r12": column(pawned, REALTY, "ytd"),
        "r13": column(pawned, KINDS, "close"),
        "r14": used,
        "r15": income["r1"],
        "r16": income["r3"],
        "r17": income["r4"],
        "r18": sum((item.proceeds for item in sold), ZERO),
        "r19": in_wan(books.cash.get("r12", ZERO)),
        "r20": in_wan(books.net),
        "r23": Decimal(company.company.number % 2),
    }
