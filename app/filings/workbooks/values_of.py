"""Reads the values of one form from its sheet, once it is known where everything stands."""

from __future__ import annotations

from app.filings.definitions.schema import CARD_ROW, Form, Value
from app.filings.values import Problem
from app.filings.values_columns import rows_of
from app.filings.workbooks.convert import NA_MARKS, convert
from app.filings.workbooks.locate import Layout
from app.filings.workbooks.raw import PackedCells, RawCell, RawSheet, address
from app.filings.workbooks.results import CellProblem, Note, ReadResult
from app.filings.workbooks.tables import MAX_ROWS, TableReader

_MOST_NOTES = 20


class FormReader:
    """Fills `result` with one form's values, addresses, problems and notes."""

    def __init__(
        self,
        form: Form,
        sheet: RawSheet,
        layout: Layout,
        date_mode: str,
        industry: str | None,
        result: ReadResult,
    ) -> None:
        self.form, self.sheet, self.layout = form, sheet, layout
        self.date_mode, self.industry, self.result = date_mode, industry, result
        self.columns = form.shown_columns(industry)
        # Calculated cells in which a value was typed: {(row key, column key): the cell}.
        self.overtyped: dict[tuple[str, str], RawCell] = {}

    def read(self) -> None:
        self.result.values_by_form[self.form.code] = {}
        if self.form.layout == "card":
            self._card()
        elif self.form.layout == "table":
            self._table()
        else:
            self._fixed()

    def _card(self) -> None:
        values = self._new_row(CARD_ROW)
        for column in self.columns:
            spot = self.layout.spots.get(column.key)
            if spot is not None:
                self._cell(values, CARD_ROW, column.key, *spot)
        self._missing()

    def _fixed(self) -> None:
        for row in self.form.item_rows(self.industry):
            values = self._new_row(row.key)
            at = self.layout.rows.get(row.key)
            if at is None:
                continue
            for column in self.columns:
                col = self.layout.cols.get(column.key)
                if col is not None:
                    self._cell(values, row.key, column.key, at, col)
        self._missing()
        self._renamed()
        self._strange()

    def _table(self) -> None:
        cells = PackedCells.of(self.sheet.cells)
        table = TableReader(self.form, self.columns, self.layout.cols, self.date_mode, cells)
        lines = table.lines(self.layout.first_row)
        totals = table.totals(lines)
        records = [at for at in lines if at not in totals]
        beyond = records[MAX_ROWS] if len(records) > MAX_ROWS else None
        records = records[:MAX_ROWS]
        for at in sorted(totals):
            if beyond is None or at < beyond:
                self._total(cells.rows[at])
        columns, refused = table.read(records)
        keys = list(map(str, range(1, len(records) + 1)))
        rows = rows_of(columns, len(records))
        self.result.columns[self.form.code] = columns
        self.result.values_by_form[self.form.code] = dict(zip(keys, rows, strict=True))
        for refusal in refused:
            at, col = cells.rows[records[refusal.line]], self.layout.cols[refusal.col]
            self._problem(keys[refusal.line], refusal.col, at, col, refusal.cell.text, refusal.problem)
        if beyond is not None:
            self._too_many(cells.rows[beyond])
        for line, col_key, cell in table.overtyped(records):
            self.overtyped[keys[line], col_key] = cell
        places = {key: cells.rows[at] for key, at in zip(keys, records, strict=True)}
        known = {key: col for key, col in self.layout.cols.items() if key in table.specs}
        self.result.cell_addresses.put_table(self.form.code, self.sheet.name, places, known)
        self._missing()

    def _total(self, at: int) -> None:
        """A line of totals below the records: 合计 stands in its first cell."""
        self._note(
            f"第 {at + 1} 行是合计行，未作为记录导入。",
            f"Line {at + 1} is a total and was not taken as a record.",
        )

    def _too_many(self, at: int) -> None:
        problem = Problem(
            "too_many_rows",
            f"从第 {at + 1} 行起超过 {MAX_ROWS} 条记录的上限。请合并或删减记录后重新上传。",
            f"From line {at + 1} on there are more than {MAX_ROWS} records. Merge or remove records and upload again.",
        )
        self._problem("", "", at, 0, "", problem)

    def _new_row(self, key: str) -> dict[str, Value]:
        values: dict[str, Value] = {}
        self.result.values_by_form[self.form.code][key] = values
        return values

    def _cell(self, values: dict[str, Value], row_key: str, col_key: str, at: int, col: int) -> None:
        spec = self.form.cell_spec(row_key, col_key)
        cell = self.sheet.cells.get((at, col))
        if spec is None:
            self._not_a_cell(cell, at, col)
            return
        self.result.cell_addresses.put((self.form.code, row_key, col_key), self.sheet.name, address(at, col))
        if not spec.is_input:
            if cell is not None and cell.kind in ("n", "s") and not cell.is_formula and cell.text.strip():
                self.overtyped[row_key, col_key] = cell
            return
        parsed = convert(spec, cell, self.date_mode)
        if parsed.problem is not None and cell is not None:
            self._problem(row_key, col_key, at, col, cell.text, parsed.problem)
        elif parsed.value is not None:
            values[col_key] = parsed.value

    def _not_a_cell(self, cell: RawCell | None, at: int, col: int) -> None:
        if cell is None or not cell.text.strip() or cell.text.strip() in NA_MARKS:
            return
        where = f"{self.sheet.name}!{address(at, col)}"
        self._note(
            f"{where} 不是本表的填报项，其中的“{cell.text[:30]}”未导入。",
            f"{where} is no cell of this form; “{cell.text[:30]}” was not imported.",
        )

    def _problem(self, row: str, col: str, at: int, at_col: int, raw: str, problem: Problem) -> None:
        self.result.problems.append(
            CellProblem(
                self.form.code,
                row,
                col,
                self.sheet.name,
                address(at, at_col),
                raw[:200],
                problem.message_zh,
                problem.message_en,
            )
        )

    def _missing(self) -> None:
        """What the sender deleted or renamed beyond recognition would silently be lost."""
        for label in self.layout.missing:
            problem = Problem(
                "missing",
                f"工作表“{self.sheet.name}”中找不到“{label}”。请恢复模板中的项目名称或表头。",
                f"“{label}” is not on sheet “{self.sheet.name}”. Put the template's label back.",
            )
            at = max(self.layout.first_row - 1, 0)
            self._problem("", "", at, 0, "", problem)

    def _renamed(self) -> None:
        for at, key in self.layout.renamed:
            row = self.form.row(key)
            if row is not None:
                self._note(
                    f"第 {at + 1} 行的项目名称与模板不同，已按行次 {row.line} 识别为“{row.name_zh}”。",
                    f"The label of line {at + 1} differs; by its line number it was read as “{row.name_en}”.",
                )

    def _strange(self) -> None:
        col = self.layout.label_col or 0
        for at in self.layout.strange:
            text = self.sheet.text(at, col)
            problem = Problem(
                "strange_row",
                f"“{text[:40]}”不是本表的项目，其数值无法导入。请删除该行，或改回模板中的项目名称。",
                f"“{text[:40]}” is no item of this form. Delete the line or put the template's label back.",
            )
            self._problem("", "", at, col, text, problem)

    def _note(self, zh: str, en: str) -> None:
        own = [note for note in self.result.notes if note.form == self.form.code]
        if len(own) < _MOST_NOTES:
            self.result.notes.append(Note(self.form.code, zh, en))
