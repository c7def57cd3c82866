"""Suggestions: sent by anybody, answered in the console, read again by receipt number."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.core.captcha import new_token
from app.core.db import db
from app.portal.models import Suggestion
from tests.factories import make_account

GOOD = {
    "name": "测试甲",
    "contact": "13800000001",
    "topic": "service",
    "text": "希望在报送模板中增加填写说明。",
}


@pytest.fixture(autouse=True)
def without_csrf(app, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)


def send(client, **changes):
    return client.post(
        "/suggestions", data={**GOOD, "captcha": "2468", "captcha_token": new_token(), **changes}
    )


def stored() -> list[Suggestion]:
    db.session.rollback()
    return list(db.session.scalars(select(Suggestion)))


def test_a_suggestion_gets_a_receipt_with_which_state_and_reply_can_be_read(client, sign_in):
    answer = send(client)
    assert answer.status_code == 302
    page = client.get(answer.location).text
    receipt = re.search(r"YJ\d{8}-[0-9A-Z]{5}-[0-9A-Z]{5}", page)[0]
    assert "已收到" in client.get(f"/suggestions/status?receipt={receipt}").text
    editor = sign_in(make_account("ContentEditor"))
    item = stored()[0]
    editor.post(f"/console/suggestions/take_up/{item.id}")
    assert "办理中" in client.get(f"/suggestions/status?receipt={receipt.lower()}").text
    editor.post(f"/console/suggestions/reply/{item.id}", data={"reply": "感谢建议，<b>已采纳</b>。"})
    page = client.get(f"/suggestions/status?receipt={receipt}").text
    assert "感谢建议，&lt;b&gt;已采纳" in page and "已答复" in page
    assert "测试甲" not in page and "13800000001" not in page


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "  ", "请填写姓名或称呼"),
        ("contact", "", "请填写手机号或邮箱"),
        ("topic", "unknown", ""),
        ("text", "太短", "10 至 2000 个字"),
        ("text", "长" * 2001, "10 至 2000 个字"),
        ("captcha", "0000", "验证码不正确"),
        ("captcha", "", "请输入图片中的验证码"),
    ],
)
def test_bad_input_is_explained_kept_and_not_stored(client, field, value, message):
    answer = send(client, **{field: value})
    assert answer.status_code == 422
    assert message in answer.text
    assert "希望在报送模板中" in answer.text or field == "text"
    assert stored() == []


def test_a_solved_captcha_works_once(client):
    token = new_token()
    assert send(client, captcha_token=token).status_code == 302
    assert send(client, captcha_token=token).status_code == 422
    assert len(stored()) == 1


def test_control_characters_are_dropped_and_markup_stays_text(client, sign_in):
    send(client, text="第一行\x02\r\n<script>alert(1)</script>第二行", name="测\x01试甲")
    item = stored()[0]
    assert item.text == "第一行\n<script>alert(1)</script>第二行" and item.name == "测试甲"
    page = sign_in(make_account("ContentEditor")).get(f"/console/suggestions/show/{item.id}").text
    assert "<script>alert(1)" not in page


@pytest.mark.parametrize("receipt", ["x", "YJ20260101-AAAAA-BBBBB", "%", "YJ' or 1=1--", "\x01", "9" * 500])
def test_a_receipt_that_is_none_is_explained(client, receipt):
    answer = client.get("/suggestions/status", query_string={"receipt": receipt})
    assert answer.status_code == 200
    assert "回执编号" in answer.text


def test_an_empty_reply_is_refused_and_changes_nothing(client, sign_in):
    send(client)
    item_id = stored()[0].id
    answer = sign_in(make_account("ContentEditor")).post(
        f"/console/suggestions/reply/{item_id}", data={"reply": " "}
    )
    assert answer.status_code == 422 and "请填写答复内容" in answer.text
    assert stored()[0].status == "received"


def test_only_those_who_may_can_read_or_answer(client, sign_in):
    send(client)
    item_id = stored()[0].id
    for role in ("Supervisor", "Auditor", "SystemAdministrator"):
        reader = sign_in(make_account(role))
        reader.post(f"/console/suggestions/reply/{item_id}", data={"reply": "越权答复"})
        assert "测试甲" not in reader.get(f"/console/suggestions/show/{item_id}").text
    client.post(f"/console/suggestions/reply/{item_id}", data={"reply": "越权答复"})
    assert stored()[0].reply == ""


def test_contacts_are_masked_in_the_list(client, sign_in):
    send(client)
    page = sign_in(make_account("ContentEditor")).get("/console/suggestions/list/").text
    assert "138****0001" in page and "13800000001" not in page
