"""The captcha as a picture and as sound, and a new one on request. Nothing here writes."""

from __future__ import annotations

from captcha.audio import AudioCaptcha
from captcha.image import ImageCaptcha
from flask import Blueprint, Response, abort, jsonify, url_for

from app.core.captcha import answer_for, new_token
from app.extensions import limiter

blueprint = Blueprint("captcha", __name__, url_prefix="/captcha")


def _answer(token: str) -> str:
    answer = answer_for(token)
    if answer is None:
        abort(404)
    return answer


def _fresh(body: bytes, kind: str) -> Response:
    response = Response(body, mimetype=kind)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/new")
@limiter.limit("60 per minute")
def renew() -> Response:
    """A new captcha: its token and where its picture and sound are."""
    token = new_token()
    response = jsonify(
        token=token,
        image=url_for("captcha.image", token=token),
        audio=url_for("captcha.audio", token=token),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/<token>.png")
@limiter.limit("120 per minute")
def image(token: str) -> Response:
    """The picture."""
    picture = ImageCaptcha(width=150, height=44, font_sizes=(30, 33, 36))
    return _fresh(picture.generate(_answer(token), "png").getvalue(), "image/png")


@blueprint.get("/<token>.wav")
@limiter.limit("8 per minute")
def audio(token: str) -> Response:
    """The sound, for those who cannot see the picture; costly to make, hence the limit."""
    return _fresh(bytes(AudioCaptcha().generate(_answer(token))), "audio/wav")
