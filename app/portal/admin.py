"""The console's screens on announcements and pages."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect
from flask_appbuilder.actions import action
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length

from app.accounts.access import current_account
from app.core import clock
from app.core.badges import badge
from app.core.errors import Refused
from app.core.events import record
from app.core.fab import SafeInterface, SafeModelView
from app.core.fab_fields import TextBlock, TextBox
from app.core.forms import Required
from app.portal.labels import ANNOUNCEMENT_STATE_LABELS, CATEGORY_LABELS
from app.portal.models import Announcement, Page
from app.portal.richtext import editable
from app.portal.rules import CATEGORIES, RELEASED_STATES
from app.portal.services import clean_announcement, clean_page, publish_announcement, withdraw_announcement

BODY_HELP = _l("可直接输入文字，空行分段；也可粘贴 HTML，脚本、样式等不安全内容会被过滤。")
BODY_LENGTH = 100_000


class BodyBlock(TextBlock):
    """A tall text area for long texts."""

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        return super().__call__(field, **{"rows": 16, **kwargs})


def minute(moment: Any) -> Markup:
    """A stored moment in Shanghai time, to the minute, on one line."""
    text = clock.local(moment).strftime("%Y-%m-%d %H:%M") if moment else "——"
    return Markup('<span class="nowrap">{}</span>').format(text)


def body_field(label: Any, *, required: bool = True) -> TextAreaField:
    """A text area for cleaned HTML or plain paragraphs."""
    checks: list[Any] = [Length(max=BODY_LENGTH, message=_l("正文过长，最多 100000 个字符。"))]
    if required:
        checks.insert(0, Required(_l("请填写正文。")))
    return TextAreaField(label, checks, description=BODY_HELP, widget=BodyBlock())


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
        "action": "list",
        "action_post": "list",
        "publish": "edit",
        "withdraw": "edit",
    }
    list_title = _l("公告管理")
    add_title = _l("新增公告")
    edit_title = _l("编辑公告")
    show_title = _l("公告")
    list_columns = ["title", "category", "shown_state", "publish_at", "pinned", "views"]
    show_columns = [
        "title",
        "category",
        "shown_state",
        "publish_at",
        "source",
        "pinned",
        "views",
        "summary",
        "body",
    ]
    add_columns = ["title", "category", "summary", "source", "publish_at", "pinned", "body"]
    edit_columns = add_columns
    search_columns = ["title", "body_text", "category", "status", "publish_at", "pinned"]
    search_choices = {"category": CATEGORY_LABELS, "status": ANNOUNCEMENT_STATE_LABELS}
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
        "body": lambda value: Markup(value),  # noqa: S704 - sanitised when it was written
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
    }
    edit_form_extra_fields = add_form_extra_fields

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
        """Into the history."""
        record("AnnouncementWritten", item, actor=current_account(), states=(None, item.status))

    def post_update(self, item: Announcement) -> None:
        """Into the history."""
        record("AnnouncementChanged", item, actor=current_account(), data={"title": item.title})

    def pre_delete(self, item: Announcement) -> None:
        """Into the history, while there is something to refer to."""
        record("AnnouncementDeleted", item, actor=current_account(), data={"title": item.title})

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


class PageAdmin(SafeModelView):
    """Change the texts of the fixed pages."""

    datamodel = SafeInterface(Page)
    route_base = "/console/pages"
    exclude_route_methods = {"download", "add", "delete", "action", "action_post"}
    base_permissions = ["can_list", "can_show", "can_edit"]
    list_title = _l("页面管理")
    edit_title = _l("编辑页面")
    show_title = _l("页面")
    list_columns = ["title_zh", "title_en", "slug", "changed_at"]
    show_columns = ["title_zh", "title_en", "slug", "changed_at", "body_zh", "body_en"]
    edit_columns = ["title_zh", "body_zh", "title_en", "body_en"]
    search_columns = ["title_zh", "title_en"]
    order_columns = ["title_zh", "slug", "changed_at"]
    base_order = ("slug", "asc")
    label_columns = {
        "slug": _l("地址"),
        "title_zh": _l("中文标题"),
        "title_en": _l("英文标题"),
        "body_zh": _l("中文正文"),
        "body_en": _l("英文正文"),
        "changed_at": _l("修改时间"),
    }
    formatters_columns = {
        "slug": lambda value: f"/pages/{value}",
        "changed_at": minute,
        "body_zh": lambda value: Markup(value),  # noqa: S704 - sanitised when it was written
        "body_en": lambda value: Markup(value),  # noqa: S704 - sanitised when it was written
    }
    edit_form_extra_fields = {
        "title_zh": StringField(
            _l("中文标题"),
            [Required(_l("请填写中文标题。")), Length(max=80, message=_l("标题最多 80 个字。"))],
            widget=TextBox(),
        ),
        "title_en": StringField(
            _l("英文标题"), [Length(max=120, message=_l("标题最多 120 个字符。"))], widget=TextBox()
        ),
        "body_zh": body_field(_l("中文正文")),
        "body_en": body_field(_l("英文正文"), required=False),
    }

    def prefill_form(self, form: Any, pk: Any) -> None:
        """Paragraphs are edited as paragraphs."""
        form.body_zh.data = editable(form.body_zh.data or "")
        form.body_en.data = editable(form.body_en.data or "")

    def pre_update(self, item: Page) -> None:
        """Clean what was typed."""
        clean_page(item, clock.now())

    def post_update(self, item: Page) -> None:
        """Into the history."""
        record("PageChanged", item, actor=current_account(), data={"slug": item.slug})
