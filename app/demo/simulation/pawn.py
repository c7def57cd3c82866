"""A pawnshop: pawned goods by kind and by client (DD01), tickets (DD02), forfeited goods, and its books."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from random import Random

from app.demo.companies import Company
from app.demo.one_off_further import branch_count
from app.demo.simulation import pawn_forms
from app.demo.simulation.amounts import ONE, WAN, ZERO, Forms, between, cents, chance_of, counts, split, whole
from app.demo.simulation.base import Simulation

Cells = dict[str, dict[str, Decimal]]
# DD01 by kind of pawn: share of the loans in ‰ and 万元 per ticket.
MOVABLE = {
    "r3": (168, "1.3"),
    "r4": (45, "2.2"),
    "r5": (92, "8.5"),
    "r6": (101, "24"),
    "r7": (20, "4"),
    "r8": (34, "0.9"),
}
RIGHTS = {"r10": (22, "21"), "r11": (18, "34"), "r12": (26, "17"), "r13": (24, "26")}
REALTY = {"r15": (315, "38"), "r16": (112, "52"), "r17": (23, "58")}
KINDS = {**MOVABLE, **RIGHTS, **REALTY}
# Fees and interest of a month on what was pawned at its beginning; the caps are 42, 24 and 27‰ (art. 38).
MONTHLY = {**dict.fromkeys(MOVABLE, 27), **dict.fromkeys(RIGHTS, 17), **dict.fromkeys(REALTY, 18)}
CLIENTS = {"r18": (44, 12), "r19": (26, 28), "r20": (28, 58), "r21": (2, 2)}
OFTEN_FORFEITED = ("r3", "r4", "r8", "r5")
INTEREST_SHARE = Decimal("0.17")  # of what a pawn brings; the rest is the comprehensive fee
ALLOWANCE = Decimal("0.012")
BANK_RATE = Decimal("0.048")
COLUMNS = ("open", "new", "renew", "redeem", "forfeit", "close")
COUNTS = ("new_cnt", "redeem_cnt", "forfeit_cnt", "close_cnt")


@dataclass(frozen=True)
class Forfeited:
    """A pawned thing that fell to the shop, and what became of it; amounts in 万元."""

    ticket: str
    row: str
    loan: Decimal
    on: date
    sold_on: date | None = None
    proceeds: Decimal = ZERO


class Pawn(Simulation):
    """It lends its own money and a little of a bank's."""

    dividend_share = Decimal("0.7")
    cash_share = Decimal("0.06")

    def __init__(self, company: Company, first_year: int) -> None:
        chance = chance_of(company, "terms")
        capital = Decimal(company.capital)
        self.bank = capital / 10 if company.number % 2 else ZERO
        gross = cents(capital * between(chance, 92, 97, 100) + self.bank)
        self.balance = split(gross, {row: share for row, (share, _) in KINDS.items()})
        self.balance |= split(gross, {row: share for row, (share, _) in CLIENTS.items()})
        self.tickets = {row: whole(self.balance[row] / Decimal(per)) + 1 for row, (_, per) in KINDS.items()}
        number = sum(self.tickets.values(), ZERO)
        self.tickets |= counts(number, {row: share for row, (_, share) in CLIENTS.items()})
        self.allowance = cents(gross * ALLOWANCE)
        self.loans = gross - self.allowance
        self.unsold: list[Forfeited] = []
        self.ytd: dict[str, dict[str, Decimal]] = {}
        self.paper = {"r1": Decimal(900), "r2": Decimal(400)}
        self.months: dict[tuple[int, int], tuple[Cells, Cells]] = {}
        self.goods: dict[tuple[int, int], list[Forfeited]] = {}
        super().__init__(company, first_year)

    def _opening(self) -> dict[str, Decimal]:
        capital = Decimal(self.company.capital)
        wan = {
            "cash": capital * self.cash_share, "fixed": capital * Decimal("0.06"), "pawn_loans": self.loans,
            "other_receivable": capital * Decimal("0.015"), "short_loan": self.bank, "capital": capital,
            "surplus": capital * Decimal("0.018"),
        }  # fmt: skip
        return {account: amount * WAN for account, amount in wan.items()}

    def _live(self, year: int, month: int, chance: Random) -> None:
        if month == 1:
            self.ytd = {}
        self.books.pay_interest(self.bank * BANK_RATE * WAN / 12)
        total = self._total()
        back = cents(total * between(chance, 190, 250))
        spare = self.spare(month)
        new = max(cents(back + spare * Decimal("0.8")), cents(back / 2))
        lost = self._forfeit(year, month, chance)
        rows = self._pawned(new, back, lost, chance)
        self.months[year, month] = rows, self._used(rows, chance)
        self._earn(rows, new - back, sum((item.loan for item in lost), ZERO))
        self._sell(year, month, lost, chance)

    def _total(self) -> Decimal:
        return sum((self.balance[row] for row in KINDS), ZERO)

    def _forfeit(self, year: int, month: int, chance: Random) -> list[Forfeited]:
        """A thing or two a month; in the middle of a quarter always one."""
        found = []
        for number, row in enumerate(OFTEN_FORFEITED):
            if chance.random() < 0.28 or (number == 0 and month % 3 == 2):
                loan = cents(Decimal(KINDS[row][1]) * between(chance, 70, 130, 100))
                ticket = f"{self.company.number:03d}{year}{month:02d}{number + 1:02d}"
                found.append(Forfeited(ticket, row, loan, date(year, month, 5 + chance.randrange(20))))
        return found

    def _pawned(self, new: Decimal, back: Decimal, lost: list[Forfeited], chance: Random) -> Cells:
        gone = {item.row: item.loan for item in lost}
        total_lost = sum(gone.values(), ZERO)
        rows: Cells = {}
        renewing = cents(self._total() * between(chance, 24, 34, 100))
        for shares in (KINDS, CLIENTS):
            weights = {row: share for row, (share, _) in shares.items()}
            held = {row: self.balance[row] for row in shares}
            lost_by = gone if shares is KINDS else split(total_lost, held)
            come, back_by = split(new, weights), split(back, held)
            renewed = split(renewing, held)
            for row in shares:
                closing = held[row] + come[row] - back_by[row] - lost_by.get(row, ZERO)
                amounts = (held[row], come[row], renewed[row], back_by[row], lost_by.get(row, ZERO), closing)
                rows[row] = dict(zip(COLUMNS, amounts, strict=True))
                self.balance[row] = closing
        self._charge(rows)
        self._count(rows, gone)
        for row, cells in rows.items():
            for name, so_far in (("new", "ytd"), ("new_cnt", "ytd_cnt"), ("income", "ytd_inc")):
                sums = self.ytd.setdefault(so_far, {})
                sums[row] = cells[so_far] = sums.get(row, ZERO) + cells[name]
        return rows

    @staticmethod
    def _charge(rows: Cells) -> None:
        for row in KINDS:
            rows[row]["income"] = cents(rows[row]["open"] * MONTHLY[row] / 1000)
        total = sum((rows[row]["income"] for row in KINDS), ZERO)
        for row, income in split(total, {row: rows[row]["open"] for row in CLIENTS}).items():
            rows[row]["income"] = income

    def _count(self, rows: Cells, gone: dict[str, Decimal]) -> None:
        """Tickets follow the amounts; of the clients' tickets as many are redeemed as of the kinds'."""
        for row, (_, per) in KINDS.items():
            held, lost = self.tickets[row], Decimal(row in gone)
            target = whole(rows[row]["close"] / Decimal(per)) + 1
            new = max(whole(rows[row]["new"] / Decimal(per)), target + lost - held, ONE)
            self._counted(rows, row, (new, held + new - lost - target, lost, target))
        totals = [sum((rows[row][name] for row in KINDS), ZERO) for name in COUNTS[:3]]
        held_by: dict[str, Decimal | int] = {row: self.tickets[row] for row in CLIENTS}
        new_by = counts(totals[0], {row: share for row, (_, share) in CLIENTS.items()})
        back_by, lost_by = counts(totals[1], held_by), counts(totals[2], held_by)
        for row in CLIENTS:
            closing = self.tickets[row] + new_by[row] - back_by[row] - lost_by[row]
            self._counted(rows, row, (new_by[row], back_by[row], lost_by[row], closing))

    def _counted(self, rows: Cells, row: str, numbers: tuple[Decimal, ...]) -> None:
        rows[row] |= dict(zip(COUNTS, numbers, strict=True))
        self.tickets[row] = rows[row]["close_cnt"]

    def _used(self, rows: Cells, chance: Random) -> Cells:
        """DD02: a ticket for every pawn, a slip for every renewal."""
        pawned = sum((rows[row]["new_cnt"] for row in KINDS), ZERO)
        held = sum((rows[row]["close_cnt"] for row in KINDS), ZERO)
        used = {"r1": pawned, "r2": whole(held * Decimal("0.27"))}
        found: Cells = {}
        for row, number in used.items():
            opening, void = self.paper[row], Decimal(chance.randrange(0, 3))
            bought = Decimal(1000) if opening < number * 2 + 50 else ZERO
            found[row] = {"open": opening, "recv": bought, "used": number, "void": void, "lost": ZERO}
            self.paper[row] = opening + bought - number - void
        return found

    def _earn(self, rows: Cells, net: Decimal, lost: Decimal) -> None:
        self.book("pawn_loans", "cash", net, "lending")
        income = sum((rows[row]["income"] for row in KINDS), ZERO)
        self.book("cash", "revenue", income, "fees")
        interest = cents(income * INTEREST_SHARE)
        self.books.of_which("r3", interest * WAN)
        self.books.of_which("r4", (income - interest) * WAN)
        self.book("inventory", "pawn_loans", lost)
        allowance = cents(self._total() * ALLOWANCE)
        self.book("credit_loss", "pawn_loans", allowance - self.allowance)
        self.allowance = allowance

    def _sell(self, year: int, month: int, lost: list[Forfeited], chance: Random) -> None:
        """What fell to the shop is sold within the next quarter, mostly at a gain."""
        kept, sold = [], []
        for item in self.unsold:
            if chance.random() < 0.55:
                on = date(year, month, 3 + chance.randrange(24))
                proceeds = cents(item.loan * between(chance, 97, 118, 100))
                sold.append(replace(item, sold_on=on, proceeds=proceeds))
                self.book("cash", "revenue", proceeds, "sales")
                self.book("cost", "inventory", item.loan)
            else:
                kept.append(item)
        self.unsold = kept + lost
        self.goods[year, month] = sold + self.unsold

    @property
    def branches(self) -> int:
        """Branches on the register."""
        return branch_count(self.company)

    def books_allowance(self, year: int, month: int) -> Decimal:
        """The allowance for pawn loans at the end of a month, in 万元."""
        pawned = self.months[year, month][0]
        return cents(sum((pawned[row]["close"] for row in KINDS), ZERO) * ALLOWANCE)

    def monthly(self, year: int, month: int) -> Forms:
        """DD01 and DD02."""
        pawned, tickets = self.months[year, month]
        return {"DD01": pawned, "DD02": tickets}

    def quarterly(self, year: int, month: int) -> Forms:
        """DD11, DD12 and DD14."""
        return pawn_forms.quarterly(self, year, month)

    def annual(self, year: int) -> Forms:
        """DD21."""
        return pawn_forms.annual(self, year)
