"""The console's screens on announcements."""

from __future__ import annotations

import functools
from types import SimpleNamespace
from typing import Any

from flask import abort, flash, g, jsonify, redirect, render_template, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.actions import action
from flask_appbuilder.models.sqla.filters import BaseFilter
from flask_appbuilder.security.decorators import permission_name
from flask_babel import lazy_gettext as _l
from wtforms import MultipleFileField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from app.accounts.access import current_account
from app.accounts.security import may
from app.core import clock
from app.core.badges import badge
from app.core.db import commits
from app.core.errors import DomainError, Refused
from app.core.events import history, record
from app.core.fab import SafeInterface, SafeModelView
from app.core.fab_fields import TextBlock, TextBox
from app.core.forms import Required
from app.portal import labels, media
from app.portal.admin import body_field, minute
from app.portal.labels import ANNOUNCEMENT_STATE_LABELS, CATEGORY_LABELS
from app.portal.models import Announcement
from app.portal.navigation import portal_context
from app.portal.queries import in_shown_state, neighbours
from app.portal.richtext import editable
from app.portal.rules import CATEGORIES, RELEASED_STATES
from app.portal.services import (
    as_written,
    clean_announcement,
    pin_announcement,
    publish_announcement,
    withdraw_announcement,
)

EVENT_LABELS = {
    "AnnouncementWritten": _l("新增"),
    "AnnouncementChanged": _l("修改"),
    "AnnouncementPublished": _l("发布"),
    "AnnouncementScheduled": _l("定时发布"),
    "AnnouncementWithdrawn": _l("撤回"),
    "AnnouncementPinned": _l("置顶"),
    "AnnouncementUnpinned": _l("取消置顶"),
    "AnnouncementFilesChanged": _l("更改附件"),
}
TONES = {"draft": "draft", "scheduled": "pending", "published": "done", "withdrawn": "closed"}


class ShownStateFilter(BaseFilter):
    """The state as people read it: what was scheduled is published once its moment has come."""

    name = _l("等于")
    arg_name = "eq"

    def apply(self, query: Any, value: Any) -> Any:
        """Rows in that state now; none for a state that does not exist."""
        return query.filter(in_shown_state(str(value), clock.now()))


class AnnouncementAdmin(SafeModelView):
    """Write, release and withdraw announcements."""

    datamodel = SafeInterface(Announcement)
    route_base = "/console/announcements"
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete"]
    method_permission_name = {
        "list": "list",
        "show": "show",
        "add": "add",
        "edit": "edit",
        "delete": "delete",
        "preview": "edit",
        "preview_unsaved": "edit",
        "upload_picture": "edit",
        "detach": "edit",
        "action": "list",
        "action_post": "list",
        "publish": "edit",
        "withdraw": "edit",
        "pin": "edit",
        "unpin": "edit",
    }
    add_template = edit_template = "console/announcements/edit.html"
    list_title = _l("公告管理")
    add_title = _l("新增公告")
    edit_title = _l("编辑公告")
    show_title = _l("公告")
    list_columns = ["title", "category", "shown_state", "publish_at", "pinned", "views"]
    show_columns = list_columns
    add_columns = ["title", "category", "summary", "source", "publish_at", "pinned", "body", "files"]
    edit_columns = add_columns
    search_columns = ["title", "body_text", "category", "status", "publish_at", "pinned"]
    search_choices = {"category": CATEGORY_LABELS, "status": ANNOUNCEMENT_STATE_LABELS}
    search_filters = {"status": ShownStateFilter}
    order_columns = ["title", "category", "publish_at", "pinned"]
    base_order = ("changed_at", "desc")
    label_columns = {
        "title": _l("标题"),
        "summary": _l("摘要"),
        "category": _l("分类"),
        "body": _l("正文"),
        "body_text": _l("正文"),
        "source": _l("来源"),
        "status": _l("状态"),
        "shown_state": _l("状态"),
        "publish_at": _l("发布时间"),
        "pinned": _l("置顶"),
        "views": _l("浏览次数"),
    }
    description_columns = {
        "publish_at": _l("留空表示点击“发布”时立即公开；填写将来的时间，则到时自动公开。"),
        "summary": _l("一两句话，显示在列表和分享卡片中，可不填。"),
    }
    formatters_columns = {
        "category": lambda value: CATEGORY_LABELS.get(value, value),
        "shown_state": lambda value: badge(value, ANNOUNCEMENT_STATE_LABELS),
        "publish_at": minute,
    }
    add_form_extra_fields = {
        "title": StringField(
            _l("标题"),
            [Required(_l("请填写标题。")), Length(max=120, message=_l("标题最多 120 个字。"))],
            widget=TextBox(),
        ),
        "category": SelectField(
            _l("分类"),
            [Required(_l("请选择分类。"))],
            choices=[("", _l("请选择")), *((code, CATEGORY_LABELS[code]) for code in CATEGORIES)],
        ),
        "summary": TextAreaField(
            _l("摘要"),
            [Length(max=300, message=_l("摘要最多 300 个字。"))],
            description=description_columns["summary"],
            widget=TextBlock(),
        ),
        "source": StringField(
            _l("来源"), [Length(max=60, message=_l("来源最多 60 个字。"))], widget=TextBox()
        ),
        "body": body_field(_l("正文")),
        "files": MultipleFileField(
            _l("附件"),
            description=_l("可选多个，每个最大 10 MB：pdf、jpg、png、docx、xlsx。已有附件在公告页中删除。"),
        ),
    }
    edit_form_extra_fields = add_form_extra_fields

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """The announcement with its state, attachments and history."""
        item = self._item_or_404(pk)
        course = [
            {
                "title": EVENT_LABELS.get(entry.kind, entry.kind),
                "who": entry.actor_name,
                "when": entry.at,
                "tone": TONES.get(entry.to_state or "", ""),
            }
            for entry in history("portal_announcement", item.id)
        ]
        return self.render_template(
            "console/announcements/show.html",
            item=item,
            labels=labels,
            course=course,
            tone=TONES[item.shown_state],
            attachments=media.attachments(item.id),
            may_edit=may("can_edit", "AnnouncementAdmin"),
            may_delete=may("can_delete", "AnnouncementAdmin"),
        )

    @expose("/preview/<pk>", methods=["GET"])
    @has_access
    @permission_name("edit")
    def preview(self, pk: str) -> Any:
        """A saved announcement exactly as the public will see it."""
        item = self._item_or_404(pk)
        return self._as_public(item, media.attachments(item.id))

    @expose("/preview", methods=["POST"])
    @has_access
    @permission_name("edit")
    def preview_unsaved(self) -> Any:
        """What is being written, exactly as the public would see it; nothing is stored."""
        form = self.add_form.refresh(request.form)
        values = {
            name: form[name].data for name in ("title", "category", "summary", "source", "publish_at", "body")
        }
        if values["category"] not in CATEGORIES:
            values["category"] = CATEGORIES[0]
        item = SimpleNamespace(id=0, pinned=False, **values)
        as_written(item)
        return self._as_public(item, [])

    def _as_public(self, item: Any, attachments: Any) -> str:
        now = clock.now()
        shown_at = item.publish_at or now
        place = SimpleNamespace(publish_at=shown_at, id=item.id, category=item.category)
        older, newer = neighbours(place, now)
        return render_template(
            "portal/news_item.html",
            **portal_context(),
            user_menu=None,  # the public has none
            labels=labels,
            item=item,
            shown_at=shown_at,
            older=older,
            newer=newer,
            views=getattr(item, "views", 0),
            attachments=attachments,
            preview=True,
        )

    @expose("/pictures", methods=["POST"])
    @has_access
    @permission_name("edit")
    @commits
    def upload_picture(self) -> Any:
        """Take in a picture of a text that is being written; the answer is what the editor expects."""
        upload = request.files.get("picture")
        if upload is None or not upload.filename:
            abort(400)
        try:
            stored = media.take_picture(upload, actor=current_account(), now=clock.now())
        except DomainError as refusal:
            return jsonify(errno=1, message=str(refusal.message)), refusal.status
        return jsonify(errno=0, data={"url": media.address(stored), "alt": "", "href": ""})

    @expose("/detach/<pk>/<int:file_id>", methods=["POST"])
    @has_access
    @permission_name("edit")
    @commits
    def detach(self, pk: str, file_id: int) -> Any:
        """Remove one attachment."""
        item = self._item_or_404(pk)
        self._change_files(item, [str(file_id)])
        return redirect(url_for("AnnouncementAdmin.show", pk=pk))

    def _change_files(self, item: Announcement, dropped: Any = ()) -> None:
        uploads, actor, now = request.files.getlist("files"), current_account(), clock.now()
        added, removed = media.change_attachments(item, uploads, dropped, actor=actor, now=now)
        if added or removed:
            record(
                "AnnouncementFilesChanged",
                item,
                actor=actor,
                now=now,
                data={"added": added, "removed": removed},
            )

    def post_add_redirect(self) -> Any:
        """To the announcement, where it is released."""
        return redirect(url_for("AnnouncementAdmin.show", pk=g.saved_announcement))

    post_edit_redirect = post_add_redirect

    def prefill_form(self, form: Any, pk: Any) -> None:
        """Paragraphs are edited as paragraphs."""
        form.body.data = editable(form.body.data or "")

    def pre_add(self, item: Announcement) -> None:
        """Clean what was typed."""
        clean_announcement(item, clock.now())

    def pre_update(self, item: Announcement) -> None:
        """Clean what was typed; a released announcement keeps a moment of publication."""
        now = clock.now()
        clean_announcement(item, now)
        if item.status in RELEASED_STATES and item.publish_at is None:
            item.publish_at = now

    def post_add(self, item: Announcement) -> None:
        """Into the history, with the files that came along."""
        record("AnnouncementWritten", item, actor=current_account(), states=(None, item.status))
        self._keep_media(item)

    def post_update(self, item: Announcement) -> None:
        """Into the history, with the files that came along."""
        record("AnnouncementChanged", item, actor=current_account(), data={"title": item.title})
        self._keep_media(item)

    def _keep_media(self, item: Announcement) -> None:
        media.note_uses("announcement", item.id, item.body)
        self._change_files(item)
        g.saved_announcement = item.id

    def pre_delete(self, item: Announcement) -> None:
        """Into the history, while there is something to refer to."""
        record("AnnouncementDeleted", item, actor=current_account(), data={"title": item.title})
        media.remove_all_files(item)

    @action(
        "publish",
        _l("发布"),
        _l("确定发布所选公告吗？发布后所有人可见；发布时间在将来的，到时自动公开。"),
        "send",
    )
    def publish(self, items: Any) -> Any:
        """Release one or several."""
        return self._each(items, publish_announcement, _l("已发布 %(n)s 条公告。"))

    @action("withdraw", _l("撤回"), _l("确定撤回所选公告吗？撤回后门户上立即不可见。"), "arrow-back-up")
    def withdraw(self, items: Any) -> Any:
        """Take one or several back."""
        return self._each(items, withdraw_announcement, _l("已撤回 %(n)s 条公告。"))

    @action("pin", _l("置顶"), "", "pin")
    def pin(self, items: Any) -> Any:
        """Put one or several in front of their category."""
        return self._each(
            items, functools.partial(pin_announcement, pinned=True), _l("已置顶 %(n)s 条公告。")
        )

    @action("unpin", _l("取消置顶"), "", "pinned-off")
    def unpin(self, items: Any) -> Any:
        """Back among the others."""
        return self._each(
            items, functools.partial(pin_announcement, pinned=False), _l("已取消置顶 %(n)s 条公告。")
        )

    def _each(self, items: Any, verb: Any, message: Any) -> Any:
        done = 0
        for item in items if isinstance(items, list) else [items]:
            try:
                verb(item, actor=current_account(), now=clock.now())
                done += 1
            except Refused as refusal:  # refused before anything changed: the others go on
                flash(refusal.message, "warning")
        if done:
            flash(str(message) % {"n": done}, "success")
        return redirect(self.get_redirect())
