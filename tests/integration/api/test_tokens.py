"""A token's life: made and shown once, used, refused, expired, revoked; and whose it stops being."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.api.models import ApiToken
from app.api.rules import LIVE_TOKENS, fingerprint
from app.core import clock
from app.core.db import db
from app.core.events import Event
from app.institutions.register.services import Change, Origin, change_register
from tests.api_caller import Caller, make_token
from tests.factories import PASSWORD, make_account, make_institution
from tests.integration.api.conftest import System

PAGE = "/workspace/api-tokens/"


class Desk:
    """The token page, as its user sees it."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def csrf(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.text())
        assert found is not None
        return found[1]

    def text(self) -> str:
        return str(self.client.get(PAGE).get_data(as_text=True))

    def create(self, **fields: Any) -> Any:
        values = {"name": "核心系统", "password": PASSWORD, "csrf_token": self.csrf()}
        values["expires_on"] = (clock.today() + timedelta(days=90)).isoformat()
        return self.client.post(PAGE, data={**values, **fields})

    def revoke(self, token_id: int) -> Any:
        return self.client.post(f"{PAGE}{token_id}/revoke", data={"csrf_token": self.csrf()})


@pytest.fixture
def account() -> Any:
    return make_account("Enterprise", institution=make_institution())


@pytest.fixture
def desk(account: Any, sign_in: Callable[[Any], FlaskClient]) -> Desk:
    return Desk(sign_in(account))


def stored() -> list[ApiToken]:
    db.session.rollback()
    return list(db.session.scalars(select(ApiToken).order_by(ApiToken.id)))


def events(kind: str) -> list[Event]:
    db.session.rollback()
    return list(db.session.scalars(select(Event).where(Event.kind == kind).order_by(Event.id)))


def shown_token(answer: Any) -> str:
    found = re.search(r"lfp_[0-9a-f]{10}_[0-9a-f]{48}", answer.get_data(as_text=True))
    assert found is not None
    return found[0]


def test_a_token_is_shown_once_and_only_its_hash_is_kept(app: Flask, desk: Desk, account: Any) -> None:
    answer = desk.create()
    text = shown_token(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    (token,) = stored()
    assert token.sha256 == fingerprint(text)
    assert text not in desk.text() and token.prefix in desk.text()
    (event,) = events("ApiTokenCreated")
    assert (event.actor_id, event.data["prefix"]) == (account.id, token.prefix)
    assert text.rpartition("_")[2] not in str(event.data)
    assert Caller(app, text).get("/institution").status_code == 200


def test_the_first_use_is_noted_on_the_page(app: Flask, desk: Desk) -> None:
    text = shown_token(desk.create())
    assert "从未使用" in desk.text()
    Caller(app, text).get("/institution")
    assert "从未使用" not in desk.text() and "127.0.0.1" in desk.text()
    assert stored()[0].last_used_at is not None


def test_a_revoked_token_stops_at_once(app: Flask, desk: Desk) -> None:
    text = shown_token(desk.create())
    (token,) = stored()
    assert desk.revoke(token.id).status_code == 302
    answer = Caller(app, text).get("/institution")
    assert (answer.status_code, answer.json["code"]) == (401, "token_revoked")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert len(events("ApiTokenRevoked")) == 1
    desk.revoke(token.id)
    assert len(events("ApiTokenRevoked")) == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "请填写名称"),
        ({"name": "字" * 61}, "名称最多 60 个字"),
        ({"expires_on": ""}, "请填写有效期"),
        ({"expires_on": "2026-13-40"}, "请填写有效的日期"),
        ({"expires_on": "2020-01-01"}, "有效期不能早于今天"),
        ({"expires_on": "2199-01-01"}, "有效期最长一年"),
        ({"password": "wrong"}, "密码不正确"),
        ({"password": ""}, "请输入您的登录密码"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(desk: Desk, fields: dict[str, str], words: str) -> None:
    answer = desk.create(**fields)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert stored() == []


def test_names_are_not_used_twice_and_there_are_five_at_most(desk: Desk) -> None:
    assert desk.create().status_code == 200
    assert "同名" in desk.create().get_data(as_text=True)
    for number in range(1, LIVE_TOKENS):
        assert desk.create(name=f"系统 {number}").status_code == 200
    assert "最多 5 个有效令牌" in desk.create(name="第六个").get_data(as_text=True)
    assert len(stored()) == LIVE_TOKENS
    desk.revoke(stored()[0].id)
    assert desk.create(name="第六个").status_code == 200


def test_another_institution_can_neither_see_nor_revoke_it(
    desk: Desk, sign_in: Callable[[Any], FlaskClient]
) -> None:
    desk.create(name="别人的系统")
    (token,) = stored()
    stranger = Desk(sign_in(make_account("Enterprise", institution=make_institution())))
    assert "别人的系统" not in stranger.text()
    assert stranger.revoke(token.id).status_code == 404
    assert stored()[0].revoked_at is None


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer lfp_0000000000_" + "0" * 48, "Bearer 你好".encode().decode("latin1"),
     "Bearer " + "x" * 5000, "Bearer lfp_%00", "bearer lfp_"],
)  # fmt: skip
def test_whatever_is_no_token_is_refused(app: Flask, client: FlaskClient, header: str) -> None:
    answer = client.get("/api/v1/institution", headers={"Authorization": header})
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert "Set-Cookie" not in answer.headers


def test_the_right_prefix_with_another_secret_is_refused_and_recorded(app: Flask, account: Any) -> None:
    text = make_token(account)
    wrong = text[:-48] + "0" * 48
    assert Caller(app, wrong).get("/institution").json["code"] == "token_unknown"
    (event,) = events("ApiTokenRefused")
    assert event.data == {"reason": "token_unknown", "prefix": wrong.split("_")[1]}


def test_an_unknown_text_is_recorded_without_the_text(app: Flask) -> None:
    Caller(app, "MeinPasswort-2468").get("/institution")
    (event,) = events("ApiTokenRefused")
    assert event.data == {"reason": "token_unknown", "prefix": ""}


def test_a_log_in_counts_for_nothing(account: Any, sign_in: Callable[[Any], FlaskClient]) -> None:
    assert sign_in(account).get("/api/v1/obligations").status_code == 401


def test_an_expired_token_is_refused(system: System) -> None:
    db.session.execute(ApiToken.__table__.update().values(expires_at=clock.now() - timedelta(seconds=1)))
    db.session.commit()
    assert system.api.get("/institution").json["code"] == "token_expired"


def test_the_tokens_of_an_account_that_was_switched_off_stop(system: System) -> None:
    system.account.active = False
    db.session.commit()
    assert system.api.get("/institution").json["code"] == "account_disabled"


def test_a_lock_after_mistyped_passwords_stops_nobodys_filing(system: System) -> None:
    system.account.locked_until = clock.now() + timedelta(minutes=15)
    db.session.commit()
    assert system.api.get("/institution").status_code == 200


def test_an_account_that_moved_elsewhere_takes_no_token_along(system: System) -> None:
    system.account.institution_id = make_institution().id
    db.session.commit()
    assert system.api.get("/institution").json["code"] == "account_disabled"


def test_an_account_without_the_role_may_not(system: System) -> None:
    system.account.roles = []
    db.session.commit()
    assert system.api.get("/institution").status_code == 403


def test_the_tokens_of_a_terminated_institution_stop_with_the_effective_day(system: System) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    change_register(
        system.institution,
        [Change("institution", {"status": "deregistered", "terminated_on": tomorrow})],
        effective_from=tomorrow,
        origin=Origin("application"),
        now=clock.now(),
    )
    db.session.commit()
    assert system.api.get("/institution").status_code == 200
    with time_machine.travel(clock.start_of(tomorrow), tick=False):
        assert system.api.get("/institution").json["code"] == "institution_terminated"


@pytest.fixture
def limited(app: Flask, store: Any) -> Iterator[Flask]:
    """A second application on the same database with the rate limits on, as in production."""
    from app import create_app
    from app.extensions import limiter
    from config import TestConfig

    folders = {name: app.config[name] for name in ("INSTANCE_DIR", "FILES_DIR")}
    made = create_app(TestConfig, RATELIMIT_ENABLED=True, SQLALCHEMY_DATABASE_URI=store.url, **folders)
    made.test_client_class = app.test_client_class
    yield made
    limiter.enabled = False
    with made.app_context():
        db.engine.dispose()


def test_guessing_tokens_is_stopped_for_the_address(limited: Flask) -> None:
    answers = [Caller(limited, f"guess-{number}").get("/institution").status_code for number in range(31)]
    assert answers == [401] * 30 + [429]
    assert len(events("ApiTokenRefused")) == 30


def test_a_token_that_asks_too_often_is_told_to_wait_and_others_go_on(limited: Flask, system: System) -> None:
    other = make_token(make_account("Enterprise", institution=make_institution()))
    api = Caller(limited, system.api.token)
    assert {api.get("/institution").status_code for _ in range(300)} == {200}
    answer = api.get("/institution")
    assert (answer.status_code, answer.json["code"]) == (429, "too_many_requests")
    assert int(answer.headers["Retry-After"]) > 0
    assert Caller(limited, other).get("/institution").status_code == 200
