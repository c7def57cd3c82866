"""Cells of console lists: states as badges, moments as people here read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import render_template_string
from markupsafe import Markup

from app.core import clock

_BADGE = "{% import 'macros/ui.html' as ui %}{{ ui.state_badge(code, label, tone) }}"


def badge(code: str, labels: Mapping[str, Any], tone: str = "") -> Markup:
    """A state as word and colour."""
    return Markup(render_template_string(_BADGE, code=code, label=labels.get(code, code), tone=tone))  # noqa: S704


def minute(moment: datetime | None) -> str:
    """A stored moment in Shanghai time, to the minute."""
    return clock.local(moment).strftime("%Y-%m-%d %H:%M") if moment else "——"
