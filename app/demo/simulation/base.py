"""What the four industries' simulations have in common: time passing, and the forms of a period's end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date
from decimal import Decimal
from random import Random

from app.demo.companies import WORDS, Company, credit_code_of
from app.demo.simulation import statements
from app.demo.simulation.amounts import WAN, Forms, as_text, between, chance_of
from app.demo.simulation.books import Books

DIVIDEND_MONTH = 6
CASH_YIELD = Decimal("0.012")


class Simulation(ABC):
    """A company lived through month by month from January of `first_year` on."""

    general_share = Decimal(0)
    dividend_share = Decimal("0.4")  # of last year's profit
    cash_share = Decimal("0.08")  # of the capital, kept at hand; the rest is put to work

    def __init__(self, company: Company, first_year: int) -> None:
        self.company = company
        self.first_year = first_year
        self.capital = Decimal(company.capital)
        self.books = Books(self._opening(), first_year - 1, self.general_share)
        self._lived = (first_year - 1, 12)

    @abstractmethod
    def _opening(self) -> dict[str, Decimal]:
        """The books at the beginning, in 元 by account; the business of the first month stands on it too."""

    @abstractmethod
    def _live(self, year: int, month: int, chance: Random) -> None:
        """One month's business, booked."""

    @abstractmethod
    def monthly(self, year: int, month: int) -> Forms:
        """The monthly business forms."""

    @abstractmethod
    def quarterly(self, year: int, month: int) -> Forms:
        """The quarterly business forms at the end of a quarter."""

    @abstractmethod
    def annual(self, year: int) -> Forms:
        """The annual business forms."""

    def entries(self, family: str, frequency: str, end: date) -> Forms:
        """What the company enters in a set ('periodic' or 'business') for the period that ends on `end`."""
        self.live_until(end)
        if family == "periodic":
            if frequency == "annual":
                return as_text(statements.annual(self.company, self.books, end.year))
            return as_text(statements.quarterly(self.books, end.year, end.month))
        if frequency == "annual":
            return as_text(self.annual(end.year))
        tell = self.monthly if frequency == "monthly" else self.quarterly
        return as_text(tell(end.year, end.month))

    def live_until(self, end: date) -> None:
        """Let time pass until the month of `end` is over."""
        while self._lived < (end.year, end.month):
            year, month = self._lived
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
            chance = chance_of(self.company, year, month)
            self._live(year, month, chance)
            self._overheads(month, chance)
            self.books.close_month(year, month)
            self._lived = (year, month)

    def _overheads(self, month: int, chance: Random) -> None:
        people = Decimal(self.company.staff)
        staff = people * (Decimal(8_600) + between(chance, 0, 60_000, 100))
        other = people * Decimal(2_100) + between(chance, 0, 2_500_000, 100)
        self.books.overheads(month, staff, other, self.capital * Decimal("3.41"))
        self.books.earn_deposit_interest(CASH_YIELD)
        if self._dividend(month):
            self.books.pay_dividend(self._dividend(month))

    def _dividend(self, month: int) -> Decimal:
        """What the owners get in a month, in 元."""
        return (
            max(self.books.last_net, Decimal(0)) * self.dividend_share
            if month == DIVIDEND_MONTH
            else Decimal(0)
        )

    def spare(self, month: int) -> Decimal:
        """Cash in 万元 beyond what is kept at hand and what the owners will get this month."""
        return self.wan("cash") - self.capital * self.cash_share - self._dividend(month) / WAN

    def book(self, debit: str, credit: str, wan: Decimal, flow: str = "") -> None:
        """Book an amount in 万元."""
        self.books.move(debit, credit, wan * WAN, flow)

    def wan(self, account: str) -> Decimal:
        """An account's balance in 万元, unrounded."""
        return self.books.of(account) / WAN

    def client(self, number: int) -> tuple[str, str]:
        """Name and credit code of an invented client; the same number is always the same one."""
        chance = chance_of(self.company, "client", number)
        trade = chance.choice(("纺织", "五金", "食品", "机电", "物流", "建材", "农业", "科技"))
        name = f"{self.company.city}示例{chance.choice(WORDS)}{trade}{number:02d}号有限公司"
        return name, credit_code_of(self.company.region, 5_000_000 + self.company.number * 1_000 + number)


def quarter_months(month: int) -> tuple[int, int, int]:
    """The months of the quarter that ends with `month`."""
    return month - 2, month - 1, month
