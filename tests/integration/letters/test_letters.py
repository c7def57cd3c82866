"""Issued letters: numbered without gaps, frozen, and opened only by whom their subject lets in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.db import commits, db
from app.core.events import Event
from app.core.files import StoredFile
from app.core.scope import SYSTEM, scoped
from app.institutions.admission.models import Application
from app.institutions.models import Institution
from app.letters import services, templates
from app.letters.models import Letter
from app.letters.rules import kinds, normal_layout
from tests.factories import make_account, make_institution

NOTICE = kinds()["inspection_notice"]
NOW = datetime(2026, 3, 5, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def cheap_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Setting pages is tested by itself; here only what is done with them."""
    made = iter(range(10_000))
    monkeypatch.setattr(services, "to_pdf", lambda *_args: b"%PDF-1.7 " + str(next(made)).encode())
    monkeypatch.setattr(services, "to_docx", lambda *_args: b"PK " + str(next(made)).encode())


@pytest.fixture(autouse=True)
def rules(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    found: dict[str, Any] = {}
    monkeypatch.setattr(services, "_rules", found)
    return found


def subject_of(company: Institution) -> Application:
    """Anything that belongs to an institution can have letters."""
    application = Application(
        number=f"T{company.id}",
        institution_id=company.id,
        industry=company.industry,
        region_code=company.region_code,
        kind="new",
        payload={},
        created_at=NOW,
    )
    db.session.add(application)
    db.session.commit()
    return application


def notice_data() -> dict[str, Any]:
    return {
        key: value for key, value in NOTICE.sample().items() if key in NOTICE.own_fields | set(NOTICE.tables)
    }


def issue(subject: Any, actor: Any, now: datetime = NOW) -> Letter:
    letter: Letter = commits(services.issue)(NOTICE.name, subject, notice_data(), actor=actor, now=now)
    return letter


def test_numbers_count_by_year_and_a_letter_that_fails_leaves_no_gap(app: Flask) -> None:
    subject, actor = subject_of(make_institution()), make_account("Inspector")
    first = issue(subject, actor)

    def fails() -> None:
        services.issue(NOTICE.name, subject, notice_data(), actor=actor, now=NOW)
        raise RuntimeError("something else of this deed goes wrong")

    with pytest.raises(RuntimeError):
        commits(fails)()
    second = issue(subject, actor)
    next_year = issue(subject, actor, datetime(2026, 12, 31, 17, tzinfo=UTC))  # 2027 in Shanghai
    numbers = [letter.number for letter in (first, second, next_year)]
    assert numbers == ["金监检通〔2026〕1号", "金监检通〔2026〕2号", "金监检通〔2027〕1号"]
    assert len(list(db.session.scalars(select(StoredFile).where(StoredFile.purpose == "letter")))) == 6
    assert [
        e.data["letter"] for e in db.session.scalars(select(Event).where(Event.kind == "LetterIssued"))
    ] == numbers


def test_ten_who_issue_at_once_get_ten_numbers(app: Flask) -> None:
    key = subject_of(make_institution()).id

    def one(_number: int) -> str:
        with app.app_context(), scoped(SYSTEM):
            subject = db.session.get(Application, key)
            number = issue(subject, None).number
            db.session.remove()
            return number

    with ThreadPoolExecutor(5) as pool:
        numbers = sorted(pool.map(one, range(10)))
    assert numbers == sorted(f"金监检通〔2026〕{n}号" for n in range(1, 11))


def test_an_issued_letter_stays_as_it_was(
    app: Flask, sign_in: Callable[[Any], Any], rules: dict[str, Any]
) -> None:
    company = make_institution()
    subject, actor = subject_of(company), make_account("Approver")
    services.allow("admission_application", lambda _letter, _account: True)
    letter = issue(subject, actor)
    client = sign_in(make_account("Enterprise", institution=company))
    before = client.get(f"/letters/{letter.id}/pdf").data, client.get(f"/letters/{letter.id}").text
    changed = {**NOTICE.layout, "title": "另一个标题"}
    commits(templates.save)(NOTICE, changed, 0, note="", actor=actor, now=NOW)
    after = client.get(f"/letters/{letter.id}/pdf").data, client.get(f"/letters/{letter.id}").text
    assert before[0] == after[0]
    assert hashlib.sha256(after[0]).hexdigest() == letter.pdf_sha256
    assert "现场检查通知书" in after[1] and "另一个标题" not in after[1]
    assert services.content_hash(db.session.get(Letter, letter.id)) == letter.content_hash
    assert issue(subject, actor).title == "另一个标题"
    word = client.get(f"/letters/{letter.id}/docx")
    assert hashlib.sha256(word.data).hexdigest() == letter.docx_sha256
    assert client.get(f"/letters/{letter.id}/exe").status_code == 404


def test_a_letter_is_opened_only_within_scope_and_by_its_subjects_rule(
    app: Flask, sign_in: Callable[[Any], Any], rules: dict[str, Any]
) -> None:
    company, other = make_institution(), make_institution()
    letter = issue(subject_of(company), None)
    own, foreign = (sign_in(make_account("Enterprise", institution=one)) for one in (company, other))
    far = sign_in(make_account("Supervisor", industries=["pawn"]))
    paths = [f"/letters/{letter.id}", f"/letters/{letter.id}/pdf", f"/letters/{letter.id}/docx"]

    def answers(client: Any) -> set[int]:
        return {client.get(path).status_code for path in paths}

    assert answers(own) == {404}  # no rule laid down: nobody
    services.allow("admission_application", lambda _letter, account: not account.is_staff)
    assert (answers(own), answers(foreign), answers(far)) == ({200}, {404}, {404})
    assert answers(sign_in(make_account("Supervisor"))) == {404}
    file = db.session.get(StoredFile, letter.pdf_id)
    assert file is not None
    assert own.get(f"/files/{file.key}").status_code == 404  # no way around the letter
    assert answers(app.test_client()) == {302}


def test_two_editors_of_a_template(app: Flask) -> None:
    actor = make_account("Approver")
    commits(templates.save)(
        NOTICE, {**NOTICE.layout, "title": "甲"}, 0, note="改题目", actor=actor, now=clock.now()
    )
    with pytest.raises(templates.Conflict, match="第 1 版"):
        templates.save(NOTICE, {**NOTICE.layout, "title": "乙"}, 0, note="", actor=actor, now=clock.now())
    db.session.rollback()
    commits(templates.reset)(NOTICE, actor=actor, now=clock.now())
    assert templates.layout_of(NOTICE) == (2, normal_layout(NOTICE.layout))
