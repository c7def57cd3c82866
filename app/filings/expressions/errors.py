"""What is wrong with the text of an expression."""

from __future__ import annotations


class ExpressionError(ValueError):
    """The text is not an expression: why, in both languages, and where (0-based offset into the text)."""

    def __init__(self, message_zh: str, message_en: str, position: int, text: str) -> None:
        super().__init__(f"{message_en} (at {position}): {text[:200]}")
        self.message_zh = message_zh
        self.message_en = message_en
        self.position = position
        self.text = text
