"""A leasing company's forms, read from its leases and its books."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.demo.simulation.amounts import (
    ZERO,
    Forms,
    Rows,
    by_column,
    cents,
    chance_of,
    counts,
    in_wan,
    numbered,
    split,
)
from app.demo.simulation.books import ASSETS
from app.filings.calendar.periods import month_end

if TYPE_CHECKING:
    from app.demo.simulation.leasing import Leasing

# ZL01's rows that count from January on; the others are balances.
FLOWS_ZL01 = frozenset(("r2", "r4", "r5", "r6", "r18", "r19", "r20", "r21", "r22", "r23", "r24", "r25"))
SERVED = {"r21": 64, "r22": 6, "r23": 11, "r24": 15}  # of the new leases, in %
FLOWS_ZL14 = frozenset(f"r{number}" for number in (*range(1, 12), 15, 16, 17))
ECONOMY = {"r2": 41, "r3": 18, "r4": 9, "r5": 11, "r6": 15, "r7": 64, "r8": 2, "r9": 4, "r10": 7}
CLIENTS_BY_GRADE = {"r1": 945, "r2": 34, "r3": 10, "r4": 7, "r5": 4}
RENT_BY_GRADE = {"r2": 18, "r3": 34, "r4": 29, "r5": 19}
RENT_BY_AGE = {"r8": 9, "r9": 16, "r10": 41, "r11": 34}
NOTED = {"r13": (6, 0), "r14": (5, 8), "r15": (1, 2)}  # in ‰ of the leases, rent in % of the overdue
EQUIPMENT = {
    "r2": (16, 9, 5), "r3": (13, 12, 10), "r4": (22, 26, 20), "r5": (2, 3, 0), "r6": (14, 11, 25), "r7": (5, 2, 0),
    "r8": (4, 4, 0), "r9": (7, 9, 10), "r10": (5, 6, 10), "r11": (4, 5, 0), "r12": (3, 3, 10), "r13": (3, 4, 10),
    "r14": (0, 3, 0), "r15": (2, 3, 0),
}  # fmt: skip
LENDERS = (
    ("r34", "示例国有资本运营有限公司", "shareholder", "Y", 100, "5.00"),
    ("r35", "示例城市商业银行", "bank", "N", 55, "3.85"),
    ("r35", "示例股份制银行分行", "bank", "N", 45, "3.95"),
    ("r36", "示例国有银行省分行", "bank", "N", 48, "4.25"),
    ("r36", "示例政策性银行省分行", "bank", "N", 32, "4.30"),
    ("r36", "示例农村商业银行", "bank", "N", 20, "4.65"),
    ("r37", "示例证券（定向债务融资工具）", "bond", "N", 100, "4.10"),
)


def monthly(company: Leasing, year: int, month: int) -> Forms:
    """ZL01: each row's level now, less the level that it opened with."""
    return {
        "ZL01": _moved(
            _levels(company, year, month), _levels(company, *_before(year, month)), FLOWS_ZL01, month == 1
        )
    }


def _before(year: int, month: int, by: int = 1) -> tuple[int, int]:
    return (year, month - by) if month > by else (year - 1, 12)


def _moved(now: dict[str, Decimal], before: dict[str, Decimal], flows: frozenset[str], restart: bool) -> Rows:
    rows: Rows = {}
    for row, level in now.items():
        opening = ZERO if restart and row in flows else before[row]
        rows[row] = {"open": opening, "cur": level - opening}
    return rows


def _levels(company: Leasing, year: int, month: int) -> dict[str, Decimal]:
    """ZL01 at the end of a month, in 万元: sums of the year so far, and balances."""
    lived, balance = company.months[year, month], company.books.at(year, month).balance
    total, placed = lived.total, sum(lived.placed.values(), ZERO)
    found = {"r2": "rents", "r4": "interest", "r5": "fees", "r6": "other", "r25": "contracts"}
    levels = {row: lived.year.get(what, ZERO) for row, what in found.items()}
    levels |= {"r8": company.operating(year, month), **lived.leases, **lived.funds}
    levels |= {"r13": cents(total * Decimal("0.21")), "r14": cents(total * Decimal("0.13"))}
    levels |= {"r15": cents(total * Decimal("1.115")), "r16": cents(total * _overdue(lived.bad, total))}
    levels |= {"r18": lived.placed.get("r10", ZERO), "r19": lived.placed.get("r11", ZERO)}
    levels |= {"r20": lived.placed.get("r12", ZERO), "r26": lived.clients}
    levels |= {row: cents(placed * share / 100) for row, share in SERVED.items()}
    levels |= {"r27": in_wan(balance[ASSETS["trading"]]), "r29": in_wan(balance[ASSETS["cash"]])}
    return {**levels, "r31": lived.allowance}


def _overdue(bad: Decimal, total: Decimal) -> Decimal:
    """The overdue rents as a share of the leases: a third of what is bad."""
    return bad / total / 3


def quarterly(company: Leasing, year: int, month: int) -> Forms:
    """All quarterly forms that have something to enter."""
    end = month_end(year, month)
    now, before = _economy(company, year, month), _economy(company, *_before(year, month, 3))
    return {
        "ZL11": _grades(company, year, month),
        "ZL12": _largest(company, end),
        "ZL14": _moved(now, before, FLOWS_ZL14, month == 3),
        "ZL15": _lenders(company, end),
        "ZL16": _related(company, end),
    }


def _grades(company: Leasing, year: int, month: int) -> Rows:
    lived = company.months[year, month]
    total, overdue = lived.total, _levels(company, year, month)["r16"]
    rent = {"r1": ZERO, **split(overdue, RENT_BY_GRADE)}
    cust = counts(lived.clients, CLIENTS_BY_GRADE)
    rows = by_column(CLIENTS_BY_GRADE, bal=lived.graded, cust=cust, rent=rent, prov=lived.made)
    late = split(cents(lived.bad * Decimal("0.9")), {"r10": 57, "r11": 43})
    late |= {"r8": cents(total * Decimal("0.008")), "r9": cents(total * Decimal("0.006"))}
    few = counts(max(lived.clients // 25, Decimal(4)), {"r8": 4, "r9": 3, "r10": 2, "r11": 1})
    rows |= by_column(RENT_BY_AGE, bal=late, cust=few, rent=split(overdue, RENT_BY_AGE))
    for row, (share, part) in NOTED.items():
        rows[row] = {
            "bal": cents(total * share / 1000),
            "cust": Decimal(1),
            "rent": cents(overdue * part / 100),
        }
    return rows


def _largest(company: Leasing, end: date) -> Rows:
    """The ten largest clients, the largest at 14% of the capital, one group at 21%."""
    chance = chance_of(company.company, "largest", end.year, end.month)
    rows = []
    for rank in range(1, 11):
        name, code = company.client(rank)
        share = Decimal("0.21") if rank == 1 else Decimal("0.15") - Decimal(rank) * Decimal("0.008")
        bal = cents(company.capital * share)
        rows.append(
            {"rank": rank, "name": name, "id_no": code, "is_group": "Y" if rank == 1 else "N", "related": "N"}
            | {"lease_type": "direct" if rank % 4 == 0 else "sale_leaseback", "bal": bal, "off_guar": ZERO}
            | {"off_oth": ZERO, "ded_pledge": ZERO, "ded_guar": cents(bal / 20), "ded_oth": ZERO}
            | {"asset": ("数控机床", "纺织设备", "工程机械", "公交车辆")[rank % 4], "five": "normal"}
            | {"end": date(end.year + 1 + rank % 3, 1 + chance.randrange(12), 20)}
        )
    return numbered(rows)


def _economy(company: Leasing, year: int, month: int) -> dict[str, Decimal]:
    """ZL14's levels at the end of a quarter."""
    lived = company.months[year, month]
    placed = sum(lived.placed.values(), ZERO)
    paid = in_wan(company.books.at(year, month).cash.get("r12", ZERO))
    earlier = sum(
        (in_wan(company.books.at(one, 12).cash.get("r12", ZERO)) for one in range(company.first_year, year)),
        ZERO,
    )
    levels = {"r1": placed, **{row: cents(placed * share / 100) for row, share in ECONOMY.items()}}
    levels |= {
        "r11": lived.year.get("clients", ZERO),
        "r12": lived.ever["placed"],
        "r13": lived.ever["clients"],
    }
    levels |= split(paid, {"r15": 22, "r16": 71, "r17": 7})
    return {**levels, "r18": company.ever["taxes"] + earlier + paid, "r19": ZERO}


def _lenders(company: Leasing, end: date) -> Rows:
    funds = company.months[end.year, end.month].funds
    rows: list[dict[str, Any]] = []
    for row in dict.fromkeys(lender[0] for lender in LENDERS):
        those = [lender for lender in LENDERS if lender[0] == row]
        parts = split(funds[row], {number: lender[4] for number, lender in enumerate(those)})
        for (_, name, source, holder, _, rate), bal in zip(those, parts.values(), strict=True):
            start = date(end.year - 1, 3 + len(rows), 12)
            rows.append(
                {"lender": name, "source": source, "is_holder": holder, "bal": bal, "rate": Decimal(rate)}
                | {"amount": ((bal * Decimal("1.4")) // 500 + 1) * 500, "start": start, "overdue": "N"}
                | {
                    "end": start + timedelta(days=1_460),
                    "pledge": "应收租赁款质押" if source == "bank" else "",
                }
            )
    return numbered(rows)


def _related(company: Leasing, end: date) -> Rows:
    """A client that belongs to the second shareholder, well within what that one paid in."""
    capital = company.company.capital
    name, code = company.client(80)
    bal = cents(company.capital * Decimal("0.035"))
    row: dict[str, Any] = {
        "name": name,
        "id_no": code,
        "holder_rel": "Y",
        "contrib": Decimal(capital - capital * 6 // 10),
    }
    row |= {"holder": f"{company.company.city}市示例国有资本运营有限公司", "bal": bal, "holder_bal": bal}
    return numbered([{**row, "expo": bal, "end": date(end.year + 2, 6, 20)}])


def annual(company: Leasing, year: int) -> Forms:
    """ZL21 and ZL22."""
    cur, prior = _figures(company, year), _figures(company, year - 1)
    summary = {row: {"cur": value, "prior": prior.get(row, ZERO)} for row, value in cur.items()}
    return {"ZL21": summary, "ZL22": _equipment(company, year)}


def _figures(company: Leasing, year: int) -> dict[str, Decimal]:
    """ZL21 by row, in 万元; nothing before the books begin."""
    if year < company.first_year:
        return {}
    books, lived, levels = company.books.at(year, 12), company.months[year, 12], _levels(company, year, 12)
    income = {row: in_wan(amount) for row, amount in books.income.items()}
    net, tax = in_wan(books.net), income.get("r29", ZERO)
    return {
        "r1": in_wan(books.assets),
        "r2": in_wan(books.equity),
        "r3": company.capital,
        "r4": lived.total + levels["r8"],
        "r5": lived.total,
        "r6": sum(lived.placed.values(), ZERO),
        "r7": sum(lived.funds.values(), ZERO),
        "r8": in_wan(books.assets) - levels["r29"],
        "r9": income["r1"],
        "r10": income["r5"],
        "r11": income["r12"],
        "r12": income["r9"],
        "r13": -income.get("r22", ZERO),
        "r14": in_wan(books.cash.get("r12", ZERO)),
        "r15": net + tax,
        "r16": net,
        "r17": lived.bad,
        "r18": lived.year["written"],
        "r19": cents(company.price * 100 + Decimal("0.60")),
        "r20": Decimal("4.18"),
        "r21": Decimal(company.company.staff),
        "r22": lived.clients,
        "r23": Decimal(company.company.number % 2),
    }


def _equipment(company: Leasing, year: int) -> Rows:
    lived = company.months[year, 12]
    shares = [{row: parts[place] for row, parts in EQUIPMENT.items()} for place in range(3)]
    weight = {row: sum(parts) for row, parts in EQUIPMENT.items()}
    return by_column(
        EQUIPMENT,
        direct=split(lived.leases["r10"], shares[0]),
        slb=split(lived.leases["r11"], shares[1]),
        oth=split(lived.leases["r12"], shares[2]),
        cnt=counts(lived.clients * 13 // 10, weight),
        npl=split(lived.bad, weight),
    )
