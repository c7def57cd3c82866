"""The demonstration's inspections are told through the services: every state is there, one overdue, one followed up."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.demo.inspections import tell_inspections
from app.inspections.models import Inspection
from app.inspections.rules import is_overdue
from tests.factories import make_account, make_institution


@pytest.mark.sqlite_suffices  # what is told does not depend on the database
def test_there_is_an_inspection_in_every_state_and_one_is_overdue():
    for industry, number in (("guarantee", 5), ("microloan", 1), ("leasing", 4)):
        for _n in range(number):
            make_account("Enterprise", institution=make_institution(industry))
    staff = {
        "Inspector": [make_account("Inspector"), make_account("Inspector")],
        "Approver": [make_account("Approver")],
    }
    assert tell_inspections(staff, clock.now()) == 11
    db.session.commit()
    found = list(db.session.scalars(select(Inspection)))
    states = Counter(one.status for one in found)
    assert states == {
        "closed": 1,
        "returned": 1,
        "rectifying": 2,
        "reported": 1,
        "notified": 1,
        "signing": 1,
        "cancelled": 1,
        "approved": 2,
        "planned": 1,
    }
    assert sum(is_overdue(one.status, one.rectify_by, clock.today()) for one in found) == 1
    assert [one.status for one in found if one.previous_id] == ["approved"]
