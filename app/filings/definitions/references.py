"""Do the references of an expression lead to something that exists and is used as what it is?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.filings.definitions.schema import Catalogue, Choice, Form
from app.filings.expressions.ast import AttrRef, Call, CellRef, Compare, FieldRef, Node, RowRef, Text
from app.filings.expressions.functions import SHIFTS
from app.filings.expressions.types import Ref
from app.filings.expressions.walk import attributes, column_references, nodes, references, shifted


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands: its form, the column being computed, and whether there is a present row."""

    catalogue: Catalogue
    form: Form | None
    col: str | None = None
    in_row: bool = False

    def form_of(self, ref: Ref) -> Form | None:
        return self.catalogue.forms.get(ref.form) if ref.form else self.form


def reference_issues(node: Node, scope: Scope) -> Iterator[str]:
    """What is wrong with the references of the expression, each once."""
    columns = set(column_references(node))
    for reference in references(node):
        ref = reference.ref
        form = scope.form_of(ref)
        if form is None:
            yield f"there is no form {ref.form!r}"
        elif isinstance(ref, CellRef):
            yield from _cell(ref, form, scope)
        elif isinstance(ref, FieldRef):
            yield from _field(ref, form, as_column=reference in columns)
        else:
            yield from _row_cell(ref, form, scope)
    yield from _attributes(node, scope)
    yield from _choices(node, scope)


def _cell(ref: CellRef, form: Form, scope: Scope) -> Iterator[str]:
    name = ".".join(part for part in (form.code, ref.row, ref.col or scope.col) if part)
    if ref.form is None and scope.col is None:
        yield f"{name}: only row formulas may leave the form out"
        return
    if form.layout != "fixed":
        yield f"{name}: {form.code} has no fixed rows"
        return
    row = form.row(ref.row)
    if row is None or row.is_header:
        yield f"{name}: there is no row {ref.row}"
    elif ref.col is not None and form.cell_spec(ref.row, ref.col) is None:
        yield f"{name}: there is no such cell"


def _field(ref: FieldRef, form: Form, *, as_column: bool) -> Iterator[str]:
    name = f"{form.code}.{ref.field}"
    if form.layout == "fixed":
        yield f"{name}: a fixed form's cell is FORM.rN.col"
    elif form.column(ref.field) is None:
        yield f"{name}: there is no such column"
    elif form.layout == "table" and not as_column:
        yield f"{name}: a table's column can only be used inside SUM, COUNT, MAX …"


def _row_cell(ref: RowRef, form: Form, scope: Scope) -> Iterator[str]:
    name = f"{ref.form + '.' if ref.form else ''}@{ref.col}"
    if not scope.in_row:
        yield f"{name}: there is no present row here"
    elif form.column(ref.col) is None:
        yield f"{name}: there is no such column"
    elif ref.form and form.layout != "fixed":
        yield f"{name}: {form.code} has no fixed rows"


def _attributes(node: Node, scope: Scope) -> Iterator[str]:
    known = {
        "ORG": {item.key for item in scope.catalogue.org_attributes},
        "PERIOD": {item.key for item in scope.catalogue.period_attributes},
    }
    for ref in attributes(node):
        if ref.name not in known[ref.scope]:
            yield f"{ref.scope}.{ref.name}: there is no such attribute"


def _choices(node: Node, scope: Scope) -> Iterator[str]:
    """A text compared with a choice must be one of its stored values."""
    for item in nodes(node):
        for value, text in _compared(item):
            choices = choices_of(value, scope)
            if choices and text.value not in {choice.v for choice in choices}:
                yield f"{text.value!r} is not among the choices"


def _compared(node: Node) -> Iterator[tuple[Node, Text]]:
    if isinstance(node, Compare):
        if isinstance(node.right, Text):
            yield node.left, node.right
        if isinstance(node.left, Text):
            yield node.right, node.left
    if (
        isinstance(node, Call)
        and node.name in ("COUNTIF", "SUMIF", "MAXIF")
        and isinstance(node.args[-1], Text)
    ):
        yield node.args[-2], node.args[-1]


def choices_of(node: Node, scope: Scope) -> tuple[Choice, ...]:
    """The choices behind a reference, () when it is no choice."""
    ref = shifted(node)[0] if isinstance(node, Call) and node.name in SHIFTS else node
    if isinstance(ref, AttrRef):
        known = {item.key: item.choices for item in scope.catalogue.org_attributes if ref.scope == "ORG"}
        return scope.catalogue.enums.get(known.get(ref.name, ""), ())
    if not isinstance(ref, CellRef | FieldRef | RowRef):
        return ()
    form = scope.form_of(ref)
    column = form.column((ref.field if isinstance(ref, FieldRef) else ref.col) or "") if form else None
    return column.choices if column else ()
