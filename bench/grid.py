"""The grid in the large: a table as long as a table may be, opened and saved cell by cell, in processor time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from bench.measure import Budget, Work
from bench.world import register_of

if TYPE_CHECKING:
    from app.filings.calendar.models import ReportingPeriod
    from app.institutions.models import Institution

ROWS = 10_000
CODE, SET = "DB32", "guarantee-business-annual"


def of_the_grid() -> Iterator[Budget]:
    """A form with sixteen columns, two of them computed, and four checks per row."""
    desk = Desk.of_a_long_table()
    yield Budget("10,000 rows opened", desk.opens, 500)
    yield Budget("10,000 rows opened in a fresh process", desk.opens_anew, 800)
    yield Budget("one cell of 10,000 rows saved", desk.saving(), 200)


@dataclass
class Desk:
    """Somebody of the company in front of the table."""

    client: Any
    url: str

    @classmethod
    def of_a_long_table(cls) -> Desk:
        """A company that has compensated ten thousand times in a year, and its window is open."""
        from app.core import clock
        from app.core.db import db
        from app.core.scope import SYSTEM, scoped
        from tests.factories import make_account, make_institution, open_session, uscc
        from tests.filing_places import finish_one_off

        app, year = register_of(100), clock.today().year - 1
        with app.app_context(), scoped(SYSTEM):
            company = make_institution(uscc=uscc(20_000), name="示例年报融资担保有限公司")
            account = make_account("Enterprise", institution=company)
            finish_one_off(company)
            write_draft(company, open_year(year))
            client = app.test_client()
            open_session(client, account)
            db.session.commit()
            db.session.remove()
        return cls(client, f"/workspace/filings/{SET}/{year}/{CODE}/")

    def opens(self) -> None:
        """The page and the rows that follow it, packed as browsers take them."""
        for path in (self.url, f"{self.url}rows"):
            answer = self.client.get(path, headers={"Accept-Encoding": "gzip"})
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answered {answer.status_code}")

    def opens_anew(self) -> None:
        """The same in a process that has not seen the table before."""
        from app.filings.submissions.known import forget_all

        forget_all()
        self.opens()

    def saving(self) -> Work:
        """Another number in one cell each time."""
        page = self.client.get(self.url).get_data(as_text=True)
        found = re.search(r'name="csrf-token" content="([^"]+)"', page)
        if found is None:
            raise RuntimeError("the page has no token")
        state = {"version": 1}

        def save() -> None:
            body = {"version": state["version"], "edits": {"5000": {"comp_int": str(state["version"] % 97)}}}
            answer = self.client.post(f"{self.url}save", json=body, headers={"X-CSRFToken": found[1]})
            if answer.status_code != 200:
                raise RuntimeError(f"saving answered {answer.status_code}")
            state["version"] = answer.json["version"]

        return save


def open_year(year: int) -> ReportingPeriod:
    """The year as a period whose window is open."""
    from app.core import clock
    from app.core.db import db
    from app.filings.calendar.models import ReportingPeriod

    due = clock.now() + timedelta(days=1)
    period = ReportingPeriod(
        frequency="annual",
        code=str(year),
        name_zh=f"{year}年年报",
        name_en=f"{year} annual return",
        start_date=date(year, 1, 1),
        end_date=date(year, 12, 31),
        opens_at=due - timedelta(days=2),
        due_at=due,
        closes_at=due,
    )
    db.session.add(period)
    db.session.flush()
    return period


def write_draft(company: Institution, period: ReportingPeriod) -> None:
    """The table as a draft, behind the services' back."""
    from app.core import clock
    from app.core.db import db
    from app.filings.definitions.queries import definition_ids_on, set_by_key
    from app.filings.submissions.models import Filing, FilingForm

    report_set = set_by_key(SET)
    assert report_set is not None
    filing = Filing(institution_id=company.id, report_set_id=report_set.id, period_id=period.id)
    filing.period_code = period.code
    db.session.add(filing)
    db.session.flush()
    draft = FilingForm(filing_id=filing.id, institution_id=company.id, form_code=CODE, version=1)
    draft.definition_id = definition_ids_on([CODE], period.end_date)[CODE]
    draft.content, draft.updated_at = long_content(period.end_date.year), clock.now()
    db.session.add(draft)


def long_content(year: int) -> dict[str, dict[str, str]]:
    """As many rows as a table may have, each with names, amounts and days of its own."""
    return {
        str(number): {
            "name": f"示例客户{number}",
            "id_no": f"{number:018d}",
            "contract_no": f"示例合同{number}",
            "product": "loan",
            "creditor": f"示例银行{number % 50}",
            "guar_amt": f"{number + 100}.00",
            "comp_date": (date(year, 1, 1) + timedelta(days=number % 365)).isoformat(),
            "comp_prin": f"{number}.37",
            "comp_int": "1.00",
            "shared": "10.00",
            "recovered": "20.00",
            "written": "0.00",
            "counter": "none",
            "measure": f"示例措施{number % 20}",
        }
        for number in range(1, ROWS + 1)
    }
