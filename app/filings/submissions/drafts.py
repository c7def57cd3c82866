"""The stored drafts of a filing."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, Text, bindparam, cast, inspect, literal, select
from sqlalchemy.orm import defer
from sqlalchemy.orm.attributes import set_committed_value

from app.core.db import db, prepared
from app.filings.submissions.known import stored_content
from app.filings.submissions.models import Filing, FilingForm


def drafts_at(filing: Filing | None, entries: bool) -> dict[str, FilingForm]:
    """The drafts by form; without `entries` what was entered is not read."""
    if filing is None:
        return {}
    drafts = {}
    for draft, text in db.session.execute(_drafts_of(with_entries=entries), {"filing": filing.id}):
        # What this session holds already, perhaps changed and not yet stored, stays.
        if entries and "content" in inspect(draft).unloaded:
            set_committed_value(draft, "content", stored_content(draft.id, text))
        drafts[draft.form_code] = draft
    return drafts


def _drafts_of(*, with_entries: bool) -> Select[FilingForm, str]:
    return _drafts_and_text() if with_entries else _drafts_alone()


@prepared
def _drafts_and_text() -> Select[FilingForm, str]:
    """The content as the text that it is stored as: see `known.stored_content`."""
    return _drafts(cast(FilingForm.content, Text))


@prepared
def _drafts_alone() -> Select[FilingForm, str]:
    return _drafts(literal(""))


def _drafts(text: ColumnElement[str]) -> Select[FilingForm, str]:
    query = select(FilingForm, text).options(defer(FilingForm.content))
    return query.where(FilingForm.filing_id == bindparam("filing"))
