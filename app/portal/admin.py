"""The console's screen on pages, and the field for texts with pictures that announcements have too."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from app.accounts.access import current_account
from app.core import clock
from app.core.events import record
from app.core.fab import SafeInterface, SafeModelView
from app.core.fab_fields import TextBlock, TextBox
from app.core.forms import Required
from app.portal.media import note_uses
from app.portal.models import Page
from app.portal.richtext import editable, reading
from app.portal.services import clean_page

BODY_HELP = _l("图片可直接粘贴或上传（jpg、png）；脚本、样式和外部网站的图片会被过滤。")
BODY_LENGTH = 100_000


class BodyBlock(TextBlock):
    """A tall text area for long texts; with script it becomes the editor (static/js/portal/editor.js)."""

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        return super().__call__(field, **{"rows": 16, "data-rich-text": "", **kwargs})


def shown_body(value: str) -> Markup:
    """A text in the details of a row; it was sanitised when it was written."""
    inside = Markup(reading(value, str(_l("表格"))))  # noqa: S704 - sanitised when it was written
    return Markup('<div class="article-body">{}</div>').format(inside)


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


class PageAdmin(SafeModelView):
    """Change the texts of the fixed pages."""

    datamodel = SafeInterface(Page)
    route_base = "/console/pages"
    exclude_route_methods = {"download", "add", "delete", "action", "action_post"}
    base_permissions = ["can_list", "can_show", "can_edit"]
    list_title = _l("页面管理")
    edit_template = "console/announcements/edit.html"
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
        "body_zh": shown_body,
        "body_en": shown_body,
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
        """Into the history, with the pictures that it shows now."""
        note_uses("page", item.id, item.body_zh, item.body_en)
        record("PageChanged", item, actor=current_account(), data={"slug": item.slug})
