"""Major changes through the API alone, and many submissions at once through it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.demo.one_off import one_off_entries
from app.filings.submissions import review
from app.filings.submissions.models import Filing, FilingVersion
from tests.api_caller import Caller, make_token
from tests.factories import make_account, make_institution
from tests.filing_places import ONE_OFF, hand_in, load_catalogue, zeros
from tests.integration.api.conftest import System
from tests.integration.filings.test_changes import PERSON, stored

CHANGES = "/filings/guarantee-change"


@pytest.fixture
def api(app: Flask) -> Caller:
    """The system of a company whose one-off set is in force."""
    load_catalogue()
    institution = make_institution(name=PERSON.name, uscc=PERSON.uscc, registered_capital=PERSON.capital)
    hand_in(institution, ONE_OFF, None, stored(one_off_entries(PERSON)), attached=True)
    return Caller(app, make_token(make_account("Enterprise", institution=institution)))


def line(api: Caller, code: str = "GG01") -> dict[str, Any]:
    """What the list says about one form."""
    answer = api.get("/changes")
    assert answer.status_code == 200, answer.json
    return next(one for one in answer.json["forms"] if one["form"] == code)


def change(api: Caller, place: str, **fields: str) -> Any:
    """Take the form as it is, change fields, save it."""
    form = api.get(f"{place}/forms/GG01").json
    cells = {"card": {**form["cells"]["card"], **fields}}
    return api.put(f"{place}/forms/GG01", {"version": form["version"], "cells": cells})


def filing(period: str) -> Filing:
    query = select(Filing).where(Filing.period_code == period)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def test_a_change_is_opened_filed_returned_corrected_and_decided(api: Caller) -> None:
    first = line(api)
    assert (first["set"], first["period"], first["state"]) == ("guarantee-change", "GG01-01", "in_force")
    assert first["in_force_since"] and not first["is_event"]
    place = f"{CHANGES}/{first['period']}"
    assert change(api, place, legal_rep="示例新法人").status_code == 200
    begun = line(api)
    assert (begun["period"], begun["state"]) == ("GG01-01", "draft")
    refused = change(api, f"{CHANGES}/GG01-02", legal_rep="示例又一人")
    assert (refused.status_code, refused.json["code"]) == (409, "gate_closed")
    assert "change_open" in {reason["code"] for reason in refused.json["reasons"]}
    receipt = api.submit(place, "one")
    assert receipt.status_code == 201, receipt.json
    assert (receipt.json["state"], line(api)["receipt_no"]) == ("submitted", receipt.json["receipt_no"])

    staff = make_account("Supervisor")
    sent = filing("GG01-01")
    review.return_filing(sent.id, sent.version, staff, clock.now(), "请补充任职文件")
    db.session.commit()
    assert api.get(place).json["return_reason"] == "请补充任职文件"
    assert change(api, place, legal_rep="示例另一法人").status_code == 200
    assert api.submit(place, "two").status_code == 201
    sent = filing("GG01-01")
    review.approve(sent.id, sent.version, staff, clock.now())
    db.session.commit()

    decided = line(api)
    assert (decided["period"], decided["state"]) == ("GG01-02", "in_force")
    (past,) = api.get("/changes").json["past"]
    assert (past["period"], past["state"]) == ("GG01-01", "approved")
    held = api.get(f"{CHANGES}/GG01-02/forms/GG01").json["cells"]["card"]["legal_rep"]
    assert held == "示例另一法人", "the next change opens with what is in force"


def test_what_leaves_other_forms_wrong_is_a_warning_to_explain(api: Caller) -> None:
    place = f"{CHANGES}/GG01-01"
    capital = api.get(f"{place}/forms/GG01").json["cells"]["card"]["reg_capital"]
    change(api, place, reg_capital=str(int(float(capital)) + 500))
    checked = api.get(f"{place}/checks").json
    assert checked["errors"] == 0 and checked["warnings"] >= 2
    refused = api.submit(place, "one")
    assert (refused.status_code, refused.json["code"]) == (409, "findings_left")
    texts = {finding["key"]: "股东出资随后变更。" for finding in refused.json["findings"]}
    assert api.submit(place, "one", explanations=texts).status_code == 201


def test_a_change_that_is_not_with_the_regulator_can_be_given_up(api: Caller) -> None:
    place = f"{CHANGES}/GG01-01"
    assert api.post(f"{place}/cancellation").status_code == 409, "nothing has been begun"
    change(api, place, legal_rep="示例新法人")
    assert api.submit(place, "one").status_code == 201
    assert api.post(f"{place}/cancellation").status_code == 409, "the regulator has it"
    assert api.post(f"{place}/withdrawal").status_code == 200
    given_up = api.post(f"{place}/cancellation")
    assert (given_up.status_code, given_up.json["state"]) == (200, "cancelled")
    assert (line(api)["period"], line(api)["state"]) == ("GG01-02", "in_force")
    once = api.post(f"/filings/{ONE_OFF}/once/cancellation")
    assert once.status_code == 409, "only changes can be given up"


def test_before_the_one_off_set_nothing_can_be_changed(app: Flask) -> None:
    load_catalogue()
    newcomer = Caller(app, make_token(make_account("Enterprise", institution=make_institution())))
    found = newcomer.get("/changes").json
    assert found["is_open"] is False and found["reasons"]
    refused = newcomer.put(f"{CHANGES}/GG01-01/forms/GG01", {"version": 0, "cells": {"card": {}}})
    assert (refused.status_code, refused.json["code"]) == (409, "gate_closed")


@pytest.mark.parametrize(
    "keys", [["same"] * 10, [f"key-{number}" for number in range(10)]], ids=["one", "ten"]
)
def test_ten_submissions_at_once_give_one_receipt(app: Flask, system: System, keys: list[str]) -> None:
    forms = {code: {"version": 0, "cells": zeros(code)} for code in ("DB01", "DB02")}
    assert system.api.put(f"{system.month}/values", {"forms": forms}).status_code == 200
    address, token = f"/api/v1{system.month}/submission", system.api.token
    answers: list[Any] = []

    def submit(key: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        answers.append(app.test_client().post(address, json={}, headers=headers))

    threads = [threading.Thread(target=submit, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = sorted(answer.status_code for answer in answers)
    rest = 200 if len(set(keys)) == 1 else 409
    assert statuses == sorted([201] + [rest] * 9), [answer.json for answer in answers]
    receipts = {answer.json["receipt_no"] for answer in answers if answer.status_code < 400}
    db.session.rollback()
    versions = select(func.count()).select_from(FilingVersion).where(FilingVersion.receipt_no.in_(receipts))
    assert (len(receipts), db.session.scalar(versions)) == (1, 1)
