"""Every route stands in the inventory, and answers each role as the inventory says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.routing import AnyConverter, BaseConverter, Rule

from app.accounts.roles import ENTERPRISE_ROLE, ROLES, ROLES_BY_NAME
from app.core import access_inventory
from app.core.access_inventory import ACCOUNT, ANONYMOUS, ENTERPRISE, NOBODY, PUBLIC, STAFF, TOKEN, Entry
from app.core.db import db
from tests.api_caller import make_token
from tests.capabilities import both_databases_for
from tests.factories import make_account, make_institution

VISITOR, SYSTEM = "visitor", "system with a token"
# Between them they open nearly every page.
READERS = {
    VISITOR,
    SYSTEM,
    "Enterprise",
    "Supervisor",
    "SystemAdministrator",
    "ContentEditor",
}
WHO = [VISITOR, SYSTEM, *(role.name for role in ROLES if role.name != "Public")]
PAGE, LOG_IN, REFUSED, GONE, BROKEN, SENT_ON = "page", "log-in", "refused", "not found", "broken", "sent on"
CHANGING = re.compile(
    r"(delete|remove|submit|approve|reject|decide|withdraw|return|logout|action|send|take_up|reply|reset|publish|import)"
    r"(_|$)"
)
PLACES = {"IntegerConverter": "999999", "PathConverter": "nothing/here", "UnicodeConverter": "nothing"}


def address_of(rule: Rule) -> str:
    """The rule's path with values that lead to nothing."""
    values = {name: _value_for(converter) for name, converter in rule._converters.items()}
    _host, path = rule.build(values, append_unknown=False) or ("", rule.rule)
    return path


def _value_for(converter: BaseConverter) -> str:
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    return PLACES.get(type(converter).__name__, "nothing")


def rules_of(app: Flask, method: str) -> list[tuple[Entry, str]]:
    """Entry and address of every route that answers the method; static files are not interesting."""
    table = access_inventory.load()
    return [
        (table[rule.endpoint], address_of(rule))
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ()) and not rule.endpoint.endswith("static")
    ]


def expected(entry: Entry, who: str) -> set[str]:
    """What this kind of person may get there; a page that needs arguments may answer that nothing is there."""
    granted = who in ROLES_BY_NAME and entry.permission is not None and _holds(who, *entry.permission)
    page = {PAGE, SENT_ON, GONE}
    if entry.who == PUBLIC:
        return page
    if entry.who == ANONYMOUS:
        return page if who in {VISITOR, SYSTEM} else {SENT_ON}
    if entry.who == TOKEN:  # whoever is logged in is nobody there
        return page if who == SYSTEM else {REFUSED}
    if who in {VISITOR, SYSTEM}:
        return {LOG_IN}
    allowed = {
        ACCOUNT: True,
        ENTERPRISE: who == ENTERPRISE_ROLE,
        STAFF: granted,
        NOBODY: False,
    }[entry.who]
    return page if allowed else {REFUSED}


def _holds(role: str, permission: str, view: str) -> bool:
    return permission in ROLES_BY_NAME[role].grants.get(view, ())


def kind_of(answer: Any) -> str:
    """What an answer means for the one who asked."""
    if answer.status_code in {301, 302, 303, 307, 308}:
        return LOG_IN if "/login" in answer.headers["Location"].split("?")[0] else SENT_ON
    if answer.status_code in {401, 403}:
        return REFUSED
    if answer.status_code == 404:
        return GONE
    return BROKEN if answer.status_code >= 500 else PAGE


@pytest.fixture
def as_somebody(client: FlaskClient, sign_in: Callable[[Any], FlaskClient]) -> Callable[[str], FlaskClient]:
    """A client for a visitor or for a role."""

    def opened(who: str) -> FlaskClient:
        if who == SYSTEM:
            token = make_token(make_account(ENTERPRISE_ROLE, institution=make_institution()))
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
            return client
        if who == VISITOR:
            return client
        company = make_institution() if who == ENTERPRISE_ROLE else None
        return sign_in(make_account(who, institution=company))

    return opened


@contextmanager
def statements_that_write() -> Iterator[list[str]]:
    """Collect changes of the database; that a log-in was seen is no change that anybody asked for."""
    found: list[str] = []

    def watch(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if re.match(r"\s*(INSERT|UPDATE|DELETE)\b", statement, re.I) and "login_session" not in statement:
            found.append(" ".join(statement.split())[:120])

    event.listen(db.engine, "before_cursor_execute", watch)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", watch)


def test_every_route_is_listed_and_every_entry_has_its_route(app):
    listed = {endpoint: entry.methods for endpoint, entry in access_inventory.load().items()}
    assert access_inventory.routes(app) == listed


def test_every_permission_of_the_inventory_is_held_by_some_role():
    lonely = [
        entry.endpoint
        for entry in access_inventory.load().values()
        if entry.permission and not any(_holds(role.name, *entry.permission) for role in ROLES)
    ]
    assert lonely == []


def test_every_entry_behind_the_log_in_says_what_can_be_reached():
    silent = [
        e.endpoint for e in access_inventory.load().values() if e.who not in {PUBLIC, NOBODY} and not e.scope
    ]
    assert silent == []


def test_routes_that_change_something_do_not_answer_get(app):
    wrong = [
        entry.endpoint
        for entry in access_inventory.load().values()
        if CHANGING.match(entry.endpoint.rpartition(".")[2]) and "GET" in entry.methods
    ]
    assert wrong == []


@pytest.mark.parametrize("who", both_databases_for(READERS, WHO))
def test_reading_answers_each_role_as_the_inventory_says_and_changes_nothing(app, as_somebody, who):
    browser = as_somebody(who)
    wrong, writing = {}, {}
    for entry, address in rules_of(app, "GET"):
        with statements_that_write() as written:
            got = kind_of(browser.get(address))
        if got not in expected(entry, who) and not (
            got == GONE and "nothing" in address and entry.who == NOBODY
        ):
            wrong[f"{entry.endpoint} {address}"] = f"{got}, expected {sorted(expected(entry, who))}"
        if written and not entry.writes_on_get:
            writing[entry.endpoint] = written
    assert (wrong, writing) == ({}, {})


@pytest.mark.sqlite_suffices  # refused before a database is asked
@pytest.mark.parametrize("who", WHO)
def test_a_change_without_the_token_is_refused_before_anything_else(app, as_somebody, who):
    browser = as_somebody(who)
    wrong = {}
    with statements_that_write() as written:
        for entry, address in rules_of(app, "POST"):
            status = browser.post(address, data={"x": "1"}).status_code
            if status != (400 if entry.who != TOKEN else 404 if who == SYSTEM else 401):
                wrong[entry.endpoint] = status
    assert (wrong, written) == ({}, [])


@pytest.mark.sqlite_suffices  # refused before a database is asked
@pytest.mark.parametrize("who", WHO)
def test_a_change_by_somebody_else_is_refused(app, as_somebody, who, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    browser = as_somebody(who)
    wrong = {}
    for entry, address, method in [
        (*rule, m) for m in ("POST", "PUT", "DELETE") for rule in rules_of(app, m)
    ]:
        if PAGE in expected(entry, who):
            continue
        got = kind_of(browser.open(address, method=method, data={"x": "1"}))
        if got not in {LOG_IN, REFUSED, GONE}:
            wrong[f"{entry.endpoint} {address}"] = got
    assert wrong == {}
