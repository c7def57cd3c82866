"""The words of the institution's file: groups of fields, names of sources and states, the course of events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.console.event_words import EVENT_WORDS
from app.console.institution_file import InstitutionFile
from app.core.badges import minute
from app.core.events import Event
from app.core.personal_rules import masked_number
from app.filings.labels import EXTENSION_STATES, FILING_STATES
from app.inspections.labels import KINDS as INSPECTION_KINDS
from app.inspections.labels import STATES as INSPECTION_STATES
from app.inspections.labels import TONES
from app.institutions.admission.labels import KINDS
from app.institutions.admission.queries import modes_of_events
from app.institutions.admission.wording import history_word, state_word
from app.institutions.labels import (
    FIELD_LABELS,
    INSTITUTION_STATE_LABELS,
    REGISTRATION_STATE_LABELS,
    VALUE_WORDS,
)
from app.institutions.queries import region_names

FILE_WORDS: dict[str, Any] = {
    "subject": {
        "institution": _l("机构信息"),
        "licence": _l("经营许可证"),
        "branch": _l("分支机构"),
        "shareholder": _l("股东"),
        "manager": _l("董事、监事和高级管理人员"),
    },
    "source": {
        "registration": _l("机构注册"),
        "application": _l("准入申请"),
        "filing": _l("报表报送"),
        "import": _l("名单导入"),
        "migration": _l("既有登记"),
    },
    "state": INSTITUTION_STATE_LABELS,
    "kind": KINDS,
    "application": state_word,
    "registration": REGISTRATION_STATE_LABELS,
    "filing": FILING_STATES,
    "extension": EXTENSION_STATES,
    "inspection": INSPECTION_STATES,
    "inspection_kind": INSPECTION_KINDS,
    "inspection_tone": TONES,
}


SUBJECT_COLUMNS = {
    "branch": ("name", "region_code", "address", "head", "capital", "opened_on"),
    "shareholder": ("name", "holder_type", "amount", "paid", "share", "is_controller"),
    "manager": ("name", "position", "is_legal_rep", "appointed_on", "term_end"),
}


def file_groups(file: InstitutionFile) -> list[tuple[str, Any, list[tuple[Any, Any]]]]:
    """(anchor, heading, rows) of what the register says of the day, and the contact of today."""
    own, licence = file.state.institution, file.state.licence
    return [
        (
            "profile",
            _("机构信息"),
            _rows(
                own,
                (
                    "name", "uscc", "industry", "org_type", "region_code", "address", "legal_representative",
                    "registered_capital", "business_scope", "status", "terminated_on",
                ),
            ),
        ),
        ("licence", _("经营许可证"), _rows(licence, ("licence_no", "licence_issuer", "licence_from", "licence_to"))),
        (
            "contact",
            _("联系人"),
            [
                (FIELD_LABELS["contact_name"], file.item.contact_name),
                (FIELD_LABELS["mobile"], masked_number(file.item.mobile)),
                (FIELD_LABELS["email"], file.item.email),
            ],
        ),
    ]  # fmt: skip


def _rows(values: Any, names: tuple[str, ...]) -> list[tuple[Any, Any]]:
    return [(FIELD_LABELS[name], shown_value(name, values.get(name))) for name in names]


def shown_value(name: str, value: Any) -> Any:
    """A value of the register for people."""
    if value is None or value == "":
        return "——"
    if name == "region_code":
        return region_names().get(value, value)
    if name in ("registered_capital", "amount", "paid", "capital"):
        return f"{value:,.2f}"
    return VALUE_WORDS.get(name, {}).get(value, value)


def event_course(events: Sequence[Event]) -> list[dict[str, Any]]:
    """What happened, newest first, for a timeline."""
    modes = modes_of_events(events)
    return _once(
        {
            "title": _register_title(entry)
            or history_word(modes.get(entry.id, ""), entry.kind)
            or EVENT_WORDS.get(entry.kind, entry.kind),
            "who": entry.actor_name,
            "when": entry.at,
            "state": entry.to_state,
            "label": INSTITUTION_STATE_LABELS.get(entry.to_state or "", "")
            if entry.subject_type == "institution"
            else "",
            "opinion": entry.comment,
        }
        for entry in events
    )


def _register_title(entry: Event) -> str:
    """What of the register changed, and since when; empty for other events."""
    entries = entry.data.get("entries")
    if entry.kind not in ("RegisterOpened", "RegisterChanged") or not entries:
        return ""
    kinds = dict.fromkeys(one["kind"] for one in entries)
    return _(
        "%(what)s：%(subjects)s（自 %(day)s 起）",
        what=EVENT_WORDS[entry.kind],
        subjects=_("、").join(str(FILE_WORDS["subject"][kind]) for kind in kinds),
        day=entry.data["from"],
    )


def _once(course: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Neighbours that say the same of the same minute as one, with how many there were."""
    groups = groupby(
        course,
        key=lambda one: (*(str(one[name]) for name in ("title", "who", "opinion")), minute(one["when"])),
    )
    found = []
    for _key, group in groups:
        same = list(group)
        first = same[0]
        if len(same) > 1:
            first["title"] = _("%(title)s，%(n)s 项", title=first["title"], n=len(same))
        found.append(first)
    return found
