"""The personal centre of an institution's staff."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.accounts.access import current_account, workspace_required
from app.core import clock
from app.filings.labels import FAMILIES, INDUSTRIES, word
from app.filings.obligations import obligations
from app.filings.pages import state_words
from app.filings.reminders import reminders_of
from app.inspections.todo import inspection_tasks
from app.institutions.labels import INSTITUTION_STATE_LABELS
from app.workspace.todo import tasks

blueprint = Blueprint("workspace", __name__, url_prefix="/workspace")


@blueprint.get("/")
@workspace_required
def home() -> str:
    """What to do now, what was handed in lately, and who we are."""
    account = current_account()
    institution, now = account.institution, clock.now()
    everything = obligations(institution, now)
    handed_in = [
        item for item in everything if item.is_handed_in and item.filing and item.filing.submitted_at
    ]
    handed_in.sort(key=lambda item: item.filing.submitted_at if item.filing else now, reverse=True)  # type: ignore[arg-type,return-value]
    return render_template(
        "workspace/home.html",
        account=account,
        institution=institution,
        tasks=tasks(everything, reminders_of(institution.id)),
        inspections=inspection_tasks(institution.id, clock.local(now).date()),
        recent=handed_in[:5],
        now=now,
        families=FAMILIES,
        state_words=state_words,
        industry=word(INDUSTRIES, institution.industry),
        institution_state=word(INSTITUTION_STATE_LABELS, institution.status),
    )
