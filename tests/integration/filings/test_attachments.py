"""Attachments: required ones block, versions keep theirs, strangers get nothing."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.files import StoredFile
from app.demo.companies import companies
from app.demo.one_off import one_off_entries
from app.filings.submissions import review
from app.filings.submissions.models import Filing, FilingAttachment, FilingVersion
from tests.factories import make_account, make_institution
from tests.filing_places import ONE_OFF, PDF, load_catalogue
from tests.integration.filings.conftest import Company

URL = f"/workspace/filings/{ONE_OFF}/once/"
PERSON = companies()[0]
REQUIRED = {
    "GG01": ("biz_licence", "approval", "articles"),
    "GG02": ("equity_chart",),
    "GG03": ("id_copy",),
    "GG06": ("licence_scan",),
}


@pytest.fixture
def newcomer(fresh_database: None, sign_in: Any) -> Company:
    """A company with its one-off forms filled in, without any attachment."""
    load_catalogue()
    institution = make_institution(uscc=PERSON.uscc, region=PERSON.region)
    account = make_account("Enterprise", institution=institution)
    made = Company(institution, account, sign_in(account), None)  # type: ignore[arg-type]
    for code, rows in one_off_entries(PERSON).items():
        assert made.save(code, rows, url=URL).status_code == 200
    return made


def upload(company: Company, code: str, key: str, content: bytes = PDF, name: str = "营业执照.pdf") -> Any:
    return company.client.post(
        f"{URL}{code}/attachments",
        data={"csrf_token": company.token(), "key": key, "file": (io.BytesIO(content), name)},
        content_type="multipart/form-data",
        follow_redirects=True,
    )


def upload_all(company: Company) -> None:
    for code, keys in REQUIRED.items():
        for key in keys:
            assert "已上传" in upload(company, code, key, PDF + key.encode()).get_data(as_text=True)


def submit(company: Company, key: str = "k") -> Any:
    return company.post(f"{URL}submit", request_key=key)


def rows() -> list[FilingAttachment]:
    return list(db.session.scalars(select(FilingAttachment).order_by(FilingAttachment.id)))


def test_missing_ones_block_with_a_finding_that_says_which(newcomer):
    answer = submit(newcomer)
    assert answer.status_code == 409
    assert "缺少附件“营业执照”" in answer.get_data(as_text=True)
    upload_all(newcomer)
    assert submit(newcomer).status_code == 302


def test_versions_name_their_files_with_hash(newcomer):
    upload_all(newcomer)
    submit(newcomer)
    version = db.session.scalars(select(FilingVersion)).one()
    (frozen,) = version.attachments["GG02"]
    file = db.session.get(StoredFile, frozen["file"])
    assert frozen["sha256"] == file.sha256 and frozen["key"] == "equity_chart"
    assert frozen["name"] in newcomer.client.get(f"{URL}receipt").get_data(as_text=True)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"MZ...", "营业执照.pdf", "内容与扩展名不符"),
        (PDF, "营业执照.exe", "格式不支持"),
        (b"", "营业执照.pdf", "空文件"),
        (PDF + b"0" * (10 * 1024 * 1024), "营业执照.pdf", "超过 10 MB"),
    ],
)
def test_bad_files_are_refused_each_in_its_words(newcomer, content, name, words):
    assert words in upload(newcomer, "GG01", "biz_licence", content, name).get_data(as_text=True)
    assert rows() == [] and db.session.scalars(select(StoredFile)).first() is None


def test_unknown_kinds_and_doubles_are_refused(newcomer):
    assert "没有这种附件" in upload(newcomer, "GG01", "passport").get_data(as_text=True)
    upload(newcomer, "GG01", "biz_licence")
    assert "已经上传过" in upload(newcomer, "GG01", "biz_licence").get_data(as_text=True)
    assert len(rows()) == 1 and len(list(db.session.scalars(select(StoredFile)))) == 1


def remove(company: Company, code: str, item: int) -> Any:
    return company.post(f"{URL}{code}/attachments/{item}/remove")


def test_one_can_be_removed_from_the_draft_with_its_file(newcomer):
    upload(newcomer, "GG01", "biz_licence")
    remove(newcomer, "GG01", rows()[0].id)
    assert rows() == [] and db.session.scalars(select(StoredFile)).first() is None


def test_they_survive_a_return_and_the_version_keeps_what_the_draft_loses(newcomer, sign_in):
    upload_all(newcomer)
    submit(newcomer)
    before = len(rows())
    assert "不能修改" in upload(newcomer, "GG01", "capital_report").get_data(as_text=True)
    filing = db.session.scalars(select(Filing)).one()
    review.return_filing(filing.id, filing.version, make_account("Supervisor"), clock.now(), "请更换章程")
    db.session.commit()
    db.session.expire_all()
    assert len(rows()) == before
    (old,) = [item for item in rows() if item.key == "articles"]
    key = old.file.key
    remove(newcomer, "GG01", old.id)
    assert "缺少附件“公司章程”" in submit(newcomer, "again").get_data(as_text=True)
    upload(newcomer, "GG01", "articles", PDF + b"new")
    assert submit(newcomer, "again").status_code == 302, "another file is a change"
    assert sign_in(make_account("Supervisor")).get(f"/files/{key}").status_code == 200


def test_only_the_owner_and_scoped_staff_can_download(newcomer, sign_in):
    upload(newcomer, "GG01", "biz_licence")
    address = f"/files/{rows()[0].file.key}"
    assert newcomer.client.get(address).status_code == 200
    stranger = make_account("Enterprise", institution=make_institution())
    elsewhere = make_account("Supervisor", region_prefix="3399")
    pawn = make_account("Supervisor", industries=["pawn"])
    for account in (stranger, elsewhere, pawn):
        assert sign_in(account).get(address).status_code == 404
    assert sign_in(make_account("Supervisor")).get(address).status_code == 200


def test_nobody_removes_what_is_not_theirs(newcomer, sign_in):
    upload(newcomer, "GG01", "biz_licence")
    item = rows()[0].id
    other = make_institution()
    account = make_account("Enterprise", institution=other)
    thief = Company(other, account, sign_in(account), None)  # type: ignore[arg-type]
    remove(thief, "GG01", item)
    assert [one.id for one in rows()] == [item]
