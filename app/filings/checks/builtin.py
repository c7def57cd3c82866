"""Checks every form has without declaring them: required cells, number of rows, required forms, attachments."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from app.filings.checks.finding import CellAddress, Finding, finding_key
from app.filings.definitions.schema import CARD_ROW, Check, Column, Form, Value, Values
from app.filings.row_memory import RowMemory
from app.filings.values_columns import column_of

REQUIRED_KINDS = frozenset({"required_blank", "form_required", "too_few_rows", "attachment_missing"})

# Nobody reads five hundred findings of one kind: the rest are counted.
MOST_PER_CHECK = 500


def is_filled(form: Form, values: Values | None, industry: str | None = None) -> bool:
    """Has anybody entered anything? Constants and computed cells do not count; an automatic form is filled."""
    if form.is_automatic:
        return True
    if not values:
        return False
    for row, cells in values.items():
        for col, value in cells.items():
            if value is not None and value != "":
                spec = form.cell_spec(row, col)
                if spec is not None and spec.is_input and _is_shown(form, row, col, industry):
                    return True
    return False


def _is_shown(form: Form, row_key: str, col: str, industry: str | None) -> bool:
    row, column = form.row(row_key), form.column(col)
    return (row is None or row.is_shown_to(industry)) and (column is None or column.is_shown_to(industry))


def blank_findings(
    form: Form,
    values: Values,
    industry: str | None,
    unreadable: Collection[CellAddress] = (),
    memory: RowMemory | None = None,
) -> Iterator[Finding]:
    """Required cells left blank, other than those in which something unreadable stands. On fixed forms a blank
    number is 0 and in order. In a long table the rows beyond the first are counted, column by column.

    Of a table `values` are its filled rows.
    """
    if form.layout == "fixed":
        blanks: Iterator[tuple[str, Column]] = _fixed_blanks(form, values, industry)
    else:
        blanks = _row_blanks(form, values, industry, memory)
    counts: dict[str, int] = {}
    for row, column in blanks:
        if (form.code, row, column.key) in unreadable:
            continue
        count = counts[column.key] = counts.get(column.key, 0) + 1
        if count <= MOST_PER_CHECK:
            yield _blank(form, row, column)
    for key, count in counts.items():
        found = form.column(key)
        if found is not None and count > MOST_PER_CHECK:
            yield _further_blanks(form, found, count - MOST_PER_CHECK)


def _row_blanks(
    form: Form, values: Values, industry: str | None, memory: RowMemory | None
) -> Iterator[tuple[str, Column]]:
    required = [column for column in form.shown_columns(industry) if _must_be_filled(form, column)]
    if form.layout == "card":
        cells = values.get(CARD_ROW) or {}
        yield from ((CARD_ROW, column) for column in required if cells.get(column.key) in (None, ""))
        return
    rows = list(values.values())
    find = partial(_blanks, required)
    found = find(rows) if memory is None else memory.each(f"blank {industry}", rows, find)
    for key, blanks in zip(values, found, strict=True):
        for number in blanks:
            yield key, required[number]


def _blanks(required: Sequence[Column], rows: Sequence[Mapping[str, Value]]) -> list[tuple[int, ...]]:
    """Of each row the columns left blank."""
    found: list[tuple[int, ...]] = [()] * len(rows)
    for number, column in enumerate(required):
        cells = column_of(rows, column.key)
        # Most columns hold neither blank nor zero; in others the types tell: numbers and dates are never ''.
        if not all(cells) and not {str, type(None)}.isdisjoint(map(type, cells)):
            for at, value in enumerate(cells):
                if value is None or value == "":
                    found[at] = (*found[at], number)
    return found


def _must_be_filled(form: Form, column: Column) -> bool:
    spec = form.cell_spec("", column.key)
    return spec is not None and spec.required and spec.is_input


def _fixed_blanks(form: Form, values: Values, industry: str | None) -> Iterator[tuple[str, Column]]:
    for row, column in form.cells(industry):
        spec = form.cell_spec(row, column.key)
        if spec is None or spec.is_numeric or not spec.required or not spec.is_input:
            continue
        if (values.get(row) or {}).get(column.key) in (None, ""):
            yield row, column


def row_count_findings(form: Form, values: Values) -> Iterator[Finding]:
    """A table with fewer or more rows than the form allows; `values` are its filled rows."""
    if form.layout != "table":
        return
    count = len(values)
    if count < form.min_rows:
        yield _about_form(
            form,
            "too_few_rows",
            f"{form.code}《{form.name_zh}》至少应填报 {form.min_rows} 行，现有 {count} 行",
            f"{form.code} “{form.name_en}” needs at least {form.min_rows} row(s) and has {count}",
            ("请补充填报。", "Add the missing rows."),
        )
    if form.max_rows is not None and count > form.max_rows:
        yield _about_form(
            form,
            "too_many_rows",
            f"{form.code}《{form.name_zh}》最多填报 {form.max_rows} 行，现有 {count} 行",
            f"{form.code} “{form.name_en}” takes at most {form.max_rows} rows and has {count}",
            ("请删除多余的行。", "Delete the rows that are too many."),
        )


def missing_form(form: Form) -> Finding:
    """A required form nobody has filled in."""
    return _about_form(
        form,
        "form_required",
        f"{form.code}《{form.name_zh}》为必报表，尚未填报",
        f"{form.code} “{form.name_en}” is required and has not been filled in",
        (
            "请填报；没有发生额的项目填 0。",
            "Fill it in; enter 0 where there is nothing to report.",
        ),
    )


def attachment_findings(form: Form, given: Collection[str]) -> Iterator[Finding]:
    """Required attachments that are not among the `given` keys."""
    for item in form.attachments:
        if item.required and item.key not in given:
            yield _about_form(
                form,
                "attachment_missing",
                f"{form.code}《{form.name_zh}》缺少附件“{item.name_zh}”",
                f"{form.code} “{form.name_en}” lacks the attachment “{item.name_en}”",
                ("请上传该附件。", "Upload the attachment."),
                item.key,
            )


def further_findings(form: Form, check: Check, more: int) -> Finding:
    """The rows beyond those that are told one by one."""
    found = _about_form(
        form,
        "further_findings",
        f"{form.code} 另有 {more} 行存在同样的问题：{check.message_zh}",
        f"{form.code}: {more} more row(s) with the same finding: {check.message_en}",
        ("请先处理已列出的各行，再重新校验。", "Deal with the rows listed first, then check again."),
        f"{check.id} {more}",
    )
    return replace(found, check_id=check.id, level=check.level, kind=check.kind)


def _further_blanks(form: Form, column: Column, more: int) -> Finding:
    return _finding(
        form,
        "required_blank",
        ((form.code, "", column.key),),
        (column.name_zh, column.name_en),
        (
            f"{form.code} 另有 {more} 行的“{column.name_zh}”为必填项，尚未填写",
            f"{form.code}: in {more} more row(s) “{column.name_en}” is required and blank",
        ),
        ("请填写。", "Fill it in."),
        f"further {more}",
    )


def _blank(form: Form, row: str, column: Column) -> Finding:
    if form.layout == "table":
        zh, en = f"{form.code} 第 {row} 行“{column.name_zh}”", f"{form.code} row {row} “{column.name_en}”"
    else:
        line = form.row(row)
        zh, en = f"{form.code}“{column.name_zh}”", f"{form.code} “{column.name_en}”"
        if line is not None:
            zh = f"{form.code} 第 {line.line} 行“{line.name_zh}”{column.name_zh}"
            en = f"{form.code} line {line.line} “{line.name_en}”, {column.name_en}"
    return _finding(
        form,
        "required_blank",
        ((form.code, row, column.key),),
        (column.name_zh, column.name_en),
        (f"{zh}为必填项，尚未填写", f"{en} is required and blank"),
        ("请填写。", "Fill it in."),
    )


def _about_form(
    form: Form, code: str, zh: str, en: str, remedy: tuple[str, str], detail: str = ""
) -> Finding:
    return _finding(form, code, (), (form.name_zh, form.name_en), (zh, en), remedy, detail)


def _finding(
    form: Form,
    code: str,
    cells: tuple[CellAddress, ...],
    label: tuple[str, str],
    message: tuple[str, str],
    remedy: tuple[str, str],
    detail: str = "",
) -> Finding:
    level: Literal["error"] = "error"
    _, row, col = cells[0] if cells else ("", "", "")
    parts: list[Value] = [code, form.code, row, col, detail]
    return Finding(
        check_id=code,
        level=level,
        kind="required" if code in REQUIRED_KINDS else "rows",
        form=form.code,
        row=row,
        col=col,
        label_zh=label[0],
        label_en=label[1],
        value=None,
        expected=None,
        message_zh=message[0],
        message_en=message[1],
        remedy_zh=remedy[0],
        remedy_en=remedy[1],
        key=finding_key(parts),
        cells=cells,
    )
