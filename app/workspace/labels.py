"""Words about the institution on the workspace's pages."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

INSTITUTION_STATES: dict[str, Any] = {
    "preparing": _l("筹备"),
    "operating": _l("正常经营"),
    "suspended": _l("停业"),
    "risk_handling": _l("风险处置"),
    "deregistered": _l("已注销"),
}
