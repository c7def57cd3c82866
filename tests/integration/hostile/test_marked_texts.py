"""Marked texts in every text column, and in every field and argument that anything reads: nothing of it runs.

What is stored is marked behind the forms' backs: a page must not rely on what some form refused. A new column is
marked by itself; one that holds codes of the program instead of words stands in CODES.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import String, Table, cast, literal, select, text, update

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.core.personal import SealedText
from app.filings.calendar.models import Extension
from app.inspections.models import ChecklistEntry, Inspection
from app.institutions.admission.models import ApprovalMode
from app.institutions.models import Registration
from app.messages.models import Message
from app.portal.models import Suggestion
from app.portal.seed import seed_portal
from app.portal.services import clean_announcement
from tests.integration.hostile.fields import fields_of
from tests.integration.hostile.marked import HEADERS, KINDS, MARK, MARKUP, faults, fitting
from tests.integration.hostile.test_bad_requests import (
    PRESSED,
    QUERIES,
    WHO,
    browse,
    may_use,
    world,
)
from tests.integration.portal.portal_helpers import announce
from tests.integration.security.world import CANARY, World

# What a page makes of a text is the same on every database.
pytestmark = pytest.mark.sqlite_suffices
__all__ = ["browse", "world"]
# Columns that hold what the program chose, never what somebody typed.
CODES = {
    "status", "kind", "industry", "org_type", "category", "change_type", "region_prefix", "region_code",
    "mode", "step_role", "family", "frequency", "subject", "subject_type", "subject_kind", "subject_key",
    "source_kind", "key", "code", "period_code", "form_code", "form", "row", "col", "row_key", "col_key",
    "unit", "severity", "progress", "decision", "topic", "uscc", "username", "password", "salt", "mark",
    "sha256", "values_sha256", "pdf_sha256", "docx_sha256", "content_hash", "token_hash", "name_hash",
    "code_hash", "key_hash", "lookup_hash", "key_prefix", "prefix", "secret", "uuid", "scopes",
    "request_key", "receipt_no", "consent_version", "avatar_key", "language", "link", "from_state",
    "to_state", "change_form", "ip", "last_used_ip", "purpose", "slug", "nonce", "registration_hash",
}  # fmt: skip
LETTERS = ["inspection_notice", "inspection_opinion"]
NAMES = {
    "ab_permission",
    "ab_view_menu",
    "ab_role",
    "row_version",
    "scheduled_job",
    "captcha_use",
    "register_entry",
}
CLEANED = {
    "portal_announcement.body",
    "portal_page.body_zh",
    "portal_page.body_en",
}  # HTML, cleaned when written
EDITED = {
    "ApprovalModeAdmin.edit", "ChecklistAdmin.edit", "ExtensionAdmin.show", "InspectionAdmin.draft",
    "InspectionWork.plan", "InspectionWork.checklist", "InspectionWork.opinion", "InspectionWork.finding",
}  # fmt: skip
DIGITS = 4  # what makes the mark of a unique column another one in each row
SEARCHES = {"portal.search", "portal.news_list"}
CODED = {"register_entry.source"}


def marked_columns() -> list[Any]:
    """Every column that words of people stand in."""
    return [
        column
        for table in db.metadata.sorted_tables
        if table.name not in NAMES
        for column in table.columns
        if isinstance(column.type, (String, SealedText))
        and not (column.primary_key or column.foreign_keys or column.name in CODES)
        and f"{table.name}.{column.name}" not in CLEANED | CODED
    ]


def tell_all() -> None:
    """A message in every inbox."""
    for account_id in db.session.scalars(select(Account.id)).all():
        words = dict.fromkeys(("title_zh", "title_en", "body_zh", "body_en"), CANARY)
        db.session.add(Message(account_id=account_id, kind="FilingReturned", created_at=clock.now(), **words))


def mark_all(texts: tuple[str, ...]) -> None:
    """Put the richest mark that fits into every text, in columns and inside of JSON, past forms and triggers."""
    _without_triggers()
    for column in marked_columns():
        table: Table = column.table
        length = getattr(column.type, "length", None)
        marked: Any = fitting(texts, length)
        if column.unique:
            marked = fitting(texts, length and length - DIGITS)
            marked = literal(marked) + cast(table.c.id, String) if marked else None
        if marked is not None and marked != "":
            db.session.execute(update(table).where(column.is_not(None)).values({column.name: marked}))
    for table in db.metadata.sorted_tables:
        for column in (column for column in table.columns if "JSON" in type(column.type).__name__.upper()):
            _mark_json(table, column, texts)
    db.session.execute(text("UPDATE row_version SET mark = mark + 1"))
    db.session.commit()


def _mark_json(table: Table, column: Any, texts: tuple[str, ...]) -> None:
    keys = list(table.primary_key)
    for row in db.session.execute(select(*keys, column.label("held"))).all():
        found = _marked(row.held, texts)
        if found != row.held:
            same = [key == getattr(row, key.name) for key in keys]
            db.session.execute(update(table).where(*same).values({column.name: found}))


def _marked(value: Any, texts: tuple[str, ...]) -> Any:
    """The same with every text replaced that the world says people typed."""
    if isinstance(value, dict):
        return {key: _marked(part, texts) for key, part in value.items()}
    if isinstance(value, list):
        return [_marked(part, texts) for part in value]
    return texts[0] if isinstance(value, str) and CANARY in value else value


def _without_triggers() -> None:
    """Rows of the past cannot be changed; here they are."""
    for (name,) in db.session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        db.session.execute(text(f'DROP TRIGGER "{name}"'))


def own_numbers(world: World) -> dict[str, list[str]]:
    """Views whose things are known: others would be looked for under every number in vain."""
    extension = Extension(
        institution_id=world.other.id,
        report_set_id=world.filing.report_set_id,
        period_id=world.period.id,
        reason=CANARY,
        opinion=CANARY,
        requested_until=clock.now(),
        requested_at=clock.now(),
    )
    mode = ApprovalMode(
        industry="guarantee", change_type="zqx", mode="approve", basis_zh=CANARY, basis_en=CANARY
    )
    entry = ChecklistEntry(category=CANARY, name=CANARY)
    db.session.add_all([extension, mode, entry])
    db.session.flush()
    registration = db.session.scalars(select(Registration.id)).first()
    rows = {
        "ExtensionAdmin": extension.id,
        "ApprovalModeAdmin": mode.id,
        "ChecklistAdmin": entry.id,
        "RegistrationAdmin": registration,
        "ApplicationAdmin": world.ids["application_id"][0],
        "InspectionAdmin": world.ids["inspection_id"][0],
        "InspectionWork": world.ids["inspection_id"][0],
        "avatars": world.other_account.id,
    }
    drafts = {f"InspectionAdmin.{name}:kind": LETTERS for name in ("draft", "draft_file")}
    return {f"{view}:pk": [str(number)] for view, number in rows.items()} | drafts


@pytest.fixture
def full(world: World) -> World:
    """The world with what the portal and the inbox show."""
    seed_portal(clock.now())
    items = [announce(f"{CANARY}公告", state=state) for state in ("published", "draft")]
    for item in items:
        item.body = f"<p>{MARKUP[0]}</p><p>{MARKUP[2]}</p><a href='javascript:zqx()'>x</a>"
        clean_announcement(item, clock.now())
    now = clock.now()
    suggestion = Suggestion(
        receipt="YJ20260305000001", name=CANARY, contact=CANARY, topic="other", text=CANARY, reply=CANARY
    )
    suggestion.received_at = now
    db.session.add(suggestion)
    db.session.flush()
    world.ids |= own_numbers(world)
    # Numbers are small in a small world: each kind of row has one of these.
    world.ids["pk"] = sorted({*world.ids["pk"], *(str(item.id) for item in items), *"12345"})
    world.ids["kind"] += ["csv", "xlsx", *LETTERS]
    world.ids["name"] += LETTERS
    world.ids |= {
        "face": ["workspace", "console"],
        "year": [str(world.period.end_date.year)],
        "item_id": [str(items[0].id)],
        "slug": ["complaints", "director-mailbox"],
        "category": ["work-updates", "all"],
    }
    db.session.commit()
    return world


def walk(
    app: Flask, browser: FlaskClient, who: str, full: World, view: str = ""
) -> tuple[list[str], set[str]]:
    """Faults of all pages that this somebody may open, and the endpoints where marks were seen as text."""
    wrong, seen = [], set()
    for endpoint, path in may_use(who, "GET", app, full):
        if not endpoint.startswith(view):
            continue
        answer = browser.get(path, query_string={"q": CANARY} if endpoint in SEARCHES else None)
        if answer.status_code >= 500:
            wrong.append(f"{path} answered {answer.status_code}")
            continue
        wrong += [f"{path}: {fault}" for fault in faults(answer)]
        if MARK.encode() in answer.data or answer.data[:2] == b"PK":
            seen.add(endpoint)
    return wrong, seen


@pytest.mark.parametrize("kind", KINDS)
def test_no_stored_text_becomes_anything_but_text(app, full, browse, kind):
    browsers = {who: browse(who) for who in WHO}
    tell_all()
    mark_all(KINDS[kind])
    wrong: list[str] = []
    seen: set[str] = set()
    for who, browser in browsers.items():
        for language in ("zh_Hans_CN", "en") if kind == "markup" else ("zh_Hans_CN",):
            browser.set_cookie("lang", language)
            found = walk(app, browser, who, full)
            wrong += [f"{who} {fault}" for fault in found[0]]
            seen |= found[1]
    for status in ("planned", "on_site"):  # when its plan, its list and its opinion are written
        db.session.execute(update(Inspection).values(status=status))
        db.session.commit()
        found = walk(app, browsers["Inspector"], "Inspector", full, "Inspection")
        wrong += found[0]
        seen |= found[1]
    assert wrong == []
    assert len(seen) > 100, seen  # the marks did reach the pages
    assert seen >= EDITED


def spread(names: Iterable[str], turn: int) -> dict[str, str]:
    """A mark for each name; another turn gives each another one."""
    marks = (MARKUP[0], KINDS["addresses"][0], HEADERS[0], MARKUP[1], HEADERS[1])
    return {name: marks[(number + 2 * turn) % len(marks)] for number, name in enumerate(names)}


@pytest.mark.parametrize("who", WHO)
def test_nothing_sent_comes_back_as_anything_but_text(app, full, browse, who):
    browser, wrong = browse(who), []
    names = fields_of("app")
    for turn in range(2):
        for endpoint, path in may_use(who, "POST", app, full):
            if endpoint in PRESSED:
                continue
            answer = browser.post(path, data=spread(names, turn))
            wrong += [f"{path}: {fault}" for fault in faults(answer)]
            if answer.status_code in {301, 302, 303} and MARK in answer.headers["Location"]:
                target = answer.headers["Location"]
                wrong += (
                    [f"{path} leads to {target}"] if not target.startswith(("/", "http://localhost/")) else []
                )
        for endpoint, path in may_use(who, "GET", app, full):
            lists = [f"_oc_{endpoint.split('.')[0]}", f"_flt_0_{MARKUP[2]}"]
            answer = browser.get(path, query_string=spread((*QUERIES, *lists), turn))
            wrong += [f"{path}: {fault}" for fault in faults(answer)]
    assert wrong == []


def test_the_check_sees_what_a_browser_would_run(app):
    """Each of these would be a hole."""
    holes = (
        "<p><script>zqx()</script>",
        "<img src=x onerror=zqx()>",
        "<a href=' java\tscript:zqx()'>x</a>",
        "<form action=javascript:zqx()></form>",
        "<zqx>",
        "<input value='' zqx=1>",
        "<iframe srcdoc='x'></iframe>",
        "<p>13391</p>",
        "<p style='background:url(zqx)'>",
    )
    for hole in holes:
        assert faults(app.response_class(f"<html><body>{hole}</body></html>")), hole
    harmless = app.response_class(f"<html><body><p>{MARKUP[0].replace('<', '&lt;')}</p></body></html>")
    harmless.headers["X-Content-Type-Options"] = "nosniff"
    assert faults(harmless) == []
