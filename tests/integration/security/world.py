"""Two companies that must not know of each other, and everything that one of them has."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.routing import Rule

from app.console.importing.models import RegisterImport
from app.core import clock
from app.core.db import db
from app.core.events import record
from app.core.files import store_bytes
from app.demo.companies import companies
from app.demo.guarantee import Ledger
from app.filings.definitions.queries import definition_ids_on, set_by_key
from app.filings.submissions import review
from app.filings.submissions.models import Filing, FilingForm, StagedImport
from app.filings.submissions.services import Place, save_form, submit_filing
from app.inspections.queries import days_of
from app.institutions.admission import services
from app.letters.services import letters_of
from tests.factories import make_account, make_institution, make_registration
from tests.filing_places import MONTHLY, ONE_OFF, finish_one_off, load_catalogue, make_month
from tests.integration.inspections.helpers import inspected
from tests.kept import kept

CANARY = "金丝雀"  # stands in every text of the other company
PDF = b"%PDF-1.4\n%%EOF"


@dataclass
class World:
    """`mine` is who asks; everything of `other` is out of reach for it."""

    mine: Any
    my_account: Any
    other: Any
    other_account: Any
    period: Any
    filing: Filing
    staged_id: str
    file_key: str
    ids: dict[str, list[str]] = field(default_factory=dict)


def _ids(found: World, numbers: set[int], keys: list[str]) -> dict[str, list[str]]:
    """What the placeholders of addresses stand for."""
    return {
        "set_key": [MONTHLY, ONE_OFF],
        "period": [found.period.code, "once"],
        "code": ["DB01", "DB02", "GG01"],
        "staged_id": [found.staged_id],
        "pk": [str(number) for number in sorted(numbers)],
        "filing_id": [str(found.filing.id)],
        "institution_id": [str(found.other.id)],
        "key": keys,
        "verb": [
            "pick-up",
            "release",
            "take-over",
            "approve",
            "return",
            "mark",
            "unmark",
            "remind",
            "transfer",
        ],
        "industry": ["guarantee"],
        "kind": ["set_up", "branch", "change", "termination", "inspection_opinion"],
        "import_id": [str(_uploaded_list())],
        "name": ["licence_file", "business_file", "authorisation_file"],
    }


@kept
def make_world() -> World:
    """Both have an open month; the other one has filed, was returned, edits, has an import and a file waiting."""
    load_catalogue()
    period = make_month()
    mine = make_institution(region="330102")
    other = make_institution(
        region="330200",
        name=f"{CANARY}融资担保有限公司",
        contact_name=f"{CANARY}甲",
        legal_representative=f"{CANARY}乙",
        address=f"{CANARY}路1号",
    )
    my_account = make_account("Enterprise", institution=mine)
    other_account = make_account("Enterprise", institution=other, display_name=f"{CANARY}丙")
    _ = finish_one_off(mine), finish_one_off(other)
    filing = _filed(other, other_account, period)
    registration = make_registration(
        region_code="330200", name=f"{CANARY}登记有限公司", contact_name=f"{CANARY}丁"
    )
    licence = store_bytes(
        PDF, name=f"{CANARY}.pdf", kind="pdf", purpose="registration_licence", now=clock.now()
    )
    registration.licence_file_id = licence.id
    stored = store_bytes(
        PDF, name=f"{CANARY}.pdf", kind="pdf", purpose="x", now=clock.now(), institution_id=other.id
    )
    record("InstitutionOpened", other, actor=other_account, comment=CANARY)
    db.session.commit()
    found = World(mine, my_account, other, other_account, period, filing, _staged(filing), stored.key)
    drafts = db.session.scalars(select(FilingForm.id)).all()
    application = _application(other, other_account)
    own = {other.id, filing.id, other_account.id, registration.id, licence.id, stored.id, application.id}
    keys, inspection = [stored.key, licence.key], inspected(other, other_account, CANARY)
    numbers = own | set(drafts) | {inspection.id}
    found.ids = (
        {"application_id": [str(application.id)], "registration_id": [str(registration.id)]}
        | _ids(found, numbers, keys)
        | _inspection_ids(inspection, keys)
    )
    return found


def _inspection_ids(inspection: Any, keys: list[str]) -> dict[str, list[str]]:
    days = days_of(inspection.id)
    return {
        "inspection_id": [str(inspection.id)],
        "item_id": [str(inspection.items[0].id)],
        "finding_id": [str(inspection.findings[0].id)],
        "file_id": [str(file.id) for day in days for file in day.files],
        "letter_id": [str(letter.id) for letter in letters_of(inspection)],
        "form": ["pdf", "docx"],
        "key": [*keys, *(file.key for item in inspection.items for file in item.files)],
    }


def _application(institution: Any, account: Any) -> Any:
    """A change that the other company has handed in, with a file."""
    fields = {"change_type": "name", "new_value": f"{CANARY}新名", "reason": f"{CANARY}因"}
    now = clock.now()
    application = services.begin(institution, "change", account, now)
    services.save_draft(application, 1, {**fields, "effective_from": clock.today().isoformat()}, account, now)
    services.attach(application, "resolution", FileStorage(io.BytesIO(PDF), f"{CANARY}.pdf"), account, now)
    services.submit(application, account, now)
    db.session.commit()
    return application


def place_of(institution: Any, account: Any, period: Any) -> Place:
    """The open month, for the services."""
    report_set = set_by_key(MONTHLY)
    assert report_set is not None
    return Place(institution, report_set, period, account, clock.now())


def month_entries(period: Any) -> dict[str, Any]:
    """Consistent figures of a month for every form of the monthly set."""
    return dict(Ledger(companies()[0]).month(period.end_date.year, period.end_date.month))


def _uploaded_list() -> int:
    """A list of institutions that a member of staff has uploaded."""
    problem = {"key": "1", "line": 7, "sheet": "JG01", "address": "B7", "column": "uscc", "value": CANARY}
    words = {"label_zh": CANARY, "label_en": CANARY, "message_zh": CANARY, "message_en": CANARY}
    uploaded = RegisterImport(
        file_name=f"{CANARY}.xlsx",
        original=b"PK",
        total=2,
        rows=[{"line": 8, "name": CANARY, "uscc": CANARY, "region_code": "330200", "since": "2020-01-01"}],
        problems=[problem | words],
        staged_at=clock.now(),
        staged_by_id=make_account("Approver").id,
    )
    db.session.add(uploaded)
    db.session.commit()
    return uploaded.id


def _filed(institution: Any, account: Any, period: Any) -> Filing:
    place = place_of(institution, account, period)
    for code, cells in month_entries(period).items():
        save_form(place, code, cells, 0)
    submit_filing(place, "theirs", {})
    db.session.commit()
    query = select(Filing).where(Filing.institution_id == institution.id, Filing.period_code == period.code)
    filing = db.session.scalars(query).one()
    reviewer = make_account("Supervisor")
    review.add_mark(filing.id, review.Mark("DB01", "r3", "inc", f"{CANARY}标注"), reviewer, clock.now())
    review.return_filing(filing.id, filing.version, reviewer, clock.now(), f"{CANARY}原因")
    db.session.commit()
    return filing


def _staged(filing: Filing) -> str:
    ids = definition_ids_on(["DB01"], clock.today())
    staged = StagedImport(
        id="a" * 32,
        filing_id=filing.id,
        institution_id=filing.institution_id,
        file_name=f"{CANARY}.xlsx",
        original=b"PK",
        result={
            "forms": {"DB01": {"definition": ids["DB01"], "values": {}}},
            "counts": {"problems": 0, "findings": 0, "errors": 0},
            "changes": {"DB01": {"count": 0, "first": []}},
            "problems": [],
            "findings": [],
            "notes": [],
        },
        seen_versions={"DB01": 1},
        staged_at=clock.now() - timedelta(minutes=1),
    )
    db.session.add(staged)
    db.session.commit()
    return staged.id


def addresses(app: Flask, ids: dict[str, list[str]], method: str) -> Iterator[tuple[str, str]]:
    """(endpoint, path) of every rule with every combination of these identifiers.

    Some may be meant for one view or endpoint: "InspectionAdmin:pk", "InspectionAdmin.draft:kind".
    """
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and not rule.endpoint.endswith("static"):
            yield from ((rule.endpoint, path) for path in _paths(rule, ids))


def _paths(rule: Rule, ids: dict[str, list[str]]) -> Iterator[str]:
    found = [rule.rule]
    for name in re.findall(r"<(?:[^:>]+:)?(\w+)>", rule.rule):
        pattern = re.compile(rf"<(?:[^:>]+:)?{name}>")
        view = rule.endpoint.partition(".")[0]
        meant = (ids.get(f"{place}:{name}") for place in (rule.endpoint, view))
        values = next(filter(None, meant), None) or ids.get(name, ["nothing"])
        found = [pattern.sub(value, path) for path in found for value in values]
    yield from found


def text_of(answer: Any) -> str:
    """The body as text; a workbook's parts in one piece. A PDF holds glyphs: its page is read in its place."""
    data = answer.data
    if data[:5] == b"%PDF-":
        return str(answer.headers)
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = b"\n".join(archive.read(name) for name in archive.namelist())
    shown = data.decode("utf-8", "replace")
    return shown + str(answer.headers) + shown.encode().decode("unicode_escape", "ignore")
