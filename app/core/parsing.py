"""Numbers as addresses and forms send them: plain digits of a length that any column holds."""

from __future__ import annotations


def is_number(text: str, digits: int) -> bool:
    """Whether a text is 1 to `digits` plain digits; ² and ٣ are digits too, but not of ours."""
    return text.isascii() and text.isdigit() and len(text) <= digits


def number_of(text: str, digits: int, usual: int = 0) -> int:
    """The whole number in a text of at most `digits` digits, or the usual one."""
    return int(text) if is_number(text, digits) else usual
