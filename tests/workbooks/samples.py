"""Values that fit any form, templates filled with them, and workbooks as openpyxl sees them."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import openpyxl
from stdnum.cn import ric, uscc

from app.filings.definitions.catalogue import default_catalogue
from app.filings.definitions.schema import CellSpec, Form, Value, Values
from app.filings.environment import Context
from app.filings.workbooks.identity import Identity, identify
from app.filings.workbooks.writer import WorkbookContext, write_workbook

USCC = "91330100MA0000000" + uscc.calc_check_digit("91330100MA0000000")
PERIOD = "2026-10"
PERIOD_ATTRIBUTES = {"month": 10, "quarter": 4, "year": 2026}


def forms(*codes: str) -> dict[str, Form]:
    """Forms of the platform's own catalogue by code."""
    return {code: default_catalogue().form(code) for code in codes}


def industry_of(form: Form) -> str:
    return "guarantee" if form.industry == "all" else form.industry


def context_for(industry: str = "guarantee", **known: object) -> Context:
    org = {"industry": industry, "org_type": industry, "region": "330100", "uscc": USCC}
    return Context(org=org, period=PERIOD_ATTRIBUTES, **known)  # type: ignore[arg-type]


def identity_of(wanted: Iterable[Form], **changed: str) -> Identity:
    given = {"uscc": USCC, "period": PERIOD, "report_set": "test", "made_at": "2026-11-01T08:00:00"} | changed
    return identify(wanted, **given)


def template(
    wanted: dict[str, Form],
    values: dict[str, Values] | None = None,
    *,
    prior: dict[str, Values] | None = None,
    context: Context | None = None,
    lang: str = "zh",
    **changed: str,
) -> bytes:
    """The template that an institution downloads."""
    shown = WorkbookContext(
        "示例市示例机构有限公司", "2026年10月", "测试报表", "2026-11-10", context or context_for()
    )
    return write_workbook(
        list(wanted.values()), identity_of(wanted.values(), **changed), values or {}, prior or {}, shown, lang
    )


def sample_values(form: Form, seed: int = 1, industry: str | None = None, rows: int = 3) -> Values:
    """Something in every input cell that the industry sees."""
    luck = random.Random(f"{form.code}{seed}")
    keys = (
        [str(number) for number in range(1, rows + 1)]
        if form.layout == "table"
        else form.row_keys(None, industry)
    )
    values: Values = {}
    for key in keys:
        specs = {column.key: form.cell_spec(key, column.key) for column in form.shown_columns(industry)}
        values[key] = {col: sample(spec, luck) for col, spec in specs.items() if spec and spec.is_input}
    return values


def sample(spec: CellSpec, luck: random.Random) -> Value:
    """A valid value for one cell."""
    if spec.is_numeric:
        number = Decimal(luck.randrange(1, 10**7)).scaleb(-spec.decimals)
        return -number if spec.allow_negative and luck.random() < 0.3 else number
    if spec.type == "choice":
        return luck.choice(spec.choices).v
    if spec.type == "date":
        return date(luck.randrange(2000, 2027), luck.randrange(1, 13), luck.randrange(1, 29))
    if spec.type == "uscc":
        return USCC
    if spec.type == "id_number":
        body = "33010219900101" + f"{luck.randrange(1, 999):03d}"
        return body + ric.calc_check_digit(body + "0")
    if spec.type == "phone":
        return f"138{luck.randrange(10**8):08d}"
    if spec.format == "email":
        return "test@example.cn"
    return "330102" if spec.pattern else f"示例文字{luck.randrange(1000)}"


def load(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def dump(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def sheet_of(book: openpyxl.Workbook, code: str) -> openpyxl.worksheet.worksheet.Worksheet:
    return next(sheet for sheet in book.worksheets if sheet.title.startswith(code))
