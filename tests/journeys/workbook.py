"""Filling a downloaded template as an accountant does: values into the cells beside labels and below headings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from app.filings.definitions.catalogue import default_catalogue
from app.filings.workbooks.plan import plan_sheet

Entries = Mapping[str, Mapping[str, Any]]


def fill(path: Path, entries: Mapping[str, Entries], industry: str = "guarantee") -> Path:
    """Write entries {form: {row: {column: text}}} into the template's input cells and save it beside."""
    book = load_workbook(path)
    catalogue = default_catalogue()
    for code, rows in entries.items():
        form = catalogue.form(code)
        plan = plan_sheet(form, {}, "zh", industry, has_prior=False)
        sheet = next(s for s in book.worksheets if s.title.startswith(code))
        for row, columns in rows.items():
            for column, value in columns.items():
                place = plan.position(f"+{row}" if form.layout == "table" else row, column)
                if place is None:  # rows and columns of other industries are not printed
                    assert not is_printed(form, row, column, industry), (code, row, column)
                    continue
                sheet.cell(place[0] + 1, place[1] + 1).value = shown(form, row, column, value)
    target = path.with_name(f"filled-{path.name}")
    book.save(target)
    return target


def is_printed(form: Any, row: str, column: str, industry: str) -> bool:
    """Whether this industry's template has the cell."""
    line, heading = form.row(row), form.column(column)
    return (line is None or line.is_shown_to(industry)) and heading.is_shown_to(industry)


def shown(form: Any, row: str, column: str, value: Any) -> Any:
    """What a person would put in the cell: labels of choices, numbers as numbers."""
    spec = form.cell_spec(row, column)
    if spec.type == "choice":
        return next(choice.zh for choice in spec.choices if choice.v == value)
    return (
        float(value) if spec.is_numeric and str(value).replace(".", "").replace("-", "").isdigit() else value
    )
