"""Whatever door a fact came through, the register and the public list of any day follow from the events alone.

Imports, approved and filed changes with an earlier or later day of effect, branches, lists of people and terminations.
"""

from __future__ import annotations

import io
import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from werkzeug.datastructures import FileStorage

from app.core import clock
from app.core.db import db
from app.core.scope import SYSTEM, scoped
from app.institutions.admission import decisions, plans, rules, services
from app.institutions.filed_changes import apply_filed_change
from app.institutions.register.bulk import Entrant, enter_many
from app.institutions.register.queries import register_on
from app.institutions.register.services import Origin, bring_up_to_date
from app.institutions.rules import LISTED_STATES
from app.portal.registry_queries import listed_page
from tests.factories import make_account, make_region, uscc
from tests.integration.admission.cases import HOLDER, MANAGER, row
from tests.integration.admission.helpers import FIELDS, PDF
from tests.integration.admission.test_register import recomputed

BEGIN = datetime(2026, 3, 2, 9, tzinfo=clock.SHANGHAI)
SINCE = date(2026, 1, 5)
LAST = date(2026, 7, 31)
ONE_STEP = (rules.Step("终审", "Final decision", "Approver"),)


class Doors:
    """A company that came with a list, and everything that may happen to it afterwards."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        for code, name in (("330000", "示例省"), ("330100", "甲市"), ("330200", "乙市")):
            make_region(code, name)
        values = {
            "name": "示例原名融资担保有限公司", "uscc": uscc(4711), "industry": "guarantee", "org_type": "guarantee",
            "region_code": "330100", "address": "原址", "legal_representative": "测试原", "registered_capital": 50_000_000,
            "licence_no": "示例许可证1号", "licence_from": SINCE, "licence_to": date(2030, 1, 1),
        }  # fmt: skip
        self.company = enter_many(
            [Entrant(values, "operating", SINCE)], origin=Origin("import"), now=clock.now()
        )[0]
        self.account, self.approver = (
            make_account("Enterprise", institution=self.company),
            make_account("Approver"),
        )
        for kind in rules.KINDS:
            plans.lay_down(kind, "", "", ONE_STEP, actor=None, now=clock.now())
        db.session.commit()

    def approved(self, kind: str, **sent: str) -> None:
        """Hand in and approve."""
        now = clock.now()
        item = services.begin(self.company, kind, self.account, now)
        services.save_draft(item, item.version, {**FIELDS[kind], **sent}, self.account, now)
        for key in rules.ATTACHMENTS[kind]:
            services.attach(item, key, FileStorage(io.BytesIO(PDF), f"{key}.pdf"), self.account, now)
        services.submit(item, self.account, now)
        decisions.decide(item.id, item.version, "pass", "", self.approver, now)
        db.session.commit()

    def change(self, change_type: str, **sent: str) -> None:
        """With a day of effect up to forty days before or after."""
        day = clock.today() + timedelta(days=self.chance.randrange(-40, 40))
        self.approved("change", change_type=change_type, effective_from=day.isoformat(), **sent)

    def anything(self) -> None:
        """One of the doors, by chance."""
        number = self.chance.randrange(10_000)
        holder = {**HOLDER, "name": f"测试股东{number % 7}"}
        manager = {**MANAGER, "name": f"测试经理{number % 7}"}
        {
            0: lambda: self.change("name", new_value=f"示例{number}号融资担保有限公司"),
            1: lambda: self.change("address", new_value=f"{number}号", new_region=f"330{1 + number % 2}00"),
            2: lambda: self.change("equity", new_value="", **row(holder)),
            3: lambda: self.change("senior", new_value="", **row(manager)),
            4: lambda: self.approved("branch", branch_name=f"示例{number}分公司"),
            5: lambda: self.filed({"legal_representative": f"测试{number}", "address": f"报表{number}号"}),
            6: lambda: self.filed({"name": f"示例更正{number}号融资担保有限公司"}),
            7: lambda: self.change("legal_rep", new_value=f"测试法人{number}"),
        }[self.chance.randrange(8)]()

    def filed(self, changes: dict[str, Any]) -> None:
        """As the approved change or correction of a filed form does."""
        apply_filed_change(self.company, changes, source="BS-1", actor=self.approver, now=clock.now())
        db.session.commit()


def is_public(told: dict[tuple[str, str], dict[str, Any]], day: date) -> bool:
    """Whether the public list of the day has it."""
    own = told.get(("institution", ""), {})
    gone = own.get("terminated_on")
    return own.get("status") in LISTED_STATES and (gone is None or gone > day)


@pytest.mark.parametrize("seed", range(2))
def test_the_register_and_the_list_of_every_day_equal_a_recomputation_from_the_events(app, seed):
    chance = random.Random(seed)
    with time_machine.travel(BEGIN, tick=False), scoped(SYSTEM):
        doors = Doors(chance)
    for step in range(9):
        with time_machine.travel(BEGIN + timedelta(days=9 * step), tick=False), scoped(SYSTEM):
            bring_up_to_date(clock.now())
            doors.anything()
    ends = date(2026, 6, 20)
    with time_machine.travel(BEGIN + timedelta(days=90), tick=False), scoped(SYSTEM):
        doors.approved("termination", terminate_on=ends.isoformat())
        doors.filed({"address": "终止前最后一次报送"})
    with time_machine.travel(datetime(2026, 8, 1, 9, tzinfo=clock.SHANGHAI), tick=False), scoped(SYSTEM):
        shown_days = compared(doors.company)
    assert SINCE in shown_days and ends - timedelta(days=1) in shown_days
    assert ends not in shown_days and SINCE - timedelta(days=1) not in shown_days


def compared(company: Any) -> set[date]:
    """Every day from before the first to after the last; gives those on which the public list has it."""
    public = set()
    day = SINCE - timedelta(days=2)
    while day <= LAST:
        told = recomputed(company, day)
        assert dict(register_on(company.id, day)[company.id].subjects) == told, day
        rows = listed_page("guarantee", day).rows
        assert len(rows) == is_public(told, day), day
        if rows:
            public.add(day)
            own, licence = told[("institution", "")], told[("licence", "")]
            assert (rows[0].name, rows[0].status) == (own["name"], own["status"]), day
            assert rows[0].licence_no == licence["licence_no"]
        day += timedelta(days=1)
    return public
