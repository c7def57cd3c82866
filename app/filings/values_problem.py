"""What is wrong with one entered value, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Problem:
    """`code` for programs; the messages say what was found, why it is wrong and what to write instead."""

    code: str
    message_zh: str
    message_en: str

    def message(self, lang: str) -> str:
        return self.message_en if lang == "en" else self.message_zh


def shown(raw: object) -> str:
    """An entered value as it may be quoted in a message: short, on one line, printable."""
    if isinstance(raw, datetime | date):
        text = raw.isoformat()
    elif isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) >= 10**40:
        text = "…"
    else:
        text = str(raw)
    text = "".join(char if char.isprintable() else " " for char in text[: _SHOWN * 4]).strip()
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
