"""Autosave: what is stored, what is answered, what is refused with nothing stored."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core.db import db
from app.filings.submissions.models import Filing, FilingForm
from tests.filing_places import MONTHLY, ONE_OFF, make_month, zeros
from tests.integration.filings.conftest import Company

ONCE_URL = f"/workspace/filings/{ONE_OFF}/once/"


def drafts() -> int:
    return db.session.scalar(select(func.count()).select_from(FilingForm)) or 0


def draft(code: str) -> FilingForm:
    db.session.expire_all()
    return db.session.scalars(select(FilingForm).where(FilingForm.form_code == code)).one()


def test_a_save_stores_values_and_answers_with_computed_cells(company: Company) -> None:
    answer = company.save("DB01", {"r3": {"open": "1,000", "inc": "５００.５", "dec": "0.5"}})
    assert answer.status_code == 200
    assert answer.json["version"] == 1
    assert answer.json["values"]["r3"]["close"] == "1500.00"
    assert answer.json["values"]["r1"]["close"] == "1500.00"
    assert answer.json["shown"]["r32"]["close"] == "1,500.00"
    assert draft("DB01").content["r3"] == {"open": "1000.00", "inc": "500.50", "dec": "0.50"}


def test_computed_and_unknown_cells_cannot_be_written(company: Company) -> None:
    company.save("DB01", {"r3": {"close": "99", "nothing": "1"}, "r1": {"open": "5"}, "zz": {"open": "1"}})
    stored = draft("DB01").content
    assert stored["r3"] == {}
    assert stored["r1"] == {}
    assert "zz" not in stored


def test_unreadable_input_is_kept_with_the_reason_and_stays_on_the_page(company: Company) -> None:
    answer = company.save("DB01", {"r3": {"open": "一千左右", "inc": "-5"}})
    assert answer.json["entries"]["r3"] == {"open": "一千左右", "inc": "-5"}
    assert "不是数字" in answer.json["rejects"]["r3"]["open"]
    assert "不能为负" in answer.json["rejects"]["r3"]["inc"]
    assert draft("DB01").rejects["r3"]["open"]["raw"] == "一千左右"
    page = company.client.get(f"{company.url}DB01/").get_data(as_text=True)
    assert ">一千左右</td>" in page
    fixed = company.save("DB01", {"r3": {"open": "1000"}}, version=1)
    assert fixed.json["rejects"] == {}


def test_what_somebody_typed_is_text_wherever_the_page_shows_it(company: Company) -> None:
    typed = '</script><b title="x">&'
    company.save("DB01", {"r3": {"open": typed}})
    company.save("DB02", zeros("DB02"))
    page = company.client.get(f"{company.url}DB01/").get_data(as_text=True)
    assert ">&lt;/script&gt;&lt;b title=&#34;x&#34;&gt;&amp;</td>" in page
    assert "<b title" not in page and page.count("</script>") == page.count("<script")
    stored = json.loads(page.partition('id="editor-data">')[2].partition("</script>")[0])
    assert stored["entries"]["r3"]["open"] == typed and stored["code"] == "DB01"
    assert stored["words"]["blank"] == "（空）"


def test_findings_name_cell_and_remedy(company: Company) -> None:
    answer = company.save("DB01", zeros("DB01", r3__dec="5"))
    finding = next(f for f in answer.json["findings"] if f["row"] == "r3")
    assert finding["level"] == "error"
    assert finding["place"].count("第 3 行") == 1
    assert answer.json["states"]["DB01"] == "errors"


def test_a_second_editor_is_told_and_nothing_is_overwritten(company: Company) -> None:
    company.save("DB01", {"r3": {"open": "1"}})
    late = company.save("DB01", {"r3": {"open": "2"}}, version=0)
    assert late.status_code == 409
    assert late.json["kind"] == "conflict"
    assert draft("DB01").content["r3"]["open"] == "1.00"
    current = company.client.get(f"{company.url}DB01/current").json
    assert current["version"] == 1
    assert current["entries"]["r3"]["open"] == "1.00"
    assert current["who"] == str(company.account)


def test_a_closed_window_refuses_with_reasons_and_stores_nothing(company: Company) -> None:
    closed = make_month(2, opens=-40, due=-20)
    answer = company.save("DB01", zeros("DB01"), url=f"/workspace/filings/{MONTHLY}/{closed.code}/")
    assert answer.status_code == 409
    assert answer.json["kind"] == "refused"
    assert any("已经截止" in reason for reason in answer.json["reasons"])
    assert drafts() == 0
    assert (
        db.session.scalar(select(func.count()).select_from(Filing).where(Filing.period_id == closed.id)) == 0
    )


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"version": 0},
        {"version": "0", "cells": {}},
        {"version": True, "cells": {}},
        {"version": -1, "cells": {}},
        {"version": 10**30, "cells": {}},
        {"version": 0, "cells": []},
        {"version": 0, "cells": {"r3": "5"}},
        {"version": 0, "cells": {"r3": {"open": 5}}},
        {"version": 0, "cells": {"r3": {"open": ["5"]}}},
    ],
)
def test_nonsense_is_answered_400_and_stores_nothing(company: Company, body: Any) -> None:
    answer = company.client.post(
        f"{company.url}DB01/save", json=body, headers={"X-CSRFToken": company.token()}
    )
    assert answer.status_code == 400
    assert answer.json["message"]
    assert drafts() == 0


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e400", "1" + "0" * 400])
def test_json_numbers_that_are_none_are_refused_and_nothing_is_stored(company: Company, literal: str) -> None:
    for body in (
        f'{{"version": 0, "cells": {{"r3": {{"open": {literal}}}}}}}',
        f'{{"version": {literal}, "cells": {{"r3": {{"open": "1"}}}}}}',
    ):
        answer = company.client.post(
            f"{company.url}DB01/save",
            data=body,
            content_type="application/json",
            headers={"X-CSRFToken": company.token()},
        )
        assert answer.status_code == 400 and answer.json["message"]
    assert drafts() == 0


def test_figures_that_are_none_are_kept_beside_the_values(company: Company) -> None:
    for version, entry in enumerate(["NaN", "Infinity", "1e400", "9" * 400]):
        answer = company.save("DB01", {"r3": {"open": entry, "inc": "5"}}, version=version)
        assert answer.status_code == 200
        assert "open" in answer.json["rejects"]["r3"]
        assert not answer.json["values"]["r3"]["close"]
        assert draft("DB01").content["r3"] == {"inc": "5.00"}


def test_a_save_without_token_is_refused(company: Company) -> None:
    answer = company.client.post(f"{company.url}DB01/save", json={"version": 0, "cells": {}})
    assert answer.status_code == 400
    assert drafts() == 0


def test_saving_needs_a_form_of_the_set(company: Company) -> None:
    assert company.save("GG01", {}).status_code == 404
    assert company.client.get(f"{company.url}DB01/save").status_code == 405


def test_a_logged_out_editor_gets_401_as_json(company: Company, client: Any) -> None:
    client.application.config["WTF_CSRF_ENABLED"] = False
    try:
        answer = client.post(f"{company.url}DB01/save", json={"version": 0, "cells": {}})
    finally:
        client.application.config["WTF_CSRF_ENABLED"] = True
    assert answer.status_code == 401
    assert "登录已失效" in answer.json["message"]


@pytest.fixture
def new_company(company: Company) -> Company:
    """A company whose one-off set is not handed in: it can still be edited."""
    filing = db.session.scalars(select(Filing).where(Filing.period_code == "once")).one()
    filing.institution_id = _someone_else()
    db.session.commit()
    return company


def _someone_else() -> int:
    from tests.factories import make_institution

    return make_institution().id


def test_rows_of_a_table_are_renumbered_and_the_editor_is_told_how(new_company: Company) -> None:
    rows = {"1": {"name": "甲公司"}, "2": {}, "3": {"name": " "}, "4": {"name": "乙公司", "ratio": "abc"}}
    answer = new_company.save("GG02", rows, url=ONCE_URL)
    assert answer.json["keys"] == {"1": "1", "4": "2"}
    assert answer.json["entries"] == {"1": {"name": "甲公司"}, "2": {"name": "乙公司", "ratio": "abc"}}
    page = new_company.client.get(f"{ONCE_URL}GG02/").get_data(as_text=True)
    assert "甲公司" in page
    assert ">abc</td>" in page


def test_a_card_keeps_an_unreadable_date_visible(new_company: Company) -> None:
    new_company.save("GG01", {"card": {"org_name": "示例公司", "setup_date": "去年三月"}}, url=ONCE_URL)
    page = new_company.client.get(f"{ONCE_URL}GG01/").get_data(as_text=True)
    assert 'value="去年三月"' in page
    assert 'value="示例公司"' in page


def test_text_is_escaped_on_the_page(new_company: Company) -> None:
    nasty = '</script><img src=x onerror="alert(1)">'
    new_company.save("GG02", {"1": {"name": nasty}}, url=ONCE_URL)
    page = new_company.client.get(f"{ONCE_URL}GG02/").get_data(as_text=True)
    assert "<img src=x" not in page
    assert page.count("</script>") == page.count("<script")


def test_five_hundred_rows_open_and_save_in_reasonable_time(new_company: Company) -> None:
    rows = {
        str(n): {"name": f"股东{n}", "id_no": f"X{n}", "ratio": "0.2", "subscribed": "10"}
        for n in range(1, 501)
    }
    began = time.process_time()
    answer = new_company.save("GG02", rows, url=ONCE_URL)
    page = new_company.client.get(f"{ONCE_URL}GG02/")
    assert answer.status_code == page.status_code == 200
    assert page.get_data(as_text=True).count("<tr data-row") == 60  # the browser draws the others
    assert time.process_time() - began < 12
