"""Text -> tree, by recursive descent over the grammar at the head of the form catalogue."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, cast

from app.filings.expressions.ast import (
    And,
    AttrRef,
    Binary,
    BinaryOp,
    Call,
    CellRef,
    Compare,
    CompareOp,
    FieldRef,
    Formula,
    Negate,
    Node,
    Not,
    Number,
    Or,
    RowRef,
    Scope,
    Text,
)
from app.filings.expressions.errors import ExpressionError
from app.filings.expressions.functions import FUNCTIONS
from app.filings.expressions.sorts import check_sorts
from app.filings.expressions.tokens import Token, tokenize
from app.filings.expressions.walk import children

MAX_NESTING: Final = 40
MAX_DEPTH: Final = 200
"""How deep the tree may be: a sum of 200 terms is as deep as 200 brackets, and evaluation recurses."""

_FORM: Final = re.compile(r"[A-Z][A-Z0-9_]*\Z")
_ROW: Final = re.compile(r"r[1-9][0-9]*\Z")
# r5 is a row, never a field: FORM.r5 lacks its column.
_FIELD: Final = re.compile(r"(?!r[0-9]+\Z)[a-z][a-z0-9_]*\Z")
_KEYWORDS: Final = frozenset({"AND", "OR", "NOT"})


def parse(text: str) -> Node:
    """The tree of an expression. Raises ExpressionError saying why and where in both languages."""
    return _Parser(text, tokenize(text)).whole()


def parse_formula(text: str) -> Formula:
    """The tree of "r3 = …", "r3.ytd = …" or "close = …". Raises ExpressionError."""
    tokens = tokenize(text)
    first = tokens[0]
    row, col = _target(first, text)
    if tokens[1].kind != "op" or tokens[1].text != "=":
        raise ExpressionError(
            "公式应写成“目标 = 表达式”，此处缺少“=”",
            'A formula is written "target = expression"; the "=" is missing here',
            tokens[1].pos,
            text,
        )
    return Formula(row, col, _Parser(text, tokens, start=2).whole(), first.pos)


def _target(token: Token, text: str) -> tuple[str | None, str | None]:
    parts = token.text.split(".")
    if token.kind == "name":
        if len(parts) == 1 and _ROW.match(parts[0]):
            return parts[0], None
        if len(parts) == 1 and _FIELD.match(parts[0]):
            return None, parts[0]
        if len(parts) == 2 and _ROW.match(parts[0]) and _FIELD.match(parts[1]):
            return parts[0], parts[1]
    raise ExpressionError(
        "公式应以目标开头：行（r3）、单元格（r3.ytd）或列（close）",
        "A formula begins with its target: a row (r3), a cell (r3.ytd) or a column (close)",
        token.pos,
        text,
    )


def _reference(parts: list[str], pos: int) -> Node | None:
    head, last = parts[0], parts[-1]
    if len(parts) == 1:
        if head.startswith("@") and _FIELD.match(head[1:]):
            return RowRef(head[1:], None, pos)
        return CellRef(None, head, None, pos) if _ROW.match(head) else None
    if len(parts) == 2:
        return _two_parts(head, last, pos)
    if len(parts) == 3 and _is_form(head) and _ROW.match(parts[1]) and _FIELD.match(last):
        return CellRef(head, parts[1], last, pos)
    return None


def _two_parts(head: str, last: str, pos: int) -> Node | None:
    if head in ("ORG", "PERIOD"):
        return AttrRef(cast(Scope, head), last, pos) if _FIELD.match(last) else None
    if _ROW.match(head):
        return CellRef(None, head, last, pos) if _FIELD.match(last) else None
    if not _is_form(head):
        return None
    if last.startswith("@"):
        return RowRef(last[1:], head, pos) if _FIELD.match(last[1:]) else None
    return FieldRef(head, last, pos) if _FIELD.match(last) else None


def _is_form(name: str) -> bool:
    return bool(_FORM.match(name)) and name not in ("ORG", "PERIOD")


class _Parser:
    def __init__(self, text: str, tokens: list[Token], start: int = 0) -> None:
        self.text = text
        self.tokens = tokens
        self.at = start
        self.nesting = 0

    def whole(self) -> Node:
        node = self.either()
        if self.token.kind != "end":
            raise self.unexpected()
        self.check_depth(node)
        check_sorts(node, self.text)
        return node

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def take(self, *wanted: str) -> Token | None:
        """The present token, stepped over, when it is one of these operators or keywords."""
        token = self.token
        if token.kind in ("op", "name") and token.text in wanted:
            self.at += 1
            return token
        return None

    def expect(self, sign: str, zh: str, en: str) -> None:
        if not self.take(sign):
            raise self.error(zh, en, self.token.pos)

    def either(self) -> Node:
        first = self.both()
        items = [first]
        while self.take("OR"):
            items.append(self.both())
        return Or(tuple(items), first.pos) if len(items) > 1 else first

    def both(self) -> Node:
        first = self.negation()
        items = [first]
        while self.take("AND"):
            items.append(self.negation())
        return And(tuple(items), first.pos) if len(items) > 1 else first

    def negation(self) -> Node:
        sign = self.take("NOT")
        return Not(self.comparison(), sign.pos) if sign else self.comparison()

    def comparison(self) -> Node:
        left = self.sum()
        sign = self.take("==", "!=", "<=", ">=", "<", ">")
        if not sign:
            return left
        return Compare(cast(CompareOp, sign.text), left, self.sum(), sign.pos)

    def sum(self) -> Node:
        left = self.product()
        while sign := self.take("+", "-"):
            left = Binary(cast(BinaryOp, sign.text), left, self.product(), sign.pos)
        return left

    def product(self) -> Node:
        left = self.unary()
        while sign := self.take("*", "/"):
            left = Binary(cast(BinaryOp, sign.text), left, self.unary(), sign.pos)
        return left

    def unary(self) -> Node:
        sign = self.take("-")
        return Negate(self.primary(), sign.pos) if sign else self.primary()

    def primary(self) -> Node:
        token = self.token
        if token.kind == "number":
            self.at += 1
            return Number(Decimal(token.text), token.pos)
        if token.kind == "text":
            self.at += 1
            return Text(token.text[1:-1].replace("''", "'"), token.pos)
        if token.kind == "name" and token.text not in _KEYWORDS:
            self.at += 1
            following = self.token
            if following.kind == "op" and following.text == "(":
                return self.call(token)
            return self.reference(token)
        if self.take("("):
            self.deeper(token.pos)
            node = self.either()
            self.expect(")", "缺少右括号“)”", 'The closing bracket ")" is missing')
            self.nesting -= 1
            return node
        raise self.unexpected()

    def call(self, name: Token) -> Node:
        signature = FUNCTIONS.get(name.text)
        if signature is None:
            raise self.error(f"没有函数 {name.text}", f"There is no function {name.text}", name.pos)
        self.at += 1
        self.deeper(name.pos)
        args: list[Node] = []
        if not self.take(")"):
            args.append(self.either())
            while self.take(","):
                args.append(self.either())
            self.expect(")", "缺少右括号“)”", 'The closing bracket ")" is missing')
        self.nesting -= 1
        if not signature.accepts(len(args)):
            needed = len(signature.kinds)
            least_zh, least_en = ("至少", "at least ") if signature.many else ("", "")
            raise self.error(
                f"函数 {name.text} 需要{least_zh} {needed} 个参数，现有 {len(args)} 个",
                f"{name.text} takes {least_en}{needed} argument(s), not {len(args)}",
                name.pos,
            )
        return Call(name.text, tuple(args), name.pos)

    def reference(self, token: Token) -> Node:
        node = _reference(token.text.split("."), token.pos)
        if node is not None:
            return node
        raise self.miscased(token) or self.error(
            f"“{token.text}”不是有效的引用，应为 表.rN.列、表.字段、表.列、@列、表.@列、"
            "rN、rN.列、ORG.属性 或 PERIOD.属性",
            f'"{token.text}" is not a reference: FORM.rN.col, FORM.field, FORM.col, @col, FORM.@col, rN, '
            "rN.col, ORG.attr or PERIOD.attr",
            token.pos,
        )

    def miscased(self, token: Token) -> ExpressionError | None:
        proper = token.text.upper()
        if token.kind != "name" or token.text == proper or proper not in _KEYWORDS:
            return None
        return self.error(f"{token.text} 应写成大写 {proper}", f"{token.text} is written {proper}", token.pos)

    def deeper(self, pos: int) -> None:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise self.error(
                f"括号嵌套过深，最多 {MAX_NESTING} 层",
                f"Brackets are nested too deeply; the limit is {MAX_NESTING}",
                pos,
            )

    def check_depth(self, root: Node) -> None:
        # Not recursive: this is what makes recursion safe for everyone else.
        stack = [(root, 1)]
        while stack:
            node, depth = stack.pop()
            if depth > MAX_DEPTH:
                raise self.error(
                    f"表达式过于复杂（超过 {MAX_DEPTH} 层），请拆分",
                    f"The expression is too complex (more than {MAX_DEPTH} levels); split it",
                    node.pos,
                )
            stack.extend((child, depth + 1) for child in children(node))

    def unexpected(self) -> ExpressionError:
        token = self.token
        if token.kind == "end":
            return self.error("表达式不完整", "The expression ends too early", token.pos)
        if token.text == "=":
            return self.error("比较相等请写“==”", 'Equality is written "=="', token.pos)
        return self.miscased(token) or self.error(
            f"此处不应出现“{token.text}”", f'"{token.text}" is not expected here', token.pos
        )

    def error(self, zh: str, en: str, pos: int) -> ExpressionError:
        return ExpressionError(zh, en, pos, self.text)
