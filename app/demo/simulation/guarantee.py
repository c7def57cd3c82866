"""A guarantee company: its ledger of guarantees and the books that follow from it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from app.demo.companies import Company
from app.demo.guarantee import FINANCING, LOANS, OTHER, Ledger, Month
from app.demo.simulation import guarantee_annual, guarantee_quarterly
from app.demo.simulation.amounts import WAN, ZERO, Forms, between, cents, chance_of, split
from app.demo.simulation.base import Simulation

HALF = Decimal("0.5")
ALLOWANCE = Decimal("0.1")  # of the compensation receivable
INVESTMENT_YIELD = Decimal("0.027")
# Weights of the liability (银保监发〔2018〕1号附件2), in %, by row of DB14.
WEIGHTS = {"r2": 75, "r3": 75, "r4": 30, "r5": 100, "r7": 80, "r8": 100, "r9": 100}


@dataclass(frozen=True)
class Reserves:
    """Reserves of the year so far in 万元, by row of DB15 (r1 unearned, r2 compensation)."""

    prov: dict[str, Decimal]
    rev: dict[str, Decimal]
    used: dict[str, Decimal]
    premium: Decimal
    liability: Decimal


class Guarantee(Simulation):
    """Fees are earned on what is newly guaranteed; reserves follow 七部委令2010年第3号 第三十一条."""

    general_share = Decimal("0.10")
    cash_share = Decimal("0.2")

    def __init__(self, company: Company, first_year: int, overdue: Collection[tuple[int, int]] = ()) -> None:
        self.ledger = Ledger(company, overdue)
        chance = chance_of(company, "terms")
        self.own_share = between(chance, 70, 82, 100)
        self.fee = between(chance, 105, 135, 10_000)
        first = sum((self.ledger.balance[row] for row in FINANCING), ZERO)
        # Half of a month's fees, kept for twelve months.
        self.kept = [cents(first * Decimal("0.083") * self.fee * HALF)] * 12
        self.allowance = cents(self._receivable() * ALLOWANCE)
        self.months: dict[tuple[int, int], Month] = {}
        self.reserves: dict[tuple[int, int], Reserves] = {}
        super().__init__(company, first_year)

    def _receivable(self) -> Decimal:
        return sum(self.ledger.receivable.values(), ZERO)

    def _opening(self) -> dict[str, Decimal]:
        capital = Decimal(self.company.capital)
        guaranteed = sum((self.ledger.balance[row] for row in FINANCING), ZERO)
        wan = {
            "cash": capital * self.cash_share, "trading": capital * Decimal("0.21"),
            "fixed": capital * Decimal("0.075"),
            "margin_out": cents(guaranteed * Decimal("0.018")), "other_receivable": capital * Decimal("0.013"),
            "other_assets": capital * Decimal("0.03"), "equity_held": self.stake(),
            "comp_receivable": self._receivable() - self.allowance,
            "margin_in": capital * Decimal("0.006"), "unearned": sum(self.kept, ZERO),
            "comp_reserve": cents(guaranteed * Decimal("0.017")), "capital": capital,
            "surplus": capital * Decimal("0.021"), "general_reserve": capital * Decimal("0.019"),
        }  # fmt: skip
        # What the founders' money is not yet placed in stands in bonds; undistributed profit balances.
        owed = wan["margin_in"] + wan["unearned"] + wan["comp_reserve"] + capital * Decimal("1.072")
        assets = ("cash", "trading", "fixed", "margin_out", "other_receivable", "other_assets", "equity_held")
        wan["bonds_held"] = owed - sum((wan[key] for key in (*assets, "comp_receivable")), ZERO)
        return {account: amount * WAN for account, amount in wan.items()}

    def stake(self) -> Decimal:
        """Shares in a re-guarantee company, which every third company holds, in 万元."""
        return Decimal("500.00") if self.company.number % 3 == 1 else ZERO

    def _live(self, year: int, month: int, chance: Random) -> None:
        lived = self.months[year, month] = self.ledger.live(year, month)
        premium = self._earn(lived)
        released, self.kept = self.kept[0], [*self.kept[1:], cents(premium * HALF)]
        self.book("unearned_provision", "unearned", self.kept[-1] - released)
        self._compensate(lived)
        self._reserve(lived, year, month, premium, released)
        margin = cents(lived.close(*FINANCING) * Decimal("0.018"))
        self.book("margin_out", "cash", margin - self.wan("margin_out"), "other")
        placed = self.wan("trading") + self.wan("bonds_held")
        self.book("cash", "investment", placed * INVESTMENT_YIELD / 12, "yield")
        if month in (2, 5, 8, 11):
            self.book("other_receivable", "cash", between(chance, -15, 20), "other")
        spare = self.spare(month)
        self.book("trading", "cash", (spare / 10).quantize(Decimal(1)) * 10, "invest")

    def _earn(self, lived: Month) -> Decimal:
        """Fees, in even cents so that their half is exact; a part goes to the re-guarantor."""
        new = sum((lived.db01[row]["inc"] for row in FINANCING), ZERO)
        other = sum((lived.db01[row]["inc"] for row in OTHER), ZERO)
        premium = cents((new * self.fee + other * Decimal("0.004")) * HALF) * 2
        self.book("cash", "revenue", premium, "fees")
        self.books.of_which("r2", premium * WAN)
        self.book("cost", "cash", premium * Decimal("0.06"), "fees")
        return premium

    def _compensate(self, lived: Month) -> None:
        flows = lived.db02
        self.book("comp_receivable", "cash", lived.paid, "recovery")
        self.book("cash", "comp_receivable", flows["r10"]["inc"] + flows["r11"]["inc"], "recovery")
        self.book("comp_reserve", "comp_receivable", flows["r14"]["inc"] + flows["r15"]["inc"])
        allowance = cents(self._receivable() * ALLOWANCE)
        self.book("credit_loss", "comp_receivable", allowance - self.allowance)
        self.allowance = allowance

    def _reserve(self, lived: Month, year: int, month: int, premium: Decimal, released: Decimal) -> None:
        """1% of the liability over the year; December brings it to what the year end's liability asks for."""
        former = self.reserves.get((year, month - 1), Reserves({}, {}, {}, ZERO, ZERO))
        liability = self.liability(lived) + cents(lived.close(*OTHER) * Decimal("0.1"))
        so_far = former.prov.get("r2", ZERO)
        share = cents(liability * Decimal("0.01") * month / 12) - so_far
        provided = max(share, ZERO)
        if month == 12:
            provided = max(cents(liability * Decimal("0.01")) + Decimal("0.01") - so_far, ZERO)
        self.book("comp_provision", "comp_reserve", provided)
        self.reserves[year, month] = Reserves(
            {"r1": former.prov.get("r1", ZERO) + self.kept[-1], "r2": so_far + provided},
            {"r1": former.rev.get("r1", ZERO) + released},
            {"r2": former.used.get("r2", ZERO) + lived.db02["r14"]["inc"] + lived.db02["r15"]["inc"]},
            former.premium + premium,
            liability,
        )

    def own_and_liability(self, lived: Month) -> dict[str, dict[str, Decimal]]:
        """DB14's entered rows: bal, own, and the weighted liability."""
        small = split(lived.close("r42"), {"r2": 70, "r3": 28, "": 2})
        bonds = split(lived.close("r10"), {"r7": 70, "r8": 30})
        bal = {
            "r2": small["r2"],
            "r3": small["r3"],
            "r4": lived.close("r8"),
            **bonds,
            "r9": lived.close("r11"),
        }
        bal["r5"] = lived.close(*LOANS) - bal["r2"] - bal["r3"] - bal["r4"]
        rows = {}
        for row in WEIGHTS:
            own = cents(bal[row] * self.own_share)
            rows[row] = {"bal": bal[row], "own": own, "liab": cents(own * WEIGHTS[row] / 100)}
        return rows

    def liability(self, lived: Month) -> Decimal:
        """The weighted liability of the financing guarantees."""
        return sum((row["liab"] for row in self.own_and_liability(lived).values()), ZERO)

    def monthly(self, year: int, month: int) -> Forms:
        """DB01 and DB02."""
        lived = self.months[year, month]
        return {"DB01": lived.db01, "DB02": lived.db02}

    def quarterly(self, year: int, month: int) -> Forms:
        """DB11–DB21."""
        return guarantee_quarterly.forms(self, year, month)

    def annual(self, year: int) -> Forms:
        """DB31–DB33."""
        return guarantee_annual.forms(self, year)
