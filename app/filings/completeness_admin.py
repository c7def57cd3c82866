"""The console's completeness list: who owes what, counts by industry and region, export, reminders 催报."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _

from app.accounts.access import current_account
from app.accounts.security import may
from app.core import clock
from app.core.db import commits
from app.core.export import send_workbook, workbook
from app.core.i18n import lang
from app.filings import completeness
from app.filings.completeness import CompletenessFilter, Due
from app.filings.labels import FILING_STATES, INDUSTRIES, word
from app.filings.queue_admin import number, pick
from app.filings.reminders import remind
from app.filings.submissions.queue import offered_places
from app.filings.submissions.rules import ONCE

SIZE = 50


def _found(arguments: Any) -> tuple[Any, CompletenessFilter, list[Due]]:
    """(period and moment, filters, everything that the filters but the state take)."""
    timing = completeness.now_and_period(arguments.get("period", ""))
    asked = CompletenessFilter.of(arguments)
    everything = completeness.dues(timing[2], timing[0]) if timing[1] or timing[2] is None else []
    return timing, asked, [due for due in everything if asked.takes(due, whatever_state=True)]


class CompletenessAdmin(BaseView):
    """Who has to file what for a period, and who has not."""

    route_base = "/console/completeness"
    default_view = "list"

    @expose("/", methods=["GET"])
    @has_access
    def list(self) -> Any:
        """Counts, and the obligations one by one."""
        (now, periods, period), asked, found = _found(request.args)
        shown = [due for due in found if asked.takes(due)]
        pages = max(1, -(-len(shown) // SIZE))
        page = min(max(number("page", 1), 1), pages)
        places = offered_places()
        return self.render_template(
            "console/filings/completeness.html",
            period=period,
            periods=periods,
            period_key=str(period.id) if period else ONCE,
            asked=asked,
            rows=shown[(page - 1) * SIZE : page * SIZE],
            total=len(shown),
            missing=sum(due.is_missing for due in shown),
            page=page,
            pages=pages,
            states=completeness.STATES,
            state_words=FILING_STATES,
            by_industry=completeness.summary(found, "industry"),
            by_region=completeness.summary(found, "region"),
            regions=places.names,
            choices=places,
            sets=[one for one in places.sets if any(due.set_key == one.key for due in found)] or places.sets,
            industries=INDUSTRIES,
            may_remind=may("can_remind", "CompletenessAdmin"),
            may_open=may("can_read", "FilingReview"),
            sees_files=may("can_show", "InstitutionAdmin"),
            pick=pick,
            now=now,
        )

    @expose("/export", methods=["GET"])
    @has_access
    @permission_name("list")
    def export(self) -> Any:
        """The list with the filters that are on."""
        (_now, _periods, period), asked, found = _found(request.args)
        rows = (_cells(due) for due in found if asked.takes(due))
        name = period.code if period else ONCE
        data = workbook(_("报送完成情况"), _headings(), rows)
        return send_workbook(f"{_('报送完成情况')}-{name}.xlsx", data)

    @expose("/remind", methods=["POST"])
    @has_access
    @permission_name("remind")
    def remind(self) -> Any:
        """Remind one institution, or all that the filters take."""
        told = commits(self._remind)()
        flash(told, "success")
        fields = ("period", "report_set", "industry", "region", "state", "name")
        kept: dict[str, Any] = {name: request.form.get(name) or None for name in fields}
        return redirect(url_for("CompletenessAdmin.list", **kept))

    def _remind(self) -> str:
        _timing, asked, found = _found(request.form)
        one = request.form.get("institution", "")
        chosen = [due for due in found if asked.takes(due) and (not one or str(due.institution.id) == one)]
        done = remind(chosen, current_account(), clock.now())
        words = [_("已催报 %(n)s 家机构。", n=done.institutions)]
        if done.lately:
            words.append(_("%(n)s 家在 24 小时内已催报过，没有重复发送。", n=done.lately))
        if done.without_address:
            words.append(_("%(n)s 家没有登记邮箱，只在其待办中提示。", n=done.without_address))
        return " ".join(words)


def _headings() -> list[str]:
    return [
        _("机构名称"),
        _("统一社会信用代码"),
        _("行业"),
        _("所属地区"),
        _("报表集"),
        _("报告期"),
        _("状态"),
        _("截止"),
        _("上报时间"),
        _("是否逾期"),
        _("最近催报"),
    ]


def _cells(due: Due) -> list[Any]:
    item, filing = due.obligation, due.filing
    handed_in = filing is not None and filing.submitted_at is not None and not due.is_missing
    return [
        due.institution.name,
        due.institution.uscc,
        word(INDUSTRIES, due.institution.industry),
        pick(due.institution, "region"),
        item.report_set.name(lang()),
        item.period.name(lang()) if item.period else "",
        word(FILING_STATES, due.state),
        clock.show_end(item.due_at) if item.due_at else "",
        clock.show_moment(filing.submitted_at) if filing is not None and handed_in else "",
        _("是") if due.state == "overdue" or (filing is not None and filing.is_late) else _("否"),
        clock.show_moment(due.reminded_at) if due.reminded_at else "",
    ]
