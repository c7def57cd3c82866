"""The console's review page: one filing side by side, the decision, versions, and clean filings together."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _

from app.accounts.access import current_account
from app.core import clock
from app.core.db import commits, db
from app.core.errors import DomainError, Invalid
from app.core.events import history
from app.core.files import StoredFile, send_file_row
from app.core.parsing import is_number
from app.filings.definitions.queries import forms_by_id
from app.filings.indicator_page import filed_indicators
from app.filings.labels import EVENTS, INDUSTRIES, filing_word
from app.filings.queue_admin import number, pick
from app.filings.submissions import bulk, compare_page, queue, review, review_page
from app.filings.submissions.models import Filing, FilingVersion


def _page_context(filing: Filing, form: str, look: review_page.Look) -> dict[str, Any]:
    """Everything that the review page shows of a filing and one of its forms."""
    versions = review_page.versions_of(filing)
    version = versions[0] if versions and filing.number == versions[0].number else None
    base = review_page.base_of(version)
    former = base or (versions[1] if len(versions) > 1 else None)
    marks = review_page.marks_of(filing, version) if version else []
    codes = list(version.payload["forms"]) if version else []
    chosen = form if form in codes else (codes[0] if codes else "")
    view = None
    if version and chosen:
        prior = review_page.prior_payload(filing)
        view = review_page.form_view(chosen, version, former, prior, marks, look)
    forms = forms_by_id(version.payload["forms"][code]["definition"] for code in codes) if version else {}
    return {
        "filing": filing,
        "version": version,
        "former": former,
        "base": base,
        "versions": review_page.version_list(filing),
        "codes": codes,
        "form_names": {form.code: form for form in forms.values()},
        "noted": _noted(version, marks),
        "chosen": chosen,
        "view": view,
        "marks": marks,
        "indicators": filed_indicators(filing, version),
    }


def _noted(version: FilingVersion | None, marks: list[Any]) -> dict[str, int]:
    """How many findings and marks each form has, for the tabs."""
    codes = [finding["form"] for finding in version.payload.get("warnings", [])] if version else []
    codes += [mark.form_code for mark in marks]
    return {code: codes.count(code) for code in codes}


class FilingReview(BaseView):
    """Everything about one filing side by side, and the decision."""

    route_base = "/console/review"
    default_view = "page"

    @expose("/<int:filing_id>/", methods=["GET"])
    @has_access
    @permission_name("read")
    def page(self, filing_id: int) -> Any:
        """The review page; `?form=DB01` chooses the form, `only` and `page` its rows."""
        return self._page(filing_id)

    def _page(self, filing_id: int, **extra: Any) -> Any:
        filing = self._filing_or_404(filing_id)
        only = request.values.get("only", "")
        look = review_page.Look(
            only if only in review_page.ONLY else "", number("page", 1), request.args.get("row", "")
        )
        today = clock.today()
        return self.render_template(
            "console/filings/review.html",
            **_page_context(filing, request.values.get("form", ""), look),
            look=look,
            events=history("filing", filing.id),
            event_words=EVENTS,
            state_word=filing_word(filing),
            may_review=self.appbuilder.sm.has_access("can_review", "FilingReview"),
            me=current_account(),
            until=request.form.get("until") or review.correction_day(today).isoformat(),
            today=today,
            **extra,
        )

    def _filing_or_404(self, filing_id: int) -> Filing:
        filing = review_page.review_filing(filing_id)
        if filing is None:
            abort(404)
        return filing

    @expose("/<int:filing_id>/file/<int:file_id>", methods=["GET"])
    @has_access
    @permission_name("read")
    def file(self, filing_id: int, file_id: int) -> Any:
        """A file that came with one of the filing's versions."""
        filing = self._filing_or_404(filing_id)
        if file_id not in review_page.file_ids(filing):
            abort(404)
        return send_file_row(db.session.get_one(StoredFile, file_id))

    @expose("/<int:filing_id>/compare", methods=["GET"])
    @has_access
    @permission_name("read")
    def compare(self, filing_id: int) -> Any:
        """What differs between two versions; without numbers the last two."""
        filing = self._filing_or_404(filing_id)
        versions = review_page.version_list(filing)
        last = versions[0].number if versions else 0
        first = 0 if filing.change_form else 1  # of a change also what was in force before it
        newer = number("to", last)
        older = number("from", max(first, newer - 1))
        if older > newer:
            older, newer = newer, older
        pair = review_page.pair_of(filing, older, newer)
        if pair is None:
            abort(404)
        return self.render_template(
            "console/filings/compare.html",
            filing=filing,
            versions=versions,
            older=pair[0],
            newer=pair[1],
            base=review_page.base_of(pair[1]),
            found=compare_page.compare(pair[0], pair[1]),
            most=compare_page.MOST_SHOWN,
        )

    @expose("/<int:filing_id>/<verb>", methods=["POST"])
    @has_access
    @permission_name("review")
    def decide(self, filing_id: int, verb: str) -> Any:
        """pick-up, release, take-over, approve, return, mark or unmark; refusals keep what was typed."""
        verbs = {
            "pick-up": self._pick_up,
            "release": self._release,
            "take-over": self._take_over,
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
            typed = {name: request.form.get(name, "") for name in ("reason", "comment")}
            return self._page(filing_id, **typed), refusal.status
        if message:
            flash(message, "success")
        return redirect(self._back(filing_id))

    def _back(self, filing_id: int) -> str:
        """To the same form, and to the cell that was marked."""
        row, col = request.form.get("row", ""), request.form.get("col", "")
        kept: dict[str, Any] = {name: request.form.get(name) or None for name in ("form", "only")}
        anchor = f"cell-{row}-{col}" if row and col else None
        return url_for("FilingReview.page", filing_id=filing_id, row=row or None, _anchor=anchor, **kept)

    def _seen(self) -> int:
        value = request.form.get("version", "")
        if not is_number(value, 9):
            raise Invalid(_("页面已过期，请刷新后重试。"))
        return int(value)

    def _pick_up(self, filing_id: int) -> str:
        review.pick_up(filing_id, self._seen(), current_account(), clock.now())
        return _("已领取，企业不能再撤回。")

    def _release(self, filing_id: int) -> str:
        review.release(filing_id, self._seen(), current_account(), clock.now())
        return _("已放回，其他监管人员可以领取，企业也可以撤回。")

    def _take_over(self, filing_id: int) -> str:
        review.take_over(filing_id, self._seen(), current_account(), clock.now())
        return _("已接手，由您继续审核。")

    def _approve(self, filing_id: int) -> str:
        opinion = request.form.get("reason", "")
        review.approve(filing_id, self._seen(), current_account(), clock.now(), opinion)
        return _("已通过。")

    def _return(self, filing_id: int) -> str:
        reason, day = request.form.get("reason", ""), request.form.get("until", "")
        try:
            until = date.fromisoformat(day) if day else None
        except ValueError:
            raise Invalid(_("补正期限不是有效的日期，请重新选择。")) from None
        filing = review.return_filing(filing_id, self._seen(), current_account(), clock.now(), reason, until)
        if filing.correct_until is None:
            return _("已退回，企业修改后可重新上报。")
        return _(
            "已退回，企业可在 %(until)s 前修改后重新上报。",
            until=clock.show_end(filing.correct_until),
        )

    def _mark(self, filing_id: int) -> str:
        fields = {name: request.form.get(name, "") for name in ("form", "row", "col", "comment")}
        review.add_mark(filing_id, review.Mark(**fields), current_account(), clock.now())
        return ""

    def _unmark(self, filing_id: int) -> str:
        mark_id = request.form.get("mark", "")
        if not is_number(mark_id, 9):
            raise Invalid(_("页面已过期，请刷新后重试。"))
        review.remove_mark(filing_id, int(mark_id), current_account())
        return ""

    @expose("/bulk", methods=["POST"])
    @has_access
    @permission_name("review")
    def bulk(self) -> Any:
        """What of the chosen filings can be approved together, and why the others cannot; changes nothing."""
        ids = [int(key) for key in request.form.getlist("filing") if is_number(key, 9)]
        if not ids:
            flash(_("请先勾选要通过的报送。"), "warning")
            return redirect(url_for("FilingAdmin.list"))
        me = current_account().id
        told = [(row, bulk.why_not(row, me)) for row in queue.rows_by_id(ids[: bulk.MOST])]
        ready = [(row, reasons) for row, reasons in told if not reasons]
        left = [(row, reasons) for row, reasons in told if reasons]
        return self._bulk_page(ready, left, None)

    @expose("/bulk/approve", methods=["POST"])
    @has_access
    @permission_name("review")
    def bulk_approve(self) -> Any:
        """Approve those that were listed, each for itself, and tell what became of each."""
        seen = _pairs(request.form.getlist("filing"))
        if not seen:
            flash(_("请先勾选要通过的报送。"), "warning")
            return redirect(url_for("FilingAdmin.list"))
        opinion = request.form.get("opinion", "")[:500]
        outcome = bulk.approve_together(seen, current_account().id, clock.now(), opinion)
        problems = {one.filing_id: one.problem for one in outcome}
        told = [(row, [problems[row.id]]) for row in queue.rows_by_id(seen)]
        ready = [(row, reasons) for row, reasons in told if not reasons[0]]
        left = [(row, reasons) for row, reasons in told if reasons[0]]
        return self._bulk_page(ready, left, outcome)

    def _bulk_page(self, ready: Any, left: Any, outcome: Any) -> Any:
        return self.render_template(
            "console/filings/bulk.html",
            ready=ready,
            left=left,
            outcome=outcome,
            pick=pick,
            industries=INDUSTRIES,
        )


def _pairs(texts: list[str]) -> dict[int, int]:
    """{filing: version that was seen}, from "12-3"."""
    found = {}
    for text in texts[: bulk.MOST]:
        filing_id, _dash, version = text.partition("-")
        if is_number(filing_id, 9) and is_number(version, 9):
            found[int(filing_id)] = int(version)
    return found
