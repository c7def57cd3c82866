"""A financial leasing company: leased assets, what finances them, and its books."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from app.demo.companies import Company
from app.demo.simulation import leasing_forms
from app.demo.simulation.amounts import WAN, ZERO, Forms, between, cents, chance_of, in_wan, split, whole
from app.demo.simulation.base import Simulation
from app.demo.simulation.books import ASSETS

LEASES = {"r10": 24, "r11": 69, "r12": 7}  # direct, sale and leaseback, other, in %
BAD = {"r3": 52, "r4": 31, "r5": 17}
RATES = {"r1": 1, "r2": 2, "r3": 25, "r4": 50, "r5": 100}
MORE_THAN_NEEDED = Decimal("1.05")
# ZL01's rows of financing: of the capital in %, a year's rate, the account it is booked in.
FUNDS = {
    "r34": (12, "5.00", "other_payable"),
    "r35": (85, "3.90", "short_loan"),
    "r36": (150, "4.35", "long_loan"),
    "r37": (30, "4.10", "bonds"),
}
REVOLVING = {"r35": (70, 100), "r36": (25, 42)}  # repaid in a month, in ‰
OPERATING_SHARE = Decimal("0.5")  # of the fixed assets: let under operating leases
PER_CLIENT = 460


@dataclass(frozen=True)
class Month:
    """What the forms are read from: balances, and sums of the year so far, in 万元."""

    leases: dict[str, Decimal]
    funds: dict[str, Decimal]
    graded: dict[str, Decimal]
    made: dict[str, Decimal]
    clients: Decimal
    placed: dict[str, Decimal]  # new leases of the year so far by row of LEASES
    year: dict[str, Decimal]  # of the year so far: interest, fees, rents, other, contracts, written
    ever: dict[str, Decimal]  # since the foundation: placed, clients, taxes

    @property
    def total(self) -> Decimal:
        """All finance leases."""
        return sum(self.leases.values(), ZERO)

    @property
    def allowance(self) -> Decimal:
        """The provisions made."""
        return sum(self.made.values(), ZERO)

    @property
    def bad(self) -> Decimal:
        """Substandard and worse."""
        return sum((self.graded[row] for row in BAD), ZERO)


class Leasing(Simulation):
    """It borrows three or four times its capital and leases out what comes back and what it borrowed anew."""

    cash_share = Decimal("0.16")

    def __init__(self, company: Company, first_year: int) -> None:
        chance = chance_of(company, "terms")
        capital = Decimal(company.capital)
        geared = between(chance, 75, 130, 100)
        self.price = between(chance, 70, 81)
        self.bad_share = between(chance, 8, 15)
        self.funds = {row: cents(capital * share * geared / 100) for row, (share, _, _) in FUNDS.items()}
        self.ceiling = {row: amount * Decimal("1.12") for row, amount in self.funds.items()}
        gross = cents((capital * Decimal("0.83") + sum(self.funds.values(), ZERO)) * Decimal("1.018"))
        self.leases = split(gross, LEASES)
        self.allowance = sum(self._made(self._graded(gross)).values(), ZERO)
        self.receivable = gross - self.allowance
        self.clients = whole(gross / PER_CLIENT)
        self.placed: dict[str, Decimal] = {}
        self.year: dict[str, Decimal] = {}
        self.ever = {"placed": cents(gross * 3), "clients": self.clients * 2, "taxes": cents(gross / 20)}
        super().__init__(company, first_year)
        self.months = {(first_year - 1, 12): self._month(self._graded(gross))}

    def _opening(self) -> dict[str, Decimal]:
        capital = Decimal(self.company.capital)
        wan = {
            "cash": capital * self.cash_share, "fixed": capital * Decimal("0.09"),
            "lease_receivable": self.receivable, "trading": capital * Decimal("0.04"),
            "other_receivable": capital * Decimal("0.02"), "margin_in": capital * Decimal("0.06"),
            "capital": capital, "surplus": capital * Decimal("0.012"),
        }  # fmt: skip
        wan |= {account: self.funds[row] for row, (_, _, account) in FUNDS.items()}
        return {account: amount * WAN for account, amount in wan.items()}

    def _live(self, year: int, month: int, chance: Random) -> None:
        if month == 1:
            self.placed, self.year = {}, {}
        self._refinance(chance)
        total = sum(self.leases.values(), ZERO)
        self._earn(total)
        back = cents(total * between(chance, 26, 33))
        written = self._write_off(total) if month == 12 else ZERO
        spare = self.spare(month)
        new = max(cents(back + spare * Decimal("0.8")), cents(back / 2))
        self._charge_fees(new)
        self.book("lease_receivable", "cash", new - back, "lending")
        back_by, written_by = split(back, self.leases), split(written, self.leases)
        for row, amount in split(new, LEASES).items():
            self.leases[row] += amount - back_by[row] - written_by[row]
            self.placed[row] = self.placed.get(row, ZERO) + amount
        self._add("contracts", max(whole(new / 380), Decimal(1)))
        self._follow(new)
        self.bad_share = min(
            max(self.bad_share + between(chance, -8, 8, 10_000), Decimal("0.007")), Decimal("0.021")
        )
        graded = self._graded(sum(self.leases.values(), ZERO))
        allowance = sum(self._made(graded).values(), ZERO)
        self.book("credit_loss", "lease_receivable", allowance - (self.allowance - written))
        self.allowance = allowance
        self.months[year, month] = self._month(graded)

    def _month(self, graded: dict[str, Decimal]) -> Month:
        made = self._made(graded)
        state = (dict(self.leases), dict(self.funds), graded, made, self.clients)
        return Month(*state, dict(self.placed), dict(self.year), dict(self.ever))

    def _add(self, what: str, amount: Decimal) -> None:
        self.year[what] = self.year.get(what, ZERO) + amount

    def _follow(self, new: Decimal) -> None:
        """Clients follow the leases; what is counted since the foundation only grows."""
        former = self.clients
        self.clients = whole(sum(self.leases.values(), ZERO) / PER_CLIENT)
        joined = max(self.clients - former, ZERO) + 1
        self._add("clients", joined)
        self.ever = {
            **self.ever,
            "placed": self.ever["placed"] + new,
            "clients": self.ever["clients"] + joined,
        }

    def _refinance(self, chance: Random) -> None:
        interest = ZERO
        for row, (_, rate, account) in FUNDS.items():
            low, high = REVOLVING.get(row, (0, 0))
            repaid = cents(self.funds[row] * between(chance, low, high))
            room = self.ceiling[row] - self.funds[row] + repaid
            drawn = cents(min(repaid * between(chance, 85, 125, 100), room))
            self.book(account, "cash", repaid, "borrow")
            self.book("cash", account, drawn, "borrow")
            self.funds[row] += drawn - repaid
            interest += self.funds[row] * Decimal(rate) / 100
        self.books.pay_interest(interest * WAN / 12)

    def _earn(self, total: Decimal) -> None:
        performing = total * (1 - self.bad_share)
        operating = self.wan("fixed") * OPERATING_SHARE
        for what, amount in (
            ("interest", performing * self.price / 12),
            ("rents", operating * Decimal("0.011")),
            ("other", self.capital * Decimal("0.0001")),
        ):
            self._revenue(what, cents(amount))
        self.book("cash", "investment", self.wan("trading") * Decimal("0.026") / 12, "yield")

    def _charge_fees(self, new: Decimal) -> None:
        self._revenue("fees", cents(new * Decimal("0.006")))

    def _revenue(self, what: str, amount: Decimal) -> None:
        self.book("cash", "revenue", amount, "fees")
        self._add(what, amount)
        if what != "other":
            self.books.of_which("r5", amount * WAN)

    def _write_off(self, total: Decimal) -> Decimal:
        written = cents(total * self.bad_share * Decimal("0.09"))
        self._add("written", written)
        return written

    def _graded(self, total: Decimal) -> dict[str, Decimal]:
        bad, special = cents(total * self.bad_share), cents(total * Decimal("0.027"))
        return {"r1": total - bad - special, "r2": special, **split(bad, BAD)}

    @staticmethod
    def _made(graded: dict[str, Decimal]) -> dict[str, Decimal]:
        return {row: cents(amount * RATES[row] / 100 * MORE_THAN_NEEDED) for row, amount in graded.items()}

    def operating(self, year: int, month: int) -> Decimal:
        """What is let under operating leases at the end of a month, in 万元."""
        return cents(in_wan(self.books.at(year, month).balance[ASSETS["fixed"]]) * OPERATING_SHARE)

    def monthly(self, year: int, month: int) -> Forms:
        """ZL01."""
        return leasing_forms.monthly(self, year, month)

    def quarterly(self, year: int, month: int) -> Forms:
        """ZL11, ZL12 and ZL14–ZL16."""
        return leasing_forms.quarterly(self, year, month)

    def annual(self, year: int) -> Forms:
        """ZL21 and ZL22."""
        return leasing_forms.annual(self, year)
