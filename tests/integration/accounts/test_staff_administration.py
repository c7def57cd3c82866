"""Three posts: one makes accounts, one grants roles, one reads the history."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.accounts.models import Account
from app.core.db import db
from app.core.events import Event, record
from tests.factories import make_account, make_institution, make_region
from tests.integration.accounts.helpers import post, try_login

NEW = {
    "username": "xinren01",
    "display_name": "测试新人",
    "email": "xinren01@example.invalid",
    "mobile": "",
    "password": "Chushi-Mima-9753",
}
ADD = "/console/accounts/add"


def last_event() -> Event:
    return db.session.scalars(select(Event).order_by(Event.id.desc())).first()


def grant(client, account, *roles, seen=(), **more):
    page = f"/console/grants/edit/{account.id}"
    return post(client, page, page, roles=list(roles), seen=list(seen), region_prefix="", **more)


def roles_of(account: Account) -> list[str]:
    db.session.rollback()
    return sorted(role.name for role in account.roles)


def test_the_system_administrator_makes_an_account_without_any_role(app, sign_in):
    admin = sign_in(make_account("SystemAdministrator"))
    assert post(admin, ADD, ADD, roles="Supervisor", **NEW).status_code == 302
    account = db.session.scalars(select(Account).where(Account.username == "xinren01")).one()
    assert (roles_of(account), account.sees_filings, account.kind) == ([], False, "staff")
    client = app.test_client()
    assert try_login(client, "xinren01", NEW["password"]).headers["Location"] == "/console/"
    assert client.get("/console/accounts/list/").status_code == 403


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"username": "1"}, "账号须为 4 至 32 位"),
        ({"username": "schon-da"}, "该账号已存在"),
        ({"email": "schon-da@example.invalid"}, "该邮箱已被其他账号使用"),
        ({"email": "x"}, "邮箱格式不正确"),
        ({"display_name": ""}, "请输入姓名"),
        ({"password": "kurz"}, "密码至少需要 10 个字符"),
    ],
)
def test_a_bad_account_is_refused_at_the_field_and_keeps_the_input(sign_in, change, message):
    make_account("Supervisor", username="schon-da", email="schon-da@example.invalid")
    admin = sign_in(make_account("SystemAdministrator"))
    answer = post(admin, ADD, ADD, **{**NEW, **change})
    assert answer.status_code == 422
    assert message in answer.text
    assert change.get("email", NEW["email"]) in answer.text
    assert db.session.scalars(select(Account).where(Account.username == "xinren01")).all() == []


def test_no_page_of_the_administration_shows_a_password(sign_in):
    account = make_account("Supervisor")
    admin = sign_in(make_account("SystemAdministrator"))
    for url in ("list/", f"show/{account.id}", f"edit/{account.id}"):
        page = admin.get(f"/console/accounts/{url}")
        assert page.status_code == 200
        assert account.password not in page.text
        assert "pbkdf2" not in page.text


def test_a_disabled_account_is_out_at_once(app, sign_in):
    account = make_account("Supervisor")
    victim, admin = sign_in(account), sign_in(make_account("SystemAdministrator"))
    assert victim.get("/console/").status_code == 200
    page = f"/console/accounts/show/{account.id}"
    post(admin, f"/console/accounts/active/{account.id}", page, active="0")
    assert victim.get("/console/").status_code == 302
    assert last_event().kind == "AccountDisabled"
    post(admin, f"/console/accounts/active/{account.id}", page, active="1")
    assert try_login(app.test_client(), account.username).status_code == 302


def test_nobody_disables_themselves(sign_in):
    me = make_account("SystemAdministrator")
    client = sign_in(me)
    page = f"/console/accounts/show/{me.id}"
    post(client, f"/console/accounts/active/{me.id}", page, active="0")
    assert "不能停用或启用自己" in client.get(page).text
    assert me.active


def test_what_a_company_has_stated_is_not_edited_here(sign_in):
    account = make_account("Enterprise", institution=make_institution())
    admin = sign_in(make_account("SystemAdministrator"))
    assert admin.get(f"/console/accounts/edit/{account.id}").status_code == 302


def test_the_security_administrator_grants_roles_and_areas(app, sign_in):
    make_region("330000", "示例省")
    make_region("330100", "示例市")
    account = make_account("Supervisor")
    guard = sign_in(make_account("SecurityAdministrator"))
    page = f"/console/grants/edit/{account.id}"
    data = {"roles": ["Supervisor", "Approver"], "seen": ["Supervisor"], "industries": ["pawn"]}
    assert post(guard, page, page, region_prefix="3301", **data).status_code == 302
    assert roles_of(account) == ["Approver", "Supervisor"]
    assert (account.industries, account.region_prefix) == (["pawn"], "3301")
    event = last_event()
    assert (event.kind, event.data["before"], event.data["after"]) == (
        "RolesGranted",
        ["Supervisor"],
        ["Approver", "Supervisor"],
    )
    assert "示例市" in guard.get("/console/grants/list/").text


def test_taking_all_roles_away_takes_the_sight_of_business_data_too(sign_in):
    account = make_account("Supervisor")
    grant(sign_in(make_account("SecurityAdministrator")), account, seen=["Supervisor"])
    assert (roles_of(account), account.sees_filings) == ([], False)


def test_nobody_grants_to_themselves(sign_in):
    me = make_account("SecurityAdministrator")
    answer = grant(sign_in(me), me, "Approver", seen=["SecurityAdministrator"])
    assert answer.status_code == 422
    assert "不能给自己授权" in answer.text
    assert roles_of(me) == ["SecurityAdministrator"]


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        (["SystemAdministrator", "Auditor"], "三员分立"),
        (["SystemAdministrator", "Supervisor"], "三员分立"),
        (["Enterprise"], ""),
        (["Admin"], ""),
    ],
)
def test_forbidden_combinations_and_foreign_roles_are_refused(sign_in, roles, message):
    account = make_account("Supervisor")
    answer = grant(sign_in(make_account("SecurityAdministrator")), account, *roles, seen=["Supervisor"])
    assert answer.status_code == 422
    assert message in answer.text
    assert roles_of(account) == ["Supervisor"]


def test_two_grantors_do_not_overwrite_each_other(sign_in):
    account = make_account("Supervisor")
    guard = sign_in(make_account("SecurityAdministrator"))
    grant(guard, account, "Approver", seen=["Supervisor"])
    answer = grant(guard, account, "Inspector", seen=["Supervisor"])
    assert "刚被他人修改" in answer.text
    assert roles_of(account) == ["Approver"]


def test_companies_get_no_staff_roles(sign_in):
    account = make_account("Enterprise", institution=make_institution())
    guard = sign_in(make_account("SecurityAdministrator"))
    assert guard.get(f"/console/grants/edit/{account.id}").status_code == 404


def test_the_auditor_reads_the_history_and_cannot_change_it(sign_in):
    staff = make_account("Supervisor")
    entry = record("LoggedIn", staff, actor=staff)
    db.session.commit()
    auditor = sign_in(make_account("Auditor"))
    page = auditor.get("/console/events/list/")
    assert staff.display_name in page.text
    assert "登录" in auditor.get(f"/console/events/show/{entry.id}").text
    assert staff.display_name not in auditor.get("/console/events/list/?_flt_0_kind=LoggedOut").text
    for url in ("add", f"edit/{entry.id}", f"delete/{entry.id}"):
        assert auditor.post(f"/console/events/{url}").status_code in (400, 404, 405)


@pytest.mark.parametrize("role", ["SystemAdministrator", "SecurityAdministrator", "Auditor"])
def test_none_of_the_three_posts_sees_business_data(sign_in, role):
    company = make_institution()
    client = sign_in(make_account(role))
    for url in ("registrations", "institutions", "filings"):
        assert client.get(f"/console/{url}/list/").status_code == 403
    assert company.name not in client.get("/console/").text
