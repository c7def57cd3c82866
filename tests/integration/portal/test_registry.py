"""The four public lists."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from app.core import clock
from app.core.db import db
from app.core.workflow import transition
from app.institutions.models import Institution
from app.institutions.rules import INSTITUTION_WORKFLOW
from tests.factories import make_account, make_institution, make_region

SECRETS = ("13800000000", "@example.invalid", "测试乙")


def names_in(client, url: str) -> set[str]:
    """The names that a JSON download holds."""
    return {row["name"] for row in json.loads(client.get(url).data)["institutions"]}


def test_a_listed_institution_is_shown_with_its_public_facts_only(client):
    company = make_institution("guarantee", name="示例公示担保有限公司", licence_to=date(2030, 12, 31))
    page = client.get("/registry/guarantee/").text
    detail = client.get(f"/registry/guarantee/{company.id}").text
    for words in (
        "示例公示担保有限公司",
        company.uscc,
        company.licence_no,
        "2030-12-31",
        "正常营业",
        "示例市",
    ):
        assert words in page and words in detail
    downloads = "".join(client.get(f"/registry/guarantee/download.{kind}").text for kind in ("csv", "json"))
    for secret in SECRETS:
        assert secret not in page + detail + downloads


def test_institutions_that_are_not_open_or_gone_are_nowhere(client):
    preparing = make_institution("pawn", opened=False)
    gone = make_institution("pawn")
    transition(gone, INSTITUTION_WORKFLOW, "terminate")
    ended = make_institution("pawn", terminated_on=clock.today())
    leaving = make_institution("pawn", terminated_on=clock.today() + timedelta(days=1))
    db.session.commit()
    assert names_in(client, "/registry/pawn/download.json") == {leaving.name}
    for company in (preparing, gone, ended):
        assert client.get(f"/registry/pawn/{company.id}").status_code == 404
    assert client.get(f"/registry/pawn/{leaving.id}").status_code == 200


def test_the_lists_are_the_same_for_everybody(client, sign_in):
    company = make_institution("leasing")
    other = make_account("Enterprise", institution=make_institution("pawn"))
    narrow = make_account("Supervisor", industries=["pawn"])
    for reader in (client, sign_in(other), sign_in(narrow)):
        assert company.name in reader.get("/registry/leasing/").text


def test_an_institution_is_not_found_under_another_industry(client):
    company = make_institution("leasing")
    assert client.get(f"/registry/pawn/{company.id}").status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "/registry/unknown/",
        "/registry/unknown/1",
        "/registry/pawn/0",
        "/registry/pawn/99999999999999999999",
        "/registry/pawn/-1",
        "/registry/pawn/abc",
        "/registry/pawn/download.exe",
        "/registry/unknown/download.csv",
    ],
)
def test_unknown_industries_institutions_and_formats_are_not_found(client, url):
    assert client.get(url).status_code == 404


def test_region_and_words_narrow_the_list_and_every_download_alike(client):
    make_region("330000", "示例省")
    make_region("330200", "宁示例市", "330000")
    here = make_institution("microloan", region="330100", name="甲示例小额贷款有限公司")
    district = make_institution("microloan", region="330102", name="乙示例小额贷款有限公司")
    make_institution("microloan", region="330200", name="丙示例小额贷款有限公司")
    url = "/registry/microloan/"
    query = "?region=330100&q=示例小额"
    page = client.get(url + query).text
    assert here.name.replace("示例小额", "<mark>示例小额</mark>") in page and "丙示例" not in page
    assert names_in(client, f"{url}download.json{query}") == {here.name, district.name}
    table = list(csv.reader(io.StringIO(client.get(f"{url}download.csv{query}").data.decode("utf-8-sig"))))
    assert {row[0] for row in table[1:]} == {here.name, district.name}
    sheet = load_workbook(io.BytesIO(client.get(f"{url}download.xlsx{query}").data)).active
    assert {row[0] for row in sheet.iter_rows(min_row=2, values_only=True)} == {here.name, district.name}
    assert names_in(client, f"{url}download.json?region=330000") == {
        here.name,
        district.name,
        "丙示例小额贷款有限公司",
    }
    assert names_in(client, f"{url}download.json?q={here.uscc.lower()}") == {here.name}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("region=999999", "没有代码为“999999”的地区"),
        ("region=33%25", "没有代码为“33%”的地区"),
        ("on=0001-01-01", "“0001-01-01”不是可以查看的日期"),
        ("on=9999-12-31", "不是可以查看的日期"),
        ("on=2026-02-30", "不是可以查看的日期"),
    ],
)
def test_what_cannot_be_asked_for_is_told_and_never_downloaded_as_something_else(client, query, words):
    make_institution("pawn", name="示例典当有限公司")
    page = client.get(f"/registry/pawn/?{query}")
    assert page.status_code == 200 and words in page.text and "示例典当有限公司" in page.text
    for kind in ("json", "csv", "xlsx"):
        answer = client.get(f"/registry/pawn/download.{kind}?{query}")
        assert answer.status_code == 400 and words in answer.text and "示例典当" not in answer.text


@pytest.mark.parametrize(
    "name", ["=1+1|'calc'!A1", "+示例", "-示例", "@示例", "\t=1", "＝示例", "＋示例", "－示例", "＠示例"]
)
def test_cells_that_look_like_formulas_are_written_as_text(client, name):
    make_institution("pawn", name=name)
    table = list(csv.reader(io.StringIO(client.get("/registry/pawn/download.csv").data.decode("utf-8-sig"))))
    assert table[1][0] == "'" + name
    sheet = load_workbook(io.BytesIO(client.get("/registry/pawn/download.xlsx").data)).active
    cell = sheet["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (name, "s", True)


def test_a_download_is_named_for_people_and_saved_not_shown(client):
    header = client.get("/registry/pawn/download.xlsx").headers
    assert header["Content-Disposition"].startswith("attachment; filename=pawn-")
    assert "filename*=UTF-8''" in header["Content-Disposition"]
    assert header["Cache-Control"] == "no-store"


def test_a_list_page_is_paged_and_needs_few_statements(client):
    from tests.integration.portal.portal_helpers import PERSON
    from tests.statements import counted_statements

    for index in range(25):
        make_institution("guarantee", name=f"示例{index:02d}担保有限公司")
    with counted_statements() as seen:
        first = client.get("/registry/guarantee/", headers=PERSON).text
    assert len(seen) <= 13, seen
    with counted_statements() as seen:
        client.get("/registry/guarantee/", headers=PERSON)
    assert len(seen) <= 7, seen  # kept: only marks and numbers are read
    assert "示例19担保" in first and "示例20担保" not in first
    assert "示例24担保" in client.get("/registry/guarantee/?page=2").text
    assert "示例24担保" in client.get("/registry/guarantee/?page=99").text


def test_reading_the_lists_changes_no_institution(client):
    company = make_institution("guarantee")
    before = company.status, company.name
    client.get(f"/registry/guarantee/{company.id}")
    db.session.expire_all()
    found = db.session.get(Institution, company.id)
    assert (found.status, found.name) == before
