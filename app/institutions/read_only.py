"""A terminated institution's account reads everything and changes nothing (product.md, D4).

One gate in front of every route that the access inventory gives to enterprises: what is added there later is behind
it from the first day. A person's own affairs (log-out, password, language) are not the institution's and stay open.
"""

from __future__ import annotations

from flask import Flask, g, request
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.colleagues import ENDED
from app.accounts.models import ENTERPRISE
from app.core import access_inventory, clock
from app.core.db import SAFE_METHODS
from app.core.errors import Refused
from app.core.problems import is_api
from app.institutions.rules import has_ended

# The filing gate decides on these and answers with all of its reasons; they name the day of termination.
GATED = {"filings.save", "filings.submit", "filings.stage_form", "filings.stage_set"}


def is_read_only() -> bool:
    """Whether whoever asks belongs to an institution that has been terminated; asked once a request."""
    if "read_only" not in g:
        known = not is_api() and current_user.is_authenticated and current_user.kind == ENTERPRISE
        institution = current_user.institution if known else None
        g.read_only = institution is not None and has_ended(
            institution.status, institution.terminated_on, clock.today()
        )
    return bool(g.read_only)


def refuse_changes() -> None:
    """Before a view: Refused for a change by such an account. Programs are refused by their token already."""
    if request.method in SAFE_METHODS or request.endpoint is None:
        return
    entry = access_inventory.load().get(request.endpoint) if request.endpoint not in GATED else None
    if entry is not None and entry.who == access_inventory.ENTERPRISE and is_read_only():
        raise Refused(_("机构已终止，账号只读：可以查看历史，不能再提交、修改或撤回。"))


def init_app(app: Flask) -> None:
    """Hook it in, after the scope is known."""
    app.before_request(refuse_changes)
    app.jinja_env.globals["is_read_only"] = is_read_only
    app.extensions[ENDED] = lambda one, day: has_ended(one.status, one.terminated_on, day)
