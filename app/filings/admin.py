"""The console's screens on filings: the queue, the review page, periods and the catalogue of forms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts.access import current_account
from app.core import clock
from app.core.badges import badge
from app.core.db import commits
from app.core.errors import DomainError, Invalid
from app.core.events import history
from app.core.fab import SafeInterface, SafeModelView
from app.filings.definitions.models import FormDefinition
from app.filings.definitions.queries import forms_by_id
from app.filings.indicator_page import filed_indicators
from app.filings.labels import EVENTS, FAMILIES, FILING_STATES, FREQUENCIES, INDUSTRIES, word
from app.filings.submissions import review, review_page
from app.filings.submissions.models import Filing
from app.filings.submissions.rules import FILING_WORKFLOW

QUEUE_STATES = {state: FILING_STATES[state] for state in FILING_WORKFLOW.states if state in FILING_STATES}


def shown(moment: datetime | None) -> str:
    """A moment in a list, or a dash."""
    return clock.show_moment(moment) if moment else "—"


class FilingAdmin(SafeModelView):
    """The review queue: what institutions have handed in, newest first."""

    datamodel = SafeInterface(
        Filing, joined=(Filing.institution, Filing.report_set, Filing.period, Filing.reviewer)
    )
    route_base = "/console/filings"
    base_permissions = ["can_list", "can_show"]
    list_title = _l("报送审核")
    list_columns = [
        "institution",
        "report_set",
        "period",
        "status",
        "submitted_at",
        "is_late",
        "warnings",
        "reviewer",
    ]
    show_columns = list_columns
    search_columns = ["institution_name", "status", "period_code", "report_set", "is_late", "submitted_at"]
    search_choices = {"status": QUEUE_STATES}
    order_columns = ["status", "submitted_at", "is_late", "warnings"]
    base_order = ("submitted_at", "desc")
    label_columns = {
        "institution": _l("机构"),
        "institution_name": _l("机构名称"),
        "report_set": _l("报表集"),
        "period": _l("报告期"),
        "period_code": _l("报告期代码"),
        "status": _l("状态"),
        "submitted_at": _l("上报时间"),
        "is_late": _l("逾期"),
        "warnings": _l("提示数"),
        "reviewer": _l("审核人"),
    }
    formatters_columns: dict[str, Any] = {
        "status": lambda value: badge(value, FILING_STATES),
        "submitted_at": shown,
        "period": lambda value: str(value) if value else "—",
        "reviewer": lambda value: str(value) if value else "—",
    }

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """A filing is read on the review page."""
        item = self._item_or_404(pk)
        return redirect(url_for("FilingReview.page", filing_id=item.id))


class FilingReview(BaseView):
    """Everything about one filing side by side, and the decision."""

    route_base = "/console/review"
    default_view = "page"

    @expose("/<int:filing_id>/", methods=["GET"])
    @has_access
    @permission_name("read")
    def page(self, filing_id: int) -> Any:
        """The review page; `?form=DB01` chooses the form."""
        return self._page(filing_id)

    def _page(self, filing_id: int, **extra: Any) -> Any:
        filing = review_page.review_filing(filing_id)
        if filing is None:
            abort(404)
        versions = review_page.versions_of(filing)
        version = versions[0] if versions and filing.number == versions[0].number else None
        former = versions[1] if len(versions) > 1 else None
        marks = review_page.marks_of(filing, version) if version else []
        codes = [code for code in filing.report_set.codes if version and code in version.payload["forms"]]
        chosen = request.args.get("form", "")
        chosen = chosen if chosen in codes else (codes[0] if codes else "")
        view = None
        if version and chosen:
            prior = review_page.prior_payload(filing)
            view = review_page.form_view(chosen, version, former, prior, marks)
        forms = forms_by_id(version.payload["forms"][code]["definition"] for code in codes) if version else {}
        return self.render_template(
            "console/filings/review.html",
            filing=filing,
            version=version,
            former=former,
            codes=codes,
            form_names={form.code: form for form in forms.values()},
            chosen=chosen,
            view=view,
            marks=marks,
            events=history("filing", filing.id),
            event_words=EVENTS,
            state_word=word(FILING_STATES, filing.status),
            indicators=filed_indicators(filing, version),
            may_review=self.appbuilder.sm.has_access("can_review", "FilingReview"),
            me=current_account(),
            **extra,
        )

    @expose("/<int:filing_id>/<verb>", methods=["POST"])
    @has_access
    @permission_name("review")
    def decide(self, filing_id: int, verb: str) -> Any:
        """pick-up, approve, return, mark or unmark; refusals keep what was typed."""
        verbs = {
            "pick-up": self._pick_up,
            "approve": self._approve,
            "return": self._return,
            "mark": self._mark,
            "unmark": self._unmark,
        }
        if verb not in verbs:
            abort(404)
        try:
            message = commits(verbs[verb])(filing_id)
        except DomainError as refusal:
            if refusal.status == 403:
                abort(404)
            flash(refusal.message, "danger")
            return self._page(filing_id, reason=request.form.get("reason", "")), refusal.status
        if message:
            flash(message, "success")
        form = request.form.get("form") or None
        return redirect(url_for("FilingReview.page", filing_id=filing_id, form=form))

    def _seen(self) -> int:
        value = request.form.get("version", "")
        if not value.isdigit() or len(value) > 9:
            raise Invalid(_("页面已过期，请刷新后重试。"))
        return int(value)

    def _pick_up(self, filing_id: int) -> str:
        review.pick_up(filing_id, self._seen(), current_account(), clock.now())
        return _("已开始审核，企业不能再撤回。")

    def _approve(self, filing_id: int) -> str:
        opinion = request.form.get("reason", "")
        review.approve(filing_id, self._seen(), current_account(), clock.now(), opinion)
        return _("已通过。")

    def _return(self, filing_id: int) -> str:
        reason = request.form.get("reason", "")
        filing = review.return_filing(filing_id, self._seen(), current_account(), clock.now(), reason)
        return _(
            "已退回，企业可在 %(until)s 前修改后重新上报。",
            until=clock.show_end(filing.correct_until or clock.now()),
        )

    def _mark(self, filing_id: int) -> str:
        fields = {name: request.form.get(name, "") for name in ("form", "row", "col", "comment")}
        review.add_mark(filing_id, review.Mark(**fields), current_account(), clock.now())
        return ""

    def _unmark(self, filing_id: int) -> str:
        mark_id = request.form.get("mark", "")
        if not mark_id.isdigit() or len(mark_id) > 9:
            raise Invalid(_("页面已过期，请刷新后重试。"))
        review.remove_mark(filing_id, int(mark_id), current_account())
        return ""


class CatalogueAdmin(SafeModelView):
    """The catalogue of forms, by version."""

    datamodel = SafeInterface(FormDefinition)
    route_base = "/console/forms"
    base_permissions = ["can_list", "can_show"]
    list_title = _l("报表目录")
    list_columns = ["code", "name_zh", "industry", "family", "frequency", "version", "effective_from"]
    show_columns = list_columns
    search_columns = ["code", "name_zh", "industry", "family", "frequency"]
    search_choices = {"industry": INDUSTRIES, "family": FAMILIES, "frequency": FREQUENCIES}
    order_columns = ["code", "industry", "family", "frequency", "version", "effective_from"]
    base_order = ("code", "asc")
    label_columns = {
        "code": _l("代码"),
        "name_zh": _l("名称"),
        "industry": _l("行业"),
        "family": _l("类别"),
        "frequency": _l("频率"),
        "version": _l("版本"),
        "effective_from": _l("生效日期"),
    }
    formatters_columns: dict[str, Any] = {
        "industry": lambda value: word(INDUSTRIES, value),
        "family": lambda value: word(FAMILIES, value),
        "frequency": lambda value: word(FREQUENCIES, value),
    }

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """The form as it is printed, with its formulas and checks."""
        definition = self._item_or_404(pk)
        form = forms_by_id([definition.id])[definition.id]
        return self.render_template("console/filings/form.html", definition=definition, form=form)
