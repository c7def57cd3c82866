"""A guarantee company's annual forms DB31–DB33."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from app.demo.guarantee import FINANCING, OTHER, Month
from app.demo.simulation.amounts import (
    WAN,
    ZERO,
    Forms,
    Rows,
    cents,
    chance_of,
    column,
    in_wan,
    numbered,
    split,
)
from app.demo.simulation.books import Snapshot

if TYPE_CHECKING:
    from app.demo.simulation.guarantee import Guarantee

PLACED = {"r2": 42, "r3": 58}  # of the bonds held: government and financial, corporate
FEW = 4  # months of a year in which a case of the year before is settled


def forms(company: Guarantee, year: int) -> Forms:
    """All annual forms."""
    cur, prior = _figures(company, year), _figures(company, year - 1)
    summary = {row: {"cur": value, "prior": prior.get(row, ZERO)} for row, value in cur.items()}
    return {"DB31": summary, "DB32": _cases(company, year), "DB33": _placements(company, year)}


def _figures(company: Guarantee, year: int) -> dict[str, Decimal]:
    """DB31 by row, in 万元; nothing before the books begin."""
    if (year, 12) not in company.months:
        return {}
    books, lived = company.books.at(year, 12), company.months[year, 12]
    income = {row: in_wan(amount) for row, amount in books.income.items()}
    net = in_wan(books.net)
    found = _size(company, books, lived)
    parts = {"r13": ZERO, "r14": income.get("r6", ZERO), "r15": ZERO, "r16": income.get("r7", ZERO)}
    premium, tax = income["r2"], income.get("r29", ZERO)
    reserves = income.get("r14", ZERO) + income.get("r15", ZERO)
    profit = premium - sum(parts.values(), ZERO) - reserves
    interest, admin = -income.get("r11", ZERO), income["r9"]
    invested, lost = income.get("r17", ZERO), -income.get("r22", ZERO)
    other = net + tax - profit - interest + admin - invested + lost
    result = {
        "r10": premium,
        "r11": cents(premium * Decimal("0.94")),
        **parts,
        "r17": reserves,
        "r19": interest,
    }
    result |= {"r20": other, "r21": admin, "r22": invested, "r23": lost, "r25": ZERO, "r26": tax}
    flows = lived.db02
    result |= {
        "r28": column(flows, ("r3", "r4", "r5", "r6"), "ytd"),
        "r29": column(flows, ("r10", "r11"), "ytd"),
        "r30": column(flows, ("r14", "r15"), "ytd"),
        "r31": in_wan(books.cash.get("r12", ZERO)),
        "r32": cents(company.fee * 100),
        "r33": Decimal(company.company.staff),
        "r34": Decimal(5),
    }
    return found | result


def _size(company: Guarantee, books: Snapshot, lived: Month) -> dict[str, Decimal]:
    capital = company.capital
    return {
        "r1": in_wan(books.assets),
        "r2": in_wan(books.equity),
        "r3": capital,
        "r4": capital - Decimal(company.company.capital * 6 // 10),
        "r5": lived.close(*FINANCING, *OTHER),
        "r6": lived.close(*FINANCING),
        "r7": company.liability(lived),
        "r8": column(lived.db01, (*FINANCING, *OTHER), "ytd_inc"),
        "r9": lived.close("r34"),
    }


def _cases(company: Guarantee, year: int) -> Rows:
    """DB32: what was compensated, month by month."""
    rows = []
    for month in range(1, 13):
        paid = company.months[year, month].paid
        if not paid:
            continue
        chance = chance_of(company.company, "case", year, month)
        name, code = company.client(200 + month)
        parts = split(paid, {"prin": 96, "int": 4})
        back = cents(paid * Decimal("0.3")) if month <= FEW else ZERO
        rows.append(
            {"name": name, "id_no": code, "contract_no": f"示担字{year}{month:02d}号", "product": "loan"}
            | {"creditor": "示例农村商业银行", "guar_amt": cents(parts["prin"] * Decimal("1.1"))}
            | {"comp_date": date(year, month, chance.randrange(1, 28)), "comp_prin": parts["prin"]}
            | {"comp_int": parts["int"], "shared": cents(back / 2), "recovered": back, "written": ZERO}
            | {"counter": "mix", "measure": "已起诉，抵押物处置中" if month <= FEW else "协商还款中"}
        )
    return numbered(rows)


def _placements(company: Guarantee, year: int) -> Rows:
    """DB33: each kind's balances from the books; what was turned over within the year stands on both sides."""
    now, before = _placed(company.books.at(year, 12)), _placed(company.books.at(year - 1, 12))
    income = split(in_wan(company.books.at(year, 12).income.get("r17", ZERO)), {"r2": 30, "r3": 45, "r4": 25})
    interest = -in_wan(company.books.at(year, 12).income.get("r11", ZERO))
    rows: Rows = {}
    for row, closing in now.items():
        opening = before[row]
        turned = cents(min(opening, closing) / 2)
        rows[row] = {"open": opening, "inc": turned + max(closing - opening, ZERO)}
        rows[row] |= {"dec": turned + max(opening - closing, ZERO), "income": income.get(row, ZERO)}
    rows["r1"]["income"] = interest
    return rows


def _placed(books: Snapshot) -> dict[str, Decimal]:
    bonds = split(in_wan(books.balance["r20"]), PLACED)
    shares = cents(books.balance["r23"] / WAN)
    found = {"r1": in_wan(books.balance["r1"]), **bonds, "r4": in_wan(books.balance["r3"])}
    found |= {"r5": in_wan(books.balance["r38"]), "r6": ZERO, "r7": shares, "r8": shares}
    return found | {"r11": in_wan(books.balance["r10"])}
