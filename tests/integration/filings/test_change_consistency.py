"""A change against the other forms in force: what it makes inconsistent is told and has to be explained; and its
first version is compared with what it changes."""

from __future__ import annotations

import re

import pytest

from app.core.db import db
from app.core.errors import Refused
from app.filings.submissions import review
from app.filings.submissions.data import load_filing
from app.filings.submissions.intake import assess
from app.filings.submissions.services import load_place, save_form, submit_filing
from tests.integration.filings.test_changes import (  # noqa: F401 - fixtures among them
    approve,
    begin,
    card,
    change,
    institution,
    staff,
    the_filing,
)


def more_capital(place, wan: int = 500) -> dict:
    """The profile as it is in force, with more registered capital."""
    entries = card(place)
    capital = re.sub(r"\..*", "", str(entries["card"]["reg_capital"]))
    entries["card"]["reg_capital"] = str(int(capital) + wan)
    return entries


def test_more_capital_than_the_shareholders_hold_is_told_at_the_field(begin):  # noqa: F811
    place = begin("GG01")
    _, assessment = save_form(place, "GG01", more_capital(place), 0)
    assert not assessment.errors
    told = {finding.check_id: finding for finding in assessment.warnings}
    assert {"GG02-02", "GG06-04"} <= told.keys(), "shareholders and licence no longer fit"
    finding = told["GG02-02"]
    assert (finding.form, finding.row, finding.col) == ("GG01", "card", "reg_capital")
    assert "GG02" in finding.message_zh and "股东" in finding.message_zh and "GG02" in finding.message_en
    assert "变更" in finding.remedy_zh
    per_holder = [one for one in assessment.warnings if one.check_id == "GG02-07"]
    assert len(per_holder) <= 1, "one line for all shareholders, not one for each"


def test_it_has_to_be_explained_and_the_reviewer_reads_both(begin, staff):  # noqa: F811
    place = begin("GG01")
    save_form(place, "GG01", more_capital(place), 0)
    with pytest.raises(Refused, match="说明") as refused:
        submit_filing(place, "first", {})
    texts = {finding.key: "股东出资表将于本次通过后变更。" for finding in refused.value.details["findings"]}
    version = submit_filing(place, "first", texts)
    db.session.commit()
    words = [one["zh"] for one in version.payload["warnings"] if "GG02" in one["zh"]]
    assert words and set(version.payload["explanations"].values()) == {"股东出资表将于本次通过后变更。"}
    approve(the_filing(place), staff)
    second = begin("GG02")
    assert "GG02-02" in {finding.check_id for finding in assess(load_place(second)).errors}, (
        "now the shareholders are to be changed"
    )


def test_what_did_not_fit_before_is_not_told_again(begin, staff):  # noqa: F811
    first = begin("GG01")
    save_form(first, "GG01", more_capital(first), 0)
    texts = {finding.key: "已说明" for finding in assess(load_place(first)).warnings}
    submit_filing(first, "first", texts)
    db.session.commit()
    approve(the_filing(first), staff)
    second = begin("GG01", 2)
    _, assessment = save_form(second, "GG01", card(second, website="www.example.invalid"), 0)
    assert not [finding for finding in assessment.warnings if finding.check_id.startswith("GG02")]


def test_the_one_off_set_itself_is_judged_as_before(begin, institution):  # noqa: F811
    place = begin("GG01")
    _, assessment = save_form(place, "GG01", card(place, website="www.example.invalid"), 0)
    assert [one for one in assessment.findings if one.form != "GG01"] == []
    data = load_filing(institution, place.report_set, None, place.now, "GG01-01")
    assert data.standing.keys() >= {"GG01", "GG02", "GG06"}


def test_the_first_version_is_compared_with_what_was_in_force(begin, staff, sign_in):  # noqa: F811
    place = begin("GG01")
    filing = change(place, reg_address="浙江省杭州市新址路88号")
    desk = sign_in(staff)
    address = f"/console/review/{filing.id}/compare"
    for query in ("", "?from=0&to=1"):
        page = desk.get(address + query).get_data(as_text=True)
        assert "新址路88号" in page and "示范路1号" in page and "变更前" in page, query
        assert "两个版本内容相同" not in page
        assert "重大信息变更 · GG01-01" in page
    review.return_filing(filing.id, the_filing(place).version, staff, place.now, "请补充任职文件")
    db.session.commit()
    save_form(place, "GG01", card(place, reg_address="浙江省杭州市新址路99号"), 1)
    submit_filing(place, "second", {})
    db.session.commit()
    last_two = desk.get(address).get_data(as_text=True)
    assert "新址路88号" in last_two and "新址路99号" in last_two and "示范路1号" not in last_two
    from_base = desk.get(f"{address}?from=0&to=2").get_data(as_text=True)
    assert "示范路1号" in from_base and "新址路99号" in from_base and "新址路88号" not in from_base
    page = desk.get(f"/console/review/{filing.id}/").get_data(as_text=True)
    assert "compare?from=0&amp;to=1" in page
    assert desk.get(f"{address}?from=7&to=9").status_code == 404


def test_a_name_that_gg21_tells_in_words_has_to_fit_the_licence_too(begin):  # noqa: F811
    place = begin("GG21")
    said = {"change_type": "name", "before": "示例旧名", "after": "杭州示例更名融资担保有限公司"}
    _, assessment = save_form(place, "GG21", {"card": said}, 0)
    (finding,) = [one for one in assessment.warnings if one.check_id == "GG06-03"]
    assert (finding.form, finding.row, finding.col) == ("GG21", "card", "after")
    assert "GG06" in finding.message_zh and "变更 GG06" in finding.remedy_zh
    _, assessment = save_form(place, "GG21", {"card": {**said, "change_type": "articles"}}, 1)
    assert [one for one in assessment.findings if one.check_id == "GG06-03"] == []
    _, assessment = save_form(place, "GG21", {"card": {**said, "after": ""}}, 2)
    assert [one for one in assessment.findings if one.check_id == "GG06-03"] == []
