"""The console's editor of letter templates. One form; each button posts all of it, so it works without script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _

from app.accounts.access import current_account
from app.accounts.security import may
from app.core import clock
from app.core.db import commits, db
from app.core.errors import DomainError
from app.core.parsing import is_number, number_of
from app.letters import services, templates
from app.letters.labels import BLOCK_WORDS, LINE_WORDS, own, problem_text
from app.letters.rules import BLOCK_TYPES, LINES, MAX_BLOCKS, Kind, kinds, layout_problems, normal_layout

EMPTY = {"type": "paragraph", "text": ""}


class LetterTemplateAdmin(BaseView):
    """Templates of letters: list, editor with preview, versions, back to what came along."""

    route_base = "/console/letters"
    default_view = "list"

    @expose("/list/")
    @has_access
    @permission_name("list")
    def list(self) -> Any:
        """Every kind with the version in force."""
        rows = [(kind, templates.newest(kind.name)) for kind in kinds().values()]
        return self.render_template("console/letters/list.html", rows=rows, own=own, may_edit=_may_edit())

    @expose("/show/<name>")
    @has_access
    @permission_name("list")
    def show(self, name: str) -> Any:
        """A kind: how it reads with sample data, its placeholders, and all versions."""
        kind = _kind_or_404(name)
        present = templates.layout_of(kind)
        version, layout = _chosen(kind, present[0]) or present
        return self.render_template(
            "console/letters/show.html",
            kind=kind,
            version=version,
            sheet=services.html(name, kind.sample(), layout=layout),
            versions=templates.versions(name),
            own=own,
            may_edit=_may_edit(),
        )

    @expose("/pdf/<name>")
    @has_access
    @permission_name("list")
    def pdf(self, name: str) -> Any:
        """The template in force as PDF, with sample data."""
        return _pdf(_kind_or_404(name), None)

    @expose("/edit/<name>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    @commits
    def edit(self, name: str) -> Any:
        """The editor. `op` says which button it was."""
        kind = _kind_or_404(name)
        if request.method == "GET":
            version, layout = templates.layout_of(kind)
            return self._editor(kind, version, layout)
        layout = normal_layout(_typed(request.form))
        seen = request.form.get("seen", "0")
        version = number_of(seen, 7)
        op = request.form.get("op", "preview")
        if op == "save":
            return self._save(kind, version, layout)
        if op == "pdf" and not layout_problems(kind, layout):
            return _pdf(kind, layout)
        place = _rearrange(layout["blocks"], op)
        return self._editor(kind, version, layout, preview=op in ("preview", "pdf"), place=place)

    @expose("/reset/<name>", methods=["POST"])
    @has_access
    @permission_name("edit")
    @commits
    def reset(self, name: str) -> Any:
        """Back to the template that comes along."""
        try:
            templates.reset(_kind_or_404(name), actor=current_account(), now=clock.now())
        except DomainError as refusal:
            flash(refusal.message, "warning")
        else:
            flash(_("已恢复默认模板。已发出的文书不受影响。"), "success")
        return redirect(url_for(".show", name=name))

    def _save(self, kind: Kind, seen: int, layout: Mapping[str, Any]) -> Any:
        try:
            saved = templates.save(
                kind,
                layout,
                seen,
                note=request.form.get("note", ""),
                actor=current_account(),
                now=clock.now(),
            )
        except DomainError as refusal:
            db.session.rollback()
            version = int(refusal.details.get("version", seen))
            errors = refusal.details.get("problems") or [str(refusal.message)]
            return self._editor(kind, version, layout, errors=errors), refusal.status
        flash(_("已保存为第 %(n)s 版，今后发出的文书使用新模板。", n=saved.version), "success")
        return redirect(url_for(".show", name=kind.name))

    def _editor(self, kind: Kind, version: int, layout: Mapping[str, Any], **more: Any) -> Any:
        problems = layout_problems(kind, layout)
        shown = more.get("preview") or request.method == "GET"
        errors = more.get("errors") or (
            [problem_text(one) for one in problems] if more.get("preview") else []
        )
        return self.render_template(
            "console/letters/edit.html",
            kind=kind,
            seen=version,
            layout=layout,
            note=request.form.get("note", ""),
            lines=[(name, LINE_WORDS[name]) for name in LINES],
            block_types=[(name, BLOCK_WORDS[name]) for name in BLOCK_TYPES],
            sheet=services.html(kind.name, kind.sample(), layout=layout) if shown and not problems else None,
            errors=errors,
            place=more.get("place"),
            own=own,
        )


def _kind_or_404(name: str) -> Kind:
    kind = templates.known_kind(name)
    if kind is None:
        abort(404)
    return kind


def _may_edit() -> bool:
    return bool(may("can_edit", "LetterTemplateAdmin"))


def _chosen(kind: Kind, newest: int) -> tuple[int, Mapping[str, Any]] | None:
    """The older version that the address asks for."""
    wanted = request.args.get("version", "")
    if not is_number(wanted, 7) or int(wanted) > newest:
        return None
    for row in templates.versions(kind.name):
        if row.version == int(wanted):
            return row.version, row.layout
    return (0, normal_layout(kind.layout)) if int(wanted) == 0 else None


def _pdf(kind: Kind, layout: Mapping[str, Any] | None) -> Response:
    response = Response(services.pdf(kind.name, kind.sample(), layout=layout), content_type="application/pdf")
    response.headers["Content-Disposition"] = f"attachment; filename={kind.name}-sample.pdf"
    return response


def _typed(form: Mapping[str, str]) -> dict[str, Any]:
    """What stands in the form, as a layout."""
    lines: dict[str, Any] = {name: " ".join(form.get(name, "").split()) for name in LINES}
    blocks = []
    for number in range(MAX_BLOCKS + 1):
        if f"type_{number}" in form:
            keys = ("type", "text", "table")
            blocks.append({key: form.get(f"{key}_{number}", "") for key in keys})
    return {"red": form.get("red") == "1", **lines, "blocks": blocks}


def _rearrange(blocks: list[dict[str, Any]], op: str) -> int | None:
    """Move, remove or add a block as the button says (`up:2`, `below:2` …); where to look afterwards, from 0."""
    verb, _colon, raw = op.partition(":")
    if not is_number(raw, 3) or int(raw) > len(blocks):
        return None
    place = int(raw)
    if verb == "below" and len(blocks) < MAX_BLOCKS:
        kind = request.form.get(f"new_{place}", "paragraph")
        table = {"table": ""} if kind == "table" else {}
        blocks.insert(place, {**EMPTY, "type": kind if kind in BLOCK_TYPES else "paragraph", **table})
        return place
    if place >= len(blocks):
        return None
    other = {"up": place - 1, "down": place + 1}.get(verb)
    if other is not None and 0 <= other < len(blocks):
        blocks[place], blocks[other] = blocks[other], blocks[place]
        return other
    if verb == "remove":
        del blocks[place]
    return max(0, min(place, len(blocks) - 1))
