"""The difference between any two versions of a filing, as one list over all forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from app.core.i18n import lang
from app.filings.definitions.schema import Form
from app.filings.submissions.differences import Stored, differences
from app.filings.submissions.models import FilingVersion
from app.filings.submissions.review_page import Base, stored_form
from app.filings.values import format_value, from_json

MOST_SHOWN = 500


@dataclass(frozen=True)
class Change:
    """One cell, or one whole row of a table: where, before, after."""

    row: str
    col: str
    label: str
    before: str
    after: str


@dataclass
class FormChanges:
    """What differs in one form; `state` is 'added' or 'removed' when only one version holds it. `number` also counts
    what is not shown."""

    form: Form
    changes: list[Change] = field(default_factory=list)
    state: str = ""
    number: int = 0


@dataclass
class Comparison:
    """Everything that differs; `total` also counts what is not shown."""

    forms: list[FormChanges]
    explanations: list[Change]
    total: int

    @property
    def is_cut(self) -> bool:
        """Whether there is more than is shown."""
        return self.total > MOST_SHOWN


def compare(older: FilingVersion | Base, newer: FilingVersion) -> Comparison:
    """From the older version, or what a change started from, to the newer version."""
    codes = list(dict.fromkeys([*newer.payload["forms"], *older.payload["forms"]]))
    forms, total = [], 0
    for code in codes:
        before, after = stored_form(older.payload, code), stored_form(newer.payload, code)
        found, number = _form_changes(before, after, max(0, MOST_SHOWN - total))
        total += number
        if found is not None:
            forms.append(found)
    return Comparison(forms, _explanations(older.payload, newer.payload), total)


def _form_changes(
    before: tuple[Form, Stored] | None, after: tuple[Form, Stored] | None, room: int
) -> tuple[FormChanges | None, int]:
    if after is None:
        return (FormChanges(before[0], state="removed"), 1) if before else (None, 0)
    form, now = after
    if before is None:
        return FormChanges(form, state="added"), 1
    diff = differences(form, now, before[1])
    found = FormChanges(form, number=diff.count)
    order = {column.key: number for number, column in enumerate(form.columns)}
    rows = {key: number for number, key in enumerate(form.row_keys(now))}  # type: ignore[arg-type]
    places = sorted(diff.changed, key=lambda place: (rows.get(place[0], 0), order.get(place[1], 0)))
    for row, col in places[:room]:
        spec = form.cell_spec(row, col)
        if spec is not None:
            was = _text(form, before[1], diff.pairs.get(row) or "", col)
            found.changes.append(Change(row, col, _label(form, row, col), was, _text(form, now, row, col)))
    for row in diff.removed[: max(0, room - len(places))]:
        words = [_text(form, before[1], row, column.key) for column in form.columns]
        text = "，".join(word for word in words if word)[:200]
        found.changes.append(Change(row, "", _("原第 %(n)s 行", n=row), text, _("（整行删除）")))
    return (found, diff.count) if diff.count else (None, 0)


def _label(form: Form, row: str, col: str) -> str:
    spec = form.cell_spec(row, col)
    label = spec.label(lang()) if spec else col
    return _("第 %(n)s 行", n=row) + " · " + label if form.layout == "table" else label


def _text(form: Form, stored: Stored, row: str, col: str) -> str:
    spec = form.cell_spec(row, col)
    if spec is None or row not in stored or col not in stored[row]:
        return ""
    return format_value(spec, from_json(form, {row: {col: stored[row][col]}})[row].get(col), lang())


def _explanations(older: dict[str, Any], newer: dict[str, Any]) -> list[Change]:
    """Explanations that came, went or say something else."""
    words = {
        one["key"]: (one["form"], one[lang()])
        for one in [*older.get("warnings", ()), *newer.get("warnings", ())]
    }
    before, after = older.get("explanations", {}), newer.get("explanations", {})
    return [
        Change(
            words.get(key, ("", ""))[0],
            "",
            words.get(key, ("", key))[1],
            before.get(key, ""),
            after.get(key, ""),
        )
        for key in dict.fromkeys([*after, *before])
        if before.get(key, "") != after.get(key, "")
    ]
