"""A guarantee company's business month by month (DB01, DB02), so that every check of the catalogue holds.

DB01 counts what is guaranteed, DB02 what was compensated and recovered; both are told from one month's
movements, so that the two agree and each month opens with the last one's closing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from app.demo.companies import Company
from app.demo.simulation.amounts import ZERO, Forms, as_text, between, cents, chance_of, column, whole

Cells = dict[str, dict[str, Decimal]]
# Share of the financing guarantees (r3–r6, r10, r11) and of the other guarantees (r23–r26).
FINANCING = {"r3": 60, "r4": 8, "r5": 4, "r6": 14, "r10": 10, "r11": 4}
LOANS = ("r3", "r4", "r5", "r6")
OTHER = {"r23": 30, "r24": 45, "r25": 15, "r26": 10}
# of r6 (in %), and memorandum items of the whole financing balance (in %).
PARTS_OF_R6 = {"r7": 40, "r8": 30, "r9": 10}
MEMO = {"r38": 45, "r40": 20, "r42": 38, "r43": 30, "r44": 12, "r45": 3, "r46": 25}
AMOUNTS = (*FINANCING, *PARTS_OF_R6, *OTHER, *MEMO)
FIXED_COUNTS = {"r13": 4, "r15": 3, "r18": 9, "r19": 0, "r30": 2}
COUNTED = ("r12", "r14", "r27", "r28", "r34", "r39", "r41", *FIXED_COUNTS)
COMPENSATION = ("r16", "r17", "r20", "r21", "r29", "r31")
DB01_INPUTS = (*AMOUNTS, *COUNTED, *COMPENSATION)
DB02_FLOWS = ("r3", "r4", "r5", "r6", "r7", "r8", "r10", "r11", "r12", "r14", "r15", "r23", "r24")
PER_CLIENT = 230  # 万元 guaranteed for one client, on average
OVERDUE = Decimal("180.00")


@dataclass
class Month:
    """One month's cells of both forms, without the computed ones except the closing balances."""

    db01: Cells
    db02: Cells
    paid: Decimal  # compensated this month, financing and other

    def close(self, *rows: str) -> Decimal:
        """Closing balances of DB01 together."""
        return column(self.db01, rows, "close")


@dataclass
class Ledger:
    """Balances and running totals between months; amounts in 万元.

    `overdue` names the months (year, month) at whose end a liability was due and not yet compensated.
    """

    company: Company
    overdue: Collection[tuple[int, int]] = ()
    balance: dict[str, Decimal] = field(default_factory=dict)
    ytd_inc: dict[str, Decimal] = field(default_factory=dict)
    ytd_dec: dict[str, Decimal] = field(default_factory=dict)
    ytd: dict[str, Decimal] = field(default_factory=dict)
    cum: dict[str, Decimal] = field(default_factory=dict)
    receivable: dict[str, Decimal] = field(default_factory=dict)
    old: Decimal = ZERO
    due: Decimal = ZERO

    def __post_init__(self) -> None:
        factor = between(chance_of(self.company, "size"), 35, 85, 10)
        total = Decimal(self.company.capital) * factor
        for shares, base in ((FINANCING, total), (OTHER, total / 5), (MEMO, total)):
            for row, share in shares.items():
                self.balance[row] = cents(base * share / 100)
        for row, share in PARTS_OF_R6.items():
            self.balance[row] = cents(self.balance["r6"] * share / 100)
        self.balance.update(self._clients())
        self.balance.update({row: Decimal(number) for row, number in FIXED_COUNTS.items()})
        compensated = cents(total * Decimal("0.008"))
        self.balance.update({"r16": compensated, "r17": ZERO, "r20": Decimal("120.00"), "r21": ZERO})
        self.balance.update({"r29": Decimal("45.00"), "r31": Decimal("6.00")})
        self.receivable = {"r17": compensated, "r18": Decimal("45.00")}
        self.old = cents(compensated / 5)
        self.cum = dict.fromkeys(DB02_FLOWS, ZERO)
        # Cumulative figures since the foundation that leave exactly today's receivables.
        self.cum.update({"r3": compensated * 3, "r10": compensated * 2 - 120, "r14": Decimal("120.00")})
        self.cum.update({"r6": Decimal("90.00"), "r11": Decimal("39.00"), "r15": Decimal("6.00")})
        self.cum.update(
            {"r23": total * 6, "r24": total, "r7": compensated, "r12": compensated / 2, "r8": Decimal(60)}
        )

    def month(self, year: int, month: int) -> Forms:
        """Entries of DB01 and DB02 for one month; months must be asked for in order."""
        lived = self.live(year, month)
        return as_text({"DB01": lived.db01, "DB02": lived.db02})

    def live(self, year: int, month: int) -> Month:
        """The same as numbers."""
        chance = chance_of(self.company, year, month)
        if month == 1:
            for totals in (self.ytd_inc, self.ytd_dec, self.ytd):
                totals.clear()
        increase, decrease = self._movements(chance)
        flows = self._flows(chance, month, decrease)
        self._link(flows, increase, decrease)
        db01, db02 = self._db01(increase, decrease), self._db02(flows, (year, month))
        return Month(db01, db02, column(db02, ("r3", "r4", "r5", "r6"), "inc"))

    def _clients(self) -> dict[str, Decimal]:
        """Clients and guarantees follow the amounts guaranteed."""
        clients = whole(sum((self.balance[row] for row in FINANCING), ZERO) / PER_CLIENT)
        others = whole(sum((self.balance[row] for row in OTHER), ZERO) / 120)
        found = {"r14": clients, "r12": whole(clients * Decimal("1.15")), "r28": others}
        found |= {"r27": whole(others * Decimal("1.4")), "r34": clients + others - others // 5}
        return found | {"r39": whole(clients * Decimal("0.6")), "r41": whole(clients * Decimal("0.25"))}

    def _movements(self, chance: Random) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
        increase = dict.fromkeys(DB01_INPUTS, ZERO)
        decrease = dict.fromkeys(DB01_INPUTS, ZERO)
        grow, shrink = between(chance, 70, 100), between(chance, 66, 96)
        before = dict(self.balance)
        for row in AMOUNTS:
            # Parts move nearly with their whole, so that they never outgrow it.
            increase[row] = cents(before[row] * (grow + between(chance, -4, 4)))
            decrease[row] = cents(before[row] * shrink)
            self.balance[row] = before[row] + increase[row] - decrease[row]
        for row, target in self._clients().items():
            increase[row] = max(whole(target * grow), target - before[row])
            decrease[row] = before[row] + increase[row] - target
        self.balance = before
        return increase, decrease

    def _flows(self, chance: Random, month: int, decrease: dict[str, Decimal]) -> dict[str, Decimal]:
        flows = dict.fromkeys(DB02_FLOWS, ZERO)
        flows["r23"] = sum((decrease[row] for row in FINANCING), ZERO)
        flows["r24"] = sum((decrease[row] for row in OTHER), ZERO)
        # No year goes by without a compensation.
        if chance.random() < 0.5 or month == 3:
            paid = cents(flows["r23"] * between(chance, 4, 14))
            flows.update({"r3": paid, "r7": cents(paid * Decimal("0.6")), "r8": Decimal(1)})
        recovered = cents(self.receivable["r17"] * between(chance, 10, 50))
        flows.update({"r10": recovered, "r12": cents(recovered * Decimal("0.2"))})
        if chance.random() < 0.2:
            flows["r14"] = cents(self.receivable["r17"] * Decimal("0.01"))
        return flows

    @staticmethod
    def _link(flows: dict[str, Decimal], increase: dict[str, Decimal], decrease: dict[str, Decimal]) -> None:
        """What DB02 tells about compensation is what moves the compensation lines of DB01."""
        increase["r16"], decrease["r16"] = (
            flows["r3"] + flows["r4"] + flows["r5"],
            flows["r10"] + flows["r14"],
        )
        increase["r29"], decrease["r29"] = flows["r6"], flows["r11"] + flows["r15"]
        increase["r18"] = flows["r8"]
        increase["r20"], increase["r31"] = flows["r14"], flows["r15"]

    def _db01(self, increase: dict[str, Decimal], decrease: dict[str, Decimal]) -> Cells:
        if self.balance["r18"] + increase["r18"] > 14:
            decrease["r18"] = Decimal(4)  # fully recovered
        rows = {}
        for row in DB01_INPUTS:
            opening = self.balance[row]
            closing = self.balance[row] = opening + increase[row] - decrease[row]
            self.ytd_inc[row] = self.ytd_inc.get(row, ZERO) + increase[row]
            self.ytd_dec[row] = self.ytd_dec.get(row, ZERO) + decrease[row]
            cells = (opening, increase[row], decrease[row], closing, self.ytd_inc[row], self.ytd_dec[row])
            rows[row] = dict(zip(("open", "inc", "dec", "close", "ytd_inc", "ytd_dec"), cells, strict=True))
        return rows

    def _db02(self, flows: dict[str, Decimal], when: tuple[int, int]) -> Cells:
        rows: Cells = {}
        for row in DB02_FLOWS:
            self.ytd[row] = self.ytd.get(row, ZERO) + flows[row]
            self.cum[row] = self.cum[row] + flows[row]
            amounts = {"inc": flows[row], "ytd": self.ytd[row], "cum": self.cum[row]}
            rows[row] = amounts if row == "r8" else {name: cents(amount) for name, amount in amounts.items()}
        moves = {
            "r17": (flows["r3"] + flows["r4"] + flows["r5"], flows["r10"] + flows["r14"]),
            "r18": (flows["r6"], flows["r11"] + flows["r15"]),
        }
        for row, (inc, dec) in moves.items():
            opening = self.receivable[row]
            closing = self.receivable[row] = opening + inc - dec
            rows[row] = {"open": opening, "inc": inc, "dec": dec, "close": closing}
        old, due = cents(self.receivable["r17"] / 5), OVERDUE if when in self.overdue else ZERO
        rows["r19"] = {"open": self.old, "close": old}
        rows["r20"] = {"open": self.due, "close": due}
        rows["r21"] = dict(rows["r20"])
        self.old, self.due = old, due
        return rows
