"""Pages cost the same number of statements with three rows and with sixty, and never more than they may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.roles import ENTERPRISE_ROLE, ROLES
from app.core import access_inventory, clock
from app.core.access_inventory import STAFF
from app.core.db import db
from app.filings.calendar.models import Extension, ReportingPeriod
from app.filings.definitions.queries import set_by_key
from app.inspections.models import ChecklistEntry, Inspection, Member
from app.portal.models import Suggestion
from tests.factories import make_account, make_institution, make_registration
from tests.filing_places import MONTHLY, ONE_OFF, finish_one_off, hand_in, load_catalogue, make_month, zeros
from tests.integration.portal.portal_helpers import announce
from tests.statements import counted_statements

FEW, MANY = 3, 60
LIST, HOME, FORM = 12, 8, 12
PUBLIC = {
    "/": HOME,
    "/news/all/": LIST,
    "/registry/guarantee/": LIST,
    "/search?q=担保": LIST,
    "/sitemap.xml": LIST,
}
WORKSPACE = {
    "/workspace/": LIST,
    "/workspace/filings/?tab=business": LIST,
    "/workspace/inspections/": HOME,
    "/workspace/filings/": LIST + 3,  # its first tab shows the one-off set itself, form by form
    f"/workspace/filings/{MONTHLY}/{{period}}/": FORM,
    f"/workspace/filings/{MONTHLY}/{{period}}/DB01/": FORM,
    f"/workspace/filings/{ONE_OFF}/once/GG02/": FORM,
}


def grow(number: int, period: ReportingPeriod) -> None:
    """So many more of everything that lists show."""
    report_set = set_by_key(MONTHLY)
    assert report_set is not None
    values = {"DB01": zeros("DB01"), "DB02": zeros("DB02")}
    for _ in range(number):
        company = make_institution()
        make_registration()
        reviewer = make_account("Supervisor", industries=["guarantee"], region_prefix="33")
        hand_in(company, MONTHLY, period, values).reviewer_id = reviewer.id
        moment = clock.now()
        db.session.add(
            Extension(
                institution_id=company.id, report_set_id=report_set.id, period_id=period.id, requested_until=moment,
                requested_at=moment, requested_by_id=reviewer.id, reason="核对中",
            )
        )  # fmt: skip
        inspection = Inspection(
            number=f"XC{company.id}",
            institution_id=company.id,
            kind="routine",
            created_at=clock.now(),
            created_by_id=reviewer.id,
            planned_from=clock.today(),
            planned_to=clock.today(),
        )
        inspection.team.append(Member(institution_id=company.id, account_id=reviewer.id, name="测试甲"))
        db.session.add(inspection)
        db.session.add(ChecklistEntry(name=f"资料{company.id}"))
        announce(f"关于担保公司报送的通知{company.id}")
        db.session.add(
            Suggestion(
                receipt=f"YJ{company.id:012d}",
                name="测试甲",
                contact="13800000000",
                topic="service",
                text="建议",
            )
        )
        db.session.commit()


def staff_lists() -> dict[str, str]:
    """{address of a console list: a role that may open it}, from the access inventory."""
    found = {}
    for entry in access_inventory.load().values():
        if entry.who == STAFF and entry.permission and entry.endpoint.endswith(("Admin.list", "Home.index")):
            permission, view = entry.permission
            found[entry.endpoint] = next(r.name for r in ROLES if permission in r.grants.get(view, ()))
    return found


@pytest.fixture
def counts(
    app: Flask, client: FlaskClient, sign_in: Callable[[Any], FlaskClient]
) -> Callable[[], dict[str, int]]:
    """Count the statements of every page that grows, the second time it is opened."""
    load_catalogue()
    company, period = make_institution(), make_month()
    finish_one_off(company)
    enterprise = sign_in(make_account(ENTERPRISE_ROLE, institution=company))
    readers = {role: sign_in(make_account(role)) for role in set(staff_lists().values())}
    app.extensions["counted period"] = period.id

    def address(endpoint: str) -> str:
        rule = next(rule.rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
        return f"{rule}?psize_{endpoint.split('.')[0]}=100"

    def counted() -> dict[str, int]:
        pages = [(client, path) for path in PUBLIC]
        pages += [(enterprise, path.format(period=period.code)) for path in WORKSPACE]
        pages += [(readers[role], address(endpoint)) for endpoint, role in staff_lists().items()]
        return {path: statements(browser, path) for browser, path in pages}

    return counted


def statements(browser: FlaskClient, path: str) -> int:
    browser.get(path)  # what is asked once and kept, such as permissions, does not count
    with counted_statements() as seen:
        assert browser.get(path).status_code == 200, path
    return len(seen)


@pytest.mark.sqlite_suffices  # the statements are made before a database is asked
def test_no_page_asks_once_per_row(counts, app):
    period = db.session.get(ReportingPeriod, app.extensions["counted period"])
    grow(FEW, period)
    few = counts()
    grow(MANY - FEW, db.session.merge(period))
    many = counts()
    assert {path: (few[path], number) for path, number in many.items() if number > few[path]} == {}
    limits = {**PUBLIC, **{path.format(period=period.code): limit for path, limit in WORKSPACE.items()}}
    assert {path: number for path, number in many.items() if number > limits.get(path, LIST)} == {}
