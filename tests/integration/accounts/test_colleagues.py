"""Colleagues of one institution, live log-ins, and pictures."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from sqlalchemy import select

from app.accounts import avatars
from app.accounts.avatars import SIDE, square
from app.accounts.models import Account, Invitation
from app.core import clock
from app.core.db import db
from app.core.events import Event
from app.core.files import StoredFile
from app.institutions.models import Institution
from app.messages.models import OutboxMail
from tests.factories import end_institution, make_account, make_institution
from tests.integration.accounts.helpers import post, try_login

HERE = "/workspace/colleagues/"
LINK = re.compile(r"(/invitation/[\w-]{43})")
NEW = "Xin-Mima-97531"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def boss(app):
    return make_account("Enterprise", institution=make_institution(), manages_colleagues=True)


def newest_mail() -> OutboxMail:
    db.session.rollback()
    return db.session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first()


def link() -> str:
    found = LINK.search(newest_mail().body)
    assert found
    return found.group(1)


def invite(client, name="测试丙", email="bing@example.com"):
    return post(client, f"{HERE}invite", HERE, display_name=name, email=email)


def test_a_colleague_is_invited_and_chooses_account_and_password(app, client, boss, sign_in):
    mine = sign_in(boss)
    assert invite(mine, SCRIPT).headers["Location"] == HERE
    assert SCRIPT not in mine.get(HERE).text
    invitation = link()
    assert SCRIPT not in client.get(invitation).text
    answer = post(client, invitation, invitation, username=boss.username, new=NEW, again=NEW)
    assert "该账号已存在" in answer.text
    assert (
        "密码至少需要 10" in post(client, invitation, invitation, username="bing-01", new="x", again="x").text
    )
    done = post(client, invitation, invitation, username="Bing-01", new=NEW, again=NEW)
    assert done.headers["Location"] == "/login"
    assert client.get(invitation).status_code == 410
    theirs = app.test_client()
    assert try_login(theirs, "bing-01", NEW).headers["Location"] == "/workspace/"
    assert "邀请同事" not in theirs.get(HERE).text
    refused = post(theirs, f"{HERE}invite", "/workspace/profile", display_name="x", email="x@example.com")
    assert refused.status_code == 403
    account = db.session.scalars(select(Account).where(Account.username == "bing-01")).one()
    assert (account.institution_id, account.manages_colleagues) == (boss.institution_id, False)
    kinds = db.session.scalars(select(Event.kind)).all()
    assert {"ColleagueInvited", "InvitationAccepted", "AccountCreated"} <= set(kinds)


def test_an_address_known_elsewhere_gets_no_link_and_the_inviter_learns_nothing(boss, sign_in):
    stranger = make_account("Supervisor")
    mine = sign_in(boss)
    assert invite(mine, email=stranger.email).headers["Location"] == HERE
    assert not LINK.search(newest_mail().body)
    assert "本机构已有" in invite(mine, email=boss.email).text


def test_a_new_invitation_or_a_withdrawal_ends_the_link(client, boss, sign_in):
    mine = sign_in(boss)
    invite(mine)
    first = link()
    invite(mine)
    assert client.get(first).status_code == 410
    row = db.session.scalars(select(Invitation).where(Invitation.withdrawn_at.is_(None))).one()
    post(mine, f"{HERE}invitations/{row.id}/withdraw", HERE)
    assert client.get(link()).status_code == 410


def test_nobody_joins_an_institution_that_has_ended(client, boss, sign_in):
    invite(sign_in(boss))
    invitation = link()
    assert client.get(invitation).status_code == 200
    end_institution(db.session.get(Institution, boss.institution_id), clock.today())
    db.session.commit()
    assert client.get(invitation).status_code == 410


def test_a_disabled_colleague_is_out_at_once_and_nobody_acts_on_themselves(app, boss, sign_in):
    other = make_account("Enterprise", institution=boss.institution)
    mine, theirs = sign_in(boss), sign_in(other)
    assert theirs.get("/workspace/").status_code == 200
    post(mine, f"{HERE}{other.id}/active", HERE, active="0")
    assert theirs.get("/workspace/").status_code == 302
    post(mine, f"{HERE}{other.id}/active", HERE, active="1")
    assert try_login(app.test_client(), other.username).status_code == 302
    assert post(mine, f"{HERE}{boss.id}/active", HERE, active="0").status_code == 403
    assert post(mine, f"{HERE}{boss.id}/manager", HERE, manages="0").status_code == 403
    post(mine, f"{HERE}{other.id}/manager", HERE, manages="1")
    second = sign_in(other)
    post(second, f"{HERE}{boss.id}/manager", HERE, manages="0")
    assert post(mine, f"{HERE}{other.id}/active", "/workspace/profile", active="0").status_code == 403
    managers = db.session.scalars(select(Account.id).where(Account.manages_colleagues)).all()
    assert managers == [other.id]


def test_accounts_of_other_institutions_are_out_of_reach(boss, sign_in):
    stranger = make_account("Enterprise", institution=make_institution(), manages_colleagues=True)
    invite(sign_in(stranger))
    theirs = db.session.scalars(select(Invitation)).one()
    mine = sign_in(boss)
    assert stranger.username not in mine.get(HERE).text
    for address in (f"{stranger.id}/active", f"{stranger.id}/manager", f"invitations/{theirs.id}/withdraw"):
        assert post(mine, HERE + address, HERE, active="0", manages="0").status_code == 404
    assert db.session.get(Account, stranger.id).active


def test_the_system_administrator_appoints_when_the_last_manager_is_gone(boss, sign_in):
    other = make_account("Enterprise", institution=boss.institution)
    client = sign_in(make_account("SystemAdministrator"))
    show = f"/console/accounts/show/{other.id}"
    post(client, f"/console/accounts/manager/{other.id}", show, manages="1")
    assert db.session.get(Account, other.id, populate_existing=True).manages_colleagues


def test_live_log_ins_are_listed_and_ended_without_giving_their_keys_away(app, boss):
    here, there, third = (app.test_client() for _number in range(3))
    there.environ_base["HTTP_USER_AGENT"] = (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Version/19.0 Safari/604.1"
    )
    third.environ_base["HTTP_USER_AGENT"] = SCRIPT
    for client in (here, there, third):
        try_login(client, boss.username)
    address = "/workspace/profile/sessions"
    page = here.get(address).text
    assert "Safari · iOS" in page
    assert SCRIPT not in page
    assert "共 3 处" in page
    names = re.findall(r'name="which" value="([0-9a-f]{16})"', page)
    assert len(names) == 2
    post(here, f"{address}/end", address, which=names[0])
    assert sorted(client.get(address).status_code for client in (there, third)) == [200, 302]
    post(here, f"{address}/end", address, which="others")
    assert [client.get(address).status_code for client in (here, there, third)] == [200, 302, 302]
    assert "已经结束" in post_and_follow(here, f"{address}/end", address, which=names[1])


def post_and_follow(client, url, page, **data) -> str:
    return client.get(post(client, url, page, **data).headers["Location"]).text


def picture(width=400, height=200, kind="PNG", **more) -> io.BytesIO:
    image = Image.new("RGB", (width, height), "red")
    image.paste("blue", (0, 0, width // 2, height))
    out = io.BytesIO()
    image.save(out, kind, **more)
    out.seek(0)
    return out


def send(client, file, name="脸.png", **crop):
    face = "/workspace/profile/avatar"
    return post(client, face, "/workspace/profile", picture=(file, name), **crop)


def test_a_picture_is_cut_made_anew_and_shown_to_the_right_people(app, boss, sign_in):
    mine, colleague = sign_in(boss), sign_in(make_account("Enterprise", institution=boss.institution))
    stranger = sign_in(make_account("Enterprise", institution=make_institution()))
    exif = Image.Exif()
    exif[0x010E] = "geheim"
    assert send(mine, picture(kind="JPEG", exif=exif), "a.jpg").status_code == 302
    address = f"/account/{boss.id}/avatar"
    assert f'src="{address}?v=' in mine.get("/workspace/").text.replace("&amp;", "&")
    shown = mine.get(address)
    assert shown.mimetype == "image/jpeg"
    assert b"geheim" not in shown.data
    assert Image.open(io.BytesIO(shown.data)).size == (SIDE, SIDE)
    answers = [client.get(address).status_code for client in (colleague, stranger, app.test_client())]
    assert answers == [200, 404, 302]
    assert stranger.get(f"/files/{db.session.scalars(select(StoredFile.key)).one()}").status_code == 404
    send(mine, picture())
    assert len(db.session.scalars(select(StoredFile)).all()) == 1
    post(mine, "/workspace/profile/avatar/remove", "/workspace/profile")
    assert mine.get(address).status_code == 404


@pytest.mark.parametrize(
    ("crop", "left", "right"),
    [
        (None, "blue", "red"),
        ((0.0, 0.0, 1.0), "blue", "blue"),
        ((0.5, 0.0, 1.0), "red", "red"),
        ((0.5, 0.5, 0.25), "red", "red"),
        ((float("nan"), 0, 9), "blue", "red"),
    ],
)
def test_the_square_is_where_it_was_put(crop, left, right):
    cut = Image.open(io.BytesIO(square(picture().getvalue(), crop)))
    colours = ["red" if cut.getpixel((x, 128))[0] > 128 else "blue" for x in (8, SIDE - 8)]
    assert colours == [left, right]


@pytest.mark.parametrize(
    ("file", "name", "reason"),
    [
        (io.BytesIO(b"<svg/>"), "a.svg", "请上传 jpg 或 png 图片"),
        (io.BytesIO(b"%PDF-1.4"), "a.pdf", "请上传 jpg 或 png 图片"),
        (io.BytesIO(b"<script>"), "a.png", "内容与扩展名不符"),
        (io.BytesIO(picture().getvalue()[:300]), "a.png", "文件可能已损坏"),
        (picture(20, 20), "a.png", "图片太小"),
        (picture(5000, 5000), "a.png", "图片尺寸过大"),
        (io.BytesIO(b"\x89PNG" + bytes(400_000)), "a.png", "超过 5 MB"),
    ],
)
def test_each_bad_picture_is_refused_with_its_reason(boss, sign_in, monkeypatch, file, name, reason):
    monkeypatch.setattr(avatars, "MAX_BYTES", 400_000)  # the test's own client would leave larger ones open
    file.seek(0)
    answer = send(sign_in(boss), io.BytesIO(file.read()), name)
    assert answer.status_code == 422
    assert reason in answer.text
    assert db.session.scalars(select(StoredFile)).all() == []
