"""Stored files: no row without content, no content without row, nobody else's files."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from app.core import clock
from app.core.db import db
from app.core.errors import Invalid
from app.core.files import StorageUnavailable, StoredFile, read_file, remove_file, store_upload
from tests.factories import make_account, make_institution

PDF = b"%PDF-1.4\n%%EOF"


def upload(name: str = "许可证.pdf", data: bytes = PDF) -> FileStorage:
    return FileStorage(io.BytesIO(data), name)


def keep(**more) -> StoredFile:
    return store_upload(upload(), purpose="test", now=clock.now(), **more)


def objects(app) -> int:
    return sum(path.is_file() for path in Path(app.config["FILES_DIR"]).rglob("*"))


def rows() -> int:
    return db.session.scalar(select(func.count()).select_from(StoredFile))


def test_a_committed_file_can_be_read(app):
    file = keep()
    db.session.commit()
    assert (read_file(file), objects(app), rows()) == (PDF, 1, 1)


def test_a_rolled_back_file_leaves_no_object(app):
    keep()
    db.session.rollback()
    assert (objects(app), rows()) == (0, 0)


def test_a_rolled_back_savepoint_leaves_no_object_and_spares_the_others(app):
    keep()
    with pytest.raises(RuntimeError), db.session.begin_nested():
        keep()
        raise RuntimeError
    with db.session.begin_nested():
        keep()
    db.session.commit()
    assert (objects(app), rows()) == (2, 2)


def test_an_outer_rollback_takes_released_savepoints_along(app):
    with db.session.begin_nested():
        keep()
    db.session.rollback()
    assert (objects(app), rows()) == (0, 0)


def test_removing_a_file_takes_effect_only_with_the_commit(app):
    file = keep()
    db.session.commit()
    remove_file(file)
    db.session.rollback()
    assert objects(app) == 1
    remove_file(file)
    db.session.commit()
    assert (objects(app), rows()) == (0, 0)


def test_a_bad_file_leaves_nothing_and_says_why(app):
    with pytest.raises(Invalid, match="内容与扩展名不符"):
        store_upload(upload("x.pdf", b"<html>"), purpose="test", now=clock.now())
    assert (objects(app), rows()) == (0, 0)


def test_changed_content_is_noticed(app):
    file = keep()
    db.session.commit()
    (Path(app.config["FILES_DIR"]) / file.key).write_bytes(b"other")
    with pytest.raises(StorageUnavailable):
        read_file(file)


def test_a_file_is_an_attachment_with_its_chinese_name_for_its_owner_only(app, client, sign_in):
    mine, other = make_institution(), make_institution("pawn")
    file = keep(institution_id=mine.id)
    loose = keep()
    db.session.commit()
    owner = sign_in(make_account("Enterprise", institution=mine))
    answer = owner.get(f"/files/{file.key}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''%E8%AE%B8%E5%8F%AF%E8%AF%81.pdf" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    stranger = sign_in(make_account("Enterprise", institution=other))
    staff = sign_in(make_account("Supervisor", industries=["pawn"]))
    for asker in (client, stranger, staff):
        assert asker.get(f"/files/{file.key}").status_code == 404
    assert owner.get(f"/files/{loose.key}").status_code == 404
    assert sign_in(make_account("Supervisor")).get(f"/files/{file.key}").status_code == 200
