"""Cells of console lists: states as badges, moments as people here read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import get_template_attribute
from markupsafe import Markup

from app.core import clock


def badge(code: str, labels: Mapping[str, Any], tone: str = "") -> Markup:
    """A state as word and colour."""
    macro = get_template_attribute(
        "macros/ui.html", "state_badge"
    )  # compiled once; a list has a hundred of them
    return Markup(macro(code, labels.get(code, code), tone))  # noqa: S704


def minute(moment: datetime | None) -> str:
    """A stored moment in Shanghai time, to the minute."""
    return clock.local(moment).strftime("%Y-%m-%d %H:%M") if moment else "——"
