"""Days as people write them into a date box."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _

from app.core.errors import Invalid


def day_of(text: str, field: str) -> date | None:
    """The day, None for an empty box; Invalid, naming the field, for anything else."""
    cleaned = text.strip()
    if not cleaned:
        return None
    try:
        return date.fromisoformat(cleaned)
    except ValueError:
        raise Invalid(_("日期无法识别，请按 2026-12-31 的格式填写。"), field=field) from None
