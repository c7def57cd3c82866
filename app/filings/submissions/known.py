"""The values of large tables as this process read them the last time.

A draft is stored as text and read as values. Of ten thousand rows one has changed since the last time, so the others
need not be read again: a row that is stored as it was is the same object as before, and what its computed cells
and checks gave is known too (see `row_memory`). Nothing is trusted but the stored draft itself: as long as its text
is what it was, it is not even taken apart, else it is compared row by row; that another process has saved in between
costs no more than reading what it changed. Nobody changes what is held here in place.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

from app.core.personal import open_document
from app.filings.definitions.schema import Form, Values
from app.filings.row_memory import RowMemory
from app.filings.submissions.models import FilingForm
from app.filings.values import from_json

LARGE = 300  # rows; smaller tables are read faster than compared
MOST_ROWS = 20_000  # held by one process: two tables as long as a table may be, some 80 MB
LARGE_TEXT = 64 * 1024
Content = dict[str, dict[str, Any]]
T = TypeVar("T")


@dataclass(frozen=True)
class Known:
    """One draft as it was read, and what came of its rows."""

    form: Form
    content: Content
    values: Values
    memory: RowMemory = field(default_factory=RowMemory)


_known: OrderedDict[int, Known] = OrderedDict()
_texts: OrderedDict[int, tuple[str, Content]] = OrderedDict()
_lock = Lock()


def stored_content(draft_id: int, text: str) -> Content:
    """A draft's content from its text; the very object of the last time when the text is the same."""
    if len(text) < LARGE_TEXT:
        return _taken_apart(text)
    with _lock:
        former = _texts.get(draft_id)
    content: Content = former[1] if former is not None and former[0] == text else _taken_apart(text)
    with _lock:
        _texts[draft_id] = text, content
        _drop_oldest(_texts, lambda one: len(one[1]), draft_id)
    return content


def _taken_apart(text: str) -> Content:
    content: Content = open_document(json.loads(text))  # what the column's type does when it is read as JSON
    return content


def read_draft(form: Form, draft: FilingForm) -> tuple[Values, RowMemory | None]:
    """The draft's values, and of a large table what is known of its rows."""
    content: Content = draft.content
    if form.layout != "table" or len(content) < LARGE:
        return from_json(form, content), None
    with _lock:
        former = _known.get(draft.id)
    if former is None or former.form is not form:
        former = Known(form, {}, {})
    known = Known(form, content, _values(former, content), former.memory)
    _hold(draft.id, known)
    return known.values, known.memory


def forget_all() -> None:
    """Begin anew, as a fresh process does."""
    with _lock:
        _known.clear()
        _texts.clear()


def _values(former: Known, content: Content) -> Values:
    if former.content is content:
        return dict(former.values)
    found: dict[str, Any] = dict.fromkeys(content)
    changed: Content = {}
    for key, cells in content.items():
        if former.content.get(key) == cells:
            found[key] = former.values[key]
        else:
            changed[key] = cells
    found.update(from_json(former.form, changed))
    return found


def _hold(key: int, known: Known) -> None:
    with _lock:
        _known[key] = known
        _drop_oldest(_known, lambda one: len(one.content), key)


def _drop_oldest(held: OrderedDict[int, T], rows: Callable[[T], int], newest: int) -> None:
    held.move_to_end(newest)
    while len(held) > 1 and sum(map(rows, held.values())) > MOST_ROWS:
        held.popitem(last=False)
