"""A company's general ledger in 元, from which its statements are read (CW01–CW03, CW11–CW13)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.demo.simulation.amounts import CENT, ZERO, cents

# Accounts by the row of the balance sheet that they stand in.
ASSETS = {
    "cash": "r1", "margin_out": "r2", "trading": "r3", "comp_receivable": "r7", "other_receivable": "r10",
    "inventory": "r11", "loans": "r17", "pawn_loans": "r18", "lease_receivable": "r19", "bonds_held": "r20",
    "equity_held": "r23", "fixed": "r27", "intangible": "r32", "other_assets": "r38",
}  # fmt: skip
LIABILITIES = {
    "short_loan": "r41", "margin_in": "r48", "unearned": "r49", "comp_reserve": "r50", "payroll": "r51",
    "tax": "r52", "other_payable": "r53", "long_loan": "r58", "bonds": "r59", "capital": "r70", "surplus": "r78",
    "general_reserve": "r79", "profit": "r80",
}  # fmt: skip
EQUITY = ("r70", "r78", "r79", "r80")
# Rows of the income statement by the sign with which they enter the profit.
GAINS = {
    "revenue": "r1", "other_income": "r16", "investment": "r17", "credit_loss": "r22", "nonop_income": "r26",
}  # fmt: skip
COSTS = {
    "cost": "r6", "taxes": "r7", "admin": "r9", "finance": "r11", "unearned_provision": "r14",
    "comp_provision": "r15", "nonop_expense": "r27", "income_tax": "r29",
}  # fmt: skip
# Rows of the cash-flow statement: money in, money out. One row for both: its net, as an outflow.
FLOWS = {
    "fees": ("r2", "r10"), "recovery": ("r3", "r9"), "sales": ("r1", "r7"), "other": ("r5", "r13"),
    "staff": ("r5", "r11"), "tax": ("r4", "r12"), "lending": ("", "r8"), "invest": ("r16", "r23"),
    "yield": ("r17", "r25"), "capex": ("r18", "r22"), "borrow": ("r29", "r32"), "interest": ("r30", "r33"),
}  # fmt: skip
INTEREST_PAID, INTEREST_GOT = "r12", "r13"
CASH = "r1"
INCOME_TAX = Decimal("0.25")
SURPLUS_SHARE = Decimal("0.10")  # 公司法: a tenth of the profit goes to the statutory surplus reserve


@dataclass(frozen=True)
class Snapshot:
    """The books at the end of a month: balances by row, income and cash flows of the year so far by row."""

    balance: dict[str, Decimal]
    income: dict[str, Decimal]
    cash: dict[str, Decimal]

    @property
    def net(self) -> Decimal:
        """The net profit of the year so far."""
        return profit_of(self.income) - self.income.get(COSTS["income_tax"], ZERO)

    @property
    def equity(self) -> Decimal:
        """Net assets."""
        return sum((self.balance[row] for row in EQUITY), ZERO)

    @property
    def assets(self) -> Decimal:
        """Total assets."""
        return sum((self.balance[row] for row in ASSETS.values()), ZERO)


def profit_of(income: dict[str, Decimal]) -> Decimal:
    """The profit before tax."""
    gains = sum((income.get(row, ZERO) for row in GAINS.values()), ZERO)
    costs = sum((income.get(row, ZERO) for key, row in COSTS.items() if key != "income_tax"), ZERO)
    return gains - costs


class Books:
    """Double entry: every `move` keeps assets equal to liabilities and equity."""

    def __init__(self, opening: dict[str, Decimal], last_year: int, general_share: Decimal = ZERO) -> None:
        """`opening` in 元 by account, without cash-flow history; what is missing to balance is profit."""
        self.balance = {row: ZERO for row in (*ASSETS.values(), *LIABILITIES.values())}
        for account, amount in opening.items():
            self.balance[ASSETS.get(account) or LIABILITIES[account]] = cents(amount)
        owed = sum((self.balance[row] for row in LIABILITIES.values()), ZERO)
        self.balance[LIABILITIES["profit"]] += (
            sum((self.balance[row] for row in ASSETS.values()), ZERO) - owed
        )
        self.income: dict[str, Decimal] = {}
        self.cash: dict[str, Decimal] = {}
        self.general_share = general_share
        self.snapshots = {(last_year, 12): self._snapshot()}
        self.last_net = ZERO

    def of(self, account: str) -> Decimal:
        """The balance of an account."""
        return self.balance[ASSETS.get(account) or LIABILITIES[account]]

    def move(self, debit: str, credit: str, amount: Decimal, flow: str = "") -> None:
        """Book an amount; a negative one the other way round. Moves of cash name their flow."""
        amount = cents(amount)
        if amount < 0:
            debit, credit, amount = credit, debit, -amount
        self._enter(debit, amount)
        self._enter(credit, -amount)
        if "cash" in (debit, credit):
            self._flow(flow, amount if debit == "cash" else -amount)

    def _enter(self, account: str, amount: Decimal) -> None:
        """A debit (positive) or credit (negative)."""
        if account in ASSETS:
            self.balance[ASSETS[account]] += amount
            return
        if account in LIABILITIES:
            self.balance[LIABILITIES[account]] -= amount
            return
        row, sign = (GAINS[account], -1) if account in GAINS else (COSTS[account], 1)
        self.income[row] = self.income.get(row, ZERO) + sign * amount
        self.balance[LIABILITIES["profit"]] -= amount

    def _flow(self, flow: str, amount: Decimal) -> None:
        coming, going = FLOWS[flow]
        row = coming if amount > 0 and coming else going
        self.cash[row] = self.cash.get(row, ZERO) + (amount if row == coming else -amount)

    def of_which(self, row: str, amount: Decimal) -> None:
        """Fill an item of the income statement that only explains another."""
        self.income[row] = self.income.get(row, ZERO) + cents(amount)

    def earn_deposit_interest(self, yearly: Decimal) -> None:
        """A month's interest on the cash at hand."""
        interest = cents(self.of("cash") * yearly / 12)
        self.move("cash", "finance", interest, "other")
        self.of_which(INTEREST_GOT, interest)

    def pay_interest(self, amount: Decimal) -> None:
        """A month's interest on what was borrowed."""
        self.move("finance", "cash", amount, "interest")
        self.of_which(INTEREST_PAID, amount)

    def pay_dividend(self, amount: Decimal) -> None:
        """A distribution of last year's profit."""
        self.move("profit", "cash", amount, "interest")

    def overheads(self, month: int, staff: Decimal, other: Decimal, wear: Decimal) -> None:
        """Salaries are paid a month later, taxes after each quarter."""
        self.move("payroll", "cash", self.of("payroll"), "staff")
        self.move("admin", "payroll", staff)
        self.move("admin", "cash", other, "other")
        self.move("admin", "fixed", wear)
        self.move("taxes", "tax", cents(staff * Decimal("0.031")))
        if month % 3 == 1 and self.of("tax") > 0:
            self.move("tax", "cash", self.of("tax"), "tax")

    def close_month(self, year: int, month: int) -> None:
        """Income tax by quarter, reserves at the year's end, and the picture that statements are read from."""
        if month == 1:
            self.last_net = self.snapshots[year - 1, 12].net
        if month % 3 == 0:
            due = max(profit_of(self.income), ZERO) * INCOME_TAX
            self.move("income_tax", "tax", due - self.income.get(COSTS["income_tax"], ZERO))
        picture = self._snapshot()
        if month == 12 and picture.net > 0:
            self.move("profit", "surplus", picture.net * SURPLUS_SHARE)
            self.move("profit", "general_reserve", picture.net * self.general_share)
        self.snapshots[year, month] = self._snapshot()
        if month == 12:
            self.income, self.cash = {}, {}

    def _snapshot(self) -> Snapshot:
        return Snapshot(dict(self.balance), dict(self.income), dict(self.cash))

    def at(self, year: int, month: int) -> Snapshot:
        """The books at the end of a month that was closed."""
        return self.snapshots[year, month]

    def is_balanced(self) -> bool:
        """Assets equal liabilities and equity."""
        owed = sum((self.balance[row] for row in LIABILITIES.values()), ZERO)
        return abs(sum((self.balance[row] for row in ASSETS.values()), ZERO) - owed) < CENT
