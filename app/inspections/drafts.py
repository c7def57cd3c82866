"""Letters that are not issued yet: the page and the two files, each marked as a draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from flask import Response, abort, render_template
from flask_babel import gettext as _

from app.core import clock
from app.core.file_rules import CONTENT_TYPES
from app.core.i18n import lang
from app.inspections import letters, rules
from app.inspections.models import Inspection
from app.letters import services as letter_services
from app.letters.rules import kinds

FORMS = ("pdf", "docx")
# Until when a letter is a draft; afterwards the issued one counts.
DRAFT_STATES = {
    letters.NOTICE: ("planned", "pending", "approved"),
    letters.OPINION: (*rules.WRITES_FINDINGS, "signing"),
    letters.FEEDBACK: rules.TAKES_FEEDBACK,
}


def page(
    inspection: Inspection, kind: str, *, face: str, back: str, crumbs: Any, file_url: Callable[[str], str]
) -> str:
    """The draft in the browser with links to its files; 404 when the letter is no draft (any more)."""
    data = _data(inspection, kind)
    known = kinds()[kind]
    title = known.en if lang() == "en" else known.zh
    return render_template(
        "inspections/preview.html",
        face=face,
        title=title,
        lead=inspection.institution.name,
        sheet=letter_services.html(kind, data),
        unprintable=letter_services.unprintable(kind, data),
        files=[(_("下载 PDF"), file_url("pdf")), (_("下载 Word"), file_url("docx"))],
        back=back,
        crumbs=[*crumbs, (title, None)],
    )


def file(inspection: Inspection, kind: str, form: str) -> Response:
    """The draft as a file to take along."""
    if form not in FORMS:
        abort(404)
    data = _data(inspection, kind)
    content = {"pdf": letter_services.pdf, "docx": letter_services.docx}[form](kind, data)
    answer = Response(content, content_type=CONTENT_TYPES[form])
    name = f"{kinds()[kind].zh}（草稿）.{form}"
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=draft.{form}; filename*=UTF-8''{quote(name)}"
    )
    return answer


def _data(inspection: Inspection, kind: str) -> dict[str, Any]:
    if inspection.status not in DRAFT_STATES.get(kind, ()):
        abort(404)
    return letters.data_of(inspection, kind, clock.now())
