"""Reading what the editor sends, and telling it what stands after a conflict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.filings.definitions.schema import Form
from app.filings.form_page import FormPage, save_answer
from app.filings.grid import table_of
from app.filings.submissions.data import FilingData
from app.filings.submissions.intake import MAX_ROWS, Patch, take_entries
from app.filings.submissions.services import Place, load_place, save_form, save_table
from app.filings.values import to_json

Entries = dict[str, dict[str, str]]
MAX_VERSION = 2**31 - 1


@dataclass(frozen=True)
class Save:
    """What the editor sends: all cells of a form, or what changed in a table; `version` is what it has seen."""

    version: int
    cells: Entries = field(default_factory=dict)
    patch: Patch | None = None


def read_save(body: Any) -> Save | str:
    """The save that a request holds, or what is wrong with it.

    {"version", "cells": {row: {column: text}}} or, for tables, {"version", "edits": {row: {column: text}},
    "order": [[1, 500], "+7", …]} where a pair stands for the stored rows from the one to the other.
    """
    if not isinstance(body, dict) or not ({"cells", "edits"} & set(body)):
        return _("请求格式不正确：需要 JSON 对象，含 version 和 cells。")
    version = body.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or not 0 <= version <= MAX_VERSION:
        return _("请求格式不正确：version 应为页面打开时的版本号。")
    entries = _entries(body.get("edits", body.get("cells")))
    if isinstance(entries, str):
        return entries
    if "edits" not in body:
        return Save(version, entries)
    order = _order(body.get("order"))
    return order if isinstance(order, str) else Save(version, patch=Patch(entries, order))


def _entries(cells: Any) -> Entries | str:
    if not isinstance(cells, dict):
        return _("请求格式不正确：cells 应为 {行: {列: 文本}}。")
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
    return entries


def _order(given: Any) -> tuple[str, ...] | str | None:
    """The rows one by one; each may stand there once."""
    if given is None:
        return None
    names: list[str] = []
    for item in given if isinstance(given, list) else [None]:
        if isinstance(item, str):
            names.append(item)
        else:
            names += map(str, _range(item))
            if not _range(item):
                return _("请求格式不正确：order 应为行的名称或 [起, 止] 的列表。")
        if len(names) > MAX_ROWS:
            return _("行数超过上限 %(n)s 行。", n=MAX_ROWS)
    if len(set(names)) != len(names):
        return _("请求格式不正确：order 应为行的名称或 [起, 止] 的列表。")
    return tuple(names)


def _range(item: Any) -> range:
    """The numbers that a pair stands for, none when it is no pair; bounded before it is counted out."""
    if not isinstance(item, list) or [type(end) for end in item] != [int, int]:
        return range(0)
    first, last = item
    return range(first, last + 1) if 1 <= first <= last < first + MAX_ROWS else range(0)


def store_save(place: Place, code: str, save: Save) -> dict[str, Any]:
    """Store a save and answer it. A table that was changed gets back its changed rows only."""
    if save.patch is None:
        data, assessment = save_form(place, code, save.cells, save.version)
        answer = save_answer(place, code, data, assessment)
        answer["keys"] = kept_keys(data.forms[code], save.cells)
        return answer
    data, assessment, keys = save_table(place, code, save.patch, save.version)
    changed = {keys[name]: None for name in save.patch.edits if name in keys}
    answer = save_answer(place, code, data, assessment, rows=changed)
    is_kept = list(keys) == list(keys.values()) and all(keys.get(name) == name for name in save.patch.edits)
    moved = save.patch.order is not None or not is_kept
    answer["keys"] = keys if moved else None
    return answer


def kept_keys(form: Form, entries: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Which row of the answer each sent row of a table became; dropped blank rows are left out."""
    if form.layout != "table":
        return {}
    kept: dict[str, str] = {}
    for key, cells in entries.items():
        if any(cells.values()) and take_entries(form, {key: cells}).values:
            kept[key] = str(len(kept) + 1)
    return kept


def stored_table(data: FilingData, code: str) -> dict[str, Any]:
    """All rows of a table as they are stored."""
    draft, form = data.drafts.get(code), data.forms[code]
    content = to_json(form, data.values[code] or {}) if draft is None else draft.content
    return table_of(form, content, data.rejects.get(code, {}))


def table_rows_at(place: Place, code: str) -> dict[str, Any] | None:
    """What the browser fetches after the page of a long table; None when the set has no such table."""
    data = load_place(place)
    form = data.forms.get(code)
    if form is None or form.layout != "table":
        return None
    draft = data.drafts.get(code)
    return {"version": draft.version if draft else 0, "table": stored_table(data, code)}


def current_state(page: FormPage) -> dict[str, Any]:
    """The stored form with who saved it last and when; a long table column by column."""
    rows = () if page.is_long else None
    answer = save_answer(page.place, page.code, page.data, page.assessment, rows)
    if page.is_long:
        answer["table"] = stored_table(page.data, page.code)
    draft = page.data.drafts.get(page.code)
    answer["who"], answer["when"] = "", ""
    if draft is not None:
        account = db.session.get(Account, draft.updated_by_id) if draft.updated_by_id else None
        answer["who"] = str(account) if account else ""
        answer["when"] = clock.local(draft.updated_at).strftime("%Y-%m-%d %H:%M")
    answer["readonly"] = not page.is_open
    return answer
