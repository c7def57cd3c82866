"""Who is told what about an inspection. In the language of the letters, because the reader is not the one who clicked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from app.inspections.models import Finding, Inspection, Item
from app.messages.services import queue_mail


def _company(inspection: Inspection, subject: str, text: str, now: datetime, page: str = "") -> None:
    base = str(current_app.config["PUBLIC_URL"]).rstrip("/")
    body = _(
        "%(name)s：\n\n%(text)s\n\n查看：%(url)s",
        name=inspection.institution.name,
        text=text,
        url=f"{base}/workspace/inspections/{inspection.id}{page}",
    )
    queue_mail(inspection.institution.email, subject, body, now=now)


def plan_waits(inspection: Inspection, now: datetime) -> None:
    """The approvers find it in their to-do list."""


def plan_decided(inspection: Inspection, verdict: str, opinion: str, now: datetime) -> None:
    """The planner finds it in the list."""


def notice_served(inspection: Inspection, now: datetime) -> None:
    """To the institution."""
    with force_locale("zh_Hans_CN"):
        subject = _("现场检查通知（%(no)s）", no=inspection.notice_no)
        text = _(
            "我局将于 %(start)s 至 %(end)s 对贵单位进行现场检查。请查看检查通知书，确认收到，并按资料清单准备资料。",
            start=inspection.planned_from,
            end=inspection.planned_to,
        )
        _company(inspection, subject, text, now)


def notice_confirmed(inspection: Inspection, now: datetime) -> None:
    """The team finds it on the page."""


def cancelled(inspection: Inspection, reason: str, now: datetime) -> None:
    """To the institution that had the notice."""
    with force_locale("zh_Hans_CN"):
        subject = _("现场检查已取消（%(no)s）", no=inspection.notice_no)
        _company(inspection, subject, _("原定的现场检查已取消。原因：%(text)s", text=reason), now)


def document_returned(inspection: Inspection, item: Item, now: datetime) -> None:
    """To the institution."""
    with force_locale("zh_Hans_CN"):
        subject = _("检查资料已退回：%(name)s", name=item.name)
        text = _(
            "检查组退回了资料“%(name)s”。原因：%(why)s\n请补充后重新提供。", name=item.name, why=item.remark
        )
        _company(inspection, subject, text, now)


def opinion_issued(inspection: Inspection, now: datetime) -> None:
    """To the institution."""
    with force_locale("zh_Hans_CN"):
        subject = _("现场检查意见书（%(no)s）", no=inspection.opinion_no)
        if inspection.rectify_by:
            text = _("现场检查意见书已送达。请于 %(day)s 前逐项反馈整改情况。", day=inspection.rectify_by)
        else:
            text = _("现场检查意见书已送达，本次检查没有需要整改的问题。")
        _company(inspection, subject, text, now, "/opinion")


def feedback_reported(inspection: Inspection, now: datetime) -> None:
    """The team finds it in its to-do list."""


def feedback_decided(inspection: Inspection, returned: Sequence[Finding], now: datetime) -> None:
    """To the institution: accepted, or what has to be done again and why."""
    with force_locale("zh_Hans_CN"):
        if not returned:
            subject = _("整改已通过验收（%(no)s）", no=inspection.opinion_no)
            _company(inspection, subject, _("贵单位的整改已全部通过验收。"), now, "/opinion")
            return
        subject = _("整改反馈已退回（%(no)s）", no=inspection.opinion_no)
        rows = "\n".join(f"{one.position}. {one.title}：{one.verdict_reason}" for one in returned)
        text = _(
            "以下问题的整改未通过验收，请于 %(day)s 前补充后重新提交：\n%(rows)s",
            day=inspection.rectify_by,
            rows=rows,
        )
        _company(inspection, subject, text, now, "/feedback")


def closed(inspection: Inspection, now: datetime) -> None:
    """To the institution."""
    with force_locale("zh_Hans_CN"):
        subject = _("现场检查已办结（%(no)s）", no=inspection.notice_no)
        _company(inspection, subject, _("本次现场检查已办结。"), now)


def transferred(inspection: Inspection, now: datetime) -> None:
    """To the institution."""
    with force_locale("zh_Hans_CN"):
        subject = _("现场检查事项已移送处理（%(no)s）", no=inspection.notice_no)
        text = _("因整改未到位，有关事项已移送处理。说明：%(text)s", text=inspection.conclusion)
        _company(inspection, subject, text, now)


def rectification_due(inspection: Inspection, now: datetime) -> None:
    """A reminder to the institution."""
    with force_locale("zh_Hans_CN"):
        subject = _("请按期反馈整改情况（%(no)s）", no=inspection.opinion_no)
        text = _("整改反馈的期限为 %(day)s。请尽快逐项填报整改情况并提交。", day=inspection.rectify_by)
        _company(inspection, subject, text, now, "/feedback")
