"""One institution's token against everything of another institution, and what one call costs."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.core.db import db
from tests.api_caller import Caller, make_token
from tests.filing_places import zeros
from tests.integration.api.conftest import System
from tests.integration.security.test_isolation import rows
from tests.integration.security.world import CANARY, World, addresses, make_world, text_of
from tests.statements import counted_statements

BODIES: dict[str, Any] = {
    "save_form": {"version": 1, "cells": {"r3": {"inc": "1"}}},
    "save_values": {"forms": {"DB01": {"version": 1, "cells": {"r3": {"inc": "1"}}}}},
    "explain": {"explanations": {"x": "y"}},
    "submit": {},
}


@pytest.fixture
def world(app: Flask) -> World:
    return make_world()


def test_a_token_reaches_nothing_of_another_institution(app: Flask, world: World) -> None:
    api = Caller(app, make_token(world.my_account))
    before = [
        row
        for table in rows().values()
        for row in table
        if getattr(row, "institution_id", 0) == world.other.id
    ]
    leaks, answered = [], 0
    ids = {**world.ids, "key": ["licence"], "attachment_id": world.ids["pk"]}
    for method in ("GET", "PUT", "POST", "DELETE"):
        for endpoint, path in addresses(app, ids, method):
            if not endpoint.startswith("api."):
                continue
            body = BODIES.get(endpoint.removeprefix("api."))
            headers = {"Idempotency-Key": "theirs"} if endpoint == "api.submit" else {}
            answer = api.call(method, path.removeprefix("/api/v1"), json=body, headers=headers)
            answered += 1
            if CANARY in text_of(answer):
                leaks.append(path)
            if "/imports/" in path:
                assert answer.status_code == 404, path
    assert (leaks, answered > 20) == ([], True)
    after = [
        row
        for table in rows().values()
        for row in table
        if getattr(row, "institution_id", 0) == world.other.id
    ]
    assert after == before


def test_the_same_set_and_period_mean_ones_own_filing(app: Flask, world: World) -> None:
    mine = Caller(app, make_token(world.my_account))
    theirs = Caller(app, make_token(world.other_account))
    place = f"/filings/guarantee-business-monthly/{world.period.code}"
    assert theirs.get(place).json["return_reason"] == f"{CANARY}原因"
    assert mine.get(place).json["state"] == "blank"
    assert mine.get(f"{place}/submission").status_code == 404


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/institution", 3),
        ("/obligations", 11),
        ("", 16),
        ("/definition", 14),
        ("/values", 14),
        ("/forms/DB01", 14),
        ("/checks", 14),
    ],
)
def test_a_reading_call_costs_a_handful_of_statements(system: System, path: str, most: int) -> None:
    address = path if path in ("/institution", "/obligations") else system.month + path
    system.api.get(address)
    with counted_statements() as seen:
        assert system.api.get(address).status_code == 200
    assert len(seen) <= most, "\n".join(seen)


def test_saving_and_submitting_cost_the_same_for_every_size(system: System) -> None:
    forms = {code: {"version": 0, "cells": zeros(code)} for code in ("DB01", "DB02")}
    with counted_statements() as seen:
        assert system.api.put(f"{system.month}/values", {"forms": forms}).status_code == 200
    assert len(seen) <= 34, "\n".join(seen)
    with counted_statements() as seen:
        assert system.api.submit(system.month).status_code == 201
    assert len(seen) <= 40, "\n".join(seen)


def test_what_is_done_names_account_and_token_in_the_history(system: System) -> None:
    from app.core.events import Event

    forms = {code: {"version": 0, "cells": zeros(code)} for code in ("DB01", "DB02")}
    system.api.put(f"{system.month}/values", {"forms": forms})
    system.api.submit(system.month)
    event = db.session.query(Event).filter_by(kind="FilingSubmitted").one()
    assert event.actor_id == system.account.id
    assert (event.data["token_name"], event.data["token"]) == ("核心系统", system.api.token.split("_")[1])
