"""What is measured. A new case is one more entry: two pieces of work and the ratio not to pass."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import openpyxl
import xlsxwriter
import yaml

from app.core import clock
from bench.filing import of_filing, same_table
from bench.importing import of_imports
from bench.measure import Case
from bench.world import application, bare_flask, logged_in, open_form, page, register_of, sql

CATALOGUE = Path(__file__).resolve().parent.parent / "app" / "data" / "catalogue" / "forms.yaml"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def cases() -> Iterator[Case]:
    """All cases, quick ones first."""
    yield from of_the_catalogue()
    yield from of_workbooks()
    yield from of_filing()
    yield from of_imports()
    yield from of_the_portal()
    yield from of_logged_in_pages()
    yield from of_a_long_register()


def of_a_long_register() -> Iterator[Case]:
    """A public list and the console's list at ten thousand institutions against the same at a hundred."""
    short, long = register_of(100), register_of(10_000)
    path = "/registry/guarantee/"
    yield Case("public list of 10,000", "the same of 100", page(long, path), page(short, path), 1.3)
    path = f"/registry/guarantee/?on={clock.today() - timedelta(days=30)}"
    yield Case("past list of 10,000", "the same of 100", page(long, path), page(short, path), 1.5)
    path = "/console/institutions/list/"
    yield Case(
        "console list of 10,000",
        "the same of 100",
        page(long, path, logged_in(long, "bench")),
        page(short, path, logged_in(short, "bench")),
        1.3,
    )


def of_the_catalogue() -> Iterator[Case]:
    """Reading the definitions of all forms, with every expression parsed."""
    from app.filings.definitions.catalogue import load_catalogue

    def bare() -> None:
        yaml.load(CATALOGUE.read_bytes(), Loader=LOADER)

    yield Case("form catalogue", "the same file as bare YAML", lambda: load_catalogue(CATALOGUE), bare, 12)


def of_workbooks() -> Iterator[Case]:
    """One form going out and coming back; ours reads in a subprocess, because workbooks can be hostile."""
    from app.filings.definitions.catalogue import load_catalogue
    from app.filings.workbooks.identity import identify
    from app.filings.workbooks.reader import read_workbook
    from app.filings.workbooks.writer import WorkbookContext, write_workbook

    form = load_catalogue(CATALOGUE).form("DB01")
    identity = identify([form], "91330100MA0000001X", "2026-03", "guarantee-monthly")
    context = WorkbookContext(institution="示例融资担保有限公司", period_name="2026年3月")

    def write() -> bytes:
        return write_workbook([form], identity, {}, {}, context)

    data = write()

    def bare_read() -> None:
        for sheet in openpyxl.load_workbook(io.BytesIO(data)).worksheets:
            list(sheet.iter_rows(values_only=True))

    sheets = [list(sheet.iter_rows(values_only=True)) for sheet in openpyxl.load_workbook(io.BytesIO(data))]

    def bare_write() -> None:
        book = xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True})
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        book.close()

    yield Case(
        "workbook in",
        "openpyxl reads it",
        lambda: read_workbook(data, {form.code: form}, identity),
        bare_read,
        20,
    )
    yield Case("workbook out", "the same cells by bare XlsxWriter", write, bare_write, 10)


def of_the_portal() -> Iterator[Case]:
    """Pages that anybody opens."""
    app, bare = application(), page(bare_flask(), "/")
    # Kept pages, their marks and numbers read and the opening counted: at least 0.6 times the rate of a bare page.
    yield Case("portal home", "bare Flask page", page(app, "/"), bare, 1 / 0.6)
    yield Case("portal announcement", "bare Flask page", page(app, "/news/1"), bare, 1 / 0.6)
    known = app.test_client()  # who opened a form once holds a session
    known.get("/suggestions"), known.get("/suggestions")
    yield Case("portal home, with a session", "bare Flask page", page(app, "/", known), bare, 1 / 0.6)
    yield Case(
        "portal announcement, with a session", "bare Flask page", page(app, "/news/1", known), bare, 1 / 0.6
    )
    companies = sql(
        app,
        "SELECT id, name, uscc, status FROM institution WHERE industry = 'guarantee' ORDER BY name LIMIT 20",
        "SELECT count(*) FROM institution WHERE industry = 'guarantee'",
    )
    yield Case(
        "public list of institutions",
        "the same rows by raw SQL",
        page(app, "/registry/guarantee/"),
        companies,
        60,
    )


def of_logged_in_pages() -> Iterator[Case]:
    """The form page of a company and the console's queue."""
    app = application()
    company, staff = logged_in(app, "demo-danbao"), logged_in(app, "demo-jianguan")
    path = open_form(app)
    same = same_table(company.get(path).get_data(as_text=True))
    yield Case(
        "form page of 46 rows (aim ≤ 3)",
        "a bare Flask page with the same table",
        page(app, path, company),
        page(same, "/"),
        4,
    )
    yield Case(
        "console queue",
        "bare Flask page",
        page(app, "/console/filings/list/", staff),
        page(bare_flask(), "/"),
        150,
    )
