"""A full disk while a file comes in: refused in words, no row and no file left, and later it works.

The limit on file sizes (RLIMIT_FSIZE) stands in for the disk: what would grow beyond it cannot be written.
"""

from __future__ import annotations

import io
import re
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.core.db import db
from app.core.files import StoredFile
from app.filings.submissions.models import Filing, StagedImport
from tests.factories import make_account, make_institution
from tests.filing_places import ONE_OFF, load_catalogue

CARD = f"/workspace/filings/{ONE_OFF}/once/GG01/"
KILOBYTE = 1024


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """Nothing this process writes may grow beyond these bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def newcomer(fresh_database: None, sign_in: Callable[[Any], FlaskClient]) -> FlaskClient:
    """Somebody of a company that fills in its one-off set."""
    load_catalogue()
    return sign_in(make_account("Enterprise", institution=make_institution()))


def sent(client: FlaskClient, address: str, **fields: Any) -> Callable[[], Any]:
    """The request as its sender wrote it down, on a disk of its own."""
    boundary, data = encode_multipart(fields)
    kind = f"multipart/form-data; boundary={boundary}"
    return lambda: client.post(address, data=data, content_type=kind)


def kept(app: Flask) -> tuple[int, int, int]:
    """Rows, files and drafts."""
    db.session.rollback()
    files = sum(path.is_file() for path in Path(app.config["FILES_DIR"]).rglob("*"))
    rows = db.session.scalar(select(func.count()).select_from(StoredFile)) or 0
    return rows, files, db.session.scalar(select(func.count()).select_from(Filing)) or 0


@pytest.mark.parametrize("size", [400 * KILOBYTE, 2_000 * KILOBYTE], ids=["the store", "the upload itself"])
def test_an_attachment_is_refused_in_words_and_nothing_of_it_stays(
    app: Flask, newcomer: FlaskClient, size: int
) -> None:
    page = newcomer.get(CARD).get_data(as_text=True)
    token, key = (
        re.search(r'name="csrf_token" value="([^"]+)"', page),
        re.search(r'name="key" value="(\w+)"', page),
    )
    assert token and key
    paper = b"%PDF-1.4\n" + b"0" * size + b"\n%%EOF"
    file = FileStorage(io.BytesIO(paper), "营业执照.pdf")
    upload = sent(newcomer, f"{CARD}attachments", csrf_token=token[1], key=key[1], file=file)
    with no_file_above(200 * KILOBYTE):
        refused = upload()
    assert refused.status_code in (302, 503)
    shown = newcomer.get(CARD) if refused.status_code == 302 else refused
    assert "没有保存" in shown.get_data(as_text=True)
    assert kept(app) == (0, 0, 0)
    assert upload().status_code == 302
    assert kept(app) == (1, 1, 1)


def test_a_workbook_is_refused_in_words_and_nothing_of_it_stays(app: Flask, newcomer: FlaskClient) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("a workbook waits for its preview in the database, which has a disk of its own")
    page = newcomer.get(f"{CARD}import").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    book = newcomer.get(f"{CARD}template.xlsx").data
    file = FileStorage(io.BytesIO(book), "基本情况.xlsx")
    upload = sent(newcomer, f"{CARD}import", csrf_token=token[1], workbook=file)
    with no_file_above(4 * KILOBYTE):
        refused = upload()
    assert refused.status_code == 503, refused.get_data(as_text=True)[:500]
    assert "没有保存" in refused.get_data(as_text=True)
    assert kept(app) == (0, 0, 0)
    assert db.session.scalar(select(func.count()).select_from(StagedImport)) == 0
    assert upload().status_code == 302
