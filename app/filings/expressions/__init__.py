"""The one small language of formulas, checks, indicators and conditions: parse once; evaluate, render."""

from app.filings.expressions.ast import Formula, Node
from app.filings.expressions.errors import ExpressionError
from app.filings.expressions.evaluate import compile_node, evaluate
from app.filings.expressions.parser import parse, parse_formula
from app.filings.expressions.printer import to_text
from app.filings.expressions.types import Env, Ref, Shift, Value
from app.filings.expressions.walk import references

__all__ = [
    "Env",
    "ExpressionError",
    "Formula",
    "Node",
    "Ref",
    "Shift",
    "Value",
    "compile_node",
    "evaluate",
    "parse",
    "parse_formula",
    "references",
    "to_text",
]
