"""Checks that could not be evaluated: which, on which rows, and what was missing. Each reason is worded once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.filings.checks.finding import Skipped
from app.filings.checks.wording import Words
from app.filings.definitions.schema import Check, Form
from app.filings.environment import Surroundings
from app.filings.expressions.ast import AttrRef, FieldRef, RowRef
from app.filings.expressions.walk import Reference, attributes, column_references, references

_BY_ZERO = ("除数为 0 的计算结果", "result (division by 0)")
_Reason = tuple[str, tuple[str, ...]]  # check id, what is missing


@dataclass(frozen=True, slots=True)
class Reads:
    """What a check reads: all references, those that are whole columns, attributes."""

    references: tuple[Reference, ...]
    columns: frozenset[Reference]
    attributes: tuple[AttrRef, ...]


def reads_of(check: Check) -> Reads:
    """Asked once for each check, because a table may have ten thousand rows that cannot be checked."""
    expr = check.expr
    return Reads(tuple(references(expr)), frozenset(column_references(expr)), tuple(attributes(expr)))


class SkippedChecks:
    """Collects them row by row."""

    def __init__(self) -> None:
        self._skipped: dict[_Reason, Skipped] = {}
        self._rows: dict[_Reason, list[str]] = {}
        self._reasons: dict[tuple[str, str, tuple[int, ...]], _Reason] = {}

    def add(self, check: Check, reads: Reads, form: Form, env: Surroundings) -> None:
        """A check that cannot be evaluated where `env` stands."""
        # In a table the reason does not name the row: it is the same for all.
        where = "" if form.layout == "table" else env.row
        key = (check.id, where, tuple(_missing(reads, env)))
        if key not in self._reasons:
            self._reasons[key] = self._worded(check, reads, form, env, key[2])
        if check.scope == "row":
            self._rows[self._reasons[key]].append(env.row)

    def _worded(
        self, check: Check, reads: Reads, form: Form, env: Surroundings, missing: tuple[int, ...]
    ) -> _Reason:
        zh = _names(reads, env, missing, Words(env, "zh")) or (_BY_ZERO[0],)
        reason = (check.id, zh)
        if reason not in self._skipped:
            en = _names(reads, env, missing, Words(env, "en")) or (_BY_ZERO[1],)
            self._rows[reason] = []
            self._skipped[reason] = Skipped(
                check.id, form.code, (), zh, en, check.message_zh, check.message_en
            )
        return reason

    def told(self) -> tuple[Skipped, ...]:
        """Every reason of every check, with its rows."""
        return tuple(replace(one, rows=tuple(self._rows[key])) for key, one in self._skipped.items())


def _missing(reads: Reads, env: Surroundings) -> Iterator[int]:
    """Which references, and behind them which attributes, have no value: no such filing, or a blank."""
    for at, reference in enumerate(reads.references):
        ref, shift = reference
        form = env.place(ref)[0]
        if form is None or env.filing(form.code, shift) is None:
            yield at
        elif reference in reads.columns and isinstance(ref, FieldRef):
            if None in (env.column(ref, shift) or ()):
                yield at
        elif env.scalar(ref, shift) is None and (env.is_blank(ref, shift) or env.is_unreadable(ref)):
            yield at
    for at, attribute in enumerate(reads.attributes, start=len(reads.references)):
        if env.attr(attribute) is None:
            yield at


def _names(reads: Reads, env: Surroundings, missing: tuple[int, ...], words: Words) -> tuple[str, ...]:
    count = len(reads.references)
    names = (
        _name(reads.references[at], env, words)
        if at < count
        else words.attribute(reads.attributes[at - count])
        for at in missing
    )
    return tuple(dict.fromkeys(names))


def _name(reference: Reference, env: Surroundings, words: Words) -> str:
    ref, shift = reference
    form, _row, col = env.place(ref)
    if form is None or env.filing(form.code, shift) is None:
        return _filing_name(form, ref.form or "", shift, words)
    if isinstance(ref, RowRef) and form.layout == "table" and shift == "current":
        return words.cell(form, "", col)
    return words.reference(ref, shift)


def _filing_name(form: Form | None, code: str, shift: str, words: Words) -> str:
    """A filing that does not exist: "上期的 DB01《…》"."""
    when = {
        "prev": ("上期的", "previous "),
        "prev_ye": ("上年末的", "last year-end's "),
        "sply": ("上年同期的", "last year's "),
    }.get(shift, ("", ""))
    if form is None:
        return f"{words.pair(when)}{code}"
    return words.pair((f"{when[0]} {form.code}《{form.name_zh}》".strip(), f"{when[1]}{form.code} filing"))
