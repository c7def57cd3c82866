"""Which filing an address means: always one of the caller's own institution."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from app.api.authentication import caller
from app.api.errors import ApiError
from app.core import clock
from app.core.db import db
from app.filings.calendar.models import ReportingPeriod
from app.filings.definitions.queries import set_by_key
from app.filings.submissions.data import FilingData, load_filing
from app.filings.submissions.place import Place
from app.filings.submissions.rules import ONCE


def find_place(set_key: str, period: str) -> Place:
    """The caller's obligation of this address. Raises ApiError 404 for what is not its industry's."""
    who = caller()
    report_set = set_by_key(set_key)
    if report_set is None or report_set.industry != who.institution.industry:
        raise ApiError(404, _("本机构没有报表集 %(key)s。", key=set_key[:60]), code="no_such_set")
    found: ReportingPeriod | None = None
    if report_set.frequency != ONCE:
        query = select(ReportingPeriod).where(
            ReportingPeriod.frequency == report_set.frequency, ReportingPeriod.code == period
        )
        found = db.session.scalars(query).first()
    if found is None and (report_set.frequency != ONCE or period != ONCE):
        raise ApiError(404, _("没有报告期 %(code)s。", code=period[:60]), code="no_such_period")
    return Place(who.institution, report_set, found, who.account, clock.now())


def load(place: Place) -> FilingData:
    """Everything about the filing."""
    return load_filing(place.institution, place.report_set, place.period, place.now)


def require_form(place: Place, code: str) -> None:
    """Raise ApiError 404 unless the form is one of the set."""
    if code not in place.report_set.codes:
        raise ApiError(404, _("报表集中没有报表 %(code)s。", code=code[:60]), code="no_such_form")
