"""One form on one sheet: headings, labels, cells, notes, protection and print setup."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from app.filings.definitions.schema import CARD_ROW, CellSpec, Column, Row, Value, Values
from app.filings.values import format_value
from app.filings.workbooks.formulas import Locator
from app.filings.workbooks.plan import FIRST_ROW, HEADING_ROW, SheetPlan, ordinal_column
from app.filings.workbooks.styles import BLUE, Styles
from app.filings.workbooks.units import unit_name
from app.filings.workbooks.validation import Lists, apply_rule, rule_for
from app.filings.workbooks.widths import body_width, label_width, text_width
from app.filings.workbooks.words import how_to_fill, say

NA_MARK = "——"


class SheetWriter:
    """Writes the sheet of one form according to its plan."""

    def __init__(
        self, plan: SheetPlan, sheet: Worksheet, styles: Styles, lists: Lists, locator: Locator, lang: str
    ) -> None:
        self.plan, self.sheet, self.styles = plan, sheet, styles
        self.lists, self.locator, self.lang = lists, locator, lang
        self.form = plan.form
        self.inputs: dict[CellSpec, list[tuple[int, int]]] = defaultdict(list)
        self._inputs_of: dict[int, list[tuple[int, int]]] = {}  # the same by the specification's identity

    def write(self, institution: str, period: str, values: Values, prior: Values) -> None:
        """Everything on the sheet. `values` and `prior` may hold computed cells."""
        self._head(institution, period)
        if self.form.layout == "card":
            self._card(values.get(CARD_ROW, {}), prior.get(CARD_ROW, {}))
        elif self.form.layout == "table":
            self._table(values)
        else:
            self._fixed(values, prior)
        for spec, cells in self.inputs.items():
            hint = self.form.layout != "fixed" or not spec.is_numeric
            rule = rule_for(spec, self.lists, self.lang, hint=hint)
            if rule:
                apply_rule(self.sheet, cells, rule)
        self._protect()
        self._print_setup()

    # heading of the sheet

    def _head(self, institution: str, period: str) -> None:
        # Over a wide table the head stays where the eye is, on the first screen and the first page.
        sheet, last = self.sheet, max(2, min(self.plan.last_col, 8))
        named = self.styles.named
        title = f"{self.form.code}　{self.form.name(self.lang)}"
        sheet.merge_range(0, 0, 0, last, title, named("title"))
        sheet.set_row(0, 34)
        sheet.set_row(1, 20)
        # One text each at the left, in the middle and at the right edge, as printed statements have it.
        sheet.write_string(1, 0, say("institution", self.lang, institution), named("left"))
        middle = max(1, last // 2)
        sheet.write_string(
            1, middle, say("period", self.lang, period), named("left" if last < 4 else "center")
        )
        sheet.write_string(
            1, last, say("units", self.lang, unit_name(self.form.unit, self.lang) or "—"), named("right")
        )
        help_text = self._help()
        sheet.merge_range(2, 0, 2, last, help_text, named("help"))
        width = (last + 1) * 13 + 20
        sheet.set_row(2, 6 + 13 * (1 + text_width(help_text) // width))

    def _help(self) -> str:
        extra = [] if self.form.layout == "fixed" else [say("star", self.lang)]
        if self.form.layout == "table":
            most = self.form.max_rows
            extra.append(say("at_most", self.lang, most) if most else say("lines_free", self.lang))
        legend = say("legend", self.lang, code="", extra=" ".join(extra)).strip()
        return " ".join(part for part in (legend, self.form.notes(self.lang)) if part)

    # the three layouts

    def _fixed(self, values: Values, prior: Values) -> None:
        plan, sheet = self.plan, self.sheet
        self._heading(0, say("item", self.lang))
        self._heading(1, say("line", self.lang))
        if plan.unit_col is not None:
            self._heading(plan.unit_col, say("unit", self.lang))
        for column in plan.columns:
            self._heading(plan.col_at[column.key], self._column_text(column))
            if column.note_zh:
                self._comment(HEADING_ROW, plan.col_at[column.key], _note(column, self.lang))
        for key, col in plan.prior_at.items():
            column = self._column(key)
            text = say("prior", self.lang, self._column_text(column))
            sheet.write_string(HEADING_ROW, col, text, self.styles.named("past_heading"))
        for key, at in plan.row_at.items():
            row = self.form.row(key)
            if row is not None:
                self._section(at, row) if row.is_header else self._line(at, row, values, prior)
        self._fixed_widths()

    def _section(self, at: int, row: Row) -> None:
        style = self.styles.named("section")
        self.sheet.write_string(at, 0, row.name(self.lang), style)
        for col in range(1, self.plan.last_col + 1):
            self.sheet.write_blank(at, col, None, style)

    def _line(self, at: int, row: Row, values: Values, prior: Values) -> None:
        plan, bold = self.plan, bool(row.formulas) and row.level <= 1
        if text_width(row.name(self.lang)) + 2 * (row.level + 2) > label_width(self.form, self.lang):
            self.sheet.set_row(at, 32)
        self.sheet.write_string(at, 0, row.name(self.lang), self.styles.row_label(row.level, bold=bold))
        if row.note(self.lang):
            self._comment(at, 0, row.note(self.lang))
        self._optional_number(at, 1, row.line)
        if plan.unit_col is not None:
            self.sheet.write_string(at, plan.unit_col, self._row_unit(row), self.styles.named("unit"))
        for column in plan.columns:
            value = values.get(row.key, {}).get(column.key)
            self._cell(at, plan.col_at[column.key], row.key, column, value, bold=bold)
        for key, col in plan.prior_at.items():
            spec = self.form.cell_spec(row.key, key)
            if spec is not None:
                self._past(at, col, spec, prior.get(row.key, {}).get(key))

    def _table(self, values: Values) -> None:
        plan, ordinal = self.plan, ordinal_column(self.form)
        is_numbered = ordinal not in plan.columns
        if is_numbered:
            self._heading(0, say("number", self.lang))
            self.sheet.set_column(0, 0, 6)
        for column in plan.columns:
            self._heading(plan.col_at[column.key], self._column_text(column), starred=_is_starred(column))
            if column.note_zh:
                self._comment(HEADING_ROW, plan.col_at[column.key], _note(column, self.lang))
        for number, (key, at) in enumerate(plan.row_at.items(), start=1):
            if is_numbered:
                self.sheet.write_number(at, 0, number, self.styles.named("line"))
            for column in plan.columns:
                value = values.get(key, {}).get(column.key)
                if column is ordinal and key not in values:
                    value = Decimal(number)
                self._cell(at, plan.col_at[column.key], key, column, value)
        self._table_widths()

    def _table_widths(self) -> None:
        free = self.styles.named("open")
        for column in self.plan.columns:
            # Open below the ready lines as well, so that a long list can be pasted.
            at = self.plan.col_at[column.key]
            self.sheet.set_column(at, at, body_width(self.form, column, self.lang), free)

    def _card(self, values: dict[str, Value], prior: dict[str, Value]) -> None:
        plan, sheet = self.plan, self.sheet
        for col, word in enumerate(("number", "item", "content", "unit", "how")):
            self._heading(col, say(word, self.lang))
        past = plan.prior_at.get(CARD_ROW)
        if past is not None:
            heading = say("prior", self.lang, say("content", self.lang))
            sheet.write_string(HEADING_ROW, past, heading, self.styles.named("past_heading"))
            sheet.set_column(past, past, 30)
        for number, column in enumerate(plan.columns, start=1):
            self._field(number, column, values.get(column.key), prior.get(column.key))
        for col, width in enumerate((6, 32, 44, 12 if self.lang == "en" else 8, 40)):
            sheet.set_column(col, col, width)

    def _field(self, number: int, column: Column, value: Value, before: Value) -> None:
        plan, sheet, named = self.plan, self.sheet, self.styles.named
        at = plan.row_at[column.key]
        spec = self.form.cell_spec(CARD_ROW, column.key)
        if spec is None:
            return
        sheet.set_row(at, 22 + 14 * (text_width(str(value or "")) // 40))
        sheet.write_number(at, 0, number, named("line"))
        self._starred(at, 1, column.name(self.lang), named("label"), starred=_is_starred(column))
        self._cell(at, 2, CARD_ROW, column, value)
        sheet.write_string(at, 3, unit_name(spec.unit, self.lang), named("unit"))
        notes = (how_to_fill(spec, self.lang), _note(column, self.lang))
        separator = "; " if self.lang == "en" else "；"
        sheet.write_string(at, 4, separator.join(note for note in notes if note), named("note"))
        if CARD_ROW in plan.prior_at:
            self._past(at, plan.prior_at[CARD_ROW], spec, before)

    # single cells

    def _cell(
        self, at: int, col: int, row_key: str, column: Column, value: Value, *, bold: bool = False
    ) -> None:
        spec = self.form.cell_spec(row_key, column.key)
        if spec is None:
            self.sheet.write_string(at, col, NA_MARK, self.styles.named("na"))
            return
        style = self.styles.cell(spec, bold=bold)
        if spec.computed is not None:
            self._computed(at, col, row_key, column, spec, value, style)
            return
        self._value(at, col, spec, spec.const if spec.const is not None else value, style)
        if spec.is_input:
            cells = self._inputs_of.get(id(spec))
            if cells is None:
                rule_keys: dict[int, CellSpec] = self.form.derived.setdefault("rule keys", {})
                key = rule_keys.get(id(spec)) or rule_keys.setdefault(id(spec), _rule_key(spec))
                cells = self._inputs_of[id(spec)] = self.inputs[key]
            cells.append((at, col))

    def _computed(
        self, at: int, col: int, row_key: str, column: Column, spec: CellSpec, value: Value, style: Format
    ) -> None:
        formula = self.locator.formula(self.form, row_key, column.key, spec)
        if formula is None:
            self._value(at, col, spec, value, style)
            return
        if self.form.layout == "table":
            formula = self._only_if_used(at, formula)
        # "" and not XlsxWriter's 0: nobody has calculated this yet.
        cached = float(value) if isinstance(value, Decimal) else (value or "")
        self.sheet.write_formula(at, col, formula, style, cached)

    def _only_if_used(self, at: int, formula: str) -> str:
        """Empty lines of a table show nothing instead of zeros."""
        spans = [f"{name}{at + 1}" for name in self._typed_columns]
        return f'=IF(COUNTA({",".join(spans)})=0,"",{formula[1:]})'

    @cached_property
    def _typed_columns(self) -> list[str]:
        """The letters of the columns that somebody fills in."""
        ordinal = ordinal_column(self.form)
        return [
            xl_col_to_name(self.plan.col_at[column.key], col_abs=True)
            for column in self.plan.columns
            if column.formula is None and column is not ordinal
        ]

    def _value(self, at: int, col: int, spec: CellSpec, value: Value, style: Format) -> None:
        if value is None or value == "":
            self.sheet.write_blank(at, col, None, style)
        elif isinstance(value, Decimal):
            self.sheet.write_number(at, col, float(value), style)
        elif isinstance(value, date):
            moment = datetime(value.year, value.month, value.day)  # noqa: DTZ001
            self.sheet.write_datetime(at, col, moment, style)
        else:
            self.sheet.write_string(at, col, format_value(spec, value, self.lang), style)

    def _past(self, at: int, col: int, spec: CellSpec, value: Value) -> None:
        self._value(at, col, spec, value, self.styles.past(spec))

    def _optional_number(self, at: int, col: int, number: int | None) -> None:
        style = self.styles.named("line")
        if number is None:
            self.sheet.write_blank(at, col, None, style)
        else:
            self.sheet.write_number(at, col, number, style)

    def _heading(self, col: int, text: str, *, starred: bool = False) -> None:
        self._starred(HEADING_ROW, col, text, self.styles.named("heading"), starred=starred)

    def _starred(self, at: int, col: int, text: str, style: Format, *, starred: bool) -> None:
        if starred:
            plain = self.styles.named("strong" if at == HEADING_ROW else "plain")
            self.sheet.write_rich_string(at, col, self.styles.named("red"), "* ", plain, text, style)
        else:
            self.sheet.write_string(at, col, text, style)

    def _comment(self, at: int, col: int, text: str) -> None:
        height = 24 + 18 * (1 + text_width(text) // 36)
        self.sheet.write_comment(at, col, text, {"width": 260, "height": height, "font_size": 9})

    # texts

    def _column(self, key: str) -> Column:
        return next(column for column in self.plan.columns if column.key == key)

    def _column_text(self, column: Column) -> str:
        unit = column.unit or ("%" if column.type == "percent" else "")
        if not unit or unit == self.form.unit or unit in column.name_zh:
            return column.name(self.lang)
        unit = unit_name(unit, self.lang)
        return f"{column.name('en')} ({unit})" if self.lang == "en" else f"{column.name_zh}（{unit}）"

    def _row_unit(self, row: Row) -> str:
        if row.type == "text":
            return ""
        return unit_name(row.unit or ("%" if row.type == "percent" else self.form.unit), self.lang)

    # sheet settings

    def _fixed_widths(self) -> None:
        plan, sheet = self.plan, self.sheet
        sheet.set_column(0, 0, label_width(self.form, self.lang))
        sheet.set_column(1, 1, 6)
        if plan.unit_col is not None:
            sheet.set_column(plan.unit_col, plan.unit_col, 12 if self.lang == "en" else 7)
        for column in plan.columns:
            at = plan.col_at[column.key]
            sheet.set_column(at, at, body_width(self.form, column, self.lang))
        if plan.prior_at:
            sheet.set_column(plan.last_col + 1, plan.last_col + 1, 2)
            sheet.set_column(min(plan.prior_at.values()), max(plan.prior_at.values()), 15)
        sheet.set_default_row(20)

    def _protect(self) -> None:
        more = {"insert_rows": True, "delete_rows": True, "sort": True} if self.form.layout == "table" else {}
        self.sheet.protect("", {"format_columns": True, "format_rows": True, "objects": True, **more})

    def _print_setup(self) -> None:
        sheet, plan = self.sheet, self.plan
        sheet.set_row(HEADING_ROW, 36)
        sheet.freeze_panes(FIRST_ROW, 2)
        sheet.hide_gridlines(2)
        sheet.set_tab_color(BLUE if self.form.required else "#9AA8BA")
        sheet.set_paper(9)
        if plan.last_col > 5:
            sheet.set_landscape()
        # A wide table on one page's width cannot be read: two pages, with the first columns on both.
        is_wide = plan.last_col > 12
        sheet.fit_to_pages(2 if is_wide else 1, 0)
        if is_wide:
            sheet.repeat_columns(0, 1)
        sheet.repeat_rows(HEADING_ROW)
        sheet.center_horizontally()
        sheet.print_area(0, 0, plan.last_row, max(plan.last_col, 2))
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.set_footer(f"&L{self.form.code}&R&P / &N")
        first = min((cells[0] for cells in self.inputs.values()), default=None)
        if first is not None:
            sheet.set_selection(*first, *first)


def _is_starred(column: Column) -> bool:
    return column.required and column.formula is None


def _note(column: Column, lang: str) -> str:
    return (column.note_en or column.note_zh) if lang == "en" else column.note_zh


def _rule_key(spec: CellSpec) -> CellSpec:
    """Cells whose validation is the same; in a fixed form the label plays no part, as no tip is shown."""
    return replace(spec, label_zh="", label_en="") if spec.is_numeric and not spec.in_table else spec
