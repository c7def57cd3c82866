"""The console's screens on suggestions of the public."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts.access import current_account
from app.accounts.security import may
from app.core import clock
from app.core.badges import badge
from app.core.db import commits
from app.core.errors import DomainError
from app.core.events import history
from app.core.fab import SafeInterface, SafeModelView
from app.portal.admin import minute
from app.portal.labels import SUGGESTION_STATE_LABELS, TOPIC_LABELS
from app.portal.models import Suggestion
from app.portal.rules import masked_contact
from app.portal.services import reply_to_suggestion, take_up_suggestion

EVENT_LABELS = {
    "SuggestionReceived": _l("收到意见建议"),
    "SuggestionTakenUp": _l("开始办理"),
    "SuggestionReplied": _l("答复"),
}
TONES = {"received": "open", "processing": "pending", "replied": "done"}


class SuggestionAdmin(SafeModelView):
    """Read and answer suggestions."""

    datamodel = SafeInterface(Suggestion)
    route_base = "/console/suggestions"
    exclude_route_methods = {"download", "add", "edit", "delete", "action", "action_post"}
    base_permissions = ["can_list", "can_show", "can_reply"]
    list_title = _l("意见建议")
    list_columns = ["receipt", "topic", "name", "contact", "status", "received_at", "replied_at"]
    show_columns = list_columns
    search_columns = ["receipt", "topic", "status", "received_at", "text"]
    search_choices = {"topic": TOPIC_LABELS, "status": SUGGESTION_STATE_LABELS}
    order_columns = ["receipt", "topic", "status", "received_at", "replied_at"]
    base_order = ("received_at", "desc")
    label_columns = {
        "receipt": _l("回执编号"),
        "name": _l("姓名"),
        "contact": _l("联系方式"),
        "topic": _l("主题"),
        "text": _l("内容"),
        "status": _l("状态"),
        "received_at": _l("收到时间"),
        "replied_at": _l("答复时间"),
    }
    formatters_columns = {
        "topic": lambda value: TOPIC_LABELS.get(value, value),
        "contact": masked_contact,
        "status": lambda value: badge(value, SUGGESTION_STATE_LABELS),
        "received_at": minute,
        "replied_at": minute,
    }

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """The suggestion, its course and the form for the answer."""
        return self._page(self._item_or_404(pk))

    @expose("/reply/<pk>", methods=["POST"])
    @has_access
    @permission_name("reply")
    @commits
    def reply(self, pk: str) -> Any:
        """Answer."""
        item = self._item_or_404(pk)
        typed = request.form.get("reply", "")[:5000]
        try:
            reply_to_suggestion(item, typed, actor=current_account(), now=clock.now())
        except DomainError as refusal:
            return self._page(item, typed=typed, problem=refusal.message), 422
        flash(_("已答复 %(receipt)s，来信人可凭回执编号查看。", receipt=item.receipt), "success")
        return redirect(url_for("SuggestionAdmin.show", pk=pk))

    @expose("/take_up/<pk>", methods=["POST"])
    @has_access
    @permission_name("reply")
    @commits
    def take_up(self, pk: str) -> Any:
        """Say that somebody works on it."""
        item = self._item_or_404(pk)
        try:
            take_up_suggestion(item, actor=current_account(), now=clock.now())
        except DomainError as refusal:
            flash(refusal.message, "warning")
        else:
            flash(_("已标记为办理中。"), "success")
        return redirect(url_for("SuggestionAdmin.show", pk=pk))

    def _page(self, item: Suggestion, typed: str | None = None, problem: str = "") -> str:
        course = [
            {
                "title": EVENT_LABELS.get(entry.kind, entry.kind),
                "who": entry.actor_name,
                "when": entry.at,
                "state": entry.to_state,
                "label": SUGGESTION_STATE_LABELS.get(entry.to_state or "", ""),
                "tone": TONES.get(entry.to_state or "", ""),
            }
            for entry in history("portal_suggestion", item.id)
        ]
        page: str = self.render_template(
            "console/announcements/suggestion.html",
            item=item,
            course=course,
            tone=TONES[item.status],
            states=SUGGESTION_STATE_LABELS,
            topics=TOPIC_LABELS,
            typed=item.reply if typed is None else typed,
            problem=problem,
            may_reply=may("can_reply", "SuggestionAdmin"),
        )
        return page
