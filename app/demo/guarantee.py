"""A guarantee company's business month by month (DB01, DB02), so that every check of the catalogue holds.

DB01 counts what is guaranteed, DB02 what was compensated and recovered; both are told from one month's
movements, so that the two agree and each month opens with the last one's closing.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.demo.companies import Company

CENT = Decimal("0.01")
# Share of the financing guarantees (r3–r6, r10, r11) and of the other guarantees (r23–r26).
FINANCING = {"r3": 60, "r4": 8, "r5": 4, "r6": 14, "r10": 10, "r11": 4}
OTHER = {"r23": 30, "r24": 45, "r25": 15, "r26": 10}
# of r6 (in %), and memorandum items of the whole financing balance (in %).
PARTS_OF_R6 = {"r7": 40, "r8": 30, "r9": 10}
MEMO = {"r38": 45, "r40": 20, "r42": 38, "r43": 30, "r44": 12, "r45": 3, "r46": 25}
COUNTED = ("r12", "r13", "r14", "r15", "r18", "r19", "r27", "r28", "r30", "r34", "r39", "r41")
DB01_INPUTS = (
    *FINANCING, *PARTS_OF_R6, *OTHER, *MEMO, *COUNTED, "r16", "r17", "r20", "r21", "r29", "r31",
)  # fmt: skip
DB02_FLOWS = ("r3", "r4", "r5", "r6", "r7", "r8", "r10", "r11", "r12", "r14", "r15", "r23", "r24")


@dataclass
class Ledger:
    """Balances and running totals between months; amounts in 万元."""

    company: Company
    close: dict[str, Decimal] = field(default_factory=dict)
    ytd_inc: dict[str, Decimal] = field(default_factory=dict)
    ytd_dec: dict[str, Decimal] = field(default_factory=dict)
    ytd: dict[str, Decimal] = field(default_factory=dict)
    cum: dict[str, Decimal] = field(default_factory=dict)
    receivable: dict[str, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        total = Decimal(self.company.capital) * Decimal("3.2")
        for shares, base in ((FINANCING, total), (OTHER, total / 5), (MEMO, total)):
            for row, share in shares.items():
                self.close[row] = (base * share / 100).quantize(CENT)
        for row, share in PARTS_OF_R6.items():
            self.close[row] = (self.close["r6"] * share / 100).quantize(CENT)
        clients = max(60, int(total / 180))
        counts = {"r12": clients * 13 // 10, "r13": 4, "r14": clients, "r15": 3, "r18": 9, "r19": 0}
        counts |= {"r27": 90, "r28": 60, "r30": 2, "r34": clients + 40, "r39": clients // 2, "r41": clients // 4}
        self.close.update({row: Decimal(number) for row, number in counts.items()})
        compensated = (total * Decimal("0.012")).quantize(CENT)
        self.close.update({"r16": compensated, "r17": Decimal(0), "r20": Decimal("120.00"), "r21": Decimal(0)})
        self.close.update({"r29": Decimal("45.00"), "r31": Decimal("6.00")})
        self.receivable = {"r17": compensated, "r18": Decimal("45.00")}
        self.cum = dict.fromkeys(DB02_FLOWS, Decimal(0))
        # Cumulative figures since the foundation that leave exactly today's receivables.
        self.cum.update({"r3": compensated * 3, "r10": compensated * 2 - 120, "r14": Decimal("120.00")})
        self.cum.update({"r6": Decimal("90.00"), "r11": Decimal("39.00"), "r15": Decimal("6.00")})
        self.cum.update({"r23": total * 6, "r24": total, "r7": compensated, "r12": compensated / 2, "r8": Decimal(60)})

    def month(self, year: int, month: int) -> dict[str, dict[str, dict[str, Any]]]:
        """Entries of DB01 and DB02 for one month; months must be asked for in order."""
        chance = random.Random(f"{self.company.uscc}-{year}-{month}")  # noqa: S311
        if month == 1:
            for totals in (self.ytd_inc, self.ytd_dec, self.ytd):
                totals.clear()
        increase, decrease = self._movements(chance)
        flows = self._flows(chance, decrease)
        self._link(flows, increase, decrease)
        return {"DB01": self._db01(increase, decrease), "DB02": self._db02(flows)}

    def _movements(self, chance: random.Random) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
        increase = dict.fromkeys(DB01_INPUTS, Decimal(0))
        decrease = dict.fromkeys(DB01_INPUTS, Decimal(0))
        grow, shrink = Decimal(chance.randrange(700, 1000)) / 100, Decimal(chance.randrange(650, 930)) / 100
        for row in (*FINANCING, *PARTS_OF_R6, *OTHER, *MEMO):
            # Parts move with their whole, so that they never outgrow it.
            increase[row] = (self.close[row] * grow / 100).quantize(CENT)
            decrease[row] = (self.close[row] * shrink / 100).quantize(CENT)
        for row, most in (("r12", 14), ("r14", 9), ("r27", 6), ("r28", 4), ("r34", 8), ("r39", 5), ("r41", 3)):
            both = Decimal(chance.randrange(2, most))
            increase[row], decrease[row] = both, both
        increase["r12"] += 1
        return increase, decrease

    def _flows(self, chance: random.Random, decrease: dict[str, Decimal]) -> dict[str, Decimal]:
        flows = dict.fromkeys(DB02_FLOWS, Decimal(0))
        flows["r23"] = sum((decrease[row] for row in FINANCING), Decimal(0))
        flows["r24"] = sum((decrease[row] for row in OTHER), Decimal(0))
        if chance.random() < 0.55:
            paid = (flows["r23"] * Decimal(chance.randrange(40, 160)) / 10_000).quantize(CENT)
            flows.update({"r3": paid, "r7": (paid * Decimal("0.6")).quantize(CENT), "r8": Decimal(1)})
        recovered = (self.receivable["r17"] * Decimal(chance.randrange(100, 500)) / 10_000).quantize(CENT)
        flows.update({"r10": recovered, "r12": (recovered * Decimal("0.2")).quantize(CENT)})
        if chance.random() < 0.2:
            flows["r14"] = (self.receivable["r17"] * Decimal("0.01")).quantize(CENT)
        return flows

    @staticmethod
    def _link(flows: dict[str, Decimal], increase: dict[str, Decimal], decrease: dict[str, Decimal]) -> None:
        """What DB02 tells about compensation is what moves the compensation lines of DB01."""
        increase["r16"], decrease["r16"] = flows["r3"] + flows["r4"] + flows["r5"], flows["r10"] + flows["r14"]
        increase["r29"], decrease["r29"] = flows["r6"], flows["r11"] + flows["r15"]
        increase["r18"] = flows["r8"]
        increase["r20"], increase["r31"] = flows["r14"], flows["r15"]

    def _db01(self, increase: dict[str, Decimal], decrease: dict[str, Decimal]) -> dict[str, dict[str, Any]]:
        entries = {}
        for row in DB01_INPUTS:
            opening = self.close[row]
            self.close[row] = opening + increase[row] - decrease[row]
            self.ytd_inc[row] = self.ytd_inc.get(row, Decimal(0)) + increase[row]
            self.ytd_dec[row] = self.ytd_dec.get(row, Decimal(0)) + decrease[row]
            cells = (opening, increase[row], decrease[row], self.ytd_inc[row], self.ytd_dec[row])
            names = ("open", "inc", "dec", "ytd_inc", "ytd_dec")
            entries[row] = {name: str(cell) for name, cell in zip(names, cells, strict=True)}
        return entries

    def _db02(self, flows: dict[str, Decimal]) -> dict[str, dict[str, Any]]:
        entries: dict[str, dict[str, Any]] = {}
        for row in DB02_FLOWS:
            self.ytd[row] = self.ytd.get(row, Decimal(0)) + flows[row]
            self.cum[row] = self.cum[row] + flows[row]
            amounts = {"inc": flows[row], "ytd": self.ytd[row], "cum": self.cum[row]}
            entries[row] = {name: str(amount.quantize(CENT) if row != "r8" else amount) for name, amount in amounts.items()}
        moves = {
            "r17": (flows["r3"] + flows["r4"] + flows["r5"], flows["r10"] + flows["r14"]),
            "r18": (flows["r6"], flows["r11"] + flows["r15"]),
        }
        for row, (inc, dec) in moves.items():
            opening = self.receivable[row]
            self.receivable[row] = opening + inc - dec
            entries[row] = {"open": str(opening), "inc": str(inc), "dec": str(dec)}
        for row in ("r19", "r20", "r21"):
            entries[row] = {"open": "0", "close": "0"}
        return entries
