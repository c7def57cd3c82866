"""Pictures of people: a square of what was uploaded, made anew so that nothing hidden in the file is kept."""

from __future__ import annotations

import io
import math
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from PIL import Image, ImageOps
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from app.accounts.models import STAFF, Account
from app.core.db import db
from app.core.errors import Invalid
from app.core.events import record
from app.core.file_rules import FileProblem, check_file, display_name
from app.core.files import StoredFile, problem_text, remove_file, store_bytes
from app.core.scope import SYSTEM, scoped

SIDE = 256
MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 24_000_000  # decoded: under 100 MB
SMALLEST = 32
ACCEPT = ".jpg,.jpeg,.png"

Crop = tuple[float, float, float]


def set_avatar(account: Account, upload: FileStorage, crop: Crop | None, *, now: datetime) -> None:
    """Take a picture; crop: left and top of the square as shares of width and height, its side as a share of the
    shorter side; None takes the middle. Raises Invalid with the reason.
    """
    name = display_name(upload.filename or "")
    data = upload.stream.read(MAX_BYTES + 1)
    upload.close()  # big ones are temporary files
    if len(data) > MAX_BYTES:
        raise Invalid(_("图片超过 5 MB，请缩小后再上传。"))
    try:
        kind = check_file(name, data)
    except FileProblem as problem:
        if problem.code == "extension":
            raise Invalid(_("请上传 jpg 或 png 图片。")) from problem
        raise Invalid(problem_text(problem, name)) from problem
    if kind not in ("jpg", "png"):
        raise Invalid(_("请上传 jpg 或 png 图片。"))
    picture = square(data, crop)
    _forget(account)
    file = store_bytes(picture, name="avatar.jpg", kind="jpg", purpose="avatar", now=now, actor=account)
    account.avatar_key = file.key
    record("AvatarChanged", account, actor=account, now=now)


def remove_avatar(account: Account, *, now: datetime) -> None:
    """Go without a picture again."""
    if account.avatar_key:
        _forget(account)
        account.avatar_key = None
        record("AvatarRemoved", account, actor=account, now=now)


def square(data: bytes, crop: Crop | None) -> bytes:
    """A JPEG of 256 × 256 without metadata. Raises Invalid for pictures that are too large, too small or broken."""
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise Invalid(_("图片尺寸过大，请缩小到 2400 万像素以内。"))
            if min(opened.size) < SMALLEST:
                raise Invalid(_("图片太小，宽和高都至少需要 %(n)s 像素。", n=SMALLEST))
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Invalid(_("图片无法读取，文件可能已损坏。请重新导出后再上传。")) from error
    cut = upright.crop(_box(upright.width, upright.height, crop)).resize(
        (SIDE, SIDE), Image.Resampling.LANCZOS
    )
    paper = Image.new("RGB", cut.size, "white")
    paper.paste(cut, mask=cut.getchannel("A"))
    out = io.BytesIO()
    paper.save(out, "JPEG", quality=88, optimize=True)
    return out.getvalue()


def _box(width: int, height: int, crop: Crop | None) -> tuple[int, int, int, int]:
    shorter = min(width, height)
    if crop is None or not all(math.isfinite(share) and 0 <= share <= 1 for share in crop):
        crop = ((width - shorter) / 2 / width, (height - shorter) / 2 / height, 1.0)
    side = max(1, round(crop[2] * shorter))
    left = min(round(crop[0] * width), width - side)
    top = min(round(crop[1] * height), height - side)
    return left, top, left + side, top + side


def may_see(viewer: Account, owner: Account) -> bool:
    """Oneself, people of one's own institution, and staff among each other."""
    same_house = viewer.institution_id is not None and viewer.institution_id == owner.institution_id
    return viewer.id == owner.id or same_house or (viewer.kind == STAFF and owner.kind == STAFF)


def avatar_file(account: Account) -> StoredFile | None:
    """The stored picture. The caller has checked that its reader may see it."""
    if not account.avatar_key:
        return None
    with scoped(SYSTEM):
        return db.session.scalars(select(StoredFile).where(StoredFile.key == account.avatar_key)).first()


def avatar_address(account: Any) -> str | None:
    """Where the picture is; a new picture has a new address."""
    key = account.avatar_key
    return url_for("avatars.show", pk=account.id, v=key[-8:]) if key else None


def _forget(account: Account) -> None:
    former = avatar_file(account)
    if former is not None:
        with scoped(SYSTEM):
            remove_file(former)
            db.session.flush()
