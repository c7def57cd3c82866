"""The console's review queue: filters, counts, search, export."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _

from app.accounts.access import current_account
from app.accounts.security import may
from app.core import clock
from app.core.export import send_workbook, workbook
from app.core.i18n import lang
from app.core.parsing import is_number, number_of
from app.filings.labels import FAMILIES, FILING_STATES, INDUSTRIES, filing_word, word
from app.filings.submissions import queue, review_page
from app.filings.submissions.bulk import why_not

SIZES = (20, 50, 100)


def number(name: str, usual: int) -> int:
    """A whole number of the address; the usual one when it is none."""
    text = request.args.get(name, "")
    return number_of(text, 7, usual)


def pick(row: Any, name: str) -> str:
    """`name`_zh or `name`_en of a row, in the reader's language."""
    return str(getattr(row, f"{name}_en" if lang() == "en" else f"{name}_zh") or "")


def asked() -> queue.QueueFilter:
    """The filters in the address; without any state the queue shows what waits."""
    arguments = request.args.to_dict()
    arguments.setdefault("state", "submitted")
    return queue.QueueFilter.of(arguments, current_account().id)


class FilingAdmin(BaseView):
    """What institutions have handed in, what waits longest first."""

    route_base = "/console/filings"
    default_view = "list"

    @expose("/list/", methods=["GET"])
    @has_access
    def list(self) -> Any:
        """One page of the queue."""
        wanted = asked()
        size = number("size", SIZES[0])
        size = size if size in SIZES else SIZES[0]
        order = request.args.get("order", "")
        found = queue.queue_page(wanted, order, number("page", 1), size)
        me = current_account().id
        may_review = may("can_review", "FilingReview")
        clean = {row.id for row in found.rows if may_review and not why_not(row, me)}
        return self.render_template(
            "console/filings/queue.html",
            asked=wanted,
            found=found,
            choices=queue.choices(),
            clean=clean,
            may_review=may_review,
            sees_files=may("can_show", "InstitutionAdmin"),
            states=[(state, word(FILING_STATES, state)) for state in queue.STATES],
            state_words=FILING_STATES,
            filing_word=filing_word,
            industries=INDUSTRIES,
            families=FAMILIES,
            order=order if order in queue.ORDERS else "",
            size=size,
            sizes=SIZES,
            pick=pick,
            me=me,
            now=clock.now(),
        )

    @expose("/export", methods=["GET"])
    @has_access
    @permission_name("list")
    def export(self) -> Any:
        """The same rows, all of them, as a workbook."""
        rows = queue.queue_rows(asked(), request.args.get("order", ""))
        data = workbook(_("报送审核"), _headings(), (_cells(row) for row in rows))
        return send_workbook(f"{_('报送审核')}-{clock.today():%Y%m%d}.xlsx", data)

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """A filing is read on the review page."""
        filing = review_page.review_filing(int(pk)) if is_number(pk, 9) else None
        if filing is None:
            abort(404)
        return redirect(url_for("FilingReview.page", filing_id=filing.id))


def _headings() -> list[str]:
    return [
        _("机构名称"),
        _("统一社会信用代码"),
        _("行业"),
        _("所属地区"),
        _("报表集"),
        _("报告期"),
        _("状态"),
        _("第几次上报"),
        _("回执编号"),
        _("上报时间"),
        _("是否逾期"),
        _("提示数"),
        _("审核人"),
    ]


def _cells(row: Any) -> list[Any]:
    return [
        row.name,
        row.uscc,
        word(INDUSTRIES, row.industry),
        pick(row, "region"),
        pick(row, "set"),
        pick(row, "period") or (row.period_code if row.change_form else ""),
        str(filing_word(row)),
        row.number,
        row.receipt_no,
        clock.show_moment(row.submitted_at) if row.submitted_at else "",
        _("是") if row.is_late else _("否"),
        row.warnings,
        row.reviewer,
    ]
