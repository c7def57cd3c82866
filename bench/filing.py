"""Filing in the large: a long table coming in, a whole set going out, a form on its page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import openpyxl
import xlsxwriter
from flask import Flask
from python_calamine import CalamineWorkbook

from app.filings.definitions.schema import Form, Value, Values
from app.filings.environment import Context
from bench.measure import Case, Work


def of_filing() -> Iterator[Case]:
    """Their names say what is aimed at, their limits what is held now with room for a busy machine."""
    yield long_import()
    yield quarterly_template()


def long_rows(entries: dict[str, Value], count: int = 10_000) -> Values:
    """So many clients, each in order, with names, numbers, amounts and days of their own."""
    return {
        str(number): {
            **entries,
            "name": f"示例客户{number}",
            "id_no": f"{number:018d}",
            **{key: entries[key] + Decimal(number) / 100 for key in ("bal", "liab", "rel_liab")},  # type: ignore[operator]
            "start": date(2024, 1, 1) + timedelta(days=number % 700),
        }
        for number in range(1, count + 1)
    }


def typed(form: Form) -> dict[str, Value]:
    """What a client's row holds before anything is calculated."""
    from tests.unit.demo.test_simulated_companies import YEAR_END, filer

    filled = filer("guarantee").filed["DB17", YEAR_END]["1"]
    # Calculated columns hold formulas, which nobody types.
    entries = {
        column.key: value
        for column in form.columns
        if column.formula is None and (value := filled.get(column.key)) is not None
    }
    return entries | {"bal": Decimal(5), "liab": Decimal(3), "rel_liab": Decimal(4)}


def long_import() -> Case:
    """From an uploaded table of 10,000 rows to its findings: sandbox, matching, values, checks."""
    from app.core.excel import TABLES
    from app.filings.checks import examine
    from app.filings.definitions.catalogue import default_catalogue
    from app.filings.workbooks.identity import identify
    from app.filings.workbooks.reader import read_workbook
    from app.filings.workbooks.writer import WorkbookContext, write_workbook
    from tests.workbooks.large import lengthened

    forms = default_catalogue().forms
    form = forms["DB17"]
    entries = typed(form)
    filed: dict[str, Values] = {"DB14": {"r13": {"liab": Decimal(10**6)}}, "DB01": {}}
    org = {"industry": "guarantee", "org_type": "guarantee"}
    around = Context(org=org, lookup=lambda code, shift: filed.get(code), forms=forms)
    identity = identify([form], "91330100MA0000001X", "2026-Q1", "guarantee-business-quarterly")
    context = WorkbookContext("示例融资担保有限公司", "2026年第1季度", context=around)
    data = lengthened(
        write_workbook([form], identity, {}, {}, context), form, long_rows(entries), "guarantee"
    )

    def ours() -> None:
        reading = read_workbook(data, {"DB17": form}, identity, around, TABLES)
        assert not reading.problems
        assert len(reading.values_by_form["DB17"]) == 10_000
        examine({"DB17": form}, dict(reading.values_by_form), around)

    return Case(
        f"import of 10,000 × {len(entries)} (aim ≤ 4)",
        "python-calamine reads the file",
        ours,
        bare_reading(data),
        6,
    )


def bare_reading(data: bytes) -> Work:
    """Every sheet by the fastest reader there is."""

    def read() -> None:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()

    return read


def quarterly_template() -> Case:
    """Everything a guarantee company owes for a quarter in one workbook, filled."""
    from app.filings.workbooks.identity import identify
    from app.filings.workbooks.writer import WorkbookContext, write_workbook
    from tests.unit.demo.filer import forms_of
    from tests.unit.demo.test_simulated_companies import YEAR_END, filer

    company = filer("guarantee")
    sets = [("periodic", "quarterly"), ("business", "quarterly")]
    forms: dict[str, Form] = {code: form for of in sets for code, form in forms_of("guarantee", of).items()}
    values = {
        code: filed
        for of in sets
        for code, filed in company.values(of, YEAR_END).items()
        if filed is not None
    }
    identity = identify(forms.values(), "91330100MA0000001X", "2025-Q4", "guarantee-business-quarterly")
    around = company.context(YEAR_END, YEAR_END, "quarterly")
    context = WorkbookContext("示例融资担保有限公司", "2025年第4季度", context=around)

    def ours() -> bytes:
        return write_workbook(list(forms.values()), identity, values, {}, context)

    name = f"quarterly template, {len(forms)} forms (aim ≤ 2)"
    return Case(name, "the same cells by bare XlsxWriter", ours, bare_copy(ours()), 2.2)


def bare_copy(data: bytes) -> Work:
    """Writing the same values and formulas to sheets of the same names, and nothing else."""
    sheets = [
        (sheet.title, list(sheet.iter_rows(values_only=True)))
        for sheet in openpyxl.load_workbook(io.BytesIO(data)).worksheets
    ]

    def write() -> None:
        book = xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True})
        for title, rows in sheets:
            sheet = book.add_worksheet(title)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        book.close()

    return write


class TableRows(HTMLParser):
    """The rows of a page's tables: [[(tag, attributes, text)]], what stands inside a cell as its text."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[list[Any]]] = []
        self.is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append([tag, [(key, value or "") for key, value in attrs], ""])
            self.is_inside = True

    def handle_endtag(self, tag: str) -> None:
        self.is_inside = self.is_inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.is_inside:
            self.rows[-1][-1][2] += data.strip()


def same_table(html: str) -> Flask:
    """A bare Flask page with the tables of this one: the same cells, attributes and texts, from lists."""
    parser = TableRows()
    parser.feed(html)
    bare = Flask("same-table")
    template = bare.jinja_env.from_string(
        "<!doctype html><title>x</title><table>{% for row in rows %}<tr>{% for tag, attributes, text in row %}"
        '<{{ tag }}{% for key, value in attributes %} {{ key }}="{{ value|e }}"{% endfor %}>{{ text|e }}'
        "</{{ tag }}>{% endfor %}</tr>{% endfor %}</table>"
    )
    bare.add_url_rule("/", "table", lambda: template.render(rows=parser.rows))
    return bare
