"""Pictures and attachments of texts: taken in, told who may see them, and forgotten when nothing shows them.

What the public may see of them follows the text that shows them; nothing is public by its address alone.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from PIL import Image, ImageOps
from sqlalchemy import and_, delete, exists, func, or_, select
from werkzeug.datastructures import FileStorage

from app.core.db import db
from app.core.errors import Invalid
from app.core.file_rules import MAX_BYTES, FileProblem, check_file, display_name
from app.core.files import StoredFile, problem_text, remove_file, store_bytes, store_upload
from app.core.scope import SYSTEM, scoped
from app.portal.models import Announcement, AnnouncementFile, Picture, PictureUse
from app.portal.queries import released
from app.portal.richtext import Shown, picture_keys

WIDEST = 1600  # pixels: twice the column that shows it
MOST_FILES = 20
UNUSED_FOR = timedelta(days=2)  # long enough for a text that is being written


def take_picture(upload: FileStorage, *, actor: Any, now: datetime) -> Picture:
    """Check a picture and keep our own copy: without camera and place, no wider than needed. Raises Invalid."""
    name = display_name(upload.filename or "")
    data = upload.stream.read(MAX_BYTES + 1)
    upload.close()
    try:
        kind = check_file(name, data)
    except FileProblem as problem:
        raise Invalid(problem_text(problem, name)) from problem
    if kind not in {"png", "jpg"}:
        raise Invalid(_("“%(name)s”不是图片。请选择 jpg 或 png 图片；其他文件请作为附件上传。", name=name))
    content, width, height = _redrawn(data, kind, name)
    file = store_bytes(content, name=name, kind=kind, purpose="portal-picture", now=now, actor=actor)
    picture = Picture(
        key=secrets.token_hex(16), kind=kind, width=width, height=height, file_id=file.id, at=now
    )
    db.session.add(picture)
    db.session.flush()
    return picture


def _redrawn(data: bytes, kind: str, name: str) -> tuple[bytes, int, int]:
    try:
        with Image.open(io.BytesIO(data)) as opened:
            picture = ImageOps.exif_transpose(opened)
            picture.thumbnail((WIDEST, WIDEST * 4))
            packed = io.BytesIO()
            if kind == "jpg":
                picture.convert("RGB").save(packed, "JPEG", quality=85, optimize=True)
            else:
                if picture.mode not in {"1", "L", "P", "RGB", "RGBA"}:
                    picture = picture.convert("RGBA")
                picture.save(packed, "PNG", optimize=True)
    except (OSError, SyntaxError, ValueError) as error:
        raise Invalid(problem_text(FileProblem("broken"), name)) from error
    return packed.getvalue(), picture.width, picture.height


def address(picture: Picture) -> str:
    """Where a picture is served."""
    return f"/pictures/{picture.key}.{picture.kind}"


def known_pictures(*sources: str) -> dict[str, Shown]:
    """The pictures of ours among those that texts name, by key."""
    keys = set().union(*(picture_keys(source) for source in sources))
    rows = db.session.scalars(select(Picture).where(Picture.key.in_(keys))) if keys else ()
    return {row.key: Shown(address(row), row.width, row.height) for row in rows}


def note_uses(subject: str, subject_id: int, *sources: str) -> None:
    """Remember which pictures a saved text shows."""
    keys = set().union(*(picture_keys(source) for source in sources))
    db.session.execute(
        delete(PictureUse).where(PictureUse.subject == subject, PictureUse.subject_id == subject_id)
    )
    if keys:
        for picture_id in db.session.scalars(select(Picture.id).where(Picture.key.in_(keys))):
            db.session.add(PictureUse(picture_id=picture_id, subject=subject, subject_id=subject_id))
    db.session.flush()


def public_picture(key: str, kind: str, now: datetime, *, staff: bool = False) -> StoredFile | None:
    """The file of a picture that a released text or a page shows; staff who write see the others too."""
    query = (
        select(StoredFile)
        .join(Picture, Picture.file_id == StoredFile.id)
        .where(Picture.key == key, Picture.kind == kind)
    )
    if not staff:
        by_announcement = exists().where(
            PictureUse.picture_id == Picture.id,
            PictureUse.subject == "announcement",
            PictureUse.subject_id == Announcement.id,
            released(now),
        )
        by_page = exists().where(PictureUse.picture_id == Picture.id, PictureUse.subject == "page")
        query = query.where(or_(by_announcement, by_page))
    with scoped(SYSTEM):  # of no institution: what may be seen stands in the conditions above
        return db.session.scalars(query).first()


def attachments(announcement_id: int) -> list[Any]:
    """The attachments of one announcement as rows (id, name, size, kind). The caller has checked who asks."""
    query = (
        select(AnnouncementFile.id, StoredFile.name, StoredFile.size, StoredFile.kind)
        .join(StoredFile, StoredFile.id == AnnouncementFile.file_id)
        .where(AnnouncementFile.announcement_id == announcement_id)
        .order_by(AnnouncementFile.id)
    )
    with scoped(SYSTEM):
        return list(db.session.execute(query))


def public_attachment(file_id: int, now: datetime, *, staff: bool = False) -> StoredFile | None:
    """The file of an attachment of a released announcement; staff who write see the others too."""
    query = (
        select(StoredFile)
        .join(AnnouncementFile, AnnouncementFile.file_id == StoredFile.id)
        .join(Announcement, Announcement.id == AnnouncementFile.announcement_id)
        .where(AnnouncementFile.id == file_id)
    )
    with scoped(SYSTEM):
        return db.session.scalars(query if staff else query.where(released(now))).first()


def change_attachments(
    item: Announcement, uploads: Iterable[FileStorage], dropped: Iterable[str], *, actor: Any, now: datetime
) -> tuple[list[str], list[str]]:
    """Add and remove attachments of an announcement; the names (added, removed). Raises Invalid."""
    removed = [_drop(row) for row in _rows(item.id, {text for text in dropped if text.isdecimal()})]
    chosen = [upload for upload in uploads if upload and upload.filename]
    count = select(func.count()).where(AnnouncementFile.announcement_id == item.id)
    if (db.session.scalar(count.select_from(AnnouncementFile)) or 0) + len(chosen) > MOST_FILES:
        raise Invalid(_("附件最多 %(n)s 个，请先删除不需要的附件。", n=MOST_FILES))
    added = []
    for upload in chosen:
        file = store_upload(upload, purpose="portal-attachment", now=now, actor=actor)
        db.session.add(AnnouncementFile(announcement_id=item.id, file_id=file.id))
        added.append(file.name)
    db.session.flush()
    return added, removed


def remove_all_files(item: Announcement) -> None:
    """Before an announcement is deleted: its attachments go, its pictures are no longer shown by it."""
    for row in _rows(item.id, None):
        _drop(row)
    note_uses("announcement", item.id)


def remove_unused_pictures(now: datetime) -> int:
    """Forget pictures that no text has shown for two days after they were uploaded; how many went."""
    unused = select(Picture).where(
        Picture.at < now - UNUSED_FOR, ~exists().where(and_(PictureUse.picture_id == Picture.id))
    )
    gone = list(db.session.scalars(unused))
    for picture in gone:
        file = db.session.get(StoredFile, picture.file_id)
        db.session.delete(picture)
        db.session.flush()
        if file is not None:
            remove_file(file)
    return len(gone)


def _rows(announcement_id: int, only: set[str] | None) -> list[Any]:
    query = (
        select(AnnouncementFile, StoredFile)
        .join(StoredFile, StoredFile.id == AnnouncementFile.file_id)
        .where(AnnouncementFile.announcement_id == announcement_id)
    )
    if only is not None:
        query = query.where(AnnouncementFile.id.in_([int(text[:9]) for text in only]))
    with scoped(SYSTEM):
        return list(db.session.execute(query))


def _drop(row: Any) -> str:
    link, file = row
    name = str(file.name)
    db.session.delete(link)
    db.session.flush()
    remove_file(file)
    return name
