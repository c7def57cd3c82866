"""Page, workbook, direct POST, API and the regulator's own view answer alike, in every state of the gate."""

from __future__ import annotations

import html
import io
import re
from datetime import datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import SHANGHAI
from app.core.db import db
from app.filings.calendar.gate import gate_reasons
from app.filings.calendar.periods import PeriodRule
from app.filings.calendar.rules import describe
from app.filings.calendar.services import generate_periods
from app.filings.obligations import obligations
from tests.api_caller import Caller, make_token
from tests.factories import open_session
from tests.filing_places import MONTHLY, load_catalogue, zeros
from tests.integration.calendar.test_gate_on_database import TABLE, Arrange, Scene

PLACE = f"/workspace/filings/{MONTHLY}/2026-11/"


class Doors:
    """Every way to the filing of one scene, each giving (is it open?, the reasons it gives)."""

    def __init__(self, app: Flask, scene: Scene) -> None:
        self.scene = scene
        self.client: FlaskClient = app.test_client()
        open_session(self.client, scene.account)
        self.api = Caller(app, make_token(scene.account))
        found = re.search(r'csrf-token" content="([^"]+)"', self.text(f"{PLACE}DB01/"))
        assert found is not None
        self.token = found[1]

    def text(self, path: str) -> str:
        """A page as people read it."""
        return html.unescape(self.client.get(path).get_data(as_text=True))

    def told(self, text: str) -> set[str]:
        """Which of the gate's reasons the text gives, whole."""
        return {reason for reason in self.reasons if reason in text}

    @property
    def reasons(self) -> set[str]:
        """What the gate itself says."""
        place = self.scene.place
        found = gate_reasons(place.institution, place.report_set, place.period, None, place.now)
        return {describe(reason, "zh") for reason in found}

    def page(self) -> tuple[bool, set[str]]:
        """The set's page: its button."""
        text = self.text(PLACE)
        return f"{PLACE}submit" in text, self.told(text)

    def grid(self) -> tuple[bool, set[str]]:
        """What the editor posts."""
        body = {"version": 0, "cells": zeros("DB01")}
        answer = self.client.post(f"{PLACE}DB01/save", json=body, headers={"X-CSRFToken": self.token})
        return answer.status_code == 200, set(answer.json.get("reasons", ()))

    def workbook(self) -> tuple[bool, set[str]]:
        """An upload; the template can always be had."""
        content = self.client.get(f"{PLACE}template.xlsx").data
        fields = {"csrf_token": self.token, "workbook": (io.BytesIO(content), "月报.xlsx")}
        answer = self.client.post(f"{PLACE}import", data=fields, content_type="multipart/form-data")
        return answer.status_code == 302, self.told(html.unescape(answer.get_data(as_text=True)))

    def direct_post(self) -> tuple[bool, set[str]]:
        """上报完成 without the page; an open gate answers with what is wrong in the forms."""
        answer = self.client.post(f"{PLACE}submit", data={"csrf_token": self.token, "request_key": "x"})
        text = html.unescape(answer.get_data(as_text=True))
        return "现在不能上报" not in text, self.told(text)

    def programs(self) -> tuple[bool, set[str]]:
        """PUT through the API."""
        body = {"version": 0, "cells": zeros("DB02")}
        answer = self.api.put(f"/filings/{MONTHLY}/2026-11/forms/DB02", body)
        if answer.status_code == 401:  # a terminated institution's token is dead
            return False, {r for r in self.reasons if answer.json["code"] == "institution_terminated"}
        return answer.status_code == 200, {reason["text"] for reason in answer.json.get("reasons", ())}

    def console(self) -> tuple[bool, set[str]]:
        """What the regulator is shown as owed."""
        place = self.scene.place
        (found,) = [
            one
            for one in obligations(place.institution, place.now)
            if one.report_set.key == MONTHLY and one.period_code == "2026-11"
        ]
        return found.is_open, {describe(reason, "zh") for reason in found.reasons}


WAYS = ("console", "page", "direct_post", "workbook", "grid", "programs")


@pytest.mark.parametrize(("name", "arrange", "at", "codes", "late"), TABLE, ids=[row[0] for row in TABLE])
def test_every_door_gives_the_same_answer_and_reasons(
    app: Flask, name: str, arrange: Arrange, at: str, codes: list[str], late: bool
) -> None:
    load_catalogue()
    generate_periods(2026, {"monthly": PeriodRule(due_days=10)})
    db.session.commit()
    with time_machine.travel(datetime.fromisoformat(at).replace(tzinfo=SHANGHAI), tick=False):
        scene = Scene()
        arrange(scene)
        db.session.commit()
        doors = Doors(app, scene)
        expected: Any = (not codes, doors.reasons)
        assert len(doors.reasons) == len(codes)
        for way in WAYS:
            assert getattr(doors, way)() == expected, (name, way)
