"""Definition, values, checks, explanations and submission, happy and unhappy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.filings.submissions.models import Filing, FilingForm, FilingVersion
from tests.filing_places import MONTHLY, zeros
from tests.integration.api.conftest import System


def drafts() -> dict[str, int]:
    """The stored drafts by form, with their versions."""
    db.session.rollback()
    return {draft.form_code: draft.version for draft in db.session.scalars(select(FilingForm))}


def versions() -> int:
    db.session.rollback()
    return (
        db.session.scalar(
            select(func.count()).select_from(FilingVersion).where(FilingVersion.request_key != "former")
        )
        or 0
    )


@pytest.fixture
def filled(system: System) -> System:
    """Both forms of the month are in order."""
    forms = {code: {"version": 0, "cells": zeros(code)} for code in ("DB01", "DB02")}
    assert system.api.put(f"{system.month}/values", {"forms": forms}).status_code == 200
    return system


def test_the_token_says_whose_it_is(system: System) -> None:
    answer = system.api.get("/institution")
    assert answer.status_code == 200
    assert answer.json["uscc"] == system.institution.uscc


def test_obligations_are_paged_and_filtered(system: System) -> None:
    answer = system.api.get("/obligations?open=true&family=business&page_size=1")
    assert answer.status_code == 200
    (item,) = answer.json["items"]
    assert (item["set"], item["period"], item["state"]) == (MONTHLY, system.period.code, "blank")
    assert item["due_at"] == system.period.due_at.isoformat()
    assert system.api.get("/obligations?page=99").json["items"] == []
    year = system.period.code[:4]
    assert system.api.get(f"/obligations?period={year}").json["total"] == 1


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "page_size=1000", "state=odd", "open=yes", "page=1&family="]
)
def test_an_argument_that_is_none_is_refused_by_name(system: System, query: str) -> None:
    answer = system.api.get(f"/obligations?{query}")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["parameter"] in query


def test_the_definition_tells_cells_formulas_and_checks_and_is_not_sent_twice(system: System) -> None:
    answer = system.api.get(f"{system.month}/definition")
    forms = {form["code"]: form for form in answer.json["forms"]}
    assert list(forms) == ["DB01", "DB02"]
    cells = {row["key"]: row["cells"] for row in forms["DB01"]["rows"]}
    assert cells["r3"]["inc"]["kind"] == "input"
    assert any(cell.get("formula") for row in cells.values() for cell in row.values())
    assert all(check["message"]["en"] for form in forms.values() for check in form["checks"])
    again = system.api.get(f"{system.month}/definition", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_saved_form_comes_back_with_its_calculated_cells(system: System) -> None:
    saved = system.api.put(
        f"{system.month}/forms/DB01", {"version": 0, "cells": zeros("DB01", r3__inc="1,200.50")}
    )
    assert saved.status_code == 200
    assert saved.json["version"] == 1
    answer = system.api.get(f"{system.month}/forms/DB01")
    assert answer.json["cells"]["r3"]["inc"] == "1200.50"
    assert "1200.50" in answer.json["computed"]["r3"].values()
    assert answer.headers["ETag"] == '"DB01-1"'


def test_nothing_is_stored_when_one_cell_cannot_be_read(system: System) -> None:
    wrong = {
        "DB01": {"version": 0, "cells": zeros("DB01", r3__inc="一千二")},
        "DB02": {"version": 0, "cells": zeros("DB02")},
    }
    wrong["DB02"]["cells"]["r99"] = {"ytd": "1"}
    answer = system.api.put(f"{system.month}/values", {"forms": wrong})
    assert answer.status_code == 422
    places = {error["pointer"]: error["code"] for error in answer.json["errors"]}
    assert places == {
        "/forms/DB01/cells/r3/inc": "unreadable",
        "/forms/DB02/cells/r99": "unknown_row",
    }
    assert drafts() == {}
    assert (
        db.session.scalar(select(func.count()).select_from(Filing).where(Filing.period_code != "once")) == 0
    )


def test_calculated_and_unknown_cells_are_refused_instead_of_ignored(system: System) -> None:
    definition = system.api.get(f"{system.month}/definition").json["forms"][0]
    row, col = next(
        (row["key"], key)
        for row in definition["rows"]
        for key, cell in row["cells"].items()
        if cell["kind"] == "computed"
    )
    body = {"version": 0, "cells": {row: {col: "5"}, "r3": {"nothing": "5"}}}
    answer = system.api.put(f"{system.month}/forms/DB01", body)
    assert {error["code"] for error in answer.json["errors"]} == {"not_input", "unknown_cell"}
    assert drafts() == {}


def test_a_number_that_is_no_text_is_refused_at_its_cell(system: System) -> None:
    answer = system.api.put(f"{system.month}/forms/DB01", {"version": 0, "cells": {"r3": {"inc": 1200.5}}})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/cells/r3/inc"


def test_the_second_writer_gets_a_conflict_and_changes_nothing(filled: System) -> None:
    path = f"{filled.month}/forms/DB01"
    body = {"cells": zeros("DB01", r3__inc="7")}
    stale = filled.api.put(path, {**body, "version": 0})
    assert (stale.status_code, stale.json["conflicts"]) == (409, {"DB01": 1})
    stale = filled.api.put(path, body, headers={"If-Match": '"DB01-0"'})
    assert stale.status_code == 412
    assert drafts() == {"DB01": 1, "DB02": 1}
    both = {"DB01": {**body, "version": 1}, "DB02": {"version": 0, "cells": zeros("DB02")}}
    assert filled.api.put(f"{filled.month}/values", {"forms": both}).status_code == 409
    assert drafts() == {"DB01": 1, "DB02": 1}
    fresh = filled.api.put(path, body, headers={"If-Match": '"DB01-1"'})
    assert (fresh.status_code, fresh.headers["ETag"]) == (200, '"DB01-2"')


def test_saving_without_a_version_is_refused(system: System) -> None:
    answer = system.api.put(f"{system.month}/forms/DB01", {"cells": {}})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/version")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400), (b"", 400), (b"[" * 100_000, 400), (b"\xff\xfe", 400), (b'{"version":NaN,"cells":{}}', 400),
        (b'{"version":0,"version":1,"cells":{}}', 400), (b'{"version":0,"cells":{"r3":{"inc":"\\ud800"}}}', 400),
        (b'{"version":0,"cells":{"r3":{"inc":"\\u0000"}}}', 400), (b"[]", 422), (b"null", 422), (b'"x"', 422),
        (b'{"version":true,"cells":{}}', 422), (b'{"version":-1,"cells":{}}', 422), (b'{"version":1e99,"cells":{}}', 422),
        (b'{"version":0,"cells":[]}', 422), (b'{"version":0,"rows":[]}', 422), (b'{"version":0,"cells":{"r3":null}}', 422),
        (b'{"version":0,"cells":{},"institution_id":1}', 422),
    ],
)  # fmt: skip
def test_a_bad_body_is_refused_with_its_reason(system: System, body: bytes, status: int) -> None:
    answer = system.api.call("PUT", f"{system.month}/forms/DB01", data=body, content_type="application/json")
    assert answer.status_code == status
    assert answer.json["detail"]
    assert drafts() == {}


def test_other_content_types_are_refused(system: System) -> None:
    answer = system.api.call(
        "PUT", f"{system.month}/forms/DB01", data=b"version=0", content_type="text/plain"
    )
    assert answer.status_code == 415


def test_a_shut_gate_answers_every_operation_with_all_reasons_and_their_dates(system: System) -> None:
    period = system.period
    period.opens_at, period.due_at = clock.now() + timedelta(days=2), clock.now() + timedelta(days=9)
    period.closes_at = period.due_at
    db.session.execute(Filing.__table__.update().values(accepted_version_id=None))
    db.session.commit()
    calls = [
        system.api.put(f"{system.month}/forms/DB01", {"version": 0, "cells": {}}),
        system.api.put(f"{system.month}/values", {"forms": {"DB01": {"version": 0, "cells": {}}}}),
        system.api.put(f"{system.month}/explanations", {"explanations": {}}),
        system.api.submit(system.month),
        system.api.post(f"{system.month}/workbook", data=b"PK", content_type="application/octet-stream"),
    ]
    for answer in calls:
        assert (answer.status_code, answer.json["code"]) == (409, "gate_closed")
        assert [reason["code"] for reason in answer.json["reasons"]] == [
            "one_off_incomplete",
            "window_not_open",
        ]
        assert answer.json["reasons"][1]["dates"] == {
            "opens": period.opens_at.isoformat(),
            "ends": period.due_at.isoformat(),
        }
    assert drafts() == {}


def test_the_set_of_another_industry_and_unknown_places_are_not_there(system: System) -> None:
    for path in (
        f"/filings/pawn-business-monthly/{system.period.code}",
        f"/filings/{MONTHLY}/1999-01",
        f"/filings/{MONTHLY}/once",
        "/filings/guarantee-one-off-once/2026-01",
    ):
        assert system.api.get(path).status_code == 404
    assert system.api.get(f"{system.month}/forms/GG01").status_code == 404
    assert system.api.put(f"{system.month}/forms/GG01", {"version": 0, "cells": {}}).status_code == 404


def test_submitting_gives_one_receipt_however_often_it_is_sent(filled: System) -> None:
    first = filled.api.submit(filled.month)
    assert first.status_code == 201, first.json
    again = filled.api.submit(filled.month)
    assert (again.status_code, again.json) == (200, first.json)
    assert versions() == 1
    other = filled.api.submit(filled.month, key="key-2")
    assert (other.status_code, other.json["reasons"][0]["code"]) == (409, "not_editable")
    assert filled.api.get(f"{filled.month}/submission").json == first.json
    state = filled.api.get(filled.month).json
    assert (state["state"], state["receipt"]["receipt_no"]) == ("submitted", first.json["receipt_no"])


def test_a_key_whose_submission_was_withdrawn_is_no_success(filled: System) -> None:
    filled.api.submit(filled.month)
    assert filled.api.post(f"{filled.month}/withdrawal").json["state"] == "draft"
    answer = filled.api.submit(filled.month)
    assert (answer.status_code, answer.json["code"]) == (409, "idempotency_key_used")
    assert filled.api.submit(filled.month, key="key-2").status_code == 201


def test_submitting_without_a_key_or_with_an_odd_one_is_refused(filled: System) -> None:
    assert filled.api.post(f"{filled.month}/submission").status_code == 400
    assert filled.api.submit(filled.month, key="x" * 65).status_code == 400
    assert versions() == 0


def test_errors_stop_a_submission_and_are_named(system: System) -> None:
    answer = system.api.submit(system.month)
    assert (answer.status_code, answer.json["code"]) == (409, "findings_left")
    assert {finding["form"] for finding in answer.json["findings"]} == {"DB01", "DB02"}
    assert system.api.get(f"{system.month}/submission").status_code == 404


def test_nothing_to_withdraw_is_said(system: System) -> None:
    assert system.api.post(f"{system.month}/withdrawal").status_code == 409


def test_the_language_is_the_one_asked_for(system: System) -> None:
    system.api.language = "en-GB,zh;q=0.5"
    answer: Any = system.api.get("/filings/nothing/once")
    assert answer.json["detail"] == "The institution has no report set nothing."
