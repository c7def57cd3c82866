"""The console's pages on taking over an existing list of institutions."""

from __future__ import annotations

import io
from typing import Any

from flask import Response, abort, flash, redirect, request, send_file, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _

from app.accounts.access import current_account
from app.console.importing import services
from app.console.importing.models import RegisterImport
from app.console.importing.reading import most_frequent
from app.core import clock
from app.core.db import commits, db
from app.core.errors import DomainError
from app.core.excel import MEGABYTE, TABLES
from app.core.i18n import lang

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 100


class InstitutionImport(BaseView):
    """Upload, preview, take. An upload is seen by who sent it and by nobody else."""

    route_base = "/console/institutions/import"
    default_view = "start"

    @expose("/", methods=["GET"])
    @has_access
    @permission_name("import")
    def start(self) -> Any:
        """What it does, the template, and where to drop the file."""
        return self._start()

    def _start(self, problem: Any = "") -> Any:
        return self.render_template(
            "console/importing/start.html", problem=problem, megabytes=TABLES.upload // MEGABYTE
        )

    @expose("/template.xlsx", methods=["GET"])
    @has_access
    @permission_name("import")
    def template(self) -> Response:
        """The workbook to fill in."""
        name = f"{_('机构名册导入模板')}.xlsx"
        content = io.BytesIO(services.template())
        return send_file(content, mimetype=XLSX, as_attachment=True, download_name=name)

    @expose("/", methods=["POST"])
    @has_access
    @permission_name("import")
    def upload(self) -> Any:
        """Read the list and go to its preview; the register stays as it is."""
        sent = request.files.get("workbook")
        if sent is None or not sent.filename:
            return self._start(_("请选择要导入的工作簿。")), 422
        try:
            staged_id = _read_and_stage(sent.filename, sent.read(TABLES.upload + 1))
        except DomainError as refusal:
            db.session.rollback()
            return self._start(refusal.message), refusal.status
        finally:
            sent.close()
        return redirect(url_for(".preview", import_id=staged_id))

    @expose("/<int:import_id>", methods=["GET"])
    @has_access
    @permission_name("import")
    def preview(self, import_id: int) -> Any:
        """What would be entered and what is wrong."""
        return self._preview(_own(import_id))

    def _preview(self, staged: RegisterImport, problem: Any = "") -> Any:
        faults = staged.faults
        return self.render_template(
            "console/importing/preview.html",
            staged=staged,
            rows=staged.rows[:SHOWN],
            problems=faults[:SHOWN],
            notes=[one[f"message_{lang()}"] for one in staged.notes],
            good=len(staged.rows),
            number=len(faults),
            frequent=most_frequent(faults, lang()),
            language=lang(),
            problem=problem,
            shown=SHOWN,
        )

    @expose("/<int:import_id>/take", methods=["POST"])
    @has_access
    @permission_name("import")
    def take(self, import_id: int) -> Any:
        """Enter the list: all of it or, when that was chosen, the lines without fault."""
        only_good = request.form.get("which") == "good"

        @commits
        def enter() -> int:
            return services.take(
                _own(import_id), only_good=only_good, actor=current_account(), now=clock.now()
            )

        try:
            number = enter()
        except DomainError as refusal:
            return self._preview(_own(import_id), refusal.message), refusal.status
        flash(_("已导入 %(n)s 家机构。", n=number), "success")
        return redirect(url_for("InstitutionAdmin.list"))

    @expose("/<int:import_id>/annotated.xlsx", methods=["GET"])
    @has_access
    @permission_name("import")
    def annotated(self, import_id: int) -> Response:
        """The sender's own workbook with the faults marked."""
        staged = _own(import_id)
        name = _("%(name)s（校验结果）.xlsx", name=staged.file_name.rsplit(".", 1)[0])
        content = io.BytesIO(services.annotated(staged))
        return send_file(content, mimetype=XLSX, as_attachment=True, download_name=name)


def _own(import_id: int) -> RegisterImport:
    staged = services.own_import(import_id, current_account()) if import_id < 2**31 else None
    if staged is None:
        abort(404)
    return staged


def _read_and_stage(file_name: str, content: bytes) -> int:
    # Reading takes seconds, so it stands before the transaction that writes.
    reading = services.read_upload(content, clock.now())

    @commits
    def store() -> int:
        return services.stage(file_name, content, reading, actor=current_account(), now=clock.now()).id

    return store()
