"""What the three letters of an inspection say. The kinds and their fields are declared by app.letters."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from flask_babel import force_locale

from app.accounts.security import may
from app.core import clock
from app.inspections import rules
from app.inspections.labels import FORMS, KINDS, PROGRESS, SEVERITIES
from app.inspections.models import Finding, Inspection, Member
from app.letters import services
from app.letters.models import Letter

NOTICE, OPINION, FEEDBACK = "inspection_notice", "inspection_opinion", "rectification_feedback"
NOTHING = "（无）"


def data_of(inspection: Inspection, kind: str, now: datetime) -> dict[str, Any]:
    """The fields and tables of a letter as the inspection stands now; official letters are in Chinese."""
    with force_locale("zh_Hans_CN"):
        return {NOTICE: _notice, OPINION: _opinion, FEEDBACK: _feedback}[kind](
            inspection, clock.local(now).date()
        )


def _notice(inspection: Inspection, today: date) -> dict[str, Any]:
    team = inspection.active_team
    first = inspection.planned_from or today
    due = min((one.due_on for one in inspection.items if one.due_on), default=first)
    return {
        **_common(inspection),
        "task_source": inspection.task_source or NOTHING,
        "scope": _sentence(inspection.scope),
        "start_date": chinese_day(inspection.planned_from),
        "end_date": chinese_day(inspection.planned_to),
        "place": _sentence(inspection.place),
        "leader": next((one.name for one in team if one.is_leader), NOTHING),
        "team": "、".join(f"{one.name}（{one.certificate_no}）" for one in team) or NOTHING,
        "matters": _sentence(inspection.matters),
        "documents_due": chinese_day(due),
        "checklist": [
            {
                "no": str(at),
                "category": one.category,
                "name": one.name,
                "period": one.covers,
                "form": str(FORMS[one.form]),
                "due": str(one.due_on or ""),
                "remark": "",
            }
            for at, one in enumerate(inspection.items, start=1)
        ],
        "team_list": [_person(one) for one in team],
    }


def _person(member: Member) -> dict[str, str]:
    return {
        "name": member.name,
        "role": "组长" if member.is_leader else "成员",
        "certificate": member.certificate_no,
    }


def _common(inspection: Inspection) -> dict[str, Any]:
    institution = inspection.institution
    return {
        "institution": institution.name,
        "credit_code": institution.uscc,
        "inspection_type": str(KINDS[inspection.kind]),
        "legal_basis": _sentence(inspection.legal_basis),
        "period": f"{chinese_day(inspection.covers_from)}至{chinese_day(inspection.covers_to)}",
        "contact": inspection.contact_name or NOTHING,
        "contact_phone": inspection.contact_phone or NOTHING,
    }


def _opinion(inspection: Inspection, today: date) -> dict[str, Any]:
    by = inspection.rectify_by or rules.rectify_by(today, inspection.rectify_days)
    return {
        **_common(inspection),
        "notice_number": inspection.notice_no or NOTHING,
        "start_date": chinese_day(inspection.begun_on or inspection.planned_from),
        "end_date": chinese_day(inspection.finished_on or inspection.planned_to),
        "overview": _sentence(inspection.overview),
        "findings_count": str(len(inspection.findings)),
        "evaluation": _sentence(inspection.evaluation),
        "requirements": _sentence(inspection.requirements or "请逐项制定整改措施，明确责任人和完成时限"),
        "deadline": chinese_day(by),
        "findings": [
            {
                "no": str(at),
                "fact": f"{one.title}：{_stop(one.fact)}整改要求：{_stop(one.requirement)}",
                "evidence": one.evidence,
                "clause": one.clause,
                "severity": str(SEVERITIES[one.severity]),
                "deadline": str(one.due_on or by),
            }
            for at, one in enumerate(inspection.findings, start=1)
        ],
    }


def _feedback(inspection: Inspection, today: date) -> dict[str, Any]:
    institution = inspection.institution
    return {
        "institution": institution.name,
        "credit_code": institution.uscc,
        "opinion_number": inspection.opinion_no or NOTHING,
        "overall": _sentence(inspection.statement),
        "accountability": _sentence(inspection.accountability),
        "legal_representative": institution.legal_representative or NOTHING,
        "contact": institution.contact_name or NOTHING,
        "contact_phone": institution.mobile or NOTHING,
        "measures": [_measure(at, one) for at, one in enumerate(inspection.findings, start=1)],
    }


def _measure(at: int, finding: Finding) -> dict[str, str]:
    return {
        "no": str(at),
        "finding": finding.title,
        "measure": finding.measure,
        "owner": finding.owner,
        "planned": str(finding.planned_on or ""),
        "actual": str(finding.done_on or ""),
        "status": str(PROGRESS.get(finding.progress, "")),
        "evidence": _names(one.name for one in finding.files),
    }


def _names(names: Iterable[str]) -> str:
    return "、".join(names)


def chinese_day(day: date | None) -> str:
    """As letters write it: 2026年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日" if day else NOTHING


def _sentence(text: str) -> str:
    """Without the stop at its end: the layout sets it."""
    return text.strip().rstrip("。.；;") or NOTHING


def _stop(text: str) -> str:
    value = text.strip()
    return value if not value or value.endswith(("。", "！", "？", ".")) else f"{value}。"


# Which letter goes out next, by state.
_NEXT = {"approved": NOTICE, "concluding": OPINION, "signing": OPINION}


def unprintable(inspection: Inspection, now: datetime) -> list[str]:
    """Characters of the letter that goes out next which the PDF cannot show; none when none goes out."""
    kind = _NEXT.get(inspection.status)
    return services.unprintable(kind, data_of(inspection, kind, now)) if kind else []


def freeze(inspection: Inspection, kind: str, actor: Any, now: datetime) -> str:
    """Number the letter and keep it as it is now; returns its number."""
    letter = services.issue(kind, inspection, data_of(inspection, kind, now), actor=actor, now=now)
    return letter.number


def issued(inspection: Inspection) -> list[Letter]:
    """What was issued on the inspection, oldest first."""
    return services.letters_of(inspection)


def sheet_of(issued_letters: Iterable[Letter], kind: str) -> Any:
    """The newest letter of a kind for a page; None when there is none."""
    found = [one for one in issued_letters if one.kind == kind]
    return services.issued_html(found[-1]) if found else None


def _may_open(letter: Letter, account: Any) -> bool:
    """Staff who may see inspections (inside their scope), and the institution: what is issued was served on it."""
    if account.is_staff:
        return may("can_show", "InspectionAdmin")
    return bool(account.institution_id == letter.institution_id)


services.allow(Inspection.__tablename__, _may_open)
