"""Nil returns and attachments through the API, happy and unhappy."""

from __future__ import annotations

import io
from typing import Any

import pytest

from app.core.db import db
from app.filings.definitions.models import ReportSet
from tests.filing_places import MONTHLY, ONE_OFF, zeros
from tests.integration.api.conftest import System

DECLARED = {"name": "测试甲", "attest": True}


def declare(system: System, body: Any, key: str = "nil-1") -> Any:
    return system.api.post(f"{system.month}/nil", json=body, headers={"Idempotency-Key": key} if key else {})


@pytest.fixture
def allowed(system: System) -> System:
    """The regulator lets the monthly set be declared nil."""
    db.session.query(ReportSet).filter_by(key=MONTHLY).one().allows_nil = True
    db.session.commit()
    return system


def test_a_nil_return_gives_one_receipt_that_says_so(allowed: System) -> None:
    first = declare(allowed, DECLARED)
    assert (first.status_code, first.json["is_nil"]) == (201, True), first.json
    again = declare(allowed, DECLARED)
    assert (again.status_code, again.json) == (200, first.json)


def test_what_has_been_entered_stands_against_it(allowed: System) -> None:
    body = {"version": 0, "cells": zeros("DB01", r3__inc="7")}
    allowed.api.put(f"{allowed.month}/forms/DB01", body)
    answer = declare(allowed, DECLARED)
    assert answer.status_code == 409
    assert "DB01" in answer.json["detail"]


@pytest.mark.parametrize(
    "body", [{}, {"name": "测试甲"}, {"name": "", "attest": True}, {"name": "测试甲", "attest": False}]
)
def test_nobody_declares_by_accident(allowed: System, body: Any) -> None:
    assert declare(allowed, body).status_code == 422
    assert declare(allowed, DECLARED, key="").status_code == 400


def attach(system: System, key: str = "x", name: str = "x.pdf", content: bytes = b"%PDF-1.4\n%%EOF") -> Any:
    path = f"{system.month}/forms/DB01/attachments/{key}"
    return system.api.post(
        path, data={"file": (io.BytesIO(content), name)}, content_type="multipart/form-data"
    )


def test_attachments_that_nobody_asked_for_are_refused(system: System) -> None:
    assert attach(system).status_code == 422
    assert system.api.post(f"{system.month}/forms/DB01/attachments/x", data=b"x").status_code == 415
    for number in ("999999", "x", "٣", "9" * 30):
        assert system.api.call("DELETE", f"{system.month}/attachments/{number}").status_code == 404


def test_the_one_off_set_in_force_takes_no_attachment(system: System) -> None:
    place = f"/filings/{ONE_OFF}/once"
    wanted = next(item for item in system.api.get(f"{place}/attachments").json["wanted"] if item["required"])
    path = f"{place}/forms/{wanted['form']}/attachments/{wanted['key']}"
    sent = {"file": (io.BytesIO(b"%PDF-1.4\n%%EOF"), "x.pdf")}
    answer = system.api.post(path, data=sent, content_type="multipart/form-data")
    assert (answer.status_code, answer.json["code"]) == (409, "gate_closed")
