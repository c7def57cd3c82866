"""The roles table and the database: brought together by a command that can be repeated."""

from __future__ import annotations

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.accounts.services import sync_roles
from app.core.db import db


def held() -> dict[str, set[tuple[str, str]]]:
    return {
        role.name: {(pv.permission.name, pv.view_menu.name) for pv in role.permissions}
        for role in db.session.scalars(select(Role))
    }


def test_a_second_run_changes_nothing_and_says_so():
    sync_roles()
    before = held()
    assert (sync_roles(), sync_roles()) == (0, 0)
    assert held() == before


def test_a_grant_that_is_missing_or_too_many_is_one_change_each():
    sync_roles()
    before = held()
    approver, auditor = (
        db.session.scalars(select(Role).where(Role.name == name)).one() for name in ("Approver", "Auditor")
    )
    approver.permissions.pop()
    assert sync_roles() == 1
    auditor.permissions.append(approver.permissions[0])
    assert sync_roles() == 1
    assert held() == before
