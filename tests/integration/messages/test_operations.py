"""The administrator's page of mail and jobs: states, last errors, sending again, and what stays hidden."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask_babel import force_locale
from openpyxl import load_workbook

from app.console.operations import JOB_WORDS, result_words
from app.core import clock
from app.core.db import db
from app.core.events import Event
from app.core.jobs import ScheduledJob
from app.jobs import JOBS
from app.messages.models import OutboxMail
from app.messages.services import queue_mail
from tests.at_once import at_once
from tests.factories import make_account
from tests.statements import counted_statements

PAGE = "/console/operations/"
SECRET = "金丝雀融资担保有限公司报送被退回"


def mail(state: str, number: int = 1) -> OutboxMail:
    now = clock.now()
    made = queue_mail(f"{state}{number}@example.invalid", SECRET, SECRET, now=now)
    assert made is not None
    if state in ("retrying", "given_up"):
        made.error, made.attempts = "550 mailbox unavailable", 8
    made.given_up_at = now if state == "given_up" else None
    made.sent_at = now if state == "sent" else None
    db.session.commit()
    return made


def token(client: Any) -> str:
    found = re.search(
        r'name="csrf_token" value="([^"]+)"', client.get("/console/profile/password").get_data(as_text=True)
    )
    assert found is not None
    return found[1]


@pytest.fixture
def admin(sign_in: Any) -> Any:
    return sign_in(make_account("SystemAdministrator"))


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def test_every_job_has_a_word_and_what_jobs_say_is_read_in_both_languages(app):
    assert set(JOB_WORDS) == {job.name for job in JOBS}
    with app.test_request_context("/"):
        assert result_words("3 sent, 1 failed") == "已发送 3 封，失败 1 封"
        assert result_words("12 messages") == "发出 12 条消息"
        assert result_words("2 institutions") == "更新 2 家机构"
        assert result_words("7 rows, 1 files without a row") == "清理 7 条记录、1 个文件"
    with app.test_request_context("/"), force_locale("en"):
        assert result_words("12 messages") == "12 messages sent"


def test_an_empty_page_says_so_and_lists_jobs_that_never_ran(admin):
    page = text(admin.get(PAGE))
    assert "还没有邮件" in page and page.count("尚未运行") == len(JOBS)


def test_jobs_show_result_duration_failure_and_lateness(admin):
    now = clock.now()
    rows = {
        "send-mail": {"failed": False, "result": "3 sent, 0 failed", "next_at": now + timedelta(seconds=20)},
        "clean-up": {"failed": True, "result": "OSError: disk full", "next_at": now + timedelta(hours=9)},
        "apply-register": {"failed": False, "result": "0 institutions", "next_at": now - timedelta(hours=1)},
    }
    for name, values in rows.items():
        started = now - timedelta(seconds=90)
        db.session.add(
            ScheduledJob(
                name=name, runs=1, started_at=started, finished_at=started + timedelta(seconds=1.5), **values
            )
        )
    db.session.commit()
    page = text(admin.get(PAGE))
    for words in ("已发送 3 封，失败 0 封", "1.5 秒", "OSError: disk full", "失败", "到时未运行", "正常"):
        assert words in page


def test_mail_is_listed_by_state_without_what_it_says(admin):
    for state in ("waiting", "retrying", "given_up", "sent"):
        mail(state)
    page = text(admin.get(PAGE))
    assert "550 mailbox unavailable" in page and SECRET not in page and "金丝雀" not in page
    for state in ("waiting", "retrying", "given_up", "sent"):
        page = text(admin.get(f"{PAGE}?state={state}"))
        assert re.findall(r"(\w+)1<wbr>@example.invalid", page) == [state]
    assert "没有符合条件的邮件" in text(admin.get(f"{PAGE}?recipient=nobody"))
    assert admin.get(f"{PAGE}?state=x&order=y&page=zz&recipient=%25").status_code == 200
    sheet = load_workbook(io.BytesIO(admin.get("/console/operations/export?state=given_up").data)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 2 and rows[1][1] == "given_up1@example.invalid" and SECRET not in str(rows)
    admin.set_cookie("lang", "en")
    english = text(admin.get(PAGE))
    assert "Not delivered" in english and not re.search(r"<main.*[\u4e00-\u9fff].*</main>", english)


def test_what_was_given_up_is_sent_again_once_and_recorded(admin):
    gone, sent, waits = mail("given_up"), mail("sent"), mail("waiting")
    key = token(admin)
    assert admin.get("/console/operations/resend").status_code == 405
    for other in (sent, waits):
        answer = admin.post(
            "/console/operations/resend", data={"csrf_token": key, "mail": other.id}, follow_redirects=True
        )
        assert "没有重复发送" in text(answer)
    again = {"csrf_token": key, "mail": gone.id}
    posts = [lambda: admin.post("/console/operations/resend", data=again)] * 2
    assert [one.status for one in at_once(posts)] == [302, 302]
    assert (gone.given_up_at, gone.attempts, sent.attempts) == (None, 0, 0)
    assert db.session.query(Event).filter_by(kind="MailRequeued").count() == 1


def test_all_of_it_at_a_press(admin):
    for number in range(3):
        mail("given_up", number)
    answer = admin.post(
        "/console/operations/resend", data={"csrf_token": token(admin), "mail": "all"}, follow_redirects=True
    )
    assert "已重新排队的邮件：3 封" in text(answer)
    assert db.session.query(OutboxMail).filter(OutboxMail.given_up_at.is_not(None)).count() == 0
    assert db.session.query(Event).filter_by(kind="MailRequeued").count() == 3


@pytest.mark.parametrize(
    "role", ["SecurityAdministrator", "Auditor", "Supervisor", "Approver", "Inspector", "ContentEditor"]
)
def test_nobody_else_opens_it(sign_in, role):
    gone = mail("given_up")
    client = sign_in(make_account(role))
    assert client.get(PAGE).status_code == 403
    assert client.get("/console/operations/export").status_code == 403
    answer = client.post("/console/operations/resend", data={"csrf_token": token(client), "mail": gone.id})
    assert answer.status_code == 403
    db.session.refresh(gone)
    assert gone.given_up_at is not None


def test_a_page_takes_the_same_statements_however_much_mail_there_is(admin):
    mail("given_up")
    admin.get(PAGE)
    with counted_statements() as few:
        admin.get(PAGE)
    for number in range(2, 45):
        mail("given_up" if number % 2 else "sent", number)
    with counted_statements() as many:
        assert "21" in text(admin.get(f"{PAGE}?page=2"))
    assert len(many) <= len(few) <= 12, "\n".join(many)
