"""Uploading and showing pictures of people."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _

from app.accounts import avatars
from app.accounts.access import current_account, login_required
from app.accounts.models import Account
from app.accounts.profile import own_face, profile_page
from app.core import clock
from app.core.db import commits, db
from app.core.errors import Invalid
from app.core.files import read_file
from app.extensions import limiter

blueprint = Blueprint("avatars", __name__)
FACES = "/<any(workspace, console):face>/profile/avatar"


@blueprint.get("/account/<int:pk>/avatar")
@login_required
def show(pk: int) -> Response:
    """The picture of somebody whom one may see; else there is none."""
    owner = db.session.get(Account, pk) if pk < 2**31 else None
    file = avatars.avatar_file(owner) if owner and avatars.may_see(current_account(), owner) else None
    if file is None:
        abort(404)
    return Response(read_file(file), mimetype="image/jpeg")


@blueprint.post(FACES)
@limiter.limit("20 per minute")
@login_required
@commits
def upload(face: str) -> Any:
    """Take a new picture."""
    given = request.files.get("picture")
    try:
        if given is None or not given.filename:
            raise Invalid(_("请先选择图片。"))
        with db.session.begin_nested():
            avatars.set_avatar(current_account(), given, _crop(), now=clock.now())
    except Invalid as problem:
        return profile_page(own_face(), str(problem.message)), 422
    flash(_("头像已更换。"), "success")
    return redirect(url_for("accounts.profile", face=own_face()))


@blueprint.post(f"{FACES}/remove")
@login_required
@commits
def remove(face: str) -> Any:
    """Go without a picture again."""
    avatars.remove_avatar(current_account(), now=clock.now())
    flash(_("头像已删除。"), "success")
    return redirect(url_for("accounts.profile", face=own_face()))


def _crop() -> avatars.Crop | None:
    """What the page's script has chosen; without script, or with nonsense, the middle is taken."""
    try:
        left, top, side = (
            float(request.form.get(name, "")) for name in ("crop_left", "crop_top", "crop_side")
        )
    except ValueError:
        return None
    return left, top, side
