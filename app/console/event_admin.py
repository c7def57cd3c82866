"""The history of everything, for the auditor."""

from __future__ import annotations

import json
from typing import Any

from flask_babel import lazy_gettext as _l

from app.accounts.labels import EVENT_FIELD_LABELS
from app.console.event_words import EVENT_WORDS, STATE_WORDS, SUBJECT_WORDS
from app.core.badges import minute
from app.core.events import Event
from app.core.fab import SafeInterface, SafeModelView


def _state(value: Any) -> Any:
    return STATE_WORDS.get(value, value) if value else "——"


class EventAdmin(SafeModelView):
    """The history of everything, for the auditor: read only."""

    datamodel = SafeInterface(Event)
    route_base = "/console/events"
    exclude_route_methods = {"download", "add", "edit", "delete", "action", "action_post"}
    base_permissions = ["can_list", "can_show"]
    list_title, show_title = _l("操作记录"), _l("操作记录")
    list_columns = ["at", "kind", "actor_name", "subject_type", "subject_id", "ip"]
    show_columns = [*list_columns, "from_state", "to_state", "comment", "data"]
    search_columns = ["at", "kind", "actor_name", "subject_type", "subject_id", "ip"]
    order_columns = ["at", "kind", "actor_name", "subject_type"]
    base_order = ("at", "desc")
    label_columns = EVENT_FIELD_LABELS
    formatters_columns = {
        "at": minute,
        "kind": lambda value: EVENT_WORDS.get(value, value),
        "subject_type": lambda value: SUBJECT_WORDS.get(value, value),
        "from_state": _state,
        "to_state": _state,
        "data": lambda value: json.dumps(value, ensure_ascii=False) if value else "——",
    }
    search_choices = {"kind": EVENT_WORDS, "subject_type": SUBJECT_WORDS}
