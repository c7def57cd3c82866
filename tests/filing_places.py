"""Places to file at: a catalogue, an institution with its one-off set done, and a monthly window that is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.files import store_bytes
from app.core.workflow import transition
from app.filings.calendar.models import ReportingPeriod
from app.filings.calendar.periods import month_end
from app.filings.definitions.models import ReportSet
from app.filings.definitions.queries import clear_cache, definition_ids_on, forms_by_id
from app.filings.definitions.services import load_into_database
from app.filings.submissions.models import Filing, FilingVersion
from app.filings.submissions.rules import FILING_WORKFLOW, ONCE, sha256
from app.institutions.models import Institution
from tests.factories import make_account, make_institution
from tests.kept import kept

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
MONTHLY = "guarantee-business-monthly"
ONE_OFF = "guarantee-one-off-once"


@kept
def load_catalogue() -> None:
    """The platform's forms and sets."""
    clear_cache()
    load_into_database(clock.now())
    db.session.commit()


def make_month(months_ago: int = 1, *, opens: int = -5, due: int = 5) -> ReportingPeriod:
    """A month with a window from `opens` to `due` days from now (negative: in the past)."""
    today = clock.today()
    index = today.year * 12 + today.month - 1 - months_ago
    end = month_end(index // 12, index % 12 + 1)
    moment = clock.now()
    period = ReportingPeriod(
        frequency="monthly",
        code=f"{end:%Y-%m}",
        name_zh=f"{end.year}年{end.month}月月报",
        name_en=f"{end:%B %Y} monthly return",
        start_date=date(end.year, end.month, 1),
        end_date=end,
        opens_at=moment + timedelta(days=opens),
        due_at=moment + timedelta(days=due),
        closes_at=moment + timedelta(days=due),
    )
    db.session.add(period)
    db.session.commit()
    return period


def hand_in(
    institution: Institution,
    key: str,
    period: ReportingPeriod | None,
    forms: dict[str, Any],
    *,
    attached: bool = False,
) -> Filing:
    """A filing in force with these values {form code: {row: {column: text}}}, behind the services' back; with
    the attachments that its forms require, when asked for."""
    report_set = db.session.scalars(select(ReportSet).where(ReportSet.key == key)).one()
    filing = Filing(
        institution_id=institution.id,
        report_set_id=report_set.id,
        period_id=period.id if period else None,
        period_code=period.code if period else ONCE,
    )
    db.session.add(filing)
    transition(filing, FILING_WORKFLOW, "report")
    db.session.flush()
    payload = _payload(institution, forms, attached)
    version = FilingVersion(
        filing_id=filing.id,
        institution_id=institution.id,
        number=1,
        request_key="former",
        receipt_no=f"BS-{filing.id}",
        submitted_at=clock.now(),
        payload=payload,
        sha256=sha256(payload),
        values_sha256=sha256(payload),
    )
    db.session.add(version)
    db.session.flush()
    filing.number, filing.accepted_version_id, filing.receipt_no = 1, version.id, version.receipt_no
    filing.submitted_at = filing.accepted_at = version.submitted_at
    db.session.commit()
    return filing


def _payload(institution: Institution, forms: dict[str, Any], attached: bool) -> dict[str, Any]:
    ids = definition_ids_on(forms, clock.today())
    payload: dict[str, Any] = {
        "forms": {code: {"definition": ids[code], "values": values} for code, values in forms.items()}
    }
    if attached:
        payload["attachments"] = {code: required_files(institution, ids[code]) for code in forms}
    return payload


def required_files(institution: Institution, definition: int) -> list[dict[str, Any]]:
    """A file for each attachment that a form requires, as a version names them."""
    found = []
    for item in forms_by_id([definition])[definition].attachments:
        if item.required:
            file = store_bytes(
                PDF + item.key.encode(),
                name=f"{item.name_zh}.pdf",
                kind="pdf",
                purpose="filing_attachment",
                now=clock.now(),
                institution_id=institution.id,
            )
            found.append(
                {
                    "key": item.key,
                    "file": file.id,
                    "name": file.name,
                    "size": file.size,
                    "sha256": file.sha256,
                }
            )
    return found


def finish_one_off(institution: Institution) -> Filing:
    """The one-off set, done."""
    return hand_in(institution, ONE_OFF, None, {})


@dataclass
class Begun:
    """A guarantee company that may file: its one-off set is done, and a month is there."""

    institution: Institution
    account: Any
    period: ReportingPeriod


@kept
def begun_company(opens: int = -5, due: int = 5) -> Begun:
    """A company of the catalogue whose last month has a window from `opens` to `due` days from now."""
    load_catalogue()
    institution = make_institution()
    account = make_account("Enterprise", institution=institution)
    finish_one_off(institution)
    return Begun(institution, account, make_month(opens=opens, due=due))


def zeros(code: str, **cells: str) -> dict[str, dict[str, str]]:
    """Every input of a fixed form with 0, and other texts for `row__column`."""
    form = forms_by_id([definition_ids_on([code], clock.today())[code]])
    (found,) = form.values()
    entries: dict[str, dict[str, str]] = {}
    for row, column in found.cells("guarantee"):
        spec = found.cell_spec(row, column.key)
        if spec is not None and spec.is_input:
            entries.setdefault(row, {})[column.key] = "0"
    for place, text in cells.items():
        row, _, column = place.partition("__")
        entries[row][column] = text
    return entries
