"""A company asks for an account."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func, select

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.core.events import Event
from app.core.files import StoredFile
from app.institutions.models import Registration
from app.messages.models import OutboxMail
from tests.factories import PASSWORD, make_account, make_institution, make_region, make_registration, uscc
from tests.integration.accounts.helpers import CAPTCHA, field

PDF = b"%PDF-1.4\n%%EOF"
NOT_GIVEN = object()
NO_FILES = dict.fromkeys(["licence_file", "business_file", "authorisation_file"], NOT_GIVEN)


def answers(**changes) -> dict:
    """A right registration, with changes."""
    values = {
        "username": "Danbao01",
        "password": PASSWORD,
        "again": PASSWORD,
        "name": "示例甲融资担保有限公司",
        "industry": "guarantee",
        "org_type": "guarantee",
        "uscc": uscc(7001),
        "region_code": "330102",
        "address": "示例市示例路1号",
        "legal_representative": "测试甲",
        "contact_name": "测试乙",
        "mobile": "+86 138-0000-0001",
        "email": "danbao01@example.invalid",
        "has_licence": "yes",
        "licence_no": "浙A00001",
        "licence_issuer": "示例监管局",
        "licence_from": "2020年3月5日",
        "licence_to": "2090-12-31",
        "licence_file": (io.BytesIO(PDF), "经营许可证.pdf"),
        "business_file": (io.BytesIO(PDF), "营业执照.pdf"),
        "authorisation_file": (io.BytesIO(PDF), "授权书.pdf"),
        "consent": "y",
        "captcha": CAPTCHA,
    }
    values.update(changes)
    return {name: value for name, value in values.items() if value is not NOT_GIVEN}


def hand_in(client, page="/register", **changes):
    html = client.get(page).text
    return send(client, html, page, **changes)


def send(client, html, page="/register", **changes):
    tokens = {name: field(html, name) for name in ("csrf_token", "captcha_token")}
    answer = client.post(page, data={**tokens, **answers(**changes)}, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # the test client leaves its temporary file open
    return answer


def registrations() -> list[Registration]:
    return list(db.session.scalars(select(Registration).order_by(Registration.id)))


@pytest.fixture(autouse=True)
def regions(fresh_database):
    make_region("330000", "示例省")
    make_region("330100", "示例市")
    make_region("330102", "示例区")
    db.session.commit()


def test_a_right_registration_is_stored_with_its_file_and_gets_a_receipt(client):
    answer = hand_in(client)
    assert answer.headers["Location"] == "/register/done"
    stored = registrations()[0]
    page = client.get("/register/done").text
    assert stored.receipt_no in page
    assert (stored.status, stored.username, stored.mobile) == ("submitted", "danbao01", "13800000001")
    assert PASSWORD not in stored.password
    file = db.session.get(StoredFile, stored.licence_file_id)
    assert (file.name, file.purpose) == ("经营许可证.pdf", "registration_licence")
    assert db.session.scalars(select(Account)).all() == []
    mail = db.session.scalars(select(OutboxMail)).one()
    assert mail.recipient == "danbao01@example.invalid"
    assert stored.receipt_no in mail.body
    assert db.session.scalars(select(Event.kind)).all() == ["RegistrationSubmitted"]


def test_without_a_licence_its_fields_are_not_asked_for(client):
    nothing = dict.fromkeys(["licence_no", "licence_issuer", "licence_from", "licence_to"], "")
    answer = hand_in(client, has_licence="no", licence_file=NOT_GIVEN, **nothing)
    assert answer.headers["Location"] == "/register/done"
    assert registrations()[0].licence_no is None


BAD = [
    ("username", "", "请输入账号"),
    ("username", "1x", "账号须为 4 至 32 位"),
    ("password", "kurz", "密码至少需要 10 个字符"),
    ("password", "Danbao01-abc", "密码不能包含账号"),
    ("again", "Anders-Anders-1", "两次输入的密码不一致"),
    ("name", "", "请输入机构名称"),
    ("name", "长" * 121, "最多 120 个字"),
    ("industry", "", "请选择行业"),
    ("org_type", "pawn", "机构类型与所选行业不符"),
    ("uscc", "91330100", "应为 18 位"),
    ("uscc", "913301000000000000", "校验位不正确"),
    ("region_code", "", "请选择注册地"),
    ("address", " ", "请输入注册地址"),
    ("legal_representative", "", "请输入法定代表人"),
    ("contact_name", "", "请输入联系人"),
    ("mobile", "12345", "手机号码应为 11 位"),
    ("email", "x@y", "邮箱格式不正确"),
    ("email", "a@b.cn\r\nBcc: c@d.cn", "邮箱格式不正确"),
    ("has_licence", "", "请选择是否有经营许可证"),
    ("licence_no", "", "请输入许可证编号"),
    ("licence_issuer", "", "请输入发证机关"),
    ("licence_from", "2020-02-30", "请填写有效的日期"),
    ("licence_to", "", "截止日期"),
    ("licence_to", "2019-01-01", "截止日期应晚于起始日期"),
    ("licence_to", "2021-01-01", "许可证已过期"),
    ("licence_from", "2089-01-01", "尚未生效"),
    ("licence_file", NOT_GIVEN, "请上传许可证扫描件"),
    ("business_file", NOT_GIVEN, "请上传营业执照扫描件"),
    ("authorisation_file", NOT_GIVEN, "请上传加盖公章的授权书"),
    ("consent", NOT_GIVEN, "请阅读并同意"),
    ("captcha", "", "请输入图片中的验证码"),
    ("captcha", "0000", "验证码不正确"),
]


@pytest.mark.parametrize(("name", "value", "message"), BAD)
def test_each_bad_field_says_what_is_wrong_and_the_rest_is_kept(client, name, value, message):
    answer = hand_in(client, **{name: value})
    assert answer.status_code == 422
    assert message in answer.text
    for other in ("name", "address", "contact_name"):
        if other != name:
            assert answers()[other] in answer.text
    if name != "region_code":
        assert re.search(r'<option selected[^>]*value="330102"|value="330102"[^>]*selected', answer.text)
    assert registrations() == []


@pytest.mark.parametrize(
    ("upload", "message"),
    [
        ((io.BytesIO(b"<svg/>"), "图.svg"), "格式不支持"),
        ((io.BytesIO(b"<svg/>"), "图.png"), "内容与扩展名不符"),
        ((io.BytesIO(b"<html>"), "x.pdf.html"), "格式不支持"),
        ((io.BytesIO(b"%PDF-" + b"0" * 10_500_000), "大.pdf"), "超过 10 MB"),
        ((io.BytesIO(b""), "空.pdf"), "空文件"),
    ],
)
def test_hostile_files_are_refused_and_nothing_is_left_behind(app, client, upload, message):
    answer = hand_in(client, **{**NO_FILES, "licence_file": upload})
    assert answer.status_code == 422
    assert message in answer.text
    assert not [path for path in Path(app.config["FILES_DIR"]).rglob("*") if path.is_file()]
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 0


def test_file_and_password_need_not_be_given_twice_when_something_else_is_wrong(client):
    first = hand_in(client, mobile="1")
    assert "经营许可证.pdf" in first.text
    assert "密码已设置好" in first.text
    assert PASSWORD not in first.text
    second = send(client, first.text, **NO_FILES, password="", again="")
    assert second.status_code == 302
    assert registrations()[0].licence_file_id is not None


def test_a_kept_password_does_not_serve_another_user_name(client):
    first = hand_in(client, mobile="1")
    second = send(client, first.text, username="other01", **NO_FILES, password="", again="")
    assert "请输入密码" in second.text


def test_a_solved_captcha_survives_errors_elsewhere(client):
    first = hand_in(client, mobile="1")
    again = send(client, first.text, **NO_FILES)
    assert again.status_code == 302


def test_files_of_forgotten_registrations_are_removed(app, client):
    with time_machine.travel(clock.now() - timedelta(days=2)):
        hand_in(client, mobile="1")
    hand_in(app.test_client(), mobile="1", **NO_FILES)
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 0


@pytest.mark.parametrize("known_as", ["institution", "waiting"])
def test_a_second_registration_of_a_code_is_refused_in_the_same_neutral_words(client, known_as):
    if known_as == "institution":
        make_account("Enterprise", institution=make_institution(uscc=uscc(7001)))
    else:
        make_registration(uscc=uscc(7001), username="geheim-name", email="geheim@example.invalid")
    answer = hand_in(client)
    assert answer.status_code == 422
    assert "该统一社会信用代码已有登记或正在审核。如有疑问，请联系监管部门核实。" in answer.text
    assert "geheim" not in answer.text


@pytest.mark.parametrize(("name", "message"), [("username", "该账号不可用"), ("email", "该邮箱不可用")])
def test_user_name_and_address_must_be_free(client, name, message):
    make_account("Supervisor", **{name: answers()[name].lower()})
    assert message in hand_in(client).text


def look_up(client, receipt, code):
    token = field(client.get("/register/status").text, "csrf_token")
    return client.post("/register/status", data={"csrf_token": token, "receipt_no": receipt, "uscc": code})


def test_the_state_is_shown_only_for_receipt_and_code_together(client):
    registration = make_registration()
    assert "审核中" in look_up(client, registration.receipt_no.lower(), registration.uscc).text
    for receipt, code in ((registration.receipt_no, uscc(1)), ("ZC2026", registration.uscc)):
        answer = look_up(client, receipt, code)
        assert answer.status_code == 404
        assert registration.name not in answer.text
    assert client.get("/register/edit").status_code in (302, 404)


def test_a_rejected_registration_can_be_corrected_and_handed_in_again(client, sign_in):
    from app.institutions.services import reject_registration

    registration = make_registration(has_licence=False, region_code="330102")
    staff = make_account("Approver")
    reject_registration(registration, version=1, reason="名称与执照不符", actor=staff, now=clock.now())
    db.session.commit()
    page = look_up(client, registration.receipt_no, registration.uscc).text
    assert "名称与执照不符" in page
    assert staff.display_name not in page
    html = client.get("/register/edit").text
    assert registration.address in html
    changes = {
        "username": registration.username,
        "password": "",
        "again": "",
        "uscc": registration.uscc,
        "email": registration.email,
        "name": "示例正确融资担保有限公司",
    }
    answer = send(client, html, "/register/edit", **changes)
    assert answer.headers["Location"] == "/register/done"
    again = registrations()[0]
    assert (again.status, again.name) == ("submitted", "示例正确融资担保有限公司")
    assert again.decision_reason is None
    kinds = db.session.scalars(select(Event.kind).order_by(Event.id)).all()
    assert kinds == ["RegistrationRejected", "RegistrationResubmitted"]
