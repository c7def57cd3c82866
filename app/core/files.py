"""Uploaded files: content in an object store under a random key, everything else in the database.

An object whose row does not get committed is removed again, so that neither side is left alone.
"""

from __future__ import annotations

import functools
import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import obstore
from flask import Blueprint, Response, abort, current_app
from flask_appbuilder import Model
from flask_babel import gettext as _
from obstore.store import LocalStore
from sqlalchemy import ForeignKey, Integer, String, event, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from werkzeug.datastructures import FileStorage
from werkzeug.http import dump_options_header

from app.core.db import Moment, ScopedSession, db
from app.core.errors import DomainError, Invalid
from app.core.file_rules import CONTENT_TYPES, MAX_BYTES, FileProblem, check_file, display_name
from app.core.scope import InstitutionScoped

blueprint = Blueprint("files", __name__, url_prefix="/files")
_PENDING = "uncommitted_files"
ORPHAN_AGE = timedelta(days=1)


class StoredFile(InstitutionScoped, Model):
    """An uploaded file. One without institution is reached only through the thing that it belongs to."""

    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), nullable=False, unique=True)
    sha256: Mapped[str] = mapped_column(String(64), nullable=False)
    size: Mapped[int] = mapped_column(Integer, nullable=False)
    kind: Mapped[str] = mapped_column(String(8), nullable=False)
    name: Mapped[str] = mapped_column(String(160), nullable=False)
    purpose: Mapped[str] = mapped_column(String(40), nullable=False, index=True)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"), index=True)
    uploader_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    at: Mapped[datetime] = mapped_column(Moment, nullable=False)

    def __str__(self) -> str:
        return self.name


class StorageUnavailable(DomainError):
    """The object store is full or away."""

    status = 503


def store_upload(
    upload: FileStorage,
    *,
    purpose: str,
    now: datetime,
    actor: Any = None,
    institution_id: int | None = None,
) -> StoredFile:
    """Check an uploaded file and keep it. Raises Invalid with the reason, or StorageUnavailable."""
    name = display_name(upload.filename or "")
    data = upload.stream.read(MAX_BYTES + 1)
    upload.close()  # big ones are temporary files
    try:
        kind = check_file(name, data)
    except FileProblem as problem:
        raise Invalid(problem_text(problem, name)) from problem
    return store_bytes(
        data, name=name, kind=kind, purpose=purpose, now=now, actor=actor, institution_id=institution_id
    )


def store_bytes(
    data: bytes,
    *,
    name: str,
    kind: str,
    purpose: str,
    now: datetime,
    actor: Any = None,
    institution_id: int | None = None,
) -> StoredFile:
    """Keep content that has been checked or made by us."""
    secret = secrets.token_hex(20)
    key = f"{secret[:2]}/{secret}"
    db.session().info.setdefault(_PENDING, []).append(key)
    try:
        obstore.put(_store(), key, data)
    except (obstore.exceptions.BaseError, OSError) as error:
        current_app.logger.exception("file store refuses writing", exc_info=error)
        raise StorageUnavailable(_("文件存储暂不可用，文件没有保存。请稍候再试，或联系管理员。")) from error
    row = StoredFile(
        key=key,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        kind=kind,
        name=name,
        purpose=purpose,
        institution_id=institution_id,
        uploader_id=getattr(actor, "id", None),
        at=now,
    )
    db.session.add(row)
    db.session.flush()
    return row


def read_file(file: StoredFile) -> bytes:
    """The content. Raises StorageUnavailable when it cannot be had or is not what was stored."""
    try:
        data = bytes(obstore.get(_store(), file.key).bytes())
    except (obstore.exceptions.BaseError, OSError) as error:
        raise StorageUnavailable(_("文件“%(name)s”暂时无法读取，请稍候再试。", name=file.name)) from error
    if hashlib.sha256(data).hexdigest() != file.sha256:
        current_app.logger.error("file %s differs from its hash", file.id)
        raise StorageUnavailable(_("文件“%(name)s”已损坏，请联系管理员。", name=file.name))
    return data


def remove_file(file: StoredFile) -> None:
    """Delete the row; the content goes when the transaction is committed."""
    db.session().info.setdefault("removed_files", []).append(file.key)
    db.session.delete(file)


def remove_orphans(now: datetime) -> int:
    """Delete stored contents that no row names, as a killed process leaves them; returns their number. A younger one
    may still get its row."""
    removed = 0
    for some in obstore.list(_store(), chunk_size=500):
        old = [one["path"] for one in some if one["last_modified"] < now - ORPHAN_AGE]
        known = (
            set(db.session.scalars(select(StoredFile.key).where(StoredFile.key.in_(old)))) if old else set()
        )
        db.session.rollback()
        lost = [key for key in old if key not in known]
        _discard(lost)
        removed += len(lost)
    return removed


def send_file_row(file: StoredFile) -> Response:
    """The download: always an attachment, never shown inside the page."""
    response = Response(read_file(file), content_type=CONTENT_TYPES[file.kind])
    ascii_name = f"file-{file.id}.{file.kind}"
    disposition = dump_options_header("attachment", {"filename": ascii_name})
    response.headers["Content-Disposition"] = f"{disposition}; filename*=UTF-8''{_quoted(file.name)}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/<path:key>")
def download(key: str) -> Response:
    """A file of one's own institution, or of one inside the staff's scope; else there is none."""
    file = db.session.scalars(select(StoredFile).where(StoredFile.key == key)).first()
    if file is None:
        abort(404)
    return send_file_row(file)


def problem_text(problem: FileProblem, name: str) -> str:
    """Why a file was refused and what to do, in the reader's language."""
    values = {"name": name, **problem.values}
    texts = {
        "empty": _("“%(name)s”是空文件，请重新选择。", **values),
        "too_big": _("“%(name)s”超过 %(limit)s MB，请压缩后再上传。", limit=10, name=name),
        "extension": _("“%(name)s”的格式不支持。请上传 pdf、jpg、png、docx 或 xlsx 文件。", **values),
        "mismatch": _("“%(name)s”的内容与扩展名不符。请用原软件另存为正确的格式后再上传。", **values),
        "office_old": _("“%(name)s”是旧版或加密的 Office 文件。请去掉密码并另存为 docx 或 xlsx。", **values),
        "macro": _("“%(name)s”含有宏，不能上传。请另存为不含宏的文件。", **values),
        "bomb": _("“%(name)s”解压后过大，不能上传。", **values),
        "pixels": _("“%(name)s”的图片尺寸过大，请缩小到 %(limit)s 万像素以内。", limit=4000, name=name),
        "broken": _("“%(name)s”无法读取，文件可能已损坏。请重新导出后再上传。", **values),
    }
    return texts[problem.code]


def _quoted(name: str) -> str:
    return quote(name, safe="")


def _store() -> LocalStore:
    return _local_store(str(current_app.config["FILES_DIR"]))


@functools.lru_cache(maxsize=8)
def _local_store(folder: str) -> LocalStore:
    return LocalStore(prefix=folder, mkdir=True)


def _discard(keys: list[str]) -> None:
    for key in keys:
        try:
            obstore.delete(_store(), key)
        except FileNotFoundError:
            continue
        except (obstore.exceptions.BaseError, OSError):
            current_app.logger.exception("could not remove file object %s", key)


@event.listens_for(ScopedSession, "before_commit")
def _keep_only_what_has_a_row(session: Session) -> None:
    # A savepoint may have been rolled back after its file was stored. These events fire for savepoints too.
    keys = session.info.get(_PENDING)
    if not keys or session.in_nested_transaction():
        return
    session.flush()
    table = StoredFile.__table__
    there = set(session.connection().execute(select(table.c.key).where(table.c.key.in_(keys))).scalars())
    _discard([key for key in keys if key not in there])
    session.info[_PENDING] = [key for key in keys if key in there]


@event.listens_for(ScopedSession, "after_commit")
def _forget_committed(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.info.pop(_PENDING, None)
    _discard(session.info.pop("removed_files", []))


@event.listens_for(ScopedSession, "after_rollback")
def _remove_uncommitted(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.info.pop("removed_files", None)
    _discard(session.info.pop(_PENDING, []))
