"""The account of a terminated institution: reads everything, changes nothing, by any door."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.core import access_inventory, clock
from app.core.db import db
from app.institutions.register.services import Change, Origin, change_register
from tests.api_caller import make_token
from tests.factories import end_institution
from tests.filing_places import MONTHLY
from tests.integration.admission.helpers import URL
from tests.integration.security.test_isolation import TABLES
from tests.integration.security.world import World, addresses, make_world

WORDS = "机构已终止，账号只读"
OWN_AFFAIRS = ("/logout", "/account/", "/workspace/profile/", "/language")  # what stays open to every account
GATED = ("/save", "/submit", "/import")  # the gate answers there, see tests/integration/calendar
FORM = re.compile(r"<form\b[^>]*\bmethod=\"post\"[^>]*>", re.IGNORECASE)
ACTION = re.compile(r"\b(?:form)?action=\"([^\"]*)\"")


@pytest.fixture
def world(app: Any) -> World:
    """The company with a returned filing, an application in course, an import and files; terminated today."""
    made = make_world()
    end_institution(made.other, clock.today())
    db.session.commit()
    return made


def stored() -> dict[str, list[Any]]:
    db.session.rollback()
    return {name: list(db.session.execute(text(f"SELECT * FROM {name} ORDER BY id"))) for name in TABLES}


def enterprise_paths(app: Any, world: World, method: str) -> list[str]:
    table = access_inventory.load()
    numbers = {name for rule in app.url_map.iter_rules() for name in re.findall(r"<int:(\w+)>", rule.rule)}
    ids = {name: ["1"] for name in numbers} | world.ids
    return [
        path
        for endpoint, path in addresses(app, ids, method)
        if table[endpoint].who == access_inventory.ENTERPRISE
    ]


@pytest.mark.sqlite_suffices  # what is refused is decided before a row is written
def test_every_post_of_the_workspace_is_refused_with_the_reason_and_changes_nothing(app, world, sign_in):
    client = sign_in(world.other_account)
    page = client.get("/workspace/profile/password").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    paths, before = enterprise_paths(app, world, "POST"), stored()
    assert len(paths) > 20
    wrong = []
    for path in paths:
        for headers in ({}, {"Accept": "application/json"}):
            answer = client.post(path, data={"csrf_token": token[1], "version": "1"}, headers=headers)
            told = WORDS in str(answer.get_json(silent=True) or answer.text)
            gated = path.endswith(GATED) and 400 <= answer.status_code < 500
            if not gated and (answer.status_code != 409 or not told):
                wrong.append((path, answer.status_code))
    assert wrong == []
    assert stored() == before


@pytest.mark.sqlite_suffices  # what is refused is decided before a row is written
def test_every_page_of_the_workspace_opens_and_offers_no_change(app, world, sign_in):
    client = sign_in(world.other_account)
    offering, broken = [], []
    for path in enterprise_paths(app, world, "GET"):
        if path.endswith(".xlsx"):
            continue
        answer = client.get(path)
        if answer.status_code not in (200, 302, 404) and answer.status_code != 409:
            broken.append((path, answer.status_code))
        if not answer.mimetype.startswith("text/html") or answer.status_code != 200:
            continue
        if WORDS not in answer.text:
            broken.append((path, "does not say that it is read-only"))
        for tag in [*FORM.findall(answer.text), *re.findall(r"<button[^>]*\bformaction=[^>]*>", answer.text)]:
            target = ACTION.search(tag)
            if target is None or not target[1].startswith(OWN_AFFAIRS):
                offering.append((path, target[1] if target else tag))
    assert broken == []
    assert offering == []


def test_log_out_and_password_stay_open(world, sign_in):
    assert sign_in(world.other_account).get("/workspace/profile/password").status_code == 200


def test_a_token_of_a_terminated_institution_is_refused_with_the_reason(app, world, client):
    headers = {"Authorization": f"Bearer {make_token(world.other_account)}"}
    answer = client.get("/api/v1/obligations", headers=headers)
    assert answer.status_code == 401 and "机构已终止" in answer.get_json()["detail"]


def test_until_the_day_comes_the_account_can_still_change_what_is_open(app, sign_in):
    world = make_world()
    day = clock.today() + timedelta(days=3)
    changes = [Change("institution", {"terminated_on": day})]
    change_register(
        world.other, changes, effective_from=clock.today(), origin=Origin("application", 1), now=clock.now()
    )
    db.session.commit()
    page = sign_in(world.other_account).get(f"/workspace/filings/{MONTHLY}/{world.period.code}/")
    assert WORDS not in page.get_data(as_text=True)
    assert WORDS not in sign_in(world.other_account).get(f"{URL}/").get_data(as_text=True)
