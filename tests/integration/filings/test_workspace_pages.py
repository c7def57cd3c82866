"""The workspace's pages: to-do list, list of sets, set and form pages, and who may see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.factories import make_account, make_institution
from tests.filing_places import MONTHLY, ONE_OFF, hand_in, load_catalogue, make_month, zeros
from tests.integration.filings.conftest import Company
from tests.statements import counted_statements


def text(company: Company, path: str) -> str:
    answer = company.client.get(path)
    assert answer.status_code == 200, path
    return str(answer.get_data(as_text=True))


def test_a_new_institution_is_told_to_begin_with_the_one_off_set(
    catalogue: None, sign_in: Callable[[Any], FlaskClient]
) -> None:
    account = make_account("Enterprise", institution=make_institution())
    period = make_month()
    client = sign_in(account)
    home = client.get("/workspace/").get_data(as_text=True)
    assert home.index("完成一次性报送") < home.index(period.name_zh)
    assert "一次性报送尚未完成" in client.get("/workspace/filings/?tab=business").get_data(as_text=True)


def test_the_to_do_list_is_calm_when_nothing_is_due(company: Company) -> None:
    hand_in(company.institution, MONTHLY, company.period, {})
    assert "都办好了" in text(company, "/workspace/")


def test_an_open_month_stands_on_the_to_do_list_with_its_deadline(company: Company) -> None:
    home = text(company, "/workspace/")
    assert company.period.name_zh in home
    assert "还有 4 天" in home or "还有 5 天" in home


def test_the_list_marks_the_open_period_and_shows_newest_first(company: Company) -> None:
    older = make_month(2, opens=-40, due=-20)
    page = text(company, "/workspace/filings/?tab=business")
    assert page.index(company.period.name_zh) < page.index(older.name_zh)
    assert "正在报送" in page


def test_unknown_tabs_and_years_fall_back(company: Company) -> None:
    for query in (
        "tab=nothing",
        "tab=business&year=abc",
        "tab=business&year=0000",
        "tab=business&year=９９９９",
    ):
        text(company, f"/workspace/filings/?{query}")


def test_forms_are_listed_with_star_state_and_the_three_operations_in_order(company: Company) -> None:
    page = text(company, company.url)
    assert "必填报表" in page
    assert page.index("下载模板") < page.index(">编辑<") < page.index(">导入<")
    company.save("DB01", zeros("DB01"))
    assert "就绪 1 / 2" in text(company, company.url)


def test_outside_the_window_only_viewing_is_left_with_the_reason_and_dates(company: Company) -> None:
    closed = make_month(2, opens=-40, due=-20)
    page = text(company, f"/workspace/filings/{MONTHLY}/{closed.code}/")
    assert "现在已经截止" in page
    assert ">查看<" in page
    assert ">编辑<" not in page
    assert ">导入<" not in page
    form = text(company, f"/workspace/filings/{MONTHLY}/{closed.code}/DB01/")
    assert "现在已经截止" in form
    assert '"readonly":true' in form


def test_all_reasons_are_told_together(catalogue: None, sign_in: Callable[[Any], FlaskClient]) -> None:
    client = sign_in(make_account("Enterprise", institution=make_institution()))
    closed = make_month(2, opens=-40, due=-20)
    page = client.get(f"/workspace/filings/{MONTHLY}/{closed.code}/").get_data(as_text=True)
    assert "一次性报送尚未完成" in page
    assert "现在已经截止" in page


@pytest.mark.parametrize(
    "path",
    [
        f"/workspace/filings/{MONTHLY}/2001-01/",
        "/workspace/filings/nothing/once/",
        "/workspace/filings/pawn-business-monthly/{code}/",
        f"/workspace/filings/{ONE_OFF}/{{code}}/",
        f"/workspace/filings/{MONTHLY}/once/",
        f"/workspace/filings/{MONTHLY}/{{code}}/GG01/",
        f"/workspace/filings/{MONTHLY}/{{code}}/GG01/current",
        f"/workspace/filings/{MONTHLY}/{{code}}/GG01/template.xlsx",
        f"/workspace/filings/{MONTHLY}/{{code}}/GG01/import",
        f"/workspace/filings/{MONTHLY}/{{code}}/import/0123456789",
        f"/workspace/filings/{MONTHLY}/{{code}}/import/0123456789/annotated.xlsx",
        f"/workspace/filings/{MONTHLY}/{{code}}/receipt",
    ],
)
def test_what_is_not_this_institution_s_is_not_found(company: Company, path: str) -> None:
    assert company.client.get(path.format(code=company.period.code)).status_code == 404


def test_another_institution_sees_nothing_of_ours(
    company: Company, sign_in: Callable[[Any], FlaskClient]
) -> None:
    company.save("DB01", zeros("DB01", r3__open="7654321"))
    other = sign_in(make_account("Enterprise", institution=make_institution()))
    for path in (
        company.url,
        f"{company.url}DB01/",
        f"{company.url}DB01/current",
        "/workspace/filings/?tab=business",
    ):
        assert "7654321" not in other.get(path).get_data(as_text=True).replace(",", "")


def test_staff_and_visitors_are_kept_out(
    company: Company, sign_in: Callable[[Any], FlaskClient], client: FlaskClient
) -> None:
    assert client.get(company.url).status_code == 302
    assert sign_in(make_account("Supervisor")).get(company.url).status_code == 403


def test_pages_speak_english_at_a_click(company: Company) -> None:
    company.client.set_cookie("lang", "en")
    assert "Guarantee business situation" in text(company, f"{company.url}DB01/")


@pytest.mark.parametrize("path", ["", "DB01/", "submit", "DB01/import"])
def test_pages_ask_the_database_little(company: Company, path: str) -> None:
    company.save("DB01", zeros("DB01"))
    company.save("DB02", zeros("DB02"))
    address = company.url + path
    with counted_statements() as seen:
        text(company, address)
    assert len(seen) <= 15, "\n".join(seen)


@pytest.mark.parametrize("path", ["/workspace/", "/workspace/filings/?tab=business"])
def test_lists_ask_no_more_for_more_periods(company: Company, path: str) -> None:
    for months in range(2, 14):
        make_month(months, opens=-40, due=-20)
    with counted_statements() as seen:
        text(company, path)
    assert len(seen) <= 12, "\n".join(seen)


def test_prior_values_stand_beside_and_openings_are_proposed(company: Company) -> None:
    former = make_month(2, opens=-40, due=-20)
    values = {"DB01": zeros("DB01", r3__close="0")}
    values["DB01"]["r3"] = {"open": "1000.00", "inc": "300.00", "dec": "50.00", "close": "1250.00"}
    hand_in(company.institution, MONTHLY, former, values)
    page = text(company, f"{company.url}DB01/")
    assert "已按上期期末数带出期初数" in page
    assert '<td id="c-r3-open" class="num is-input is-carried">1,250.00</td>' in page
    assert '<td class="is-prior num">300.00</td>' in page
    company.save("DB01", zeros("DB01"))
    assert "已按上期期末数带出期初数" not in text(company, f"{company.url}DB01/")


def test_the_catalogue_can_be_loaded_again_without_changing_pages(company: Company) -> None:
    before = text(company, f"{company.url}DB01/")
    load_catalogue()
    assert len(text(company, f"{company.url}DB01/")) == len(before)
