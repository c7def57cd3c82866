"""Files that may not be opened, sent to the page where workbooks are imported."""

from __future__ import annotations

from sqlalchemy import func, select

from app.core.db import db
from app.filings.submissions.models import FilingForm, StagedImport
from tests.integration.filings.conftest import Company
from tests.integration.filings.test_workspace_imports import upload
from tests.workbooks.bad_files import FILES
from tests.workbooks.make import HERE

# The other refusals speak of the forms asked for; these of the file alone.
OF_THE_FILE = {
    name: words for name, (_, code, words) in FILES.items() if code not in ("old_version", "no_known_form")
}


def test_the_import_page_refuses_each_in_its_own_words_and_keeps_nothing(company: Company) -> None:
    answers = {}
    for name in OF_THE_FILE:
        answer = upload(company, (HERE / "bad" / f"{name}.xlsx").read_bytes())
        if answer.status_code == 302:
            answer = company.client.get(answer.location)
        answers[name] = answer.status_code, OF_THE_FILE[name] in answer.get_data(as_text=True)
    statuses = {status for status, _ in answers.values()}
    assert statuses <= {200, 400, 413, 422}, answers
    assert [name for name, (_, told) in answers.items() if not told] == []
    for kept in (FilingForm, StagedImport):
        assert db.session.scalar(select(func.count()).select_from(kept)) == 0
