"""The review page: what changed, findings and marks at the cells, large tables, any two versions."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from app.core import clock
from app.core.db import db
from app.filings.calendar.models import ReportingPeriod
from app.filings.calendar.periods import month_end
from app.filings.definitions.queries import definition_ids_on, forms_by_id, set_by_key
from app.filings.submissions import review
from app.filings.submissions.models import Filing, FilingVersion, ReviewMark
from app.filings.submissions.rules import sha256
from tests.factories import make_account
from tests.filing_places import MONTHLY, hand_in, make_month, required_files, zeros
from tests.statements import counted_statements

ROWS = 10_000
MOST_STATEMENTS = 12
NAME = "name"  # a text column of DB17


def another(filing: Filing, forms: dict[str, Any], **more: Any) -> FilingVersion:
    """The next version of a filing, with these stored values of its forms."""
    ids = definition_ids_on(forms, clock.today())
    entries = {code: {"definition": ids[code], "values": values} for code, values in forms.items()}
    payload = {"forms": entries, "warnings": [], "explanations": {}, **more}
    filing.number += 1
    version = FilingVersion(
        filing_id=filing.id,
        institution_id=filing.institution_id,
        number=filing.number,
        request_key=f"version{filing.number}",
        receipt_no=f"BS-{filing.id}-{filing.number}",
        submitted_at=clock.now(),
        payload=payload,
        sha256=sha256(payload),
        values_sha256=sha256(payload),
    )
    db.session.add(version)
    db.session.commit()
    return version


def table_rows(number: int, code: str = "DB17") -> dict[str, dict[str, str]]:
    """Rows of a table form in which every text says which row it is."""
    form = forms_by_id(definition_ids_on([code], clock.today()).values())
    (found,) = form.values()
    return {
        str(n): {
            c.key: "2026-03-05" if c.type == "date" else (f"{n}.00" if c.is_numeric else f"第{n}户")
            for c in found.columns
        }
        for n in range(1, number + 1)
    }


def page(client: Any, filing: Filing, query: str = "") -> str:
    """The review page's text."""
    answer = client.get(f"/console/review/{filing.id}/{query}")
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def rows_in(text: str) -> int:
    """How many lines the form's table has."""
    return len(re.findall(r'<th class="stick line-no"( scope="row")?>', text))


@pytest.fixture
def staff(company: Any, sign_in: Any) -> Any:
    """A supervisor's client."""
    return sign_in(make_account("Supervisor"))


@pytest.fixture
def filing(company: Any) -> Filing:
    """Two versions of a month: two figures differ, one finding."""
    found = hand_in(
        company.institution, MONTHLY, company.period, {"DB01": {"r2": {"inc": "1.00", "dec": "5.00"}}}
    )
    warning = {"form": "DB01", "row": "r3", "col": "dec", "key": "w", "zh": "余额异常", "en": "odd balance"}
    another(
        found,
        {"DB01": {"r2": {"inc": "2.00", "dec": "5.00"}, "r3": {"dec": "9.00"}}},
        warnings=[warning],
        explanations={"w": "季节性因素"},
    )
    return found


def test_finding_explanation_and_former_value_stand_at_the_cell(filing, staff):
    text = page(staff, filing)
    assert "改动 2 处" in text
    cell = re.search(r'<td[^>]*id="cell-r3-dec".*?</td>', text, re.S)
    assert cell and "余额异常" in cell[0] and "季节性因素" in cell[0] and "is-changed" in cell[0]
    changed = re.search(r'<td[^>]*id="cell-r2-inc".*?</td>', text, re.S)
    assert changed and "2.00" in changed[0] and 'old-value">1.00' in changed[0]


def test_a_warning_leads_to_its_cell_by_name_or_to_its_column(filing, staff):
    other = {"form": "DB01", "row": "", "col": "inc", "key": "c", "zh": "本列异常", "en": "odd column"}
    cell = {"form": "DB01", "row": "r3", "col": "dec", "key": "w", "zh": "余额异常", "en": "odd balance"}
    another(filing, {"DB01": {"r2": {"inc": "3.00"}}}, warnings=[cell, other], explanations={})
    text = page(staff, filing)
    links = re.findall(r'<a class="finding-place" href="([^"]+)">([^<]+)</a>', text)
    assert [href.partition("#")[2] for href, _ in links] == ["cell-r3-dec", "column-inc"]
    assert all(f'id="{href.partition("#")[2]}"' in text for href, _ in links)
    assert links[0][1].startswith("DB01 ") and len(links[0][1]) > len("DB01 ")


@pytest.mark.parametrize(("only", "cells"), [("changed", 2), ("findings", 1), ("marks", 0), ("nonsense", 3)])
def test_only_what_is_asked_for_is_shown(filing, staff, only, cells):
    text = page(staff, filing, f"?only={only}")
    shown = set(re.findall(r'id="cell-(r\d+)-', text))
    assert len(shown) == cells if only != "nonsense" else len(shown) > cells
    assert cells or "没有符合条件的行" in text


def test_a_mark_on_a_cell_that_is_not_there_is_refused(filing, staff):
    account = make_account("Supervisor")
    for place in (("DB99", "", ""), ("DB01", "r999", "inc"), ("DB01", "r2", "nothing")):
        with pytest.raises(review.Invalid):
            review.add_mark(filing.id, review.Mark(*place, "请核对"), account, clock.now())
    review.add_mark(filing.id, review.Mark("DB01", "", "", "整张报表请复核"), account, clock.now())
    db.session.commit()
    assert "整张报表请复核" in page(staff, filing)


def test_any_two_versions_are_compared(filing, staff):
    another(filing, {"DB01": {"r2": {"inc": "1.00", "dec": "5.00"}}})
    url = f"/console/review/{filing.id}/compare"
    text = staff.get(f"{url}?from=3&to=1").get_data(as_text=True)
    assert "两个版本内容相同" in text
    text = staff.get(url).get_data(as_text=True)
    assert "2.00" in text and "9.00" in text and "季节性因素" in text and "2 处不同" in text
    assert staff.get(f"{url}?from=1&to=77").status_code == 404


def test_an_inserted_row_changes_only_itself(company, staff):
    rows = table_rows(300)
    filing = hand_in(company.institution, MONTHLY, company.period, {"DB17": rows})
    longer = dict(enumerate(rows.values(), start=1))
    new = {**rows["1"], NAME: "新客户"}
    moved = [longer[1], new, *list(longer.values())[1:]]
    another(filing, {"DB17": {str(n): cells for n, cells in enumerate(moved, start=1)}})
    text = page(staff, filing, "?only=changed")
    assert rows_in(text) == 1 and "新增行" in text and "新客户" in text


def test_a_table_of_ten_thousand_rows_is_shown_by_pages(company, staff):
    rows = table_rows(ROWS)
    filing = hand_in(company.institution, MONTHLY, company.period, {"DB17": rows})
    changed = {**rows, "7777": {**rows["7777"], NAME: "改动户"}}
    another(filing, {"DB17": changed})
    begun = time.process_time()
    with counted_statements() as counted:
        text = page(staff, filing)
    assert rows_in(text) == 100 and len(counted) <= 20 and len(text) < 2_000_000
    assert time.process_time() - begun < 10
    found = page(staff, filing, "?only=changed")
    assert rows_in(found) == 1 and "改动户" in found
    assert 'id="cell-7777-' in page(staff, filing, "?row=7777")
    assert 'id="cell-10000-' in page(staff, filing, "?page=9999")


QUARTERLY = "guarantee-business-quarterly"


def a_quarter() -> ReportingPeriod:
    """A quarter with a window that is shut."""
    month = make_month(2)
    end = month_end(month.end_date.year, (month.end_date.month + 2) // 3 * 3)
    quarter = ReportingPeriod(
        frequency="quarterly", code="2026-Q9", name_zh="示例季度", name_en="A quarter", end_date=end,
        start_date=end.replace(day=1), opens_at=month.opens_at, due_at=month.due_at, closes_at=month.closes_at,
    )  # fmt: skip
    db.session.add(quarter)
    db.session.commit()
    return quarter


def full_quarter(institution: Any) -> Filing:
    """Every form of a quarter twice over, each with a finding, its explanation, attachments and marks."""
    quarter = a_quarter()
    end = quarter.end_date
    codes = set_by_key(QUARTERLY).codes_on(end)
    ids = definition_ids_on(codes, end)
    by_id = forms_by_id(ids.values())
    forms = {
        code: table_rows(60, code) if by_id[ids[code]].layout == "table" else zeros(code) for code in codes
    }
    found = hand_in(institution, QUARTERLY, quarter, forms)
    first = {code: next(iter(by_id[ids[code]].row_keys(values))) for code, values in forms.items()}
    columns = {code: by_id[ids[code]].columns[0].key for code in codes}
    warnings = [
        {"form": code, "row": first[code], "col": columns[code], "key": code, "zh": "异常", "en": "odd"}
        for code in codes
    ]
    files = {code: required_files(institution, ids[code]) for code in codes}
    for _again in range(3):
        version = another(
            found,
            forms,
            warnings=warnings,
            explanations=dict.fromkeys(codes, "季节性因素"),
            attachments=files,
        )
    db.session.add_all(
        ReviewMark(
            filing_id=found.id, version_id=version.id, institution_id=institution.id, form_code=code,
            row=first[code], col=columns[code], comment="请核对", marked_at=clock.now(),
        )
        for code in codes
    )  # fmt: skip
    db.session.commit()
    return found


def test_a_full_quarter_costs_no_more_statements_than_one_form(company, staff):
    filing = full_quarter(company.institution)
    codes = list(filing.report_set.codes)
    assert len(codes) > 5
    page(staff, filing)  # who asks and what the forms are is known then
    for code in (codes[0], codes[-1]):
        with counted_statements() as counted:
            text = page(staff, filing, f"?form={code}")
        assert len(counted) <= MOST_STATEMENTS, "\n".join(map(str, counted))
        assert "季节性因素" in text and "请核对" in text


def test_a_nil_declaration_is_shown_and_a_foreign_file_is_not_given(filing, staff):
    nil = {"name": "测试甲", "statement": "本期无业务发生"}
    another(
        filing,
        {"DB01": {"r2": {"inc": "0.00"}}},
        nil=nil,
        attachments={"DB01": [{"file": 7, "name": "a.pdf"}]},
    )
    text = page(staff, filing)
    assert "测试甲" in text and "本期无业务发生" in text and f"/console/review/{filing.id}/file/7" in text
    assert staff.get(f"/console/review/{filing.id}/file/8").status_code == 404
