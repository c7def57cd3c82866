"""An upload of 10,000 × 20 cells through the pages: from the file posted to the page of findings answered."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from flask import Flask

from app.filings.definitions.schema import Form, Value, Values
from bench.filing import bare_reading, long_rows
from bench.measure import Case, Work
from bench.world import empty

SET, FORM, USER = "guarantee-business-quarterly", "DB17", "bench-import"
# The catalogue's widest table has fifteen columns to fill in: these make it twenty.
MORE_COLUMNS: list[dict[str, Any]] = [
    {"key": "contract", "name_zh": "合同编号", "name_en": "Contract", "type": "text", "required": True},
    {"key": "signed", "name_zh": "签订日期", "name_en": "Signed on", "type": "date", "required": True},
    {
        "key": "amount",
        "name_zh": "合同金额",
        "name_en": "Contract amount",
        "type": "decimal",
        "required": True,
    },
    {"key": "rate", "name_zh": "担保费率", "name_en": "Fee rate", "type": "percent", "required": True},
    {"key": "manager", "name_zh": "客户经理", "name_en": "Account manager", "type": "text", "required": True},
]


def of_imports() -> Iterator[Case]:
    """One table in order and with faults, as a company first uploads it; and how it comes back to be corrected."""
    journey = Journey()
    clean, faulty = journey.workbook(faults=0), journey.workbook(faults=400)
    yardstick = "python-calamine reads the file"
    name = "upload to findings page, 10,000 × 20"
    yield Case(f"{name} (aim ≤ 4)", yardstick, journey.upload(clean), bare_reading(clean), 5.5)
    yield Case(f"{name}, 400 faults (aim ≤ 4)", yardstick, journey.upload(faulty), bare_reading(faulty), 6)
    yield Case("the same returned marked", yardstick, journey.marked(faulty), bare_reading(faulty), 9)
    journey.take(clean)
    yield Case("the same over a draft (aim ≤ 4)", yardstick, journey.upload(faulty), bare_reading(faulty), 6)


class Journey:
    """A company with the quarter open, before its upload page."""

    def __init__(self) -> None:
        self.app, self.period = prepared()
        self.client = client_of(self.app)
        self.path = f"/workspace/filings/{SET}/{self.period}/{FORM}/import"
        page = self.client.get(self.path).get_data(as_text=True)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found is not None, page
        self.token = found[1]

    def workbook(self, faults: int) -> bytes:
        """The downloaded template with ten thousand lines; so many of them hold a value that fails a check."""
        from app.core.db import db
        from app.filings.definitions.models import FormDefinition
        from tests.workbooks.large import lengthened

        answer = self.client.get(self.path.removesuffix("import") + "template.xlsx")
        with self.app.app_context():
            stored = db.session.query(FormDefinition).filter_by(code=FORM, version=2).one()
            form = Form.from_dict(stored.content)
        return lengthened(answer.data, form, rows(faults), "guarantee")

    def stage(self, data: bytes) -> str:
        """Upload; where its preview is."""
        answer = self.client.post(
            self.path,
            data={"csrf_token": self.token, "workbook": (io.BytesIO(data), "客户.xlsx")},
            content_type="multipart/form-data",
            headers={"X-Preview": "tell"},
        )
        if answer.status_code != 200:
            raise RuntimeError(answer.get_data(as_text=True)[:2000])
        return str(answer.json["preview"])

    def take(self, data: bytes) -> None:
        """Upload and take it into the draft."""
        answer = self.client.post(f"{self.stage(data)}/take", data={"csrf_token": self.token})
        if answer.status_code != 302:
            raise RuntimeError(answer.get_data(as_text=True)[:2000])

    def upload(self, data: bytes) -> Work:
        """Upload and look at what is found."""

        def work() -> None:
            answer = self.client.get(self.stage(data))
            if answer.status_code != 200 or "将改变" not in answer.get_data(as_text=True):
                raise RuntimeError(answer.get_data(as_text=True)[:2000])

        return work

    def marked(self, data: bytes) -> Work:
        """Download the workbook with its findings marked."""
        from bench.world import page

        return page(self.app, f"{self.stage(data)}/annotated.xlsx", self.client)


def rows(faults: int) -> Values:
    """Ten thousand clients with all twenty cells filled."""
    from app.filings.definitions.catalogue import default_catalogue
    from bench.filing import typed

    entries: dict[str, Value] = {**typed(default_catalogue().forms[FORM]), "group_name": "示例集团"}
    made: Values = {}
    for key, cells in long_rows(entries).items():
        number = int(key)
        start = cells["start"]
        assert isinstance(start, date)
        made[key] = {
            **cells,
            "rank": Decimal(number),
            "contract": f"示保字2026第{number:05d}号",
            "signed": start - timedelta(days=number % 30),
            "amount": Decimal(1000) + Decimal(number) / 4,
            "rate": Decimal(100 + number % 200) / 100,
            "manager": f"示例经理{number % 37}",
        }
        if faults and number % (10_000 // faults) == 0:
            made[key]["end"] = start - timedelta(days=1)
    return made


@cache
def prepared() -> tuple[Flask, str]:
    """The platform with a wider table in force, the quarter open, and a company whose other forms are there."""
    from app.core.scope import SYSTEM, scoped
    from tests import filing_places
    from tests.factories import make_account, make_institution

    app = empty()
    with app.app_context(), scoped(SYSTEM):
        _widen()
        institution = make_institution()
        account = make_account("Enterprise", institution=institution, username=USER)
        filing_places.finish_one_off(institution)
        quarter = _quarter()
        _others(institution, account, quarter)
        return app, str(quarter.code)


def _widen() -> None:
    """The next version of the table: more columns, as many lines as one likes."""
    from app.core import clock
    from app.core.db import db
    from app.filings.definitions.catalogue import default_catalogue
    from app.filings.definitions.models import FormDefinition
    from app.filings.definitions.services import BEGINNING, digest

    form = default_catalogue().forms[FORM]
    checks = tuple(check for check in form.checks if check.id != "DB17-02")
    content = replace(form, max_rows=None, checks=checks).to_dict()
    content = {**content, "version": 2, "columns": [*content["columns"], *MORE_COLUMNS]}
    db.session.add(
        FormDefinition(
            code=FORM,
            version=2,
            name_zh=form.name_zh,
            name_en=form.name_en,
            industry=form.industry,
            family=form.family,
            frequency=form.frequency,
            content=content,
            sha256=digest(content),
            effective_from=BEGINNING,
            created_at=clock.now(),
        )
    )
    db.session.commit()


def _quarter() -> Any:
    """Last quarter, with its window open."""
    from app.core import clock
    from app.core.db import db
    from app.filings.calendar.models import ReportingPeriod
    from app.filings.calendar.periods import month_end

    today = clock.today()
    index = (
        today.year * 12 + today.month - 1
    ) // 3 * 3 - 1  # the last month of the quarter before, from year 0
    end, now = month_end(index // 12, index % 12 + 1), clock.now()
    period = ReportingPeriod(
        frequency="quarterly",
        code=f"{end.year}-Q{end.month // 3}",
        name_zh=f"{end.year}年第{end.month // 3}季度",
        name_en=f"Quarter {end.month // 3} of {end.year}",
        start_date=date(end.year, end.month - 2, 1),
        end_date=end,
        opens_at=now - timedelta(days=5),
        due_at=now + timedelta(days=5),
        closes_at=now + timedelta(days=5),
    )
    db.session.add(period)
    db.session.commit()
    return period


def _others(institution: Any, account: Any, quarter: Any) -> None:
    """What the table is compared with: the month's totals handed in, the quarter's other forms as drafts."""
    from app.core import clock
    from app.core.db import commits
    from app.filings.definitions.queries import set_by_key
    from app.filings.submissions.place import Place
    from app.filings.submissions.services import save_form
    from tests import filing_places
    from tests.unit.demo.test_simulated_companies import YEAR_END, filer

    month = filing_places.make_month((clock.today().month - 1) % 3 + 1)
    filing_places.hand_in(institution, filing_places.MONTHLY, month, {"DB01": {"r32": {"close": "9999999"}}})
    filing_places.hand_in(
        institution, "guarantee-periodic-quarterly", quarter, {"CW01": {"r81": {"close": "99999999999"}}}
    )
    report_set = set_by_key(SET)
    assert report_set is not None
    place = Place(institution, report_set, quarter, account, clock.now())
    for code, cells in filer("guarantee").simulation.entries("business", "quarterly", YEAR_END).items():
        if code != FORM:
            commits(save_form)(place, code, cells, 0)


def client_of(app: Flask) -> Any:
    """Somebody of the company at the browser."""
    from bench.world import logged_in

    return logged_in(app, USER)
