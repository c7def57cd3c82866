"""Personal data cannot be read without the key, and keys can be changed."""

from __future__ import annotations

from typing import Any

import pyotp
import pytest
from sqlalchemy import select, update

from app.accounts.authentication import Attempt
from app.accounts.models import Account, SecondFactor
from app.accounts.second_factor import check_code, enable
from app.accounts.staff import change_staff
from app.console.importing.models import RegisterImport
from app.core import clock
from app.core.db import db
from app.core.events import Event
from app.core.personal import SealedJson, open_document, seal_document, seal_whole
from app.core.sealed import Unreadable
from app.institutions.models import Institution
from tests.factories import make_account, make_institution
from tests.integration.accounts.helpers import try_login
from tests.raw_database import places_with

MOBILE = "13911112222"
NEW, OLD = "a-new-key-for-the-data-of-people-0123456", "test-suite-data-key-test-suite-data-key"


@pytest.fixture
def keys(app: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets DATA_KEY."""
    return lambda *values: monkeypatch.setitem(app.config, "DATA_KEY", ",".join(values))


def test_a_document_comes_back_as_it_was_and_only_its_numbers_are_hidden(app):
    document = {"1": {"name": "示例甲", "id_no": "A1"}, "note": [f"电话{MOBILE}", {"phone": ""}], "n": 0}
    stored = seal_document(document)
    assert stored["$open"] == {"1": {"name": "示例甲", "id_no": None}, "note": [None, {"phone": ""}], "n": 0}
    assert document["1"]["id_no"] == "A1"
    assert open_document(stored) == document
    assert open_document(seal_whole(document)) == document
    assert "示例" not in str(seal_whole(document))
    for same in ({"name": "示例甲"}, [], None, {}, "text"):
        assert seal_document(same) is same


def put_data_in() -> tuple[int, SecondFactor]:
    """Something of every kind that is encrypted."""
    staff = make_account("SystemAdministrator", mobile=MOBILE)
    company = make_institution(mobile=MOBILE)
    listed = RegisterImport(
        file_name="x.xlsx",
        original=MOBILE.encode(),
        total=1,
        rows=[{"mobile": MOBILE, "name": "示例"}],
        problems=[],
        staged_at=clock.now(),
        staged_by_id=staff.id,
    )
    db.session.add(listed)
    secret = pyotp.random_base32()
    enable(staff, secret, pyotp.TOTP(secret).at(clock.now()), now=clock.now())
    db.session.commit()
    return company.id, db.session.scalars(select(SecondFactor)).one()


def readable(company: int) -> list[Any]:
    """What was put in, as the application reads it."""
    db.session.expire_all()
    listed = db.session.scalars(select(RegisterImport)).one()
    return [
        db.session.get_one(Institution, company).mobile,
        listed.original.decode(),
        listed.rows[0]["mobile"],
    ]


def test_all_is_encrypted_anew_under_the_first_key_and_the_former_one_may_go(app, keys):
    company, factor = put_data_in()
    assert places_with(MOBILE) == set()
    assert "register_import.rows" not in places_with("示例")
    run = app.test_cli_runner().invoke
    keys(NEW, OLD)
    assert readable(company) == [MOBILE] * 3
    done = run(args=["rotate-keys"]).output
    for place in ("ab_user.mobile: 1", "institution.mobile: 1", "register_import.original: 1", "rows: 1"):
        assert place in done
    assert "keys: 5 values encrypted anew" in done
    assert "keys: 0 values encrypted anew" in run(args=["rotate-keys"]).output
    keys(NEW)
    assert readable(company) == [MOBILE] * 3
    db.session.refresh(factor)
    attempt: Attempt = check_code(db.session.get_one(Account, factor.account_id), "000000", now=clock.now())
    assert attempt.problem == "code"  # and not 'unreadable'
    keys(OLD)
    db.session.expire_all()
    with pytest.raises(Unreadable):
        readable(company)
    db.session.rollback()


def test_frozen_rows_are_encrypted_anew_and_stay_frozen(app, keys):
    staff = make_account("SystemAdministrator")
    event = Event(
        at=clock.now(),
        kind="AccountChanged",
        subject_type="ab_user",
        subject_id=staff.id,
        data={"mobile": MOBILE},
    )
    db.session.add(event)
    db.session.commit()
    keys(NEW, OLD)
    assert "event.data: 1" in app.test_cli_runner().invoke(args=["rotate-keys"]).output
    keys(NEW)
    db.session.expire_all()
    assert db.session.get_one(Event, event.id).data == {"mobile": MOBILE}
    assert isinstance(Event.__table__.c.data.type, SealedJson)
    with pytest.raises(Exception, match="append-only"):
        db.session.execute(update(Event).values(kind="x").execution_options(synchronize_session=False))
    db.session.rollback()


def test_the_history_holds_numbers_masked(app):
    staff = make_account("Supervisor", mobile=MOBILE, email="a@example.invalid")
    values = {"display_name": staff.display_name, "mobile": "13733334444", "email": staff.email}
    change_staff(staff, values, actor=make_account("SystemAdministrator"), now=clock.now())
    db.session.commit()
    entry = db.session.scalars(select(Event).where(Event.kind == "AccountChanged")).one()
    assert entry.data["before"]["mobile"] == "139****2222"
    assert entry.data["after"]["mobile"] == "137****4444"


def test_lost_keys_are_told_to_whoever_asks_and_back_again_all_is_there(app, keys, sign_in, client):
    account = make_account("Enterprise", institution=make_institution(), mobile=MOBILE)
    name, member = account.username, sign_in(account)
    keys(NEW)
    db.session.rollback()
    answers = [member.get("/workspace/"), try_login(client, name)]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert all("数据密钥" in answer.get_data(as_text=True) for answer in answers)
    assert client.get("/").status_code == 200
    keys(NEW, OLD)
    assert member.get("/workspace/").status_code == 200
