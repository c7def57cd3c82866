"""Random expressions that the parser could have made, random surroundings for them, and the catalogue's."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from app.filings.expressions.ast import (
    And,
    AttrRef,
    Binary,
    Call,
    CellRef,
    Compare,
    FieldRef,
    Negate,
    Node,
    Not,
    Number,
    Or,
    RowRef,
    Text,
)
from app.filings.expressions.printer import to_text
from app.filings.expressions.types import Ref, Shift, Value

CATALOGUE = Path(__file__).parents[3] / "app" / "data" / "catalogue" / "forms.yaml"


def short(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The same strategy with a short repr: that of nested strategies grows beyond all measure."""

    @st.composite
    def some(draw: st.DrawFn) -> Any:
        return draw(strategy)

    return some()


forms = st.sampled_from(["CW01", "DB17", "GG01"])
names = st.sampled_from(["close", "open", "liab", "cond"])
rows = st.integers(1, 9).map(lambda number: f"r{number}")
fields = st.builds(FieldRef, forms, names)
cells = st.one_of(
    st.builds(CellRef, forms, rows, names),
    st.builds(CellRef, st.none(), rows, st.none() | names),
    fields,
    st.builds(RowRef, names, st.none() | forms),
)
attributes = st.builds(AttrRef, st.sampled_from(["ORG", "PERIOD"]), names)
shifts = st.sampled_from(["PREV", "PREV_YE", "SPLY"])
columns = fields | st.builds(lambda name, ref: Call(name, (ref,)), shifts, fields)
plain_numbers = st.decimals(min_value=0, max_value=10**17, places=3, allow_nan=False).map(abs)
texts = st.text(alphabet=string.ascii_letters + "' ,()是否@.", max_size=6)
_leaves = st.one_of(
    st.builds(Number, plain_numbers | st.integers(0, 40).map(Decimal)),
    st.builds(Text, texts),
    cells,
    attributes,
    st.builds(lambda name, ref: Call(name, (ref,)), shifts, cells),
    st.builds(lambda name, column: Call(name, (column,)), st.sampled_from(["SUM", "MAX"]), columns),
    st.builds(
        lambda name, *args: Call(name, args), st.sampled_from(["SUMIF", "MAXIF"]), columns, columns, cells
    ),
    st.builds(lambda *args: Call("COUNTIF", args), columns, st.builds(Text, texts)),
)
leaves = short(_leaves)


def _conditions(values: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    simple = st.one_of(
        st.builds(Compare, st.sampled_from(["==", "!=", "<=", ">=", "<", ">"]), values, values),
        st.builds(lambda ref: Call("EMPTY", (ref,)), cells | attributes),
        st.builds(lambda column: Call("UNIQUE", (column,)), columns),
    )
    return short(st.recursive(short(simple), _junctions, max_leaves=4))


def _junctions(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Not, inner), st.builds(And, several), st.builds(Or, several), _ifs(inner, inner)
    )


def _ifs(condition: st.SearchStrategy[Node], branch: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.builds(lambda *args: Call("IF", args), condition, branch, branch)


def _bigger(values: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(values | columns, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Binary, st.sampled_from(["+", "-", "*", "/"]), values, values),
        st.builds(Negate, values),
        st.builds(lambda value: Call("ABS", (value,)), values),
        st.builds(lambda *args: Call("ROUND", args), values, values),
        st.builds(Call, st.sampled_from(["SUM", "COUNT", "MAX", "MIN"]), several),
        _ifs(_conditions(values), values),
    )


values = short(st.recursive(leaves, _bigger, max_leaves=12))
conditions = _conditions(values)
expressions = values | conditions

any_value: st.SearchStrategy[Value | None] = st.one_of(
    st.none(),
    st.decimals(),
    st.decimals(min_value=-(10**6), max_value=10**6, places=2),
    st.sampled_from([Decimal("1E+400"), Decimal("-1E+17"), Decimal("1E-400"), Decimal("sNaN"), Decimal(0)]),
    st.sampled_from(["", "Y", "N", "是", "12"]),
    st.dates(),
    st.datetimes().map(lambda moment: moment.replace(microsecond=0)),
    st.booleans(),
)


class Surroundings:
    """An Env over plain dictionaries: (ref, shift) -> value or list of values; a missing one is null."""

    def __init__(
        self, known: Mapping[Any, Any] | None = None, otherwise: Sequence[Value | None] = ()
    ) -> None:
        self.known = dict(known or {})
        self.otherwise = otherwise

    def _any(self, ref: Ref | AttrRef, shift: Shift = "current") -> Value | None:
        name = to_text(ref) + shift
        return self.otherwise[sum(map(ord, name)) % len(self.otherwise)] if self.otherwise else None

    def scalar(self, ref: Ref, shift: Shift) -> Value | None:
        return self.known[ref, shift] if (ref, shift) in self.known else self._any(ref, shift)

    def column(self, ref: FieldRef, shift: Shift) -> Sequence[Value | None] | None:
        if (ref, shift) in self.known:
            found: Sequence[Value | None] | None = self.known[ref, shift]
            return found
        return self.otherwise or None

    def attr(self, ref: AttrRef) -> Value | None:
        return self.known[ref] if ref in self.known else self._any(ref)

    def is_blank(self, ref: Ref, shift: Shift) -> bool | None:
        value = self.scalar(ref, shift)
        return None if value is None else value == ""


surroundings = st.lists(any_value, max_size=7).map(lambda items: Surroundings(otherwise=items))


def catalogue_expressions() -> Iterator[tuple[str, str, str]]:
    """(form, kind, text) of every formula, check, condition and indicator of the catalogue."""
    catalogue = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    for form in catalogue["forms"]:
        for kind in ("rows", "columns"):
            for part in form.get(kind) or []:
                formula = part.get("formula") or []
                for text in [formula] if isinstance(formula, str) else formula:
                    yield form["code"], kind, text
        if "required_when" in form:
            yield form["code"], "required_when", form["required_when"]
        for check in form.get("checks") or []:
            yield form["code"], "checks", check["expr"]
    for indicator in catalogue["indicators"]:
        yield indicator["id"], "indicators", indicator["expr"]
