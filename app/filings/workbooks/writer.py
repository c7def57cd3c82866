"""Templates: one sheet per form, ready to be filled in with Excel, WPS or LibreOffice.

Texts never become formulas or links. Sheets are protected without a password: that keeps formulas from
being overwritten by accident and is no security; whatever comes back is calculated and checked anew.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from app.filings.definitions.schema import Form, Value, Values
from app.filings.environment import Context
from app.filings.workbooks.formulas import NO_COLUMN, NO_VALUE, REFS_SHEET, Locator
from app.filings.workbooks.guide import write_guide
from app.filings.workbooks.identity import (
    FORM_NAME_PREFIX,
    IDENTITY_SHEET,
    NAME_PREFIX,
    Identity,
    to_pieces,
)
from app.filings.workbooks.plan import FIRST_ROW, SheetPlan, plan_sheet
from app.filings.workbooks.sheets import SheetWriter
from app.filings.workbooks.styles import Styles
from app.filings.workbooks.validation import Lists

# The file's dates are those of the template's making, so that the same input gives the same bytes.
_EPOCH = datetime(2020, 1, 1)  # noqa: DTZ001


# Functions that a file must name with a prefix; nothing that `expressions.excel` writes is among them.
_PREFIXED = re.compile(
    r"ANCHORARRAY|BYCOL|BYROW|CHOOSE|DROP|EXPAND|FILTER|STACK|LAMBDA|MAKEARRAY|MAP|RANDARRAY|REDUCE|SCAN"
    r"|SINGLE|SEQUENCE|SORT|SWITCH|TAKE|TEXTSPLIT|TOCOL|TOROW|UNIQUE|WRAP|XLOOKUP|_xlfn"
)


class PlainFormulas(Worksheet):
    """XlsxWriter looks for thirty functions in every formula, one after the other; once is enough."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        if expand_future_functions or formula[:1] != "=" or _PREFIXED.search(formula):
            return str(super()._prepare_formula(formula, expand_future_functions))
        return formula[1:]


@dataclass(frozen=True, slots=True)
class WorkbookContext:
    """What a template shows besides the forms: `period_name` and `due` in words, ready to be printed.

    `context` is the one that computing uses: institution's industry (hides rows and columns of others),
    attributes, and the filings that formulas refer to.
    """

    institution: str
    period_name: str
    set_name: str = ""
    due: str = ""
    context: Context = field(default_factory=Context)


def write_workbook(
    forms: Sequence[Form],
    identity: Identity,
    values_by_form: Mapping[str, Values],
    prior_by_form: Mapping[str, Values],
    context: WorkbookContext,
    lang: str = "zh",
) -> bytes:
    """The template of one form or of a set, filled with the values there are.

    `values_by_form` may hold computed cells too: they become the cached results of the formulas.
    `prior_by_form` holds the previous period's values, shown in grey on the right (fixed forms and cards).
    """
    stream = io.BytesIO()
    book = Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": context.set_name or forms[0].name(lang), "created": _EPOCH})
    styles = Styles(book)
    write_guide(book, styles, forms, context, lang)
    locator = _write_forms(book, styles, forms, values_by_form, prior_by_form, context, lang)
    _write_refs(book, styles, locator)
    _write_identity(book, styles, identity)
    book.worksheets()[0].activate()
    book.close()
    return stream.getvalue()


def _write_forms(
    book: Workbook,
    styles: Styles,
    forms: Sequence[Form],
    values_by_form: Mapping[str, Values],
    prior_by_form: Mapping[str, Values],
    context: WorkbookContext,
    lang: str,
) -> Locator:
    """One sheet per form and the lists they use; all are laid out before the first formula is written."""
    industry = context.context.industry
    plans = {
        form.code: plan_sheet(
            form, values_by_form.get(form.code, {}), lang, industry, form.code in prior_by_form
        )
        for form in forms
    }
    sheets = [(plan, book.add_worksheet(plan.title, PlainFormulas)) for plan in plans.values()]
    lists = Lists(book, styles, lang)
    locator = Locator(plans, context.context, lang)
    for plan, sheet in sheets:
        values, prior = values_by_form.get(plan.form.code, {}), prior_by_form.get(plan.form.code, {})
        writer = SheetWriter(plan, sheet, styles, lists, locator, lang)
        writer.write(context.institution, context.period_name, values, prior)
        _name_form(book, plan)
    lists.finish()
    return locator


def _name_form(book: Workbook, plan: SheetPlan) -> None:
    """A name per sheet: it follows the sheet when that is renamed or moved."""
    book.define_name(f"{FORM_NAME_PREFIX}{plan.form.code}", f"={plan.quoted}!$A${FIRST_ROW}")


def _write_refs(book: Workbook, styles: Styles, locator: Locator) -> None:
    if not locator.refs.columns:
        return
    sheet = book.add_worksheet(REFS_SHEET)
    sheet.hide()
    style = styles.named("hidden")
    for col, (key, values) in enumerate(locator.refs.columns.items()):
        code, row_key, col_key, shift = key
        sheet.write_string(0, col, ".".join(part for part in (code, row_key, col_key, shift) if part), style)
        for offset, value in enumerate(values):
            _write_value(sheet, 1 + offset, col, value)
    sheet.protect()


def _write_value(sheet: Worksheet, row: int, col: int, value: Value) -> None:
    if value is None:
        return
    if isinstance(value, Decimal):
        sheet.write_number(row, col, float(value))
    elif isinstance(value, date):
        sheet.write_datetime(row, col, datetime(value.year, value.month, value.day))  # noqa: DTZ001
    elif value == NO_COLUMN:
        sheet.write_formula(row, col, "=NA()", None, "#N/A")
    elif value == NO_VALUE:
        # An empty text, not a blank: null in the formulas. Spreadsheets keep it only as a formula's result.
        sheet.write_formula(row, col, '=""', None, "")
    else:
        sheet.write_string(row, col, value)


def _write_identity(book: Workbook, styles: Styles, identity: Identity) -> None:
    sheet = book.add_worksheet(IDENTITY_SHEET)
    sheet.very_hidden()
    sheet.set_column(0, 0, 60)
    for row, piece in enumerate(to_pieces(identity)):
        sheet.write_string(row, 0, piece, styles.named("hidden"))
        book.set_custom_property(f"{NAME_PREFIX}{row + 1}", piece, "text")
        book.define_name(f"{NAME_PREFIX}{row + 1}", f'="{piece}"')
    sheet.protect()
