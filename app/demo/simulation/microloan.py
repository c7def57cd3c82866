"""A microloan company: loans by every classification of XD01, what finances them, and its books."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from app.demo.companies import Company
from app.demo.simulation import microloan_forms
from app.demo.simulation.amounts import WAN, ZERO, Forms, between, cents, chance_of, counts, split, whole
from app.demo.simulation.base import Simulation

Cells = dict[str, dict[str, Decimal]]
# XD01: every classification splits the same loans; shares of new loans and of clients, in %.
TYPES = {"r2": (14, 18), "r3": (27, 34), "r4": (41, 15), "r5": (8, 1), "r6": (7, 29), "r7": (3, 3)}
SECURITY = {"r8": (12, 31), "r9": (49, 47), "r10": (32, 18), "r11": (7, 4)}
TERMS = {"r12": (5, 9), "r13": (18, 22), "r14": (61, 55), "r15": (16, 14)}
SIZES = {"r16": 1, "r17": 7, "r18": 13, "r19": 19, "r20": 40, "r21": 20}
PER_CLIENT = {"r16": "3.1", "r17": "11.4", "r18": "33", "r19": "72", "r20": "215", "r21": "560"}
MEMO = {"r22": 21, "r23": 63, "r24": 9, "r25": 4, "r26": 0, "r27": 0}
CLASSIFICATIONS = (TYPES, SECURITY, TERMS)
# Five grades: the share of normal and special mention is what the bad loans leave; provisions as in XD11.
BAD = {"r3": 47, "r4": 34, "r5": 19}
RATES = {"r1": 1, "r2": 2, "r3": 25, "r4": 50, "r5": 100}
MORE_THAN_NEEDED = Decimal("1.06")
FUND_RATES = {"r1": Decimal("4.60"), "r2": Decimal("6.00"), "r5": Decimal("5.20")}
ACCOUNTS = {"r1": "short_loan", "r2": "other_payable", "r5": "bonds"}


@dataclass(frozen=True)
class Disposal:
    """A bad loan dealt with, in 万元."""

    month: int
    bal: Decimal
    cash: Decimal
    written: Decimal


@dataclass(frozen=True)
class Month:
    """What the monthly and quarterly forms are read from."""

    loans: Cells
    funds: Cells
    graded: dict[str, Decimal]
    made: dict[str, Decimal]
    year: dict[str, Decimal]  # of the year so far: written, recovered, provided

    @property
    def total(self) -> Decimal:
        """All loans."""
        return sum((self.loans[row]["close"] for row in TYPES), ZERO)

    @property
    def clients(self) -> Decimal:
        """All borrowers."""
        return sum((self.loans[row]["cust"] for row in TYPES), ZERO)

    @property
    def bad(self) -> Decimal:
        """Substandard and worse."""
        return sum((self.graded[row] for row in BAD), ZERO)


class Microloan(Simulation):
    """It lends what it has: new loans are what came back and what cash there is to spare."""

    dividend_share = Decimal("0.55")
    cash_share = Decimal("0.05")

    def __init__(self, company: Company, first_year: int) -> None:
        chance = chance_of(company, "terms")
        self.price = between(chance, 112, 138)  # a year's interest on a loan
        self.bad_share = between(chance, 12, 26)
        capital = Decimal(company.capital)
        self.funds = {"r1": capital * between(chance, 18, 34, 100), "r2": capital * Decimal("0.05")}
        self.funds["r5"] = capital * Decimal("0.1") if company.capital >= 20_000 else ZERO
        gross = cents((capital * Decimal("1.02") + sum(self.funds.values(), ZERO)) * Decimal("1.025"))
        self.balance: dict[str, Decimal] = {}
        for classification in (*CLASSIFICATIONS, {row: (share, 0) for row, share in SIZES.items()}):
            self.balance |= split(gross, {row: shares[0] for row, shares in classification.items()})
        self.balance |= {row: cents(gross * share / 100) for row, share in MEMO.items()}
        self.allowance = sum(self._made(self._graded(gross)).values(), ZERO)
        self.opening = {"loans": gross - self.allowance, "capital": capital}
        self.year: dict[str, Decimal] = {}
        self.ytd: dict[str, dict[str, Decimal]] = {"issue": {}, "cnt": {}}
        self.months: dict[tuple[int, int], Month] = {}
        self.disposals: dict[int, list[Disposal]] = {}
        super().__init__(company, first_year)

    def _opening(self) -> dict[str, Decimal]:
        capital = self.opening["capital"]
        wan = {
            "cash": capital * self.cash_share, "fixed": capital * Decimal("0.045"), **self.opening,
            "other_receivable": capital * Decimal("0.012"), "surplus": capital * Decimal("0.03"),
            "general_reserve": capital * Decimal("0.015"),
        }  # fmt: skip
        wan |= {ACCOUNTS[row]: amount for row, amount in self.funds.items()}
        return {account: amount * WAN for account, amount in wan.items()}

    def _live(self, year: int, month: int, chance: Random) -> None:
        if month == 1:
            self.year, self.ytd = {}, {"issue": {}, "cnt": {}}
        funds = self._refinance(chance)
        self._earn()
        total = self._total()
        back = cents(total * between(chance, 90, 125))
        written = self._dispose(year, month, total, chance)
        spare = self.spare(month)
        issued = max(cents(back + spare * Decimal("0.8")), cents(back / 2))
        self.book("loans", "cash", issued - back, "lending")
        loans = self._move_loans(issued, back, written)
        self.bad_share = min(
            max(self.bad_share + between(chance, -12, 13, 10_000), Decimal("0.011")), Decimal("0.036")
        )
        graded = self._graded(self._total())
        made = self._made(graded)
        target = sum(made.values(), ZERO)
        provided = target - (self.allowance - written)
        self.book("credit_loss", "loans", provided)
        self.allowance = target
        self._count("provided", provided)
        self.months[year, month] = Month(loans, funds, graded, made, dict(self.year))

    def _count(self, what: str, amount: Decimal) -> None:
        self.year[what] = self.year.get(what, ZERO) + amount

    def _total(self) -> Decimal:
        return sum((self.balance[row] for row in TYPES), ZERO)

    def _refinance(self, chance: Random) -> Cells:
        """Bank loans revolve; shareholders and bonds stay."""
        rows: Cells = {}
        for row, opening in list(self.funds.items()):
            inc = dec = ZERO
            if row == "r1":
                dec = cents(opening * between(chance, 60, 100))
                ceiling = self.capital * Decimal("0.42")
                inc = cents(min(dec * between(chance, 92, 109, 100), ceiling - opening + dec))
            self.book("cash", ACCOUNTS[row], inc, "borrow")
            self.book(ACCOUNTS[row], "cash", dec, "borrow")
            self.funds[row] = opening + inc - dec
            rows[row] = {
                "open": opening,
                "inc": inc,
                "dec": dec,
                "rate": FUND_RATES[row] if opening else ZERO,
            }
            rows[row] |= {"close": self.funds[row], "cnt": Decimal({"r1": 3}.get(row, 1) if opening else 0)}
        self.books.pay_interest(
            sum((self.funds[row] * rate for row, rate in FUND_RATES.items()), ZERO) * WAN / 1200
        )
        return rows

    def _earn(self) -> None:
        loans = self._total() * (1 - self.bad_share)
        interest, fees = cents(loans * self.price / 12), cents(loans * Decimal("0.0006"))
        self.book("cash", "revenue", interest + fees, "fees")
        self.books.of_which("r3", interest * WAN)
        self.books.of_which("r4", fees * WAN)

    def _dispose(self, year: int, month: int, total: Decimal, chance: Random) -> Decimal:
        """Half-yearly a hopeless loan is written off; in spring and autumn something is recovered in cash."""
        bad = total * self.bad_share
        if month in (6, 12):
            bal = cents(bad * between(chance, 80, 150))
            found = Disposal(month, bal, ZERO, bal)
        elif month in (4, 10):
            bal = cents(bad * between(chance, 30, 80))
            found = Disposal(month, bal, cents(bal * Decimal("0.8")), ZERO)
        else:
            return ZERO
        self.disposals.setdefault(year, []).append(found)
        self._count("written", found.written)
        self._count("recovered", found.cash)
        return found.written

    def _move_loans(self, issued: Decimal, back: Decimal, written: Decimal) -> Cells:
        before = dict(self.balance)
        total = self._total()
        rows: Cells = {}
        sizes = {row: (share, 0) for row, share in SIZES.items()}
        for classification in (*CLASSIFICATIONS, sizes):
            held = {row: before[row] for row in classification}
            weights = {row: shares[0] for row, shares in classification.items()}
            parts = (split(issued, weights), split(back, held), split(written, held))
            for row in classification:
                rows[row] = self._moved(row, *(part[row] for part in parts))
        for row, share in MEMO.items():
            amounts = (issued * share / 100, before[row] * back / total, before[row] * written / total)
            rows[row] = self._moved(row, *(cents(amount) for amount in amounts))
        self._count_clients(rows, issued)
        return rows

    def _moved(self, row: str, issued: Decimal, back: Decimal, written: Decimal) -> dict[str, Decimal]:
        opening = self.balance[row]
        closing = self.balance[row] = opening + issued - back - written
        so_far = self.ytd["issue"][row] = self.ytd["issue"].get(row, ZERO) + issued
        cells = {"open": opening, "issue": issued, "recover": back, "other_dec": written, "close": closing}
        return {**cells, "ytd_issue": so_far}

    def _count_clients(self, rows: Cells, issued: Decimal) -> None:
        """Borrowers follow the size of the loans; a twelfth of them has two."""
        sizes = {row: max(rows[row]["close"] // Decimal(PER_CLIENT[row]), Decimal(1)) for row in SIZES}
        clients = sum(sizes.values(), ZERO)
        second, made = clients // 12, whole(issued * clients / self._total())
        by_size: dict[str, Decimal | int] = dict(sizes)
        every: list[dict[str, Decimal | int]] = [by_size]
        every += [{row: shares[1] for row, shares in of.items()} for of in CLASSIFICATIONS]
        for weights in every:
            cust = sizes if weights is by_size else counts(clients, weights)
            further, loans = counts(second, weights), counts(made, weights)
            for row in weights:
                self._counted(rows, row, cust[row], further[row], loans[row])
        for row, share in MEMO.items():
            number = whole(clients * share / 100)
            self._counted(rows, row, number, number // 12, whole(made * share / 100))

    def _counted(self, rows: Cells, row: str, cust: Decimal, further: Decimal, made: Decimal) -> None:
        so_far = self.ytd["cnt"][row] = self.ytd["cnt"].get(row, ZERO) + made
        rows[row] |= {"cust": cust, "deals": cust + further, "ytd_cnt": so_far}

    def _graded(self, total: Decimal) -> dict[str, Decimal]:
        bad, special = cents(total * self.bad_share), cents(total * Decimal("0.034"))
        return {"r1": total - bad - special, "r2": special, **split(bad, BAD)}

    @staticmethod
    def _made(graded: dict[str, Decimal]) -> dict[str, Decimal]:
        return {
            row: cents(cents(amount * RATES[row] / 100) * MORE_THAN_NEEDED) for row, amount in graded.items()
        }

    def monthly(self, year: int, month: int) -> Forms:
        """XD01 and XD02."""
        lived = self.months[year, month]
        return {"XD01": lived.loans, "XD02": lived.funds}

    def quarterly(self, year: int, month: int) -> Forms:
        """XD11, XD12 and XD14."""
        return microloan_forms.quarterly(self, year, month)

    def annual(self, year: int) -> Forms:
        """XD21 and XD22."""
        return microloan_forms.annual(self, year)
