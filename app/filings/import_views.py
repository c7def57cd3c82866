"""Downloading templates and importing workbooks: upload, preview, take, the annotated return."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from flask import (
    Response,
    abort,
    current_app,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import gettext as _

from app.accounts.access import workspace_required
from app.core.db import commits, db
from app.core.errors import DomainError
from app.core.excel import MEGABYTE
from app.core.i18n import lang
from app.filings.calendar.rules import describe, show_end
from app.filings.pages import place_title
from app.filings.submissions import imports
from app.filings.submissions.imports import read_upload, stage_import
from app.filings.submissions.models import StagedImport
from app.filings.submissions.place import Place, filing_at, reasons_at
from app.filings.submissions.services import load_place
from app.filings.submissions.templates import template_for
from app.filings.views import blueprint, find_place, here, set_url
from app.filings.workbooks.results import ReadResult
from app.filings.workbooks.units import unit_name

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PREVIEWED = 200


@blueprint.app_template_filter("last_minute")
def last_minute(moment: Any) -> str:
    """An exclusive end as people say it."""
    return show_end(moment)


@blueprint.app_template_filter("unit_name")
def unit_in_words(unit: str) -> str:
    """A unit in the reader's language."""
    return unit_name(unit, lang())


@blueprint.app_template_filter("describe_all")
def describe_all(reasons: Any) -> str:
    """All reasons of the gate as sentences."""
    return " ".join(describe(reason, lang()) for reason in reasons)


@blueprint.get("/<set_key>/<period>/template.xlsx", endpoint="set_template")
@blueprint.get("/<set_key>/<period>/<code>/template.xlsx", endpoint="form_template")
@workspace_required
def template(set_key: str, period: str, code: str | None = None) -> Response:
    """The workbook of one form or of the whole set, with what has been entered so far."""
    place = find_place(set_key, period)
    if code is not None and code not in place.codes:
        abort(404)
    file_name, content = template_for(place, code, lang())
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=file_name)


@blueprint.get("/<set_key>/<period>/import", endpoint="upload_set")
@blueprint.get("/<set_key>/<period>/<code>/import", endpoint="upload_form")
@workspace_required
def upload(set_key: str, period: str, code: str | None = None) -> str:
    """Choose a workbook or drop it here."""
    return _upload_page(_place_for(set_key, period, code), code)


def _place_for(set_key: str, period: str, code: str | None) -> Place:
    place = find_place(set_key, period)
    if code is not None and code not in place.codes:
        abort(404)
    return place


def _upload_page(place: Place, code: str | None, problem: str = "") -> str:
    data = load_place(place)
    reasons = reasons_at(place, data.filing)
    form = data.forms[code] if code else None
    limits = imports.upload_limits([form] if form else data.forms.values())
    return render_template(
        "workspace/filings/upload.html",
        place=place,
        here=here(place),
        code=code,
        title=place_title(place),
        what=f"{code} {form.name(lang())}" if form else place.report_set.name(lang()),
        reasons=[describe(reason, lang()) for reason in reasons],
        problem=problem,
        megabytes=limits.upload // MEGABYTE,
    )


@blueprint.post("/<set_key>/<period>/import", endpoint="stage_set")
@blueprint.post("/<set_key>/<period>/<code>/import", endpoint="stage_form")
@workspace_required
def stage(set_key: str, period: str, code: str | None = None) -> Any:
    """Read the workbook and go to the preview; nothing of the draft changes here."""
    upload = request.files.get("workbook")
    if upload is None or not upload.filename:
        return _upload_page(_place_for(set_key, period, code), code, _("请选择要导入的工作簿。")), 400
    sent = _Sent(set_key, period, code, upload.filename, upload.read())
    asked = request.headers.get("X-Preview")
    try:
        # Reading may take seconds, so it stands before the transaction that writes.
        reading = read_upload(_place_for(set_key, period, code), code, sent.content)
        if asked == "stages":
            # Proxies are not to hold the lines back until the last has come.
            return Response(
                _stages(sent, reading), mimetype="application/x-ndjson", headers={"X-Accel-Buffering": "no"}
            )
        where = sent.preview_of(_stage(sent, reading))
    except DomainError as error:
        return _refused(sent, error), error.status
    # The upload script goes there itself: following the redirection it would fetch the preview twice.
    return jsonify(preview=where) if asked == "tell" else redirect(where)


@dataclass(frozen=True)
class _Sent:
    """An upload: where it belongs and what was sent."""

    set_key: str
    period: str
    code: str | None
    file_name: str
    content: bytes

    def preview_of(self, staged_id: str) -> str:
        return url_for("filings.preview", set_key=self.set_key, period=self.period, staged_id=staged_id)


def _refused(sent: _Sent, error: DomainError) -> str:
    db.session.rollback()
    return _upload_page(_place_for(sent.set_key, sent.period, sent.code), sent.code, str(error.message))


def _stage(sent: _Sent, reading: ReadResult) -> str:
    @commits
    def store() -> str:
        place = find_place(sent.set_key, sent.period)
        return str(stage_import(place, sent.file_name, sent.content, reading).id)

    return store()


def _stages(sent: _Sent, reading: ReadResult) -> Iterator[str]:
    """What has been done so far, a line of JSON each: rows read; rows checked with the preview, or the page of refusal.

    The answer begins before the rows are checked, and Flask ends the request there: what is left to do runs in a copy
    of its context, with a session of its own.
    """
    rows = sum(map(len, reading.values_by_form.values()))
    context = copy_context()

    def check() -> dict[str, Any]:
        g.pop("_login_user", None)  # belongs to the session of before
        try:
            return {"checked": rows, "preview": sent.preview_of(_stage(sent, reading))}
        except DomainError as error:
            return {"page": _refused(sent, error)}
        except Exception:
            # The status has gone out: that nothing was stored can only be told here.
            db.session.rollback()
            current_app.logger.exception("an upload broke off while it was checked")
            return {}
        finally:
            db.session.remove()

    def lines() -> Iterator[str]:
        yield json.dumps({"rows": rows}) + "\n"
        yield json.dumps(context.run(check)) + "\n"

    return lines()


def _staged(place: Place, staged_id: str) -> StagedImport:
    """The staged import of this very place; 404 for anybody else's, another period's or unknown ones."""
    staged = db.session.get(StagedImport, staged_id)
    if staged is None or staged.institution_id != place.institution.id:
        abort(404)
    filing = filing_at(place)
    if filing is None or filing.id != staged.filing_id:
        abort(404)
    return staged


@blueprint.get("/<set_key>/<period>/import/<staged_id>")
@workspace_required
def preview(set_key: str, period: str, staged_id: str) -> str:
    """What the workbook would change and what is wrong with it."""
    place = find_place(set_key, period)
    return _preview_page(place, _staged(place, staged_id))


def _preview_page(place: Place, staged: StagedImport, problem: str = "") -> str:
    found = imports.preview(staged, PREVIEWED)
    return render_template(
        "workspace/filings/preview.html",
        place=place,
        here=here(place),
        title=place_title(place),
        staged=staged,
        preview=found,
        shown=PREVIEWED,
        problem=problem,
    )


@blueprint.post("/<set_key>/<period>/import/<staged_id>/take")
@workspace_required
def take(set_key: str, period: str, staged_id: str) -> Any:
    """Take the staged workbook into the draft: all of it or nothing."""

    @commits
    def into_draft() -> None:
        place = find_place(set_key, period)
        imports.take_import(place, _staged(place, staged_id).id)

    try:
        into_draft()
    except DomainError as error:
        again = find_place(set_key, period)
        return _preview_page(again, _staged(again, staged_id), str(error.message)), error.status
    flash(_("已导入。请核对校验结果，再上报完成。"), "success")
    return redirect(set_url(find_place(set_key, period)))


@blueprint.get("/<set_key>/<period>/import/<staged_id>/annotated.xlsx")
@workspace_required
def annotated(set_key: str, period: str, staged_id: str) -> Response:
    """The sender's own workbook with every bad cell coloured and commented."""
    place = find_place(set_key, period)
    staged = _staged(place, staged_id)
    content = imports.annotated(staged)
    stem = staged.file_name.rsplit(".", 1)[0]
    return send_file(
        io.BytesIO(content),
        mimetype=XLSX,
        as_attachment=True,
        download_name=_("%(name)s（校验结果）.xlsx", name=stem),
    )
