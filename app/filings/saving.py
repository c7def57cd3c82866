"""Reading what the editor sends, and telling it what stands after a conflict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.filings.definitions.schema import Form
from app.filings.form_page import FormPage, save_answer
from app.filings.submissions.intake import MAX_ROWS, take_entries

Entries = dict[str, dict[str, str]]
MAX_VERSION = 2**31 - 1


def read_save(body: Any) -> tuple[int, Entries] | str:
    """(version, {row: {column: text}}) of a save request, or what is wrong with it."""
    if not isinstance(body, dict) or not isinstance(body.get("cells"), dict):
        return _("请求格式不正确：需要 JSON 对象，含 version 和 cells。")
    version = body.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or not 0 <= version <= MAX_VERSION:
        return _("请求格式不正确：version 应为页面打开时的版本号。")
    cells = body["cells"]
    if len(cells) > MAX_ROWS:
        return _("行数超过上限 %(n)s 行。", n=MAX_ROWS)
    entries: Entries = {}
    for row, columns in cells.items():
        if not isinstance(columns, dict):
            return _("请求格式不正确：cells 应为 {行: {列: 文本}}。")
        entries[row] = {}
        for col, text in columns.items():
            if text is not None and not isinstance(text, str):
                return _("请求格式不正确：单元格的内容应为文本。")
            entries[row][col] = text or ""
    return version, entries


def kept_keys(form: Form, entries: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Which row of the answer each sent row of a table became; dropped blank rows are left out."""
    if form.layout != "table":
        return {}
    kept: dict[str, str] = {}
    for key, cells in entries.items():
        if any(cells.values()) and take_entries(form, {key: cells}).values:
            kept[key] = str(len(kept) + 1)
    return kept


def current_state(page: FormPage) -> dict[str, Any]:
    """The stored form with who saved it last and when."""
    answer = save_answer(page.place, page.code, page.data, page.assessment)
    draft = page.data.drafts.get(page.code)
    answer["who"], answer["when"] = "", ""
    if draft is not None:
        account = db.session.get(Account, draft.updated_by_id) if draft.updated_by_id else None
        answer["who"] = str(account) if account else ""
        answer["when"] = clock.local(draft.updated_at).strftime("%Y-%m-%d %H:%M")
    answer["readonly"] = not page.is_open
    return answer
