"""What nobody needs any more goes: expired links and log-ins, uploads that were never sent, files without a row."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, or_

from app.accounts.models import LoginSession, PasswordReset
from app.core.captcha import CaptchaUse
from app.core.db import commits, db
from app.core.files import remove_orphans
from app.core.form_drafts import KEEP_DRAFTS, FormDraft
from app.filings.submissions.models import StagedImport
from app.institutions.services import forget_pending_files
from app.portal.media import remove_unused_pictures

KEEP_ENDED = timedelta(days=30)
KEEP_STAGED = timedelta(days=7)


def clean_up(now: datetime) -> str:
    """All of it, each in a transaction of its own; a line about it."""
    rows = commits(_remove_rows)(now)
    commits(forget_pending_files)(now)
    commits(remove_unused_pictures)(now)
    orphans = remove_orphans(now)
    return f"{rows} rows, {orphans} files without a row"


def _remove_rows(now: datetime) -> int:
    old = now - KEEP_ENDED
    conditions = (
        (PasswordReset, PasswordReset.expires_at < old),
        (LoginSession, or_(LoginSession.ended_at < old, LoginSession.seen_at < old)),
        (CaptchaUse, CaptchaUse.expires_at < now),
        (StagedImport, StagedImport.staged_at < now - KEEP_STAGED),
        (FormDraft, FormDraft.saved_at < now - KEEP_DRAFTS),
    )
    removed = 0
    for model, condition in conditions:
        statement = delete(model).where(condition)
        result = db.session.execute(statement, execution_options={"synchronize_session": False})
        removed += max(0, int(getattr(result, "rowcount", 0)))
    return removed
