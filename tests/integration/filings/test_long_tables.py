"""A long table: its page comes without the rows, which follow column by column; both stay small and cheap."""

from __future__ import annotations

import gzip
import json
import re
from typing import Any

import pytest

from app.filings.form_page import MOST_ROWS_IN_PAGE, ROWS_DRAWN
from tests.factories import make_account
from tests.integration.filings.conftest import Company
from tests.integration.filings.test_table_saving import ONCE_URL, change, new_company, stored
from tests.statements import counted_statements

__all__ = ["new_company"]
MOST = 10_000
STATEMENTS = 12


def row(number: int) -> dict[str, str]:
    return {
        "bank": f"示例银行{number}",
        "account_no": f"{number:08d}",
        "balance": f"{number}.00",
        "account_name": "示例公司",
        "account_type": "basic",
        "open_date": "2020-01-05",
    }


def fill(company: Company, count: int) -> None:
    rows = {f"+{number}": row(number) for number in range(1, count + 1)}
    assert change(company, rows, list(rows)).status_code == 200


@pytest.fixture
def long_table(new_company: Company) -> Company:
    """A company with ten thousand accounts, one balance of which cannot be read."""
    fill(new_company, MOST)
    change(new_company, {"777": {"balance": "约一千"}, "9000": {"open_date": ""}}, version=1)
    return new_company


def editor_data(company: Company) -> Any:
    page = company.client.get(f"{ONCE_URL}GG11/").get_data(as_text=True)
    found = re.search(r'<script type="application/json" id="editor-data">(.+?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def unpacked(table: Any) -> dict[str, dict[str, str]]:
    """What the browser makes of the columns."""
    return {
        str(number + 1): {key: texts[number] for key, texts in table["columns"].items() if texts[number]}
        for number in range(table["keys"])
    }


def test_the_page_is_small_and_the_rows_follow_compressed(long_table: Company) -> None:
    with counted_statements() as seen:
        page = long_table.client.get(f"{ONCE_URL}GG11/")
    assert len(seen) <= STATEMENTS
    assert len(page.data) < 120_000
    assert page.get_data(as_text=True).count("<tr data-row") == ROWS_DRAWN
    data = editor_data(long_table)
    assert (data["entries"], data["stored"], data["version"]) == ({}, None, 2)
    with counted_statements() as seen:
        answer = long_table.client.get(data["urls"]["rows"], headers={"Accept-Encoding": "gzip"})
    assert len(seen) <= STATEMENTS
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Cache-Control"] == page.headers["Cache-Control"]
    assert len(answer.data) < 400_000
    found = json.loads(gzip.decompress(answer.data))
    expected = {key: dict(cells) for key, cells in stored().content.items()}
    expected["777"]["balance"] = "约一千"
    assert (found["version"], unpacked(found["table"])) == (2, expected)
    assert "open_date" not in expected["9000"]


def test_who_takes_nothing_packed_gets_the_same_plain(long_table: Company) -> None:
    plain = long_table.client.get(f"{ONCE_URL}GG11/rows")
    packed = long_table.client.get(f"{ONCE_URL}GG11/rows", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data


def test_after_a_conflict_the_stored_rows_come_by_columns_too(long_table: Company) -> None:
    state = long_table.client.get(f"{ONCE_URL}GG11/current", headers={"Accept-Encoding": ""}).json
    assert (state["entries"], state["version"]) == ({}, 2)
    assert unpacked(state["table"])["777"]["balance"] == "约一千"
    assert list(state["rejects"]) == ["777"]


def test_a_shorter_table_comes_with_its_rows(new_company: Company) -> None:
    fill(new_company, MOST_ROWS_IN_PAGE)
    data = editor_data(new_company)
    assert data["urls"]["rows"] is None
    assert data["entries"] == stored().content
    assert new_company.client.get(f"{ONCE_URL}GG11/rows").status_code == 200


def test_only_tables_have_rows_to_fetch_and_only_their_own_company(long_table: Company, sign_in: Any) -> None:
    assert long_table.client.get(f"{ONCE_URL}GG01/rows").status_code == 404
    assert long_table.client.get(f"{ONCE_URL}XX99/rows").status_code == 404
    other = sign_in(make_account("Enterprise")).get(f"{ONCE_URL}GG11/rows")
    assert "示例银行" not in other.get_data(as_text=True)


def test_rows_that_differ_are_all_that_is_read_again(long_table: Company) -> None:
    """Another process may have stored something in between: what is stored counts."""
    draft = stored()
    draft.content = {**draft.content, "5000": {**draft.content["5000"], "bank": "示例别处银行"}}
    from app.core.db import db

    db.session.commit()
    answer = change(long_table, {"5000": {"balance": "8"}}, version=2)
    assert answer.json["entries"] == {
        "5000": {**row(5000), "bank": "示例别处银行", "balance": "8.00"},
    }
    assert stored().content["5000"]["bank"] == "示例别处银行"
    assert stored().content["4999"] == row(4999)
