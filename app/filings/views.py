"""Filings in the workspace: list, sets, forms, hand-in. Importing is in import_views, on the same blueprint."""

from __future__ import annotations

import io
import uuid
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import gettext as _

from app.accounts.access import current_account, workspace_required
from app.core import clock
from app.core.db import commits
from app.core.errors import Conflict, DomainError, Refused
from app.core.i18n import lang
from app.core.packing import packed_json
from app.filings.definitions.queries import set_by_key
from app.filings.editor_data import editor_json
from app.filings.extension_page import extension_page
from app.filings.form_page import drawn_fields, form_page
from app.filings.form_rows import drawn_rows
from app.filings.index_page import index_page
from app.filings.indicator_page import filed_indicators
from app.filings.labels import filing_word
from app.filings.pages import (
    SetPage,
    course,
    finding_items,
    marks_json,
    periods_of,
    place_title,
    set_page,
    state_words,
)
from app.filings.receipt_file import receipt_facts, receipt_pdf
from app.filings.saving import current_state, read_save, store_save, table_rows_at
from app.filings.submissions.models import FilingVersion
from app.filings.submissions.place import Place, place_of_address
from app.filings.submissions.services import cancel_change, submit_filing, withdraw_filing

blueprint = Blueprint("filings", __name__, url_prefix="/workspace/filings")


def find_place(set_key: str, period: str) -> Place:
    """The institution's own obligation of this address; 404 for anything that is not its industry's."""
    account = current_account()
    institution, report_set = account.institution, set_by_key(set_key)
    if institution is None or report_set is None or report_set.industry != institution.industry:
        abort(404)
    place = place_of_address(institution, report_set, period, account, clock.now())
    if place is None:
        abort(404)
    return place


def here(place: Place) -> dict[str, Any]:
    """The address parts of a place."""
    return {"set_key": place.report_set.key, "period": place.period_code}


def set_url(place: Place) -> str:
    """The page of the place."""
    return url_for("filings.report_set", **here(place))


@blueprint.get("/")
@workspace_required
def index() -> str:
    """All sets and periods, by family."""
    account = current_account()
    now = clock.now()
    page = index_page(account.institution, now, request.args.get("tab", ""), request.args.get("year", ""))
    more: dict[str, Any] = {}
    if page.tab == "one_off" and page.one_off is not None:
        place = Place(account.institution, page.one_off.report_set, None, account, now)
        more = {"place": place, "set_page": set_page(place, page.one_off.filing), "here": here(place)}
    return render_template(
        "workspace/filings/index.html", page=page, state_words=state_words, filing_word=filing_word, **more
    )


@blueprint.get("/<set_key>/<period>/")
@workspace_required
def report_set(set_key: str, period: str) -> str:
    """One set for one period: its forms, what is wrong, receipt, course."""
    place = find_place(set_key, period)
    page = set_page(place)
    return render_template(
        "workspace/filings/set.html",
        page=page,
        place=place,
        here=here(place),
        title=place_title(place),
        findings=finding_items(place, page.assessment.findings, page.data),
        course=course(page.events),
        marks=marks_json(page.marks, page.data),
        periods=periods_of(place),
        extension=None if page.is_handed_in else extension_page(place, page.filing),
        indicators=filed_indicators(page.filing, page.version) if page.filing and page.is_handed_in else [],
    )


@blueprint.get("/<set_key>/<period>/<code>/")
@workspace_required
def form(set_key: str, period: str, code: str) -> str:
    """One form: the grid or the card; read-only when the gate is shut."""
    place = find_place(set_key, period)
    page = form_page(place, code)
    if page is None:
        abort(404)
    is_card = page.form.layout == "card"
    return render_template(
        f"workspace/filings/form_{'card' if is_card else 'grid'}.html",
        page=page,
        place=place,
        here=here(place),
        title=f"{page.code} {page.form.name(lang())}",
        set_title=place_title(place),
        rows=None if is_card else drawn_rows(page),
        fields=drawn_fields(page) if is_card else [],
        marks=marks_json(page.marks, page.data),
        findings=finding_items(place, page.findings[:100], page.data),
        slots=page.slots,
        payload=editor_json(page, f"{place.institution.id}:{place.report_set.key}:{period}:{code}"),
    )


@blueprint.get("/<set_key>/<period>/<code>/rows")
@workspace_required
def rows(set_key: str, period: str, code: str) -> Response:
    """The rows of a long table, whose page comes without them."""
    found = table_rows_at(find_place(set_key, period), code)
    if found is None:
        abort(404)
    return packed_json(found)


@blueprint.get("/<set_key>/<period>/<code>/current")
@workspace_required
def current(set_key: str, period: str, code: str) -> Response:
    """The form as it is stored now, for an editor that met a conflict."""
    page = form_page(find_place(set_key, period), code)
    if page is None:
        abort(404)
    return packed_json(current_state(page))


@blueprint.post("/<set_key>/<period>/<code>/save")
@workspace_required
def save(set_key: str, period: str, code: str) -> Any:
    """Autosave of one form: 200 with what came of it; 400, 409 with the reason, nothing stored."""
    given = read_save(request.get_json(silent=True))
    if isinstance(given, str):
        find_place(set_key, period)
        return jsonify({"error": 400, "kind": "invalid", "message": given}), 400

    @commits
    def store() -> dict[str, Any]:
        place = find_place(set_key, period)
        if code not in place.codes:
            abort(404)
        return store_save(place, code, given)

    try:
        return jsonify(store())
    except Conflict as error:
        return _refusal("conflict", error)
    except Refused as error:
        return _refusal("refused", error)


def _refusal(kind: str, error: DomainError) -> tuple[Response, int]:
    reasons = [str(reason) for reason in error.details.get("reasons", [])]
    answer = {"error": 409, "kind": kind, "message": str(error.message), "reasons": reasons}
    return jsonify(answer), 409


@blueprint.get("/<set_key>/<period>/submit")
@workspace_required
def confirm_submit(set_key: str, period: str) -> Any:
    """上报完成: what blocks, what needs an explanation, and the button."""
    place = find_place(set_key, period)
    return _submit_page(place, request_key=uuid.uuid4().hex)


def _submit_page(
    place: Place, request_key: str, given: dict[str, str] | None = None, problem: str = ""
) -> str:
    page = set_page(place)
    return render_template(
        "workspace/filings/submit.html",
        page=page,
        place=place,
        here=here(place),
        title=place_title(place),
        errors=finding_items(place, page.assessment.errors, page.data),
        warnings=finding_items(place, page.assessment.warnings, page.data),
        explanations={**page.explanations, **(given or {})},
        request_key=request_key,
        problem=problem,
    )


@blueprint.post("/<set_key>/<period>/submit")
@workspace_required
def submit(set_key: str, period: str) -> Any:
    """Hand the set in. The same request key gives the same receipt, however often it arrives."""
    request_key = request.form.get("request_key", "")[:64] or uuid.uuid4().hex
    given = {
        key.removeprefix("explain-"): text for key, text in request.form.items() if key.startswith("explain-")
    }

    @commits
    def hand_in() -> None:
        submit_filing(find_place(set_key, period), request_key, given)

    try:
        hand_in()
    except DomainError as error:
        # The page again, with everything that was written and every reason.
        again = find_place(set_key, period)
        return _submit_page(again, request_key, given, str(error.message)), error.status
    flash(_("上报完成，回执已生成。"), "success")
    return redirect(url_for("filings.report_set", set_key=set_key, period=period))


@blueprint.post("/<set_key>/<period>/withdraw")
@workspace_required
def withdraw(set_key: str, period: str) -> Any:
    """撤回, until a reviewer has picked the filing up."""

    @commits
    def take_back() -> None:
        withdraw_filing(find_place(set_key, period))

    try:
        take_back()
        flash(_("已撤回，可以修改后重新上报。"), "success")
    except DomainError as error:
        flash(str(error.message), "danger")
    return redirect(url_for("filings.report_set", set_key=set_key, period=period))


@blueprint.post("/<set_key>/<period>/cancel")
@workspace_required
def cancel(set_key: str, period: str) -> Any:
    """作废 a change that is not with the regulator."""

    @commits
    def give_up() -> None:
        cancel_change(find_place(set_key, period))

    try:
        give_up()
        flash(_("变更已作废，原有内容继续有效。"), "success")
    except DomainError as error:
        flash(str(error.message), "danger")
        return redirect(url_for("filings.report_set", set_key=set_key, period=period))
    return redirect(url_for("filings.index", tab="change"))


@blueprint.get("/<set_key>/<period>/receipt")
@workspace_required
def receipt(set_key: str, period: str) -> str:
    """The receipt on a page made for printing."""
    place, page, version = _handed_in(set_key, period)
    title = place_title(place)
    return render_template(
        "workspace/filings/receipt.html",
        page=page,
        place=place,
        here=here(place),
        title=title,
        facts=receipt_facts(place, page, version, title),
    )


@blueprint.get("/<set_key>/<period>/receipt.pdf", endpoint="receipt_pdf")
@workspace_required
def receipt_as_pdf(set_key: str, period: str) -> Response:
    """The receipt as a file to keep."""
    place, page, version = _handed_in(set_key, period)
    name, content = receipt_pdf(place, page, version, place_title(place))
    return send_file(io.BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=name)


def _handed_in(set_key: str, period: str) -> tuple[Place, SetPage, FilingVersion]:
    """The place with the version that its receipt is about; 404 before the first."""
    place = find_place(set_key, period)
    page = set_page(place)
    if page.version is None:
        abort(404)
    return place, page, page.version
