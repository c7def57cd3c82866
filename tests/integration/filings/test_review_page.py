"""The review page: what changed, findings and marks at the cells, large tables, any two versions."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from app.core import clock
from app.core.db import db
from app.filings.definitions.queries import definition_ids_on, forms_by_id
from app.filings.submissions import review
from app.filings.submissions.models import Filing, FilingVersion
from app.filings.submissions.rules import sha256
from tests.factories import make_account
from tests.filing_places import MONTHLY, hand_in
from tests.statements import counted_statements

ROWS = 10_000
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
    return len(re.findall(r'<th class="stick line-no">', text))


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
    begun = time.perf_counter()
    with counted_statements() as counted:
        text = page(staff, filing)
    assert rows_in(text) == 100 and len(counted) <= 20 and len(text) < 2_000_000
    assert time.perf_counter() - begun < 10
    found = page(staff, filing, "?only=changed")
    assert rows_in(found) == 1 and "改动户" in found
    assert 'id="cell-7777-' in page(staff, filing, "?row=7777")
    assert 'id="cell-10000-' in page(staff, filing, "?page=9999")


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
