"""A guarantee company's quarterly forms DB11–DB21, read from its ledger and its books."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.demo.guarantee import FINANCING, Month
from app.demo.simulation.amounts import (
    ONE,
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
from app.demo.simulation.books import ASSETS, LIABILITIES
from app.filings.calendar.periods import month_end

if TYPE_CHECKING:
    from app.demo.simulation.guarantee import Guarantee

# DB11: what is neither small firms (r4, r5) nor farmers (r6); sizes in % of the balance and 万元 per client.
OTHER_CLIENTS = {"r2": 16, "r3": 52, "r7": 18, "r8": 14}
SIZES = {"r9": (15, 55), "r10": (36, 255), "r11": (24, 700), "r12": (25, 1_450), "r13": (0, 0)}
INDUSTRIES = {
    "r2": 14, "r3": 1, "r4": 31, "r5": 2, "r6": 11, "r7": 19, "r8": 5, "r9": 3, "r10": 4, "r12": 2, "r13": 3,
    "r14": 2, "r15": 1, "r16": 1, "r17": 1,
}  # fmt: skip
TERMS = {"r2": 4, "r3": 12, "r4": 58, "r5": 22, "r6": 4}
SECURITY = {"r7": 9, "r8": 46, "r9": 21, "r10": 6, "r11": 18}
FEES = {"r12": 12, "r13": 38, "r14": 29, "r15": 14, "r16": 6, "r17": 1}
BANKS = (
    ("示例农村商业银行", "rural", 34, 80),
    ("示例城市商业银行", "city", 27, 75),
    ("示例国有银行省分行", "state", 19, 80),
    ("示例股份制银行分行", "joint", 14, 70),
    ("示例村镇银行", "village", 6, 80),
)
SHARERS = {"r3": 40, "r4": 25, "r6": 15, "r7": 20}


def forms(company: Guarantee, year: int, month: int) -> Forms:
    """All quarterly forms at the end of a quarter."""
    lived, end = company.months[year, month], month_end(year, month)
    found: Forms = {"DB11": _clients(lived), "DB12": _industries(lived), "DB13": _structure(lived)}
    own = company.own_and_liability(lived)
    found["DB14"] = {row: {"bal": cells["bal"], "own": cells["own"]} for row, cells in own.items()}
    found["DB14"]["r12"] = {"liab": company.stake()}
    found["DB15"] = _reserves(company, year, month)
    found["DB16"] = _assets(company, year, month)
    found["DB17"] = _largest(company, end)
    found["DB18"] = _banks(company, lived, end)
    if _related(company):
        found["DB20"] = _related_guarantees(company, end)
        found["DB11"]["r20"] = {"bal": _related(company), "cust": ONE, "deals": ONE}
    found["DB21"] = _shares(lived, column(own, own, "own"))
    return found


def _related(company: Guarantee) -> Decimal:
    """What is guaranteed for related parties; two companies in three have nothing of the kind."""
    return Decimal("260.00") if company.company.number % 3 == 1 else ZERO


def _financing(lived: Month, col: str) -> Decimal:
    return column(lived.db01, FINANCING, col)


def _clients(lived: Month) -> Rows:
    bal = _by_type(lived, "close")
    new = _by_type(lived, "ytd_inc")
    cust = _clients_by_type(lived)
    deals = counts(lived.close("r12"), cust)
    new_cust = counts(lived.db01["r14"]["ytd_inc"], cust)
    sizes = {row: share for row, (share, _) in SIZES.items()}
    each = {row: Decimal(share) / per if share else ZERO for row, (share, per) in SIZES.items()}
    bal |= split(_financing(lived, "close"), sizes)
    new |= split(_financing(lived, "ytd_inc"), sizes)
    by_size = counts(lived.close("r14"), each)
    cust |= by_size
    deals |= counts(lived.close("r12"), by_size)
    new_cust |= counts(lived.db01["r14"]["ytd_inc"], by_size)
    rows = by_column(bal, bal=bal, cust=cust, deals=deals, ytd_amt=new, ytd_cust=new_cust)
    total, clients = _financing(lived, "close"), lived.close("r14")
    for row, share in {"r15": 27, "r16": 71, "r17": 13, "r19": 8}.items():
        number = (clients * share / 100).quantize(ONE)
        rows[row] = {"bal": cents(total * share / 100), "cust": number, "deals": number + number // 9}
    first = (clients * 11 / 100).quantize(ONE)
    rows["r18"] = {"bal": lived.close("r44"), "cust": first, "deals": first}
    return rows


def _by_type(lived: Month, col: str) -> dict[str, Decimal]:
    small, farmers = lived.db01["r38"][col], lived.db01["r40"][col]
    rest = _financing(lived, col) - small - farmers
    return {**split(small, {"r4": 64, "r5": 36}), "r6": farmers, **split(rest, OTHER_CLIENTS)}


def _clients_by_type(lived: Month) -> dict[str, Decimal]:
    small, farmers = lived.close("r39"), lived.close("r41")
    rest = lived.close("r14") - small - farmers
    return {
        **counts(small, {"r4": 38, "r5": 62}),
        "r6": farmers,
        **counts(rest, {"r2": 3, "r3": 30, "r7": 62, "r8": 5}),
    }


def _industries(lived: Month) -> Rows:
    """Persons (r22) as in DB11; the rest by industry."""
    bal, new, cust = _by_type(lived, "close"), _by_type(lived, "ytd_inc"), _clients_by_type(lived)

    def spread(total: Decimal, persons: Decimal, unit: Decimal) -> dict[str, Decimal]:
        return {**split(total - persons, INDUSTRIES, unit), "r22": persons}

    cent = Decimal("0.01")
    paid = column(lived.db02, ("r3", "r4", "r5"), "ytd")
    return by_column(
        (*INDUSTRIES, "r22"),
        bal=spread(_financing(lived, "close"), bal["r7"], cent),
        cust=spread(lived.close("r14"), cust["r7"], ONE),
        ytd_amt=spread(_financing(lived, "ytd_inc"), new["r7"], cent),
        comp_ytd=split(paid, {"r4": 55, "r7": 30, "r6": 15}),
        comp_bal=split(lived.db02["r17"]["close"], {"r4": 48, "r7": 27, "r6": 17, "r2": 8}),
        due=split(lived.db02["r21"]["close"], {"r4": 1}),
    )


def _structure(lived: Month) -> Rows:
    rows: Rows = {}
    for shares in (TERMS, SECURITY, FEES):
        cust = counts(lived.close("r14"), shares)
        new = lived.db01["r14"]["ytd_inc"]
        rows |= by_column(
            shares,
            bal=split(_financing(lived, "close"), shares),
            cust=cust,
            deals=counts(lived.close("r12"), shares),
            ytd_amt=split(_financing(lived, "ytd_inc"), shares),
            ytd_cust=counts(new, shares),
        )
    return rows


def _reserves(company: Guarantee, year: int, month: int) -> Rows:
    now, began = company.books.at(year, month), company.books.at(year - 1, 12)
    year_so_far = company.reserves[year, month]
    rows: Rows = {}
    for row, account in (("r1", "unearned"), ("r2", "comp_reserve"), ("r3", "general_reserve")):
        opening, closing = (in_wan(books.balance[LIABILITIES[account]]) for books in (began, now))
        rev, used = year_so_far.rev.get(row, ZERO), year_so_far.used.get(row, ZERO)
        # The general reserve is provided once, out of the year's profit.
        prov = year_so_far.prov[row] if row in year_so_far.prov else closing - opening
        rows[row] = {"open": opening, "prov": prov, "rev": rev, "used": used}
    rows["r5"], rows["r7"] = {"close": year_so_far.premium}, {"close": year_so_far.liability}
    return rows


def _assets(company: Guarantee, year: int, month: int) -> Rows:
    """The balance sheet by grade (银保监发〔2018〕1号附件3)."""
    balance = company.books.at(year, month).balance

    def of(account: str) -> Decimal:
        return in_wan(balance[ASSETS[account]])

    cash, bonds = of("cash"), split(of("bonds_held"), {"r5": 42, "r7": 27, "r11": 26, "r19": 5})
    products = split(of("trading"), {"r6": 55, "r10": 45})
    gross = {"r1": Decimal("0.80"), "r2": cash - Decimal("0.80"), "r3": of("margin_out"), **bonds, **products}
    gross |= {
        "r12": of("equity_held"),
        "r15": of("fixed"),
        "r22": of("other_assets"),
        "r25": of("other_receivable"),
    }
    return {row: {"gross": amount} for row, amount in gross.items()}


def _largest(company: Guarantee, end: date) -> Rows:
    """The ten largest clients: well below a tenth of the net assets, and none above 3000 万元."""
    largest = min(company.capital * Decimal("0.11"), Decimal(2_900))
    chance = chance_of(company.company, "largest", end.year, end.month)
    rows = []
    for rank in range(1, 11):
        name, code = company.client(rank)
        bal = cents(largest * (Decimal("1.03") - rank * Decimal("0.055")))
        liability = cents(bal * company.own_share)
        start = end - timedelta(days=chance.randrange(20, 300))
        rows.append(
            {"rank": rank, "name": name, "id_no": code, "is_group": "Y" if rank == 3 else "N"}
            | {"group_name": f"示例{name[2:4]}集团" if rank == 3 else "", "related": "N", "product": "loan"}
            | {"creditor": BANKS[rank % 5][0], "bal": bal, "liab": liability}
            | {"rel_liab": cents(liability * Decimal("1.2")) if rank == 3 else liability}
            | {"start": start, "end": start + timedelta(days=365), "counter": "mix", "five": "normal"}
        )
    return numbered(rows)


def _banks(company: Guarantee, lived: Month, end: date) -> Rows:
    shares: Mapping[int, int] = {number: bank[2] for number, bank in enumerate(BANKS)}
    bal = split(_financing(lived, "close"), shares)
    cust = counts(lived.close("r14"), shares)
    new = split(_financing(lived, "ytd_inc"), shares)
    paid = split(column(lived.db02, ("r3", "r4", "r5"), "ytd"), {0: 60, 1: 40})
    margin = split(in_wan(company.books.at(end.year, end.month).balance[ASSETS["margin_out"]]), shares)
    rows = []
    for number, (bank, kind, _, own) in enumerate(BANKS):
        line = ((bal[number] * Decimal("1.5")) // 1000 + 1) * 1000
        rows.append(
            {"bank": bank, "bank_type": kind, "sign_date": date(company.first_year - 1, 3, 1 + number)}
            | {"expire": date(end.year + 2, 2, 20 + number), "line": line, "used": bal[number]}
            | {"bal": bal[number], "cust": cust[number], "ytd": new[number], "bank_share": 100 - own}
            | {"own_share": own, "margin": margin[number], "comp_ytd": paid.get(number, ZERO)}
            | {"avg_rate": Decimal("4.35") + Decimal(number) / 10, "new_bank": "N"}
        )
    return numbered(rows)


def _related_guarantees(company: Guarantee, end: date) -> Rows:
    start = date(end.year, 1, 18)
    name, code = company.client(90)
    row: dict[str, Any] = {
        "name": name,
        "id_no": code,
        "related_type": "holder5",
        "product": "loan",
        "creditor": BANKS[0][0],
    }
    row |= {"bal": _related(company), "fee": Decimal("1.30"), "peer_fee": Decimal("1.20"), "start": start}
    row |= {"end": date(end.year + 1, 1, 17), "report_date": start + timedelta(days=9), "disclosed": "Y"}
    return numbered([row])


def _shares(lived: Month, own: Decimal) -> Rows:
    total = _financing(lived, "close")
    paid = column(lived.db02, ("r3", "r4", "r5"), "ytd")
    borne = {"r2": own, **split(total - own, SHARERS)}
    comp = split(paid, borne)
    new = split(_financing(lived, "ytd_inc"), borne)
    got = {row: cents(amount * Decimal("0.7")) if row != "r2" else amount for row, amount in comp.items()}
    return by_column(borne, bal=borne, ytd=new, comp=comp, got=got)
