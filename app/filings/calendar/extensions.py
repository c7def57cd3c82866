"""Verbs on extensions 延期: ask, withdraw, grant, refuse, grant without being asked. None commits."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotAllowed, Refused
from app.core.events import record
from app.core.i18n import lang
from app.core.workflow import IllegalTransition, transition
from app.filings.calendar.extension_queries import extensions_of
from app.filings.calendar.gate import gate_input
from app.filings.calendar.models import Extension, ReportingPeriod
from app.filings.calendar.rules import EXTENSION_WORKFLOW, Reason, ask_reasons, describe
from app.filings.definitions.models import ReportSet
from app.filings.submissions.models import Filing
from app.filings.submissions.place import Place, filing_at
from app.filings.submissions.rules import HANDED_IN_STATES
from app.filings.telling import tell_extension
from app.institutions.models import Institution

MAX_DAYS = 180  # a longer extension is a slip of the pen: half a year is two quarterly windows
MAX_TEXT = 1000


def reasons_against(place: Place, filing: Filing | None, held: list[Extension]) -> tuple[Reason, ...]:
    """Why the institution cannot ask for an extension now; `held` are the extensions of this place."""
    given = gate_input(place.institution, place.report_set, place.period, filing, place.now, True, None)
    return ask_reasons(given, has_open_request=any(one.status == "requested" for one in held))


def request_extension(place: Place, until: date | None, reason: str) -> Extension:
    """申请延期 until the end of a day. Raises Refused with all reasons, Invalid with `field` in its details."""
    held = extensions_of(place.institution.id, place.report_set.id, place.period.id) if place.period else []
    against = reasons_against(place, filing_at(place), held)
    if against or place.period is None:
        texts = [describe(one, lang()) for one in against]
        raise Refused(" ".join(texts), reasons=texts)
    extension = Extension(
        institution_id=place.institution.id,
        report_set_id=place.report_set.id,
        period_id=place.period.id,
        reason=_required(reason, "reason", _("请填写申请延期的理由，监管部门据此审批。")),
        requested_until=_end(until, place.period, place.now),
        requested_at=place.now,
        requested_by_id=place.actor.id,
    )
    _add(extension, place.period, place.institution)
    record(
        "ExtensionRequested",
        extension,
        actor=place.actor,
        now=place.now,
        states=(None, extension.status),
        comment=extension.reason,
        data={**_about(extension), "until": _shown(extension.requested_until)},
    )
    return extension


def withdraw_request(place: Place, extension_id: int, seen_version: int) -> Extension:
    """撤回 one's own institution's request before it is decided."""
    extension = _locked(extension_id, seen_version)
    if extension.institution_id != place.institution.id:
        raise NotAllowed(_("没有这份延期申请。"))
    states = _move(extension, "withdraw")
    record("ExtensionWithdrawn", extension, actor=place.actor, now=place.now, states=states)
    return extension


def grant_extension(
    extension_id: int, seen_version: int, actor: Account, now: datetime, until: date | None, opinion: str = ""
) -> Extension:
    """批准, perhaps until another day than asked for. One winner: the row is locked, the version compared."""
    extension = _locked(extension_id, seen_version)
    period = db.session.get_one(ReportingPeriod, extension.period_id)
    _grant(extension, _end(until, period, now), actor, now, opinion)
    return extension


def refuse_extension(
    extension_id: int, seen_version: int, actor: Account, now: datetime, opinion: str
) -> Extension:
    """不予批准, with a reason that the institution reads."""
    extension = _locked(extension_id, seen_version)
    text = _required(opinion, "opinion", _("请填写不予批准的理由，企业将看到。"))
    states = _move(extension, "refuse")
    _decided(extension, actor, now, text)
    record(
        "ExtensionRefused",
        extension,
        actor=actor,
        now=now,
        states=states,
        comment=text,
        data=_about(extension),
    )
    tell_extension(extension, text, now)
    return extension


def grant_directly(
    institution: Institution,
    report_set: ReportSet,
    period: ReportingPeriod,
    actor: Account,
    now: datetime,
    until: date | None,
    reason: str,
) -> Extension:
    """Give more time to an institution in the actor's scope that has not asked for it."""
    _require_fit(institution, report_set, period, now)
    text = _required(reason, "reason", _("请填写延期的理由，企业将看到。"))
    end = _end(until, period, now)
    extension = Extension(
        institution_id=institution.id,
        report_set_id=report_set.id,
        period_id=period.id,
        reason=text,
        requested_until=end,
        requested_at=now,
        requested_by_id=actor.id,
    )
    _add(extension, period, institution)
    _grant(extension, end, actor, now, "")
    return extension


def _require_fit(
    institution: Institution, report_set: ReportSet, period: ReportingPeriod, now: datetime
) -> None:
    if report_set.industry != institution.industry:
        raise Invalid(_("该报表集不属于机构所在行业。"), field="report_set")
    if period.frequency != report_set.frequency or period.end_date < report_set.starts_on:
        raise Invalid(_("该报表集在这一报告期没有报送。"), field="period")
    if institution.terminated_on is not None and clock.local(now).date() >= institution.terminated_on:
        raise Invalid(_("机构已终止，不再报送，不能延期。"), field="institution")
    taken = select(Filing.id).where(
        Filing.institution_id == institution.id,
        Filing.report_set_id == report_set.id,
        Filing.period_id == period.id,
        Filing.status.in_(HANDED_IN_STATES),
    )
    if db.session.scalars(taken).first() is not None:
        raise Invalid(_("该机构这一报告期已经上报，不需要延期。"), field="period")


def _end(until: date | None, period: ReportingPeriod, now: datetime) -> datetime:
    """The exclusive end of the day that was written; it must lie after the window's end and not far away."""
    if until is None:
        raise Invalid(_("请选择延期到哪一天，例如 2026-12-31。"), field="until")
    ends_on, today = clock.last_day(period.window.ends_at), clock.local(now).date()
    if until < today:
        raise Invalid(_("延期日期已经过去，请选择今天或以后的日期。"), field="until")
    if until <= ends_on:
        raise Invalid(_("延期日期应晚于原截止日 %(day)s。", day=ends_on.isoformat()), field="until")
    latest = max(ends_on, today) + timedelta(days=MAX_DAYS)
    if until > latest:
        raise Invalid(_("延期最长到 %(day)s，请检查年份。", day=latest.isoformat()), field="until")
    return clock.end_of(until)


def _required(text: str, field: str, message: str) -> str:
    cleaned = text.strip()
    if not cleaned:
        raise Invalid(message, field=field)
    if len(cleaned) > MAX_TEXT:
        raise Invalid(_("最多 %(n)s 个字，现有 %(m)s 个。", n=MAX_TEXT, m=len(cleaned)), field=field)
    return cleaned


def _add(extension: Extension, period: ReportingPeriod, institution: Institution) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(extension)
            db.session.flush()
    except IntegrityError as error:
        message = _(
            "“%(name)s”%(period)s已有一份延期申请正在审批。",
            name=institution.name,
            period=period.name(lang()),
        )
        raise Conflict(message, field="period") from error


def _grant(extension: Extension, until: datetime, actor: Account, now: datetime, opinion: str) -> None:
    if len(opinion.strip()) > MAX_TEXT:
        raise Invalid(
            _("最多 %(n)s 个字，现有 %(m)s 个。", n=MAX_TEXT, m=len(opinion.strip())), field="opinion"
        )
    extension.granted_until = until
    states = _move(extension, "grant")
    _decided(extension, actor, now, opinion.strip() or None)
    record(
        "ExtensionGranted",
        extension,
        actor=actor,
        now=now,
        states=states,
        comment=extension.opinion or (extension.reason if extension.is_direct else None),
        data={**_about(extension), "until": _shown(until)},
    )
    tell_extension(extension, extension.opinion, now)


def _locked(extension_id: int, seen_version: int) -> Extension:
    query = select(Extension).where(Extension.id == extension_id).with_for_update()
    extension = db.session.scalars(query.execution_options(populate_existing=True)).first()
    if extension is None:
        raise NotAllowed(_("没有这份延期申请，或不在您的监管范围内。"))
    if extension.version != seen_version or extension.status != "requested":
        raise Conflict(_("这份延期申请刚被其他人处理过。请刷新后查看结果。"))
    return extension


def _move(extension: Extension, verb: str) -> tuple[str, str]:
    try:
        states = transition(extension, EXTENSION_WORKFLOW, verb)
    except IllegalTransition as error:
        raise Conflict(_("这份延期申请刚被其他人处理过。请刷新后查看结果。")) from error
    extension.version += 1
    return states


def _decided(extension: Extension, actor: Account, now: datetime, opinion: str | None) -> None:
    extension.decided_at, extension.decided_by_id, extension.opinion = now, actor.id, opinion


def _about(extension: Extension) -> dict[str, int]:
    return {"report_set": extension.report_set_id, "period": extension.period_id}


def _shown(end: datetime) -> str:
    return clock.show_end(end)
