"""Each form of each set of each industry opens in the editor, with all its rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.filings.definitions.queries import definition_ids_on, forms_by_id, sets_of
from app.filings.submissions.rules import ONCE
from tests.factories import make_account, make_institution
from tests.filing_places import hand_in, load_catalogue
from tests.journeys.test_three_doors import INDUSTRIES, open_windows, year_end


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_each_form_opens_with_all_its_rows(
    fresh_database: None, sign_in: Callable[[Any], FlaskClient], industry: str
) -> None:
    load_catalogue()
    institution = make_institution(industry)
    client = sign_in(make_account("Enterprise", institution=institution))
    codes = open_windows()
    wrong = {}
    for report_set in sets_of(industry):
        period = codes.get(report_set.frequency, ONCE)
        for form in _forms(report_set):
            page = client.get(f"/workspace/filings/{report_set.key}/{period}/{form.code}/")
            shown = set(re.findall(r'data-row="([^"]+)"', page.get_data(as_text=True)))
            missing = {
                row.key
                for row in form.rows
                if row.kind == "item" and (not row.industries or industry in row.industries)
            } - shown
            if page.status_code != 200 or missing:
                wrong[f"{report_set.key} {form.code}"] = (page.status_code, sorted(missing))
        if report_set.frequency == ONCE:
            hand_in(institution, report_set.key, None, {})
    assert wrong == {}


def _forms(report_set: Any) -> Any:
    ids = definition_ids_on(report_set.codes_on(year_end()), year_end())
    return forms_by_id(ids.values()).values()
