"""Every list of the console about institutions: by a region with all below it, and a way to the institution's file."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from app.core import clock
from app.core.db import db
from app.filings.calendar.models import Extension
from app.filings.definitions.queries import set_by_key
from app.institutions.admission import services
from app.institutions.models import Institution, Registration
from app.institutions.services import approve_registration
from tests.factories import make_account, make_institution, make_region, make_registration
from tests.filing_places import MONTHLY, PDF, finish_one_off, hand_in, load_catalogue, make_month

# Where the two companies are; what a choice finds.
NEAR, FAR = "330106", "330203"
FOUND = {"330000": {"近", "远"}, "330100": {"近"}, "330106": {"近"}, "330200": {"远"}, "330102": set()}


@pytest.fixture
def staff(fresh_database: None, sign_in: Any) -> Any:
    """Somebody of the province, and in two cities a company with something in every list."""
    load_catalogue()
    for code, parent in (("330000", None), ("330100", "330000"), ("330200", "330000"), ("330102", "330100")):
        make_region(code, f"地区{code}", parent)
    period = make_month()
    for code, word in ((NEAR, "近"), (FAR, "远")):
        make_region(code, f"县{code}", f"{code[:4]}00")
        _everything_of(make_institution(region=code, name=f"{word}处公司"), word, code, period)
    return sign_in(make_account("Approver"))


def _everything_of(company: Institution, word: str, code: str, period: Any) -> None:
    account, now = make_account("Enterprise", institution=company), clock.now()
    named = {"name": f"{word}处登记公司", "username": f"reg{code}", "email": f"{code}@example.invalid"}
    make_registration(region_code=code, **named)
    company.admitted_at = now - timedelta(days=400)
    _apply(company, account, now)
    finish_one_off(company)
    hand_in(company, MONTHLY, period, {})
    report_set = set_by_key(MONTHLY)
    assert report_set is not None
    extension = Extension(
        institution_id=company.id,
        report_set_id=report_set.id,
        period_id=period.id,
        reason="系统故障",
        requested_until=now + timedelta(days=3),
        requested_at=now,
        requested_by_id=account.id,
    )
    db.session.add(extension)
    db.session.commit()


def _apply(company: Institution, account: Any, now: Any) -> None:
    application = services.begin(company, "change", account, now)
    fields = {"change_type": "scope", "new_value": "新范围", "reason": "决议"}
    day = clock.today().isoformat()
    services.save_draft(application, 1, {**fields, "effective_from": day}, account, now)
    services.attach(application, "resolution", FileStorage(io.BytesIO(PDF), "决议.pdf"), account, now)
    services.submit(application, account, now)


LISTS = {
    "/console/institutions/list/": "_flt_0_region_code",
    "/console/registrations/list/": "_flt_0_region_code",
    "/console/applications/list/": "_flt_0_region_code",
    "/console/extensions/list/": "_flt_0_region_code",
    "/console/filings/list/?state=all": "region",
    "/console/completeness/?state=all": "region",
}


@pytest.mark.parametrize("address", LISTS)
def test_a_region_finds_what_lies_in_it_and_below(staff, address):
    for code, expected in FOUND.items():
        joint = "&" if "?" in address else "?"
        answer = staff.get(f"{address}{joint}{LISTS[address]}={code}")
        assert answer.status_code == 200
        rows = "".join(re.findall(r"<tbody.*?</tbody>", answer.text, re.DOTALL))
        found = {word for word in ("近", "远") if f"{word}处" in rows}
        assert found == expected, (address, code)


@pytest.mark.parametrize("address", [one for one in LISTS if "/institutions/" not in one])
def test_each_list_leads_to_the_file_of_the_institution(staff, address):
    if "registrations" in address:
        waiting = db.session.scalars(select(Registration).order_by(Registration.id)).first()
        approve_registration(waiting, version=1, actor=make_account("Approver"), now=clock.now())
        db.session.commit()
    page = staff.get(address).text
    keys = db.session.scalars(select(Institution.id)).all()
    assert any(f'href="/console/institutions/show/{key}"' in page for key in keys)
