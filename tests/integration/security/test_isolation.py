"""One company (and staff of another area) against everything of another company."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app.core.db import db
from tests.capabilities import both_databases_for
from tests.factories import make_account
from tests.filing_places import MONTHLY
from tests.integration.security.world import CANARY, World, addresses, make_world, month_entries, text_of

# The registry is public on purpose; what else the company is stays out of it, see the portal's tests.
PUBLIC_NAMES = ("portal.registry", "portal.search", "portal.home", "portal.sitemap")
TABLES = ("filing", "filing_form", "filing_version", "review_mark", "staged_import", "stored_file", "registration",
          "institution", "filing_explanation", "event", "admission_application",
          "admission_decision", "admission_file", "register_entry", "institution_version", "inspection",
          "inspection_item", "inspection_member", "inspection_finding", "inspection_day", "inspection_file",
          "letter")  # fmt: skip
STAFF = ("Supervisor", "Approver", "Inspector")
LISTS = ("institutions", "registrations", "filings", "forms", "periods", "applications", "inspections")


@pytest.fixture
def world(app: Flask) -> World:
    return make_world()


def rows() -> dict[str, list[Any]]:
    """Everything that the other company has, as stored."""
    db.session.rollback()
    return {name: db.session.execute(text(f"SELECT * FROM {name} ORDER BY id")).all() for name in TABLES}


def outsider(who: str, world: World, sign_in: Callable[[Any], FlaskClient]) -> FlaskClient:
    """A visitor, the other company, or staff of another region or industry."""
    if who == "company":
        return sign_in(world.my_account)
    role, _, area = who.partition(" ")
    limits = {"region": {"region_prefix": "3301"}, "industry": {"industries": ["pawn"]}}[area]
    return sign_in(make_account(role, **limits))


OUTSIDERS = ["company", *(f"{role} {area}" for role in STAFF for area in ("region", "industry"))]
# Rows are chosen by area, whatever the role: for what a database makes of that, one role speaks for all.
SWEPT = both_databases_for(
    {"visitor", "company", "Supervisor region", "Supervisor industry"}, ["visitor", *OUTSIDERS]
)


@pytest.mark.parametrize("who", SWEPT)
def test_nothing_of_the_other_company_can_be_read(app, client, world, sign_in, who):
    browser = client if who == "visitor" else outsider(who, world, sign_in)
    leaks, broken = [], []
    for endpoint, path in addresses(app, world.ids, "GET"):
        if endpoint.startswith(PUBLIC_NAMES):
            continue
        answer = browser.get(path)
        if answer.status_code >= 500:
            broken.append((path, answer.status_code))
        if CANARY in text_of(answer):
            leaks.append(path)
    assert (leaks, broken) == ([], [])


@pytest.mark.parametrize("who", SWEPT)
def test_nothing_of_the_other_company_can_be_changed(app, client, world, sign_in, who, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    browser = client if who == "visitor" else outsider(who, world, sign_in)
    before = rows()
    fields = {
        "version": str(world.filing.version),
        "reason": "不应发生",
        "action": "x",
        "rowid": world.ids["pk"],
    }
    leaks = []
    for _endpoint, path in addresses(app, world.ids, "POST"):
        if "logout" in path:
            continue
        if CANARY in text_of(browser.post(path, data=fields)):
            leaks.append(path)
    after = rows()
    mine = {world.mine.id}
    for name in TABLES:
        kept = [row for row in after[name] if getattr(row, "institution_id", None) not in mine or name == "x"]
        former = [row for row in before[name] if getattr(row, "institution_id", None) not in mine]
        assert [row for row in kept if row in former] == former, name
    assert leaks == []


def doors(world: World, existing: bool) -> list[tuple[str, str]]:
    """(method, path) of a county officer's doors to the other company's things, or to such as never were."""
    never = 987_654_321
    company, filing = (world.other.id, world.filing.id) if existing else (never, never)
    first = {name: numbers[0] if existing else never for name, numbers in world.ids.items()}
    application, inspection, letter = first["application_id"], first["inspection_id"], first["letter_id"]
    registration = world.ids["registration_id"][0] if existing else never
    key = world.file_key if existing else f"{world.file_key[:3]}{'0' * (len(world.file_key) - 3)}"
    return [
        ("GET", f"/console/institutions/show/{company}"),
        ("POST", f"/console/institutions/reveal/{company}"),
        ("GET", f"/console/applications/show/{application}"),
        ("POST", f"/console/applications/decide/{application}"),
        ("GET", f"/console/registrations/show/{registration}"),
        ("POST", f"/console/registrations/approve/{registration}"),
        ("GET", f"/console/registrations/file/{registration}/licence_file"),
        ("GET", f"/console/filings/show/{filing}"),
        ("GET", f"/console/review/{filing}/"),
        ("GET", f"/console/inspections/show/{inspection}"),
        ("GET", f"/letters/{letter}/pdf"),
        ("GET", f"/files/{key}"),
    ]


@pytest.mark.parametrize("role", ["Supervisor", "Approver"])
def test_what_is_out_of_reach_answers_like_what_never_was(world, sign_in, monkeypatch, app, role):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    officer = sign_in(make_account(role, region_prefix="330102"))
    for (method, there), (_same, never) in zip(doors(world, True), doors(world, False), strict=True):
        answers = [officer.open(path, method=method).status_code for path in (there, never)]
        assert answers[0] == answers[1] and answers[0] in (403, 404), (there, never, answers)


@pytest.mark.parametrize("role", both_databases_for({"Supervisor"}, STAFF))
@pytest.mark.parametrize("area", ["region", "industry"])
def test_lists_filters_and_counts_of_staff_outside_the_area_show_nothing(app, world, sign_in, role, area):
    staff = outsider(f"{role} {area}", world, sign_in)
    queries = ("", "?_flt_2_name=" + CANARY, f"?_flt_0_institution={world.other.id}", f"?_rel_institution={world.other.id}",
               f"?name={CANARY}", "?region=330200", "?order=name-asc&state=",
               f"?_flt_0_institution_id={world.other.id}", "?size=100000", "?q=" + CANARY)  # fmt: skip
    for name in LISTS:
        for query in queries:
            answer = staff.get(f"/console/{name}/list/{query}")
            assert answer.status_code in (200, 302, 403), (name, query)
            shown = text_of(answer).replace(f'value="{CANARY}"', "").replace(f"</span> {CANARY}<svg", "")
            shown = shown.replace(f"={CANARY}", "")  # the filters again, in the link of the export
            assert CANARY not in shown, (name, query)
    assert CANARY not in text_of(staff.get("/console/"))


def test_saving_goes_to_the_own_company_whatever_the_request_says(app, world, sign_in, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    browser = sign_in(world.my_account)
    before = rows()["filing_form"]
    body = {
        "version": 0,
        "cells": month_entries(world.period)["DB01"],
        "institution_id": world.other.id,
        "filing_id": world.filing.id,
        "actor": world.other_account.id,
    }
    query = f"?institution_id={world.other.id}&institution={world.other.id}"
    answer = browser.post(f"/workspace/filings/{MONTHLY}/{world.period.code}/DB01/save{query}", json=body)
    assert answer.status_code == 200
    after = rows()["filing_form"]
    assert [row for row in after if row in before] == before
    assert {row.institution_id for row in after} - {row.institution_id for row in before} == {world.mine.id}


def test_staff_of_the_area_does_see_the_company(app, world, sign_in):
    staff = sign_in(make_account("Supervisor", region_prefix="3302"))
    assert CANARY in text_of(staff.get("/console/filings/list/?state=returned"))
    assert CANARY in text_of(staff.get(f"/console/review/{world.filing.id}/"))
