"""What stands in the golden workbooks of the three small forms, and the template filled with it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import openpyxl

from app.filings.definitions.schema import Values
from tests.workbooks.samples import load, template
from tests.workbooks.small_forms import SMALL

VALUES: dict[str, Values] = {
    "TX01": {
        "r1": {},
        "r2": {"open": Decimal("1234.50"), "inc": Decimal("-20.00")},
        "r3": {"open": Decimal("300.00"), "inc": Decimal("0.00")},
        "r4": {"open": Decimal("12")},
        "r5": {"open": Decimal("9"), "inc": Decimal("1")},
    },
    "TX02": {
        "1": {
            "name": "示例甲公司", "small": "Y", "signed": date(2026, 3, 5),
            "amount": Decimal("1234.50"), "rate": Decimal("6.50"),
        },
        "2": {
            "name": "示例乙公司", "small": "N", "signed": date(2025, 12, 31),
            "amount": Decimal("500.00"), "rate": Decimal("12.00"),
        },
    },
    "TX03": {
        "card": {
            "name": "示例机构", "founded": date(2010, 6, 1), "capital": Decimal("10000.00"),
            "phone": "057188880000", "listed": "N",
        }
    },
}  # fmt: skip


def filled() -> openpyxl.Workbook:
    return load(template(SMALL, VALUES))
