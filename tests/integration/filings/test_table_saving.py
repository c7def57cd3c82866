"""A table is saved by what changed in it, and of ten thousand rows only the changed ones are read anew."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlalchemy import select

from app.core.db import db
from app.filings.submissions.models import Filing, FilingForm
from tests.factories import make_institution
from tests.integration.filings.conftest import Company

ONCE_URL = "/workspace/filings/guarantee-one-off-once/once/"


@pytest.fixture
def new_company(company: Company) -> Company:
    """A company whose one-off set can still be edited."""
    filing = db.session.scalars(select(Filing).where(Filing.period_code == "once")).one()
    filing.institution_id = make_institution().id
    db.session.commit()
    return company


def change(company: Company, edits: Any, order: Any = None, version: Any = 0, code: str = "GG11") -> Any:
    """What the editor sends of a table."""
    body = {"version": version, "edits": edits} | ({} if order is None else {"order": order})
    return company.client.post(f"{ONCE_URL}{code}/save", json=body, headers={"X-CSRFToken": company.token()})


def stored(code: str = "GG11") -> FilingForm:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(FilingForm).where(FilingForm.form_code == code)).one()


def banks() -> list[str]:
    return [row["bank"] for row in stored().content.values()]


@pytest.fixture
def three(new_company: Company) -> Company:
    """Three rows are stored."""
    answer = change(new_company, {f"+{n}": {"bank": f"示例银行{n}"} for n in (1, 2, 3)}, ["+1", "+2", "+3"])
    assert answer.json["keys"] == {"+1": "1", "+2": "2", "+3": "3"}
    return new_company


def test_a_changed_cell_leaves_the_rest_alone_and_keeps_its_row(three: Company) -> None:
    answer = change(three, {"2": {"balance": "1,250.5", "account_no": "12 3"}}, version=1)
    assert answer.json["keys"] is None
    assert answer.json["entries"] == {"2": {"bank": "示例银行2", "balance": "1250.50", "account_no": "12 3"}}
    assert banks() == ["示例银行1", "示例银行2", "示例银行3"]
    assert change(three, {"2": {"balance": ""}}, version=2).json["entries"] == {
        "2": {"bank": "示例银行2", "account_no": "12 3"}
    }


def test_rows_come_go_and_move_in_one_save(three: Company) -> None:
    answer = change(
        three, {"+9": {"bank": "示例银行9"}, "3": {"bank": "示例银行三"}}, [[3, 3], "+9", [1, 1]], 1
    )
    assert answer.json["keys"] == {"3": "1", "+9": "2", "1": "3"}
    assert answer.json["entries"] == {"1": {"bank": "示例银行三"}, "2": {"bank": "示例银行9"}}
    assert banks() == ["示例银行三", "示例银行9", "示例银行1"]


def test_a_row_that_was_emptied_is_gone_and_the_others_move_up(three: Company) -> None:
    assert change(three, {"2": {"bank": ""}}, version=1).json["keys"] == {"1": "1", "3": "2"}
    assert banks() == ["示例银行1", "示例银行3"]


def test_unreadable_input_stays_with_its_row_when_that_moves(three: Company) -> None:
    change(three, {"2": {"balance": "约一千"}}, version=1)
    answer = change(three, {}, [[2, 2], [1, 1], [3, 3]], 2)
    assert list(answer.json["rejects"]) == ["1"]
    assert stored().rejects["1"]["balance"]["raw"] == "约一千"
    assert change(three, {"1": {"balance": "1000"}}, version=3).json["rejects"] == {}
    assert stored().content["1"] == {"bank": "示例银行2", "balance": "1000.00"}


def test_an_outdated_change_is_a_conflict_and_changes_nothing(three: Company) -> None:
    change(three, {"1": {"bank": "示例银行壹"}}, version=1)
    answer = change(three, {"2": {"bank": "示例银行贰"}}, version=1)
    assert (answer.status_code, answer.json["kind"]) == (409, "conflict")
    assert banks() == ["示例银行壹", "示例银行2", "示例银行3"]


@pytest.mark.parametrize(
    "order",
    ["1", [1], [[1]], [[1, 2, 3]], [[2, 1]], [[0, 1]], [[1, 10**12]], [["1", "2"]], [[True, 2]], [None],
     ["+1", "+1"], [[1, 3], [2, 2]], [[1, 9000], [9001, 12000]]],
)  # fmt: skip
def test_an_order_that_is_none_is_answered_400(three: Company, order: Any) -> None:
    assert change(three, {}, order, 1).status_code == 400
    assert len(banks()) == 3


def test_ten_thousand_rows_take_a_change_in_a_few_seconds(new_company: Company) -> None:
    rows = {
        f"+{n}": {
            "bank": f"示例银行{n}",
            "account_no": f"{n:08d}",
            "balance": str(n),
            "open_date": "2020-01-05",
        }
        for n in range(1, 10_001)
    }
    answer = change(new_company, rows, list(rows))
    assert answer.status_code == 200
    page = new_company.client.get(f"{ONCE_URL}GG11/").get_data(as_text=True)
    assert page.count("<tr data-row") == 60
    began = time.process_time()
    answer = change(new_company, {"5000": {"balance": "7"}}, version=1)
    # Generous: it is to catch work that is done once per row.
    assert time.process_time() - began < 6
    assert list(answer.json["entries"]) == ["5000"]
    assert len(answer.data) < 400_000
    assert stored().content["5000"]["balance"] == "7.00"
    assert len(stored().content) == 10_000
    assert new_company.client.get(ONCE_URL).status_code == 200
    more = {f"+{n}": {"bank": "示例银行"} for n in range(3)}
    assert change(new_company, more, [[1, 10_000], *more], 2).status_code == 400
