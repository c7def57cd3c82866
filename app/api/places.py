"""Which filing an address means: always one of the caller's own institution."""

from __future__ import annotations

from flask_babel import gettext as _

from app.api.authentication import caller
from app.api.errors import ApiError
from app.core import clock
from app.filings.definitions.queries import set_by_key
from app.filings.submissions.data import FilingData
from app.filings.submissions.place import Place, place_of_address
from app.filings.submissions.services import load_place


def find_place(set_key: str, period: str) -> Place:
    """The caller's obligation of this address. Raises ApiError 404 for what is not its industry's."""
    who = caller()
    report_set = set_by_key(set_key)
    if report_set is None or report_set.industry != who.institution.industry:
        raise ApiError(404, _("本机构没有报表集 %(key)s。", key=set_key[:60]), code="no_such_set")
    place = place_of_address(who.institution, report_set, period, who.account, clock.now())
    if place is None:
        raise ApiError(404, _("没有报告期 %(code)s。", code=period[:60]), code="no_such_period")
    return place


def load(place: Place) -> FilingData:
    """Everything about the filing."""
    return load_place(place)


def require_form(place: Place, code: str) -> None:
    """Raise ApiError 404 unless the form is one of the set."""
    if code not in place.codes:
        raise ApiError(404, _("报表集中没有报表 %(code)s。", code=code[:60]), code="no_such_form")
