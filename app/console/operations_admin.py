"""Operations for the system administrator: mail by state, jobs, and putting back what was given up."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _

from app.accounts.access import current_account
from app.accounts.security import may
from app.console import operations
from app.core import clock
from app.core.db import commits, db
from app.core.events import Fact, record_many
from app.core.export import send_workbook, workbook
from app.core.parsing import number_of
from app.messages.models import OutboxMail
from app.messages.services import send_again


def _asked() -> tuple[str, str, str]:
    state = request.args.get("state", "")
    recipient = request.args.get("recipient", "").strip()[:60]
    return state if state in operations.MAIL_STATES else "", recipient, request.args.get("order", "")


def _number(text: str) -> int:
    return number_of(text, 9)


class OperationsAdmin(BaseView):
    """Read only but for "send again". The texts of mails are not shown: they are not the administrator's business."""

    route_base = "/console/operations"
    default_view = "list"

    @expose("/", methods=["GET"])
    @has_access
    def list(self) -> Any:
        """Jobs, and one page of the outbox."""
        state, recipient, order = _asked()
        now = clock.now()
        return self.render_template(
            "console/operations.html",
            jobs=operations.job_lines(now),
            job_states=operations.JOB_STATES,
            job_tones=operations.JOB_TONES,
            found=operations.mail_page(state, recipient, order, _number(request.args.get("page", ""))),
            mail_states=operations.MAIL_STATES,
            mail_tones=operations.MAIL_TONES,
            state=state,
            recipient=recipient,
            order=order,
            size=operations.SIZE,
            may_resend=may("can_resend", "OperationsAdmin"),
            has_server=bool(current_app.config["MAIL_SERVER"]),
        )

    @expose("/export", methods=["GET"])
    @has_access
    @permission_name("list")
    def export(self) -> Any:
        """The outbox with the filters that are on, as a workbook."""
        rows = db.session.execute(operations.mail_query(*_asked()))
        data = workbook(
            _("邮件发送情况"), operations.mail_headings(), (_cells(one, name) for one, name in rows)
        )
        return send_workbook(f"{_('邮件发送情况')}-{clock.today():%Y%m%d}.xlsx", data)

    @expose("/resend", methods=["POST"])
    @has_access
    @permission_name("resend")
    @commits
    def resend(self) -> Any:
        """One mail, or everything that was given up, goes back into the queue."""
        wanted, now = _number(request.form.get("mail", "")), clock.now()
        if not wanted and request.form.get("mail") != "all":
            flash(_("请选择要重新发送的邮件。"), "danger")
            return redirect(url_for(".list"))
        found = send_again(now, wanted or None)
        facts = (Fact("MailRequeued", one, (None, None), {}) for one in found)
        record_many(facts, actor=current_account(), now=now)
        if found:
            flash(_("已重新排队的邮件：%(n)s 封。", n=len(found)), "success")
        else:
            flash(_("这封邮件已经重新排队或已发送，没有重复发送。"), "danger")
        return redirect(url_for(".list", state="given_up" if operations.undelivered() else None))


def _cells(mail: OutboxMail, state: str) -> Any:
    waits = state in ("waiting", "retrying")
    return [
        mail.id,
        mail.recipient,
        str(operations.MAIL_STATES[state]),
        clock.show_moment(mail.created_at),
        mail.attempts,
        clock.show_moment(mail.next_try_at) if waits else "",
        clock.show_moment(mail.sent_at) if mail.sent_at else "",
        mail.error or "",
    ]
