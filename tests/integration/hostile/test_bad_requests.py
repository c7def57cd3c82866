"""Absurd fields to every route that takes some, as whoever may use it: no error of ours, and nothing stored."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from app.accounts.roles import ENTERPRISE_ROLE, ROLES
from app.core import access_inventory
from app.core.access_inventory import NOBODY, PUBLIC
from tests.capabilities import both_databases_for
from tests.factories import make_account
from tests.filing_places import MONTHLY
from tests.integration.hostile.absurd import TEXTS, changed_tables, everything_stored
from tests.integration.hostile.fields import fields_of
from tests.integration.security.world import World, addresses, make_world

VISITOR = "visitor"
WHO = (VISITOR, *(role.name for role in ROLES if role.name != "Public"))
# Between them they reach nearly all forms and lists.
EVERYTHING = {VISITOR, "Enterprise", "Supervisor", "SystemAdministrator"}
# Verbs without any field: a press of the button is the whole request, so they do their work.
PRESSED = {
    "AuthView.logout", "filings.take", "filings.withdraw", "filings.cancel", "api_tokens.revoke",
    "RegistrationAdmin.reveal", "InstitutionAdmin.reveal",
    "InspectionWork.follow_up", "inspections.confirm", "inspections.confirm_opinion",
    "admission.new", "admission.edit",  # they keep a draft of whatever was entered
}  # fmt: skip
STEP = 18  # each name gets every eighteenth of the texts; which ones differs from name to name


@pytest.fixture
def world(app: Flask, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    found = make_world()
    found.ids |= {"set_key": [MONTHLY], "period": [found.period.code], "code": ["DB01"]}
    found.ids = {name: values if name == "verb" else values[:2] for name, values in found.ids.items()}
    return found


@pytest.fixture
def browse(
    client: FlaskClient, world: World, sign_in: Callable[[Any], FlaskClient]
) -> Callable[[str], FlaskClient]:
    """A client for a visitor, the company that has everything, or staff with a role."""

    def opened(who: str) -> FlaskClient:
        if who == VISITOR:
            return client
        return sign_in(world.other_account if who == ENTERPRISE_ROLE else make_account(who))

    return opened


def may_use(who: str, method: str, app: Flask, world: World) -> list[tuple[str, str]]:
    """(endpoint, path) of what this somebody may use, over the other company's things."""
    table = access_inventory.load()
    return [
        (endpoint, path)
        for endpoint, path in addresses(app, world.ids, method)
        if _open_to(who, table[endpoint])
    ]


def _open_to(who: str, entry: Any) -> bool:
    if entry.who == NOBODY or (who == VISITOR) != (entry.who == PUBLIC):
        return False
    if entry.permission is None:
        return who in (VISITOR, ENTERPRISE_ROLE) or entry.who == "account"
    name, view = entry.permission
    return any(role.name == who and name in role.grants.get(view, ()) for role in ROLES)


# A form cannot carry half a character, and a NUL is refused before anything else looks.
SENT = [text for kind, text in TEXTS.items() if kind not in {"lone surrogate", "nul"}]


def spread(names: Iterable[str], turn: int) -> dict[str, str]:
    """An absurd text for each name; another turn gives each another one."""
    return {name: SENT[(number + turn) % len(SENT)] for number, name in enumerate(names)}


def bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    """Requests that no page of ours would send, by what is wrong with them."""
    names = fields_of("app")
    for turn in range(0, len(SENT), STEP):
        yield f"texts from {turn}", {"data": spread(names, turn)}
    yield "NUL", {"data": dict.fromkeys(names, "1\0")}
    yield "digits that are no numbers", {"data": dict.fromkeys(names, "²")}
    yield "nothing", {"data": {}}
    yield (
        "lists for scalars",
        {"data": MultiDict([(name, value) for name in names for value in ("x", "1", "-1")])},
    )
    yield "files for texts", {"data": {name: (io.BytesIO(b"\x00\xff"), "x\x01.exe") for name in names}}
    yield "JSON", {"json": {name: [name] for name in names}}
    yield (
        "not what it says",
        {"data": b"\xff\xfe\x00=&%zz", "content_type": "application/x-www-form-urlencoded"},
    )
    yield "broken parts", {"data": b"--x\r\nnope", "content_type": "multipart/form-data; boundary=x"}
    yield "no boundary", {"data": b"x", "content_type": "multipart/form-data"}
    yield "unknown kind", {"data": b"\x00", "content_type": "application/octet-stream"}


@pytest.mark.parametrize("who", both_databases_for(EVERYTHING, WHO))
def test_no_absurd_field_breaks_or_changes_anything(app, world, browse, who):
    browser, broken, changed = browse(who), [], []
    paths = [
        (endpoint, path) for endpoint, path in may_use(who, "POST", app, world) if endpoint not in PRESSED
    ]
    for kind, body in bodies():
        before = everything_stored()
        for _endpoint, path in paths:
            answer = browser.post(path, **copied(body))
            if answer.status_code >= 500:
                broken.append((kind, path, answer.status_code))
        # Drafts hold whatever was typed, so that nothing is lost.
        if found := [name for name in changed_tables(before) if name != "form_draft"]:
            changed.append((kind, found))
    assert (broken, changed) == ([], [])


def copied(body: dict[str, Any]) -> dict[str, Any]:
    """The same body again: a stream can be read only once."""
    data = body.get("data")
    if not isinstance(data, dict) or not any(isinstance(value, tuple) for value in data.values()):
        return dict(body)
    return {"data": {name: (io.BytesIO(b"\x00\xff"), file_name) for name, (_, file_name) in data.items()}}


QUERIES = (
    "page",
    "q",
    "year",
    "tab",
    "region",
    "on",
    "since",
    "until",
    "next",
    "receipt",
    "form",
    "window",
    "frequency",
    "category",
    "_flt_0_id",
    "_flt_2_name",
    "_flt_99_x",
)


@pytest.mark.parametrize("who", both_databases_for(EVERYTHING, WHO))
def test_no_absurd_query_breaks_a_page(app, world, browse, who):
    browser, broken = browse(who), []
    for endpoint, path in may_use(who, "GET", app, world):
        view = endpoint.split(".")[0]
        lists = (
            [f"page_{view}", f"psize_{view}", f"_oc_{view}", f"_od_{view}"] if view.endswith("Admin") else []
        )
        for turn in range(0, len(SENT), STEP):
            query = {name: text[:900] for name, text in spread((*QUERIES, *lists), turn).items()}
            answer = browser.get(path, query_string=query)
            if answer.status_code >= 500:
                broken.append((path, turn, answer.status_code))
    assert broken == []
