"""Days and amounts as people write them; None when it is neither."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal


def read_day(written: str) -> date | None:
    """A day, also written as 2026/3/5, 2026.3.5 or 2026年3月5日, with full-width digits too."""
    value = unicodedata.normalize("NFKC", written).strip()
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", value)
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
    return day if day is not None and 1949 <= day.year <= 2200 else None


def read_number(written: str, decimals: int = 2) -> Decimal | None:
    """A number of at most 15 digits and so many decimals; thousands separators and full-width digits are fine."""
    value = unicodedata.normalize("NFKC", written).replace(",", "").strip()
    if not re.fullmatch(rf"\d{{1,15}}(\.\d{{1,{decimals}}})?", value):
        return None
    return Decimal(value)
