"""The JSON that the browser's editor of one form starts from.

Most of it says what the form is. That part is written once per definition and language and kept with it as text;
a request adds what has been filed.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import current_app, url_for
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from app.filings.form_page import FormPage
from app.filings.grid import (
    blank_rows,
    column_info,
    constants_of,
    findings_json,
    formulas_of,
    outside_values,
    reject_messages,
    row_info,
)
from app.filings.grid_words import grid_words
from app.filings.pages import marks_json
from app.filings.submissions.intake import MAX_ROWS


def editor_json(page: FormPage, key: str) -> Markup:
    """One JSON object; `key` names the browser's own copy of what has not been saved yet."""
    derived, kept = page.form.derived, ("editor", page.industry, page.language)
    if kept not in derived:
        derived[kept] = _json(_of_the_form(page))
    both = f"{derived[kept][:-1]},{_json(_of_the_filing(page, key))[1:]}"
    return Markup(both)  # noqa: S704 - written by `htmlsafe_json_dumps`


def _json(value: dict[str, Any]) -> str:
    """As it may stand inside a <script>."""
    compact = {"sort_keys": False, "separators": (",", ":")}
    return str(htmlsafe_json_dumps(value, current_app.json.dumps, **compact))


def _of_the_form(page: FormPage) -> dict[str, Any]:
    """What the definition says, in the reader's language."""
    form, industry = page.form, page.industry
    return {
        "code": page.code,
        "layout": form.layout,
        "maxRows": form.max_rows or (MAX_ROWS if form.layout == "table" else None),
        "columns": column_info(form, industry, page.language),
        "rows": row_info(form, industry, page.language),
        "formulas": formulas_of(form, industry),
        "constants": constants_of(form, industry),
        "words": grid_words(),
    }


def _of_the_filing(page: FormPage, key: str) -> dict[str, Any]:
    number = Counter(finding.level for finding in page.assessment.of(page.code))
    where: dict[str, Any] = {
        "set_key": page.place.report_set.key,
        "period": page.place.period_code,
        "code": page.code,
    }
    return {
        "key": key,
        "readonly": not page.is_open,
        "version": page.version,
        "blankRows": blank_rows(page.form, page.row_count),
        "entries": {} if page.is_long else page.entries,
        # None: the same as the entries, which in a large table are megabytes.
        "stored": {} if page.carried else None,
        "carried": page.carried,
        "rejects": reject_messages(page.rejects, page.language),
        "others": len(page.assessment.findings) - sum(number.values()),
        "counts": {"errors": number["error"], "warnings": number["warning"]},
        "outside": outside_values(page.data, page.assessment.values, page.code),
        "findings": findings_json(page.findings, page.data.forms, page.language),
        "marks": marks_json(page.marks, page.data),
        "prior": page.prior,
        "urls": {
            "save": url_for("filings.save", **where),
            "current": url_for("filings.current", **where),
            "page": url_for("filings.form", **where),
            "rows": url_for("filings.rows", **where) if page.is_long else None,
        },
    }
