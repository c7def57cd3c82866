"""One's own messages: list, opening, settings, in the face that the account belongs to."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts.access import current_account, home_of, login_required
from app.accounts.models import ENTERPRISE
from app.accounts.notices import ALWAYS_BY_MAIL
from app.core import clock
from app.core.db import commits
from app.core.i18n import is_local_target, lang
from app.core.parsing import is_number, number_of
from app.messages import inbox
from app.messages.rules import GROUPS, event_kinds

blueprint = Blueprint("messages", __name__, url_prefix="/<any(workspace, console):face>/messages")
PAGE_SIZE = 20
GROUP_WORDS = {
    "admission": _l("注册和准入"),
    "filings": _l("报送办理"),
    "deadlines": _l("报送时限"),
    "inspections": _l("现场检查"),
    "portal": _l("意见建议"),
    "account": _l("账号安全"),
}
KIND_WORDS = {
    "registration_decided": _l("注册审核结果"),
    "application_decided": _l("准入申请审批结果"),
    "application_filed": _l("变更备案结果"),
    "application_reported": _l("变更报告已阅或退回"),
    "filing_returned": _l("报送被退回"),
    "filing_approved": _l("报送审核已通过"),
    "filing_reminder": _l("收到催报"),
    "window_open": _l("报送开放"),
    "due_soon": _l("报送即将截止"),
    "overdue": _l("报送逾期"),
    "extension_decided": _l("延期审批结果"),
    "notice_served": _l("检查通知书送达"),
    "opinion_sent": _l("检查意见书送达"),
    "rectification_due": _l("整改即将到期"),
    "rectification_overdue": _l("整改逾期"),
    "rectification_returned": _l("整改反馈被退回"),
    "rectification_accepted": _l("整改验收通过"),
    "inspection_answered": _l("企业确认或反馈检查文书"),
    "document_returned": _l("检查资料被退回"),
    "inspection_cancelled": _l("现场检查取消"),
    "inspection_closed": _l("现场检查办结"),
    "inspection_transferred": _l("检查事项移送"),
    "inspection_plan_waiting": _l("检查计划待审批"),
    "inspection_plan_decided": _l("检查计划审批结果"),
    "inspection_opinion_waiting": _l("检查意见书待签批"),
    "inspection_opinion_decided": _l("检查意见书签批结果"),
    "suggestion_replied": _l("意见建议答复"),
    "password_changed": _l("密码已修改"),
    "factor_enabled": _l("已启用动态口令"),
    "factor_disabled": _l("已停用动态口令"),
    "factor_reset": _l("动态口令已被重置"),
    "codes_renewed": _l("备用码已更换"),
    "email_changed": _l("邮箱已变更"),
}
# What only the regulator's people are told, and what nobody can choose: they have no account, or are always told.
STAFF_KINDS, NOBODYS = (
    frozenset(
        {
            "inspection_answered",
            "inspection_plan_waiting",
            "inspection_plan_decided",
            "inspection_opinion_waiting",
            "inspection_opinion_decided",
        }
    ),
    frozenset({"suggestion_replied"}) | ALWAYS_BY_MAIL,
)


def _own_face(face: str) -> None:
    if face != ("workspace" if current_account().kind == ENTERPRISE else "console"):
        abort(404)


def _page_number() -> int:
    raw = request.args.get("page", "1")
    return max(1, number_of(raw, 6, 1))


@blueprint.get("/")
@login_required
def index(face: str) -> Any:
    """The inbox, newest first."""
    _own_face(face)
    unread = request.args.get("show") == "unread"
    number = _page_number()
    rows, total = inbox.page(current_account().id, unread=unread, number=number, size=PAGE_SIZE)
    return render_template(
        "messages/index.html",
        face=face,
        rows=rows,
        total=total,
        unread=unread,
        page=number,
        pages=max(1, -(-total // PAGE_SIZE)),
        newest=max((row.id for row in rows), default=0),
        kind_words=KIND_WORDS,
        language=lang(),
    )


@blueprint.post("/<int:message_id>/open")
@login_required
@commits
def open_message(face: str, message_id: int) -> Any:
    """Note that it has been read, and go to what it is about."""
    _own_face(face)
    message = inbox.own_message(current_account().id, min(message_id, 2**31 - 1))
    if message is None:
        abort(404)
    inbox.mark_read(message, clock.now())
    target = message.link if is_local_target(message.link) else url_for(".index", face=face)
    return redirect(target, 303)


@blueprint.post("/read-all")
@login_required
@commits
def read_all(face: str) -> Any:
    """Everything up to the newest message that the reader has seen listed."""
    _own_face(face)
    raw = request.form.get("newest", "")
    if not is_number(raw, 9):
        abort(400)
    inbox.mark_all_read(current_account().id, int(raw), clock.now())
    flash(_("消息已全部标为已读。"), "success")
    return redirect(url_for(".index", face=face))


@blueprint.get("/settings")
@login_required
def settings(face: str) -> Any:
    """Which events come by e-mail, and in which language."""
    _own_face(face)
    account = current_account()
    setting = inbox.setting_of(account.id)
    return render_template(
        "messages/settings.html",
        face=face,
        groups=_groups(account.kind == ENTERPRISE),
        setting=setting,
        email=account.email,
        home=home_of(account),
    )


@blueprint.post("/settings")
@login_required
@commits
def save_settings(face: str) -> Any:
    """Keep them."""
    _own_face(face)
    offered = {name for _word, kinds in _groups(face == "workspace") for name, _title in kinds}
    wanted = set(request.form.getlist("email")) | (set(event_kinds()) - offered)
    inbox.keep_setting(current_account().id, request.form.get("language", "zh"), wanted)
    flash(_("通知设置已保存。"), "success")
    return redirect(url_for(".settings", face=face))


def _groups(enterprise: bool) -> list[tuple[Any, list[tuple[str, Any]]]]:
    """(group, kinds) that this face is told about."""
    found: dict[str, list[tuple[str, Any]]] = {name: [] for name in GROUPS}
    for kind in event_kinds().values():
        if kind.name not in NOBODYS and (kind.name in STAFF_KINDS) is not enterprise:
            found[kind.group].append((kind.name, KIND_WORDS[kind.name]))
    return [(GROUP_WORDS[name], kinds) for name, kinds in found.items() if kinds]
