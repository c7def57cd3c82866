"""The whole course of an application for its two pages: steps taken and to come, clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.core.db import db
from app.core.events import history
from app.core.i18n import lang
from app.institutions.admission import intake, rules
from app.institutions.admission.comparison import amount
from app.institutions.admission.labels import CHANGE_TYPES, FIELDS, FILE_KEYS, MODES, ROLES
from app.institutions.admission.models import Application
from app.institutions.admission.wording import event_word, state_word
from app.institutions.models import Region
from app.institutions.queries import region_path

_STARTS = {"ApplicationSubmitted", "ApplicationResubmitted"}
_STOPS = {"ApplicationReturned", "ApplicationApproved", "ApplicationRejected", "ApplicationWithdrawn"}
_SUBMITTING = "submitted"


@dataclass(frozen=True)
class Clock:
    """The statutory time: days used of those allowed."""

    used: int
    limit: int
    running: bool

    @property
    def left(self) -> int:
        """Days that remain; negative when it was overrun."""
        return self.limit - self.used


def course(application: Application) -> list[dict[str, Any]]:
    """What has happened, by whom, when and why; then the step that is waited for and those to come."""
    entries = history("admission_application", application.id)
    return [*(_happened(application, entry) for entry in entries), *_to_come(application)]


def _happened(application: Application, entry: Any) -> dict[str, Any]:
    mode = entry.data.get("mode") or application.mode
    title = str(event_word(mode, entry.kind))
    if "name" in entry.data:
        title = _("%(step)s：%(what)s", step=_step_name(application, entry.data["name"]), what=title)
    files = _files(application) if entry.kind in _STARTS and entry.data.get("payload") is not None else []
    return {
        "title": title,
        "who": entry.actor_name,
        "when": entry.at,
        "state": entry.to_state,
        "label": state_word(mode, entry.to_state) if entry.to_state else "",
        "opinion": entry.comment,
        "files": files if entry.at == application.submitted_at else [],
    }


def _step_name(application: Application, name_zh: str) -> str:
    found = next((one for one in application.parsed_steps if one.name_zh == name_zh), None)
    return found.name(lang()) if found else name_zh


def _to_come(application: Application) -> list[dict[str, Any]]:
    if application.status != _SUBMITTING:
        return []
    steps = application.parsed_steps[application.step :]
    return [
        {
            "title": _("%(step)s（%(role)s）", step=one.name(lang()), role=ROLES[one.role]),
            "state": "submitted" if number == 0 else "draft",
            "label": _("等待办理") if number == 0 else _("尚未到达"),
            "current": number == 0,
            "tone": "pending" if number == 0 else "neutral",
        }
        for number, one in enumerate(steps)
    ]


def _files(application: Application) -> list[dict[str, Any]]:
    return [
        {
            "name": f"{FILE_KEYS[one.key]}：{one.file.name}",
            "url": url_for("files.download", key=one.file.key),
            "size": f"{max(1, one.file.size // 1024)} KB",
        }
        for one in application.files
    ]


def clock_of(application: Application, now: datetime) -> Clock | None:
    """How much of the statutory time is used; none for drafts and where nothing is decided."""
    if application.submitted_at is None or application.mode != "approve":
        return None
    marks = [
        ("start" if entry.kind in _STARTS else "stop", entry.at)
        for entry in history("admission_application", application.id)
        if entry.kind in _STARTS | _STOPS
    ]
    used = rules.clock_used(marks, now)
    days = -(-used // timedelta(days=1))
    return Clock(days, rules.CLOCK_DAYS, application.status == _SUBMITTING)


def facts(application: Application) -> list[tuple[Any, Any]]:
    """What was asked for, in words; without the old and new value, which stand side by side."""
    hidden = {"new_value", "new_region"}
    rows = [
        (FIELDS[name], shown(name, application.payload.get(name, "")))
        for name in intake.FIELDS[application.kind]
        if name not in hidden
    ]
    if application.kind == rules.CHANGE and application.status != "draft":
        rows.append((_("办理方式"), MODES[application.mode]))
    return rows


def shown(name: str, value: str) -> Any:
    """A written value in words."""
    if name == "change_type":
        return CHANGE_TYPES.get(value, value)
    if name == "branch_region":
        region = db.session.get(Region, value) if value else None
        return region_path(region) if region else value
    return amount(value) if name == "branch_capital" else value
