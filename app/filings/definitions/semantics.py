"""What the entries of the catalogue mean together: cells exist, references resolve, nothing runs in circles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from app.core.personal_rules import is_personal_key
from app.filings.compute import CircularError, plan
from app.filings.definitions.references import Scope, reference_issues
from app.filings.definitions.schema import EVERY_INDUSTRY, Catalogue, Check, Column, Form, Row
from app.filings.definitions.shape import Issue, Path
from app.filings.expressions.ast import Formula

_COLUMN_KEY = re.compile(r"[a-z][a-z0-9_]*")
_ROW_KEY = re.compile(r"r[1-9][0-9]*")
_HEADER_KEY = re.compile(r"h[1-9][0-9]*")
_FORM_CODE = re.compile(r"[A-Z][A-Z0-9_]*")


def check_catalogue(catalogue: Catalogue) -> list[Issue]:
    """Every problem of the whole catalogue, as places in its text."""
    issues: list[Issue] = []
    lines = {code: index for index, code in enumerate(catalogue.forms)}
    for code, form in catalogue.forms.items():
        issues += check_form(form, catalogue, ("forms", lines[code]))
    for index, indicator in enumerate(catalogue.indicators):
        scope = Scope(catalogue, None)
        path: Path = ("indicators", index)
        issues += (Issue(path, text) for text in reference_issues(indicator.expr, scope))
        if indicator.industry not in _industries(catalogue):
            issues.append(Issue(path, f"indicator {indicator.id}: unknown industry {indicator.industry!r}"))
    if not issues:
        issues += _circles(catalogue.forms, lines)
    return issues


def check_form(form: Form, catalogue: Catalogue, path: Path = ()) -> list[Issue]:
    """Every problem of one form; the other forms it refers to are those of `catalogue`."""
    issues = list(_frame(form, catalogue, path))
    for index, column in enumerate(form.columns):
        where = (*path, "columns", index)
        issues += (
            Issue(where, f"{form.code}.{column.key}: {text}") for text in _column(form, column, catalogue)
        )
    for index, row in enumerate(form.rows):
        where = (*path, "rows", index)
        issues += (Issue(where, f"{form.code}.{row.key}: {text}") for text in _row(form, row, catalogue))
    for index, check in enumerate(form.checks):
        where = (*path, "checks", index)
        issues += (Issue(where, f"{check.id}: {text}") for text in _check(form, check, catalogue))
    return issues


def _frame(form: Form, catalogue: Catalogue, path: Path) -> Iterator[Issue]:
    if not _FORM_CODE.fullmatch(form.code) or form.code in ("ORG", "PERIOD"):
        yield Issue(path, f"{form.code!r} is no form code (capital letters and digits)")
    if form.industry not in _industries(catalogue):
        yield Issue(path, f"{form.code}: unknown industry {form.industry!r}")
    if form.family not in {family.key for family in catalogue.families}:
        yield Issue(path, f"{form.code}: unknown family {form.family!r}")
    yield from (Issue(path, f"{form.code}: {text}") for text in _rows_and_columns(form))
    if form.required_when is not None:
        for text in reference_issues(form.required_when, Scope(catalogue, form)):
            yield Issue((*path, "required_when"), f"{form.code} required_when: {text}")


def _rows_and_columns(form: Form) -> Iterator[str]:
    if not form.columns:
        yield "there are no columns"
    if bool(form.rows) != (form.layout == "fixed"):
        yield "a fixed form has rows, a table or card has none"
    if form.layout != "table" and (form.min_rows or form.max_rows is not None):
        yield "only a table has min_rows and max_rows"
    if form.max_rows is not None and form.max_rows < max(form.min_rows, 1):
        yield "max_rows is less than min_rows"
    lines = [row.line for row in form.rows if row.line is not None]
    if len(set(lines)) != len(lines):
        yield "a line number occurs twice"


def _column(form: Form, column: Column, catalogue: Catalogue) -> Iterator[str]:
    if not _COLUMN_KEY.fullmatch(column.key) or _ROW_KEY.fullmatch(column.key):
        yield "a column key is small letters, digits and _, and not a row key"
    if column.type in ("phone", "id_number") and not is_personal_key(column.key):
        yield "numbers of people are kept encrypted by their key: let it end in _phone, _mobile or _id_no"
    if (column.type == "choice") != bool(column.choices):
        yield "a choice column, and only that, has choices"
    if len({choice.v for choice in column.choices}) != len(column.choices):
        yield "a choice occurs twice"
    if column.type == "percent" and column.unit not in (None, "%", "‰"):
        yield f"a percentage has no unit {column.unit!r}"
    if column.decimals is not None and not 0 <= column.decimals <= 10:
        yield "decimals must be between 0 and 10"
    yield from _strangers(column.industries, catalogue)
    if column.pattern:
        try:
            re.compile(column.pattern)
        except re.error as error:
            yield f"pattern: {error}"
    yield from _column_formula(form, column, catalogue)


def _column_formula(form: Form, column: Column, catalogue: Catalogue) -> Iterator[str]:
    if column.formula is not None:
        if column.formula.row is not None or column.formula.col != column.key:
            yield f"a column formula begins with “{column.key} = ”"
        if not column.is_numeric:
            yield "only numbers are computed"
        in_row = Scope(catalogue, form, in_row=form.layout != "card")
        yield from reference_issues(column.formula.expr, in_row)


def _row(form: Form, row: Row, catalogue: Catalogue) -> Iterator[str]:
    expected = _HEADER_KEY if row.is_header else _ROW_KEY
    if not expected.fullmatch(row.key):
        yield "rows are r1, r2, …; headings are h1, h2, …"
    if row.is_header:
        if row.formulas or row.const or row.na_cols or row.line is not None:
            yield "a heading has no cells and no line number"
        return
    if row.type is not None and row.type == "choice":
        yield "a row cannot turn its cells into choices"
    yield from _strangers(row.industries, catalogue)
    for key in (*row.na_cols, *row.const):
        if form.column(key) is None:
            yield f"there is no column {key!r}"
    for key in row.const:
        spec = form.cell_spec(row.key, key)
        if key in row.na_cols or (spec is not None and not spec.is_numeric):
            yield f"{key}: a constant needs an existing numeric cell"
    yield from _row_formulas(form, row, catalogue)


def _row_formulas(form: Form, row: Row, catalogue: Catalogue) -> Iterator[str]:
    targets = [formula.col for formula in row.formulas]
    if len(set(targets)) != len(targets):
        yield "two formulas for one cell"
    for formula in row.formulas:
        if formula.row != row.key:
            yield f"a row formula begins with “{row.key} = ” or “{row.key}.col = ”"
        for col in _computed_columns(form, row, formula):
            spec = form.cell_spec(row.key, col)
            if spec is None or not spec.is_numeric or spec.const is not None:
                yield f"{col}: the computed cell does not exist, is a constant or is no number"
            yield from reference_issues(formula.expr, Scope(catalogue, form, col=col, in_row=True))


def _computed_columns(form: Form, row: Row, formula: Formula) -> list[str]:
    if formula.col is not None:
        return [formula.col]
    specs = {column.key: form.cell_spec(row.key, column.key) for column in form.columns}
    return [key for key, spec in specs.items() if spec is not None and spec.computed is formula]


def _check(form: Form, check: Check, catalogue: Catalogue) -> Iterator[str]:
    if not check.id.startswith(f"{form.code}-"):
        yield f"the id of a check begins with {form.code}-"
    if check.scope == "row" and form.layout == "card":
        yield "a card has no rows to check one by one"
    if check.scope != "row" and (check.rows or check.rows_exclude):
        yield "only a check of scope row names rows"
    for key in (*check.rows, *check.rows_exclude):
        row = form.row(key)
        if row is None or row.is_header:
            yield f"there is no row {key!r}"
    if check.tol < 0:
        yield "the tolerance is negative"
    yield from reference_issues(check.expr, Scope(catalogue, form, in_row=check.scope == "row"))


def _strangers(industries: tuple[str, ...], catalogue: Catalogue) -> Iterator[str]:
    known = _industries(catalogue)
    return (f"unknown industry {key!r}" for key in industries if key not in known)


def _industries(catalogue: Catalogue) -> set[str]:
    return {industry.key for industry in catalogue.industries} | {EVERY_INDUSTRY}


def _circles(forms: Mapping[str, Form], lines: Mapping[str, int]) -> list[Issue]:
    try:
        plan(tuple(forms.values()), None)
    except CircularError as error:
        code = error.cells[0][0]
        return [Issue(("forms", lines[code]), f"computed cells run in a circle: {error}")]
    return []
