"""The console's list of institutions as a workbook: every column of the register, no contact's numbers."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import IO, Any

import xlsxwriter

from app.institutions.labels import FIELD_LABELS, INDUSTRY_LABELS, INSTITUTION_STATE_LABELS, ORG_TYPE_LABELS
from app.institutions.models import Institution
from app.institutions.queries import region_names

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS: tuple[tuple[str, int], ...] = (
    ("name", 40),
    ("uscc", 22),
    ("industry", 16),
    ("org_type", 16),
    ("region_code", 10),
    ("region", 24),
    ("address", 40),
    ("legal_representative", 14),
    ("registered_capital", 18),
    ("licence_no", 24),
    ("licence_issuer", 28),
    ("licence_from", 13),
    ("licence_to", 13),
    ("status", 12),
    ("admitted_at", 13),
    ("terminated_on", 13),
)
_WORDS: dict[str, dict[str, Any]] = {
    "industry": INDUSTRY_LABELS,
    "org_type": ORG_TYPE_LABELS,
    "status": INSTITUTION_STATE_LABELS,
}


def workbook(institutions: Iterable[Institution]) -> IO[bytes]:
    """A rewound file; texts stay texts whatever they begin with, days and money are real ones."""
    target = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    regions = region_names()
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet(str(FIELD_LABELS["name"])[:31])
        head = book.add_format({"bold": True, "bg_color": "#EEF2F6", "bottom": 1})
        formats = {
            "text": book.add_format({"quote_prefix": True}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "money": book.add_format({"num_format": "#,##0.00"}),
        }
        sheet.freeze_panes(1, 1)
        for at, (name, width) in enumerate(COLUMNS):
            sheet.set_column(at, at, width)
            label = FIELD_LABELS[name] if name != "region_code" else FIELD_LABELS["region_number"]
            sheet.write_string(0, at, str(label), head)
        for line, institution in enumerate(institutions, start=1):
            for at, (name, _width) in enumerate(COLUMNS):
                _write(sheet, line, at, _value(institution, name, regions), formats)
    target.seek(0)
    return target


def _value(institution: Institution, name: str, regions: dict[str, str]) -> Any:
    if name == "region":
        return regions.get(institution.region_code, "")
    value = getattr(institution, name)
    return str(_WORDS[name].get(value, value)) if name in _WORDS else value


def _write(sheet: Any, line: int, at: int, value: Any, formats: dict[str, Any]) -> None:
    if value is None:
        return
    if hasattr(value, "isoformat"):
        sheet.write_datetime(
            line, at, value.replace(tzinfo=None) if hasattr(value, "hour") else value, formats["day"]
        )
    elif isinstance(value, str):
        sheet.write_string(
            line, at, value, formats["text"] if value[:1] in "=+-@＝＋－＠\t" and value else None
        )
    else:
        sheet.write_number(line, at, value, formats["money"])
