"""The one-off set by API only: cards, tables and attachments, from the first look to the receipt."""

from __future__ import annotations

import io
from typing import Any

from flask import Flask

from app.core.db import db
from app.demo.companies import companies
from app.demo.one_off import one_off_entries
from app.filings.submissions.models import FilingVersion
from tests.api_caller import Caller, make_token
from tests.factories import make_account, make_institution
from tests.filing_places import ONE_OFF, load_catalogue

COMPANY = companies()[0]
PLACE = f"/filings/{ONE_OFF}/once"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF"


def test_the_one_off_set_by_api_only(app: Flask) -> None:
    load_catalogue()
    institution = make_institution(name=COMPANY.name, uscc=COMPANY.uscc)
    api = Caller(app, make_token(make_account("Enterprise", institution=institution)))
    forms = {form["code"]: form for form in api.get(f"{PLACE}/definition").json["forms"]}
    entries = one_off_entries(COMPANY)
    body = {code: as_input(forms[code], rows) for code, rows in entries.items()}
    assert {form["layout"] for form in forms.values()} >= {"card", "table"}
    answer = api.put(f"{PLACE}/values", {"forms": body})
    assert answer.status_code == 200, answer.json
    attaches_what_is_wanted(api)
    checked = api.get(f"{PLACE}/checks").json
    assert checked["errors"] == 0, [finding["message"]["zh"] for finding in checked["findings"]]
    texts = {finding["key"]: "已与台账核对一致。" for finding in checked["findings"]}
    receipt = api.submit(PLACE, "once", explanations=texts)
    assert receipt.status_code == 201, receipt.json
    assert api.get(PLACE).json["state"] == "reported"
    version = db.session.query(FilingVersion).one()
    assert version.receipt_no == receipt.json["receipt_no"]
    comes_back_as_sent(api, body)


def as_input(form: dict[str, Any], rows: dict[str, Any]) -> dict[str, Any]:
    """A form's entries as the API takes them: tables as lists."""
    if form["layout"] == "table":
        return {"version": 0, "rows": list(rows.values())}
    return {"version": 0, "cells": rows}


def attaches_what_is_wanted(api: Caller) -> None:
    """Every attachment that a form cannot do without."""
    for wanted in api.get(f"{PLACE}/attachments").json["wanted"]:
        if wanted["required"]:
            path = f"{PLACE}/forms/{wanted['form']}/attachments/{wanted['key']}"
            sent = {"file": (io.BytesIO(PDF), f"{wanted['key']}.pdf")}
            answer = api.post(path, data=sent, content_type="multipart/form-data")
            assert answer.status_code == 201, answer.json


def comes_back_as_sent(api: Caller, body: dict[str, Any]) -> None:
    """Tables keep the order of their rows."""
    for code, stored in api.get(f"{PLACE}/values").json["forms"].items():
        if stored["layout"] == "table" and code in body:
            assert len(stored["rows"]) == len(body[code]["rows"]), code
            assert len(stored["computed"]) == len(stored["rows"])
