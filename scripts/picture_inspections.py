"""Pictures of inspections, for the handbooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select


def inspection_in(app: Any, state: str) -> tuple[int, str]:
    """Number of an inspection in this state, and the account of the company."""
    from app.accounts.models import Account
    from app.core.db import db
    from app.core.scope import SYSTEM, scoped
    from app.inspections.models import Inspection

    query = select(Inspection).where(Inspection.status == state).order_by(Inspection.id)
    with app.app_context(), scoped(SYSTEM):
        found = db.session.scalars(query).first()
        account = db.session.scalars(
            select(Account).where(Account.institution_id == found.institution_id)
        ).first()
        return int(found.id), str(account.username)


def inspecting(camera: Any, app: Any, folder: Path) -> None:
    """An inspection as inspectors, supervisors and the company see it."""
    camera.visitor("demo-jiancha")
    camera.open(f"/console/inspection-work/plan/{inspection_in(app, 'planned')[0]}")
    camera.shot("inspection-plan", 1000)
    camera.open(f"/console/inspections/show/{inspection_in(app, 'on_site')[0]}")
    camera.shot("inspection-show", 1000)
    number, _company = inspection_in(app, "signing")
    camera.open(f"/console/inspections/show/{number}")
    camera.shot("inspection-waiting", 700)
    camera.visitor("demo-shenpi")
    camera.open(f"/console/inspections/show/{number}")
    camera.shot("inspection-signing", 1000)
    camera.visitor("demo-jianguan")
    camera.open("/console/inspections/calendar")
    camera.shot("inspection-calendar", 860)
    number, company = inspection_in(app, "notified")
    camera.visitor(company)
    camera.open(f"/workspace/inspections/{number}")
    camera.shot("inspection-notice", 1000)
    number, company = inspection_in(app, "returned")
    camera.visitor(company)
    camera.open(f"/workspace/inspections/{number}/feedback")
    camera.shot("inspection-feedback", 1000)
