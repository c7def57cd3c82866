"""Text of an expression -> tokens."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from app.filings.expressions.errors import ExpressionError

Kind = Literal["number", "text", "name", "op", "end"]

MAX_LENGTH: Final = 4000
MAX_DIGITS: Final = 18

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_TOKEN: Final = re.compile(
    rf"""[ \t\r\n]*(?:
      (?P<number>[0-9]+(?:\.[0-9]+)?)
    | (?P<text>'(?:[^'\r\n]|'')*')
    | (?P<name>@?{_NAME}(?:\.@?{_NAME})*)
    | (?P<op>==|!=|<=|>=|[-+*/(),<>=])
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_FULL_WIDTH: Final = frozenset("（），．＋－—×＊÷／＝＜＞≤≥≠＠　‘’“”")


class Token(NamedTuple):
    """A piece of the text, its kind, and the offset where it begins."""

    kind: Kind
    text: str
    pos: int


def tokenize(text: str) -> list[Token]:
    """The tokens of the text; the last one has the kind "end".

    Raises ExpressionError for a text that is too long, for a character outside the language, for a text
    literal without its closing quote and for a number with more than 18 digits on either side of its point.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"表达式过长（{len(text)} 个字符），最多 {MAX_LENGTH} 个字符",
            f"The expression is too long ({len(text)} characters); the limit is {MAX_LENGTH}",
            MAX_LENGTH,
            text,
        )
    tokens: list[Token] = []
    at = 0
    while not tokens or tokens[-1].kind != "end":
        match = _TOKEN.match(text, at)
        if match is None:
            raise _unreadable(text, at)
        kind: Kind = match.lastgroup  # type: ignore[assignment]
        tokens.append(Token(kind, match[kind], match.start(kind)))
        at = match.end()
        if kind == "number":
            _check_number(tokens[-1], text)
    return tokens


def _check_number(token: Token, text: str) -> None:
    if any(len(part) > MAX_DIGITS for part in token.text.split(".")):
        raise ExpressionError(
            f"数字位数过多：小数点前后各最多 {MAX_DIGITS} 位",
            f"The number is too long: at most {MAX_DIGITS} digits on either side of the decimal point",
            token.pos,
            text,
        )


def _unreadable(text: str, at: int) -> ExpressionError:
    gap = _SPACE.match(text, at)
    pos = gap.end() if gap else at
    char = text[pos]
    if char == "'":
        return ExpressionError("文本缺少结束的单引号", "The text has no closing single quote", pos, text)
    if char in _FULL_WIDTH or "０" <= char <= "９":
        return ExpressionError(
            f"“{char}”是全角字符，请改用半角字符",
            f'"{char}" is a full-width character; type it in half width',
            pos,
            text,
        )
    return ExpressionError(f"不能使用字符“{char}”", f'The character "{char}" cannot be used here', pos, text)
