from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given

from app.filings.expressions import ExpressionError, parse, parse_formula, to_text
from app.filings.expressions.ast import (
    And,
    AttrRef,
    Binary,
    Call,
    CellRef,
    Compare,
    FieldRef,
    Formula,
    Negate,
    Node,
    Not,
    Number,
    Or,
    RowRef,
    Text,
)

from .strategies import catalogue_expressions, expressions

ONE, TWO, THREE = (Number(Decimal(digit)) for digit in "123")


def test_every_expression_of_the_catalogue_survives_parsing_and_printing() -> None:
    seen: Counter[str] = Counter()
    for _, kind, text in catalogue_expressions():
        read = parse_formula if kind in ("rows", "columns") else parse
        tree = read(text)
        assert read(to_text(tree)) == tree, text
        seen[kind] += 1
    assert seen["rows"] >= 379 and seen["columns"] == 28
    assert (seen["checks"], seen["indicators"], seen["required_when"]) == (355, 29, 3)


@given(expressions)
def test_printing_and_parsing_again_gives_an_equal_tree(tree: Node) -> None:
    assert parse(to_text(tree)) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("1 + 2 * 3", Binary("+", ONE, Binary("*", TWO, THREE))),
        ("1 - 2 - 3", Binary("-", Binary("-", ONE, TWO), THREE)),
        ("1 - (2 - 3)", Binary("-", ONE, Binary("-", TWO, THREE))),
        ("-1 * 2", Binary("*", Negate(ONE), TWO)),
        ("1 / -2", Binary("/", ONE, Negate(TWO))),
        ("NOT 1 == 2", Not(Compare("==", ONE, TWO))),
        (
            "1 == 2 OR 1 < 2 AND 2 > 1",
            Or((Compare("==", ONE, TWO), And((Compare("<", ONE, TWO), Compare(">", TWO, ONE))))),
        ),
        ("CW01.r3.close", CellRef("CW01", "r3", "close")),
        ("r3.ytd", CellRef(None, "r3", "ytd")),
        ("r12", CellRef(None, "r12", None)),
        ("GG01.reg_capital", FieldRef("GG01", "reg_capital")),
        ("@close", RowRef("close")),
        ("CW11.@close", RowRef("close", "CW11")),
        ("PERIOD.end", AttrRef("PERIOD", "end")),
        ("'it''s 是'", Text("it's 是")),
        ("PREV(@close)", Call("PREV", (RowRef("close"),))),
    ],
)
def test_precedence_and_references(text: str, tree: Node) -> None:
    assert parse(text) == tree
    assert to_text(tree) == text


def test_brackets_of_the_same_operator_are_kept_apart_from_a_chain() -> None:
    text = "(1 == 1 AND 2 == 2) AND 3 == 3"
    tree = parse(text)
    assert isinstance(tree, And) and len(tree.items) == 2
    assert to_text(tree) == text


@pytest.mark.parametrize(
    ("text", "row", "col"),
    [("r3 = r1 + r2", "r3", None), ("r3.ytd = r1.ytd", "r3", "ytd"), ("x = @a", None, "x")],
)
def test_targets_of_formulas(text: str, row: str | None, col: str | None) -> None:
    formula = parse_formula(text)
    assert isinstance(formula, Formula)
    assert (formula.row, formula.col) == (row, col)
    assert to_text(formula) == text


@pytest.mark.parametrize(
    ("text", "position", "zh", "en"),
    [
        ("", 0, "不完整", "too early"),
        ("1 +", 3, "不完整", "too early"),
        ("1 + (2", 6, "右括号", "bracket"),
        ("@a = 3", 3, "“==”", '"=="'),
        ("@a == 1 and @b == 2", 8, "AND", "AND"),
        ("@a == '是", 6, "单引号", "quote"),
        ("1 + （2)", 4, "全角", "full-width"),
        ("1 + １", 4, "全角", "full-width"),
        ("1 ; 2", 2, "“;”", '";"'),
        ("SUMME(DB17.liab)", 0, "没有函数 SUMME", "no function SUMME"),
        ("1 + IF(@a > 1, 2)", 4, "3 个参数，现有 2 个", "3 argument(s), not 2"),
        ("CW01.r3", 0, "不是有效的引用", "not a reference"),
        ("close + 1", 0, "不是有效的引用", "not a reference"),
        ("@a AND @b == 1", 0, "需要条件", "condition"),
        ("(@a == 1) + 1", 4, "需要数值", "value"),
        ("SUMIF(@a, DB17.b, 1)", 6, "表格的列", "column"),
        ("PREV(1 + @a)", 7, "需要引用", "reference"),
        ("IF(@a == 1, 2, @b == 2)", 18, "IF", "IF"),
        ("1" * 19, 0, "位数过多", "too long"),
        ("(" * 60 + "1" + ")" * 60, 40, "嵌套过深", "deeply"),
        ("+".join("1" * 300), 200, "过于复杂", "too complex"),
        ("1" + " " * 4000, 4000, "过长", "too long"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_in_both_languages(
    text: str, position: int, zh: str, en: str
) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert zh in caught.value.message_zh
    assert en in caught.value.message_en
    assert caught.value.position == position
    assert caught.value.text == text


@pytest.mark.parametrize("text", ["r1 + r2", "CW01.r1.close = 1", "r1 == 2", "= 2", "r0 = 1", ""])
def test_a_formula_needs_its_target_and_one_equals_sign(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse_formula(text)


def test_nodes_know_where_they_began() -> None:
    tree = parse("1 +  @close")
    assert isinstance(tree, Binary)
    assert (tree.pos, tree.right.pos) == (2, 5)
