"""Inspections in the console: list, calendar, export, the page of one, and the approval of its plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _

from app.accounts.access import current_account
from app.accounts.security import may
from app.core import clock
from app.core.db import commits, db
from app.core.errors import DomainError
from app.core.export import send_workbook, workbook
from app.core.file_rules import ACCEPT
from app.core.files import send_file_row
from app.core.parsing import is_number, number_of
from app.inspections import (
    calendar_page,
    desk,
    drafts,
    feedback,
    letters,
    opinions,
    pages,
    planning,
    queries,
    rules,
    unsaved,
)
from app.inspections.intake import Incomplete
from app.inspections.labels import APPROVER_REASONS, FIELDS, KINDS, SIGNER_REASONS, STATES
from app.inspections.models import Inspection
from app.institutions.labels import INDUSTRY_LABELS
from app.institutions.queries import region_names, region_path, region_tree

SIZES = (20, 50, 100)


def number(text: str, usual: int) -> int:
    """A whole number of the address; the usual one when it is none."""
    return number_of(text, 7, usual)


def refusal_of(problem: DomainError) -> dict[str, str]:
    """The errors by field that a refusal carries; one without a field stands under the empty name."""
    if isinstance(problem, Incomplete):
        return {**problem.errors, "": str(problem.message)}
    field = str(problem.details.get("field", ""))
    return {field: str(problem.message), "": str(problem.message)}


def seen() -> int:
    """The version that the page showed."""
    return number(request.form.get("version", ""), 0)


class InspectionPages(BaseView):
    """What both views of the console need: the row inside the scope, and its page."""

    route_base = ""

    def _item_or_404(self, pk: str) -> Inspection:
        found = queries.inspection_by_id(int(pk)) if is_number(pk, 9) else None
        if found is None:
            abort(404)
        return found

    def _show(self, item: Inspection, errors: dict[str, str]) -> Any:
        account, now = current_account(), clock.now()
        works = may("can_work", "InspectionWork")
        reasons = pages.worker_reasons(item, account) if works else []
        return self.render_template(
            "console/inspections/show.html",
            item=item,
            institution=item.institution,
            where=(INDUSTRY_LABELS[item.institution.industry], region_path(item.institution.region)),
            state=STATES[item.status],
            verbs=rules.INSPECTION_WORKFLOW.verbs(item.status) if works and not reasons else (),
            may_work=works,
            works=works and not reasons,
            worker_reasons=reasons if item.status not in rules.OVER else [],
            problems=planning.problems_of(item) if item.status == "planned" else {},
            opinion_problems=opinions.opinion_problems(item) if item.status == "concluding" else {},
            warnings=pages.serving_warnings(item, now) if item.status == "approved" else [],
            member_choices={one.id: one.name for one in item.active_team},
            candidates=_candidates(item) if works else {},
            letters=letters.issued(item),
            unsaved=[one.partition("_")[::2] for one in unsaved.waiting(item, account)],
            drafts=[kind for kind, states in drafts.DRAFT_STATES.items() if item.status in states],
            days=queries.days_of(item.id),
            followers=queries.follow_ups(item.id),
            open_findings=feedback.open_findings(item),
            deadline=pages.deadline_of(item, now),
            course=pages.course(item),
            rules=rules,
            fields=FIELDS,
            errors=errors,
            typed=request.form,
            accept=ACCEPT,
            today=clock.today(),
            pages=pages,
            all_states=STATES,
            **_deciding(item),
            **pages.WORDS,
        )  # fmt: skip


def _deciding(item: Inspection) -> dict[str, Any]:
    """Whether the reader is asked to approve the plan or to sign the opinion, and why they may not."""
    approves, account = may("can_approve", "InspectionAdmin"), current_account()
    return {
        "approver": approves and item.status == "pending",
        "approver_reasons": [APPROVER_REASONS[one] for one in planning.approver_reasons(item, account)],
        "unprintable": letters.unprintable(item, clock.now()),
        "signer": approves and item.status == "signing",
        "signer_reasons": [SIGNER_REASONS[one] for one in opinions.signer_reasons(item, account)],
    }


def _candidates(item: Inspection) -> dict[int, str]:
    """Who could come into an approved team."""
    if item.approved_at is None:
        return {}
    there = {one.account_id for one in item.team}
    return {one.id: str(one) for one in queries.possible_inspectors(item.institution) if one.id not in there}


class InspectionAdmin(InspectionPages):
    """Inspections within the reader's industries and region."""

    route_base = "/console/inspections"
    default_view = "list"

    @expose("/list/", methods=["GET"])
    @has_access
    def list(self) -> Any:
        """One page of the list."""
        asked, today = desk.InspectionFilter.of(request.args), clock.today()
        size = number(request.args.get("size", ""), SIZES[0])
        size = size if size in SIZES else SIZES[0]
        order = request.args.get("order", "")
        found = desk.list_page(asked, order, number(request.args.get("page", ""), 1), size, today)
        return self.render_template(
            "console/inspections/list.html",
            asked=asked,
            found=found,
            order=order,
            size=size,
            sizes=SIZES,
            states=[(code, STATES[code]) for code in rules.STATES],
            state_words=STATES,
            industries=INDUSTRY_LABELS,
            inspectors=desk.inspectors_seen(),
            regions=region_tree(),
            region_names=region_names(),
            works=may("can_work", "InspectionWork"),
            rules=rules,
            today=today,
            pages=pages,
            **pages.WORDS,
        )

    @expose("/calendar", methods=["GET"])
    @has_access
    @permission_name("list")
    def calendar(self) -> Any:
        """One month: who is on site where, and what falls due."""
        asked, today = desk.InspectionFilter.of(request.args), clock.today()
        first = calendar_page.month_of(request.args.get("month", ""), today)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        found = desk.between(first, last, asked, today)
        return self.render_template(
            "console/inspections/calendar.html",
            asked=asked,
            first=first,
            weeks=calendar_page.weeks(first, last, found),
            found=found,
            before=(first - timedelta(days=1)).strftime("%Y-%m"),
            after=(last + timedelta(days=1)).strftime("%Y-%m"),
            industries=INDUSTRY_LABELS,
            inspectors=desk.inspectors_seen(),
            regions=region_tree(),
            state_words=STATES,
            today=today,
            pages=pages,
            **pages.WORDS,
        )

    @expose("/export", methods=["GET"])
    @has_access
    @permission_name("list")
    def export(self) -> Any:
        """The list with the filters that are on, as a workbook."""
        today = clock.today()
        rows = desk.all_rows(desk.InspectionFilter.of(request.args), request.args.get("order", ""), today)
        names = region_names()
        data = workbook(_("现场检查"), _headings(), (_cells(row, names, today) for row in rows))
        return send_workbook(f"{_('现场检查')}-{today:%Y%m%d}.xlsx", data)

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """One inspection with its whole course."""
        return self._show(self._item_or_404(pk), {})

    @expose("/decide/<pk>", methods=["POST"])
    @has_access
    @permission_name("approve")
    @commits
    def decide(self, pk: str) -> Any:
        """Approve the plan or send it back."""
        return self._decide(pk, planning.decide_plan)

    @expose("/sign/<pk>", methods=["POST"])
    @has_access
    @permission_name("approve")
    @commits
    def sign(self, pk: str) -> Any:
        """Sign the opinion, which sends it, or send it back to the team."""
        return self._decide(pk, opinions.decide_opinion)

    def _decide(self, pk: str, act: Callable[..., Inspection]) -> Any:
        item, form = self._item_or_404(pk), request.form
        try:
            with db.session.begin_nested():
                act(
                    item.id, seen(), form.get("verdict", ""), form.get("opinion", ""), current_account(), clock.now()
                )  # fmt: skip
        except DomainError as refusal:
            db.session.rollback()
            return self._show(self._item_or_404(pk), refusal_of(refusal)), refusal.status
        flash(_("已办理。"), "success")
        return redirect(url_for("InspectionAdmin.show", pk=pk))

    @expose("/draft/<pk>/<kind>", methods=["GET"])
    @has_access
    @permission_name("show")
    def draft(self, pk: str, kind: str) -> Any:
        """How a letter would read now."""
        item = self._item_or_404(pk)
        back = url_for("InspectionAdmin.show", pk=item.id)
        crumbs = [(_("现场检查"), url_for("InspectionAdmin.list")), (item.number, back)]
        return drafts.page(
            item,
            kind,
            face="console",
            back=back,
            crumbs=crumbs,
            file_url=lambda form: url_for("InspectionAdmin.draft_file", pk=item.id, kind=kind, form=form),
        )

    @expose("/draft/<pk>/<kind>/<form>", methods=["GET"])
    @has_access
    @permission_name("show")
    def draft_file(self, pk: str, kind: str, form: str) -> Any:
        """The same as a PDF or a Word file."""
        return drafts.file(self._item_or_404(pk), kind, form)

    @expose("/file/<pk>/<file_id>", methods=["GET"])
    @has_access
    @permission_name("show")
    def file(self, pk: str, file_id: str) -> Any:
        """A file of the work on site, which the ordinary download does not know."""
        item = self._item_or_404(pk)
        found = queries.internal_file(item.id, int(file_id)) if is_number(file_id, 9) else None
        if found is None:
            abort(404)
        return send_file_row(found)


def _headings() -> list[str]:
    return [
        _("检查编号"), _("机构名称"), _("统一社会信用代码"), _("行业"), _("所属地区"), _("检查类型"), _("状态"),
        _("检查开始日期"), _("检查结束日期"), _("检查组"), _("通知书文号"), _("意见书文号"), _("整改期限"),
        _("是否逾期"), _("办结时间"),
    ]  # fmt: skip


def _cells(row: Inspection, names: dict[str, str], today: date) -> list[Any]:
    institution = row.institution
    overdue = rules.is_overdue(row.status, row.rectify_by, today)
    return [
        row.number,
        institution.name,
        institution.uscc,
        str(INDUSTRY_LABELS[institution.industry]),
        names.get(institution.region_code, ""),
        str(KINDS[row.kind]),
        str(STATES[row.status]),
        str(row.planned_from or ""),
        str(row.planned_to or ""),
        pages.team_words(row),
        row.notice_no,
        row.opinion_no,
        str(row.rectify_by or ""),
        _("是") if overdue else _("否"),
        clock.show_moment(row.closed_at) if row.closed_at else "",
    ]
