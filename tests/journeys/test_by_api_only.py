"""A company files a month with its own system alone: definition, values, checks, explanation, receipt, return, approval."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.scope import SYSTEM, scoped
from app.demo.companies import companies
from app.demo.guarantee import Ledger
from app.filings.submissions import review
from app.filings.submissions.models import Filing, FilingVersion
from tests.api_caller import Caller, make_token
from tests.factories import make_account, make_institution
from tests.filing_places import MONTHLY, finish_one_off, load_catalogue, make_month

LEDGER = Ledger(companies()[0])


def test_a_month_from_definition_to_approval_by_api_only(app: Flask) -> None:
    load_catalogue()
    institution = make_institution()
    institution.admitted_at = clock.now() - timedelta(days=400)
    finish_one_off(institution)
    period = make_month()
    api = Caller(app, make_token(make_account("Enterprise", institution=institution)))
    reviewer = make_account("Supervisor")

    place = finds_what_is_due(api)
    entries = fills_in_what_the_definition_asks_for(api, place, period)
    corrects_what_cannot_be_read(api, place, entries)
    explains_what_is_unusual(api, place)
    receipt = submits(api, place, "month-1")
    is_returned(reviewer, period.code)
    sees_why(api, place)
    resubmits_only_with_a_change(api, place)
    second = submits(api, place, "month-2")
    assert second["number"] == 2 and second["receipt_no"] != receipt["receipt_no"]
    is_approved(reviewer, period.code)
    state = api.get(place).json
    assert (state["state"], state["is_open"]) == ("approved", False)
    stored(period.code)


def finds_what_is_due(api: Caller) -> str:
    """The list of obligations names the one set that is open."""
    (item,) = api.get("/obligations?open=true&family=business").json["items"]
    assert (item["set"], item["is_owed"], item["forms_total"]) == (MONTHLY, True, 2)
    return f"/filings/{item['set']}/{item['period']}"


def fills_in_what_the_definition_asks_for(api: Caller, place: str, period: Any) -> dict[str, Any]:
    """Every input cell of the definition gets its value from the company's books."""
    books = LEDGER.month(period.end_date.year, period.end_date.month)
    entries: dict[str, Any] = {}
    for form in api.get(f"{place}/definition").json["forms"]:
        cells = entries.setdefault(form["code"], {})
        for row in form["rows"]:
            for col, cell in row["cells"].items():
                if cell["kind"] == "input":
                    cells.setdefault(row["key"], {})[col] = books[form["code"]].get(row["key"], {}).get(col)
    entries["DB02"]["r20"]["close"] = "3"
    return entries


def corrects_what_cannot_be_read(api: Caller, place: str, entries: dict[str, Any]) -> None:
    """A slip in one cell keeps everything out; without it both forms go in."""
    right = entries["DB01"]["r3"]["inc"]
    entries["DB01"]["r3"]["inc"] = "一千二"
    body = {"forms": {code: {"version": 0, "cells": cells} for code, cells in entries.items()}}
    answer = api.put(f"{place}/values", body)
    assert [error["pointer"] for error in answer.json["errors"]] == ["/forms/DB01/cells/r3/inc"]
    assert api.get(f"{place}/values").json["forms"]["DB02"]["version"] == 0
    entries["DB01"]["r3"]["inc"] = right
    answer = api.put(f"{place}/values", body)
    assert answer.status_code == 200
    assert {form["version"] for form in answer.json["forms"].values()} == {1}


def explains_what_is_unusual(api: Caller, place: str) -> None:
    """No error, one warning; submitting waits for its explanation."""
    checked = api.get(f"{place}/checks").json
    assert (checked["errors"], checked["ready"]) == (0, False), checked["findings"]
    assert {finding["check"] for finding in checked["findings"]} == {"DB02-13"}
    refused = api.submit(place, "month-1")
    assert (refused.status_code, refused.json["code"]) == (409, "findings_left")
    texts = {finding["key"]: "客户已于次月初还款。" for finding in checked["findings"]}
    answer = api.put(f"{place}/explanations", {"explanations": texts})
    assert answer.json["ready"] is True


def submits(api: Caller, place: str, key: str) -> dict[str, Any]:
    """The receipt, and the same one when the answer was lost and the call is repeated."""
    answer = api.submit(place, key)
    assert answer.status_code == 201, answer.json
    assert api.submit(place, key).json == answer.json
    receipt: dict[str, Any] = answer.json
    return receipt


def filing(code: str) -> Filing:
    db.session.rollback()
    return db.session.scalars(select(Filing).where(Filing.period_code == code)).one()


def is_returned(reviewer: Any, code: str) -> None:
    """Staff mark a cell and return the filing with a reason."""
    with scoped(SYSTEM):
        found = filing(code)
        review.add_mark(found.id, review.Mark("DB01", "r3", "inc", "请核对"), reviewer, clock.now())
        review.return_filing(found.id, found.version, reviewer, clock.now(), "与台账不符")
        db.session.commit()


def sees_why(api: Caller, place: str) -> None:
    """State, reason and marks come back through the same door."""
    state = api.get(place).json
    assert (state["state"], state["is_open"], state["return_reason"]) == ("returned", True, "与台账不符")
    (mark,) = state["marks"]
    assert (mark["form"], mark["row"], mark["col"], mark["comment"]) == ("DB01", "r3", "inc", "请核对")
    assert api.submit(place, "month-1").json["code"] == "idempotency_key_used"


def resubmits_only_with_a_change(api: Caller, place: str) -> None:
    """Nothing changed is refused; then one form is saved against the version that was fetched."""
    assert api.submit(place, "month-2").status_code == 409
    form = api.get(f"{place}/forms/DB02")
    cells = form.json["cells"]
    cells["r8"]["cum"] = str(int(cells["r8"]["cum"]) + 1)
    answer = api.put(f"{place}/forms/DB02", {"cells": cells}, headers={"If-Match": form.headers["ETag"]})
    assert answer.status_code == 200


def is_approved(reviewer: Any, code: str) -> None:
    """通过."""
    found = filing(code)
    review.approve(found.id, found.version, reviewer, clock.now())
    db.session.commit()


def stored(code: str) -> None:
    """Two frozen versions, the second in force."""
    found = filing(code)
    query = select(FilingVersion).where(FilingVersion.filing_id == found.id).order_by(FilingVersion.number)
    versions = list(db.session.scalars(query))
    assert [version.number for version in versions] == [1, 2]
    assert found.accepted_version_id == versions[1].id
