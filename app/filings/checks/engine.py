"""Checks a set of forms whose cells have been computed: what fails, and what could not be looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter

from app.filings.checks.builtin import (
    MOST_PER_CHECK,
    attachment_findings,
    blank_findings,
    further_findings,
    is_filled,
    missing_form,
    row_count_findings,
)
from app.filings.checks.explain import findings_of
from app.filings.checks.finding import CheckResult, Finding
from app.filings.checks.skipping import Reads, SkippedChecks, reads_of
from app.filings.compute import compute_set
from app.filings.definitions.schema import CARD_ROW, Check, Form, Values
from app.filings.environment import Context, Surroundings
from app.filings.expressions.ast import CellRef, RowRef
from app.filings.expressions.evaluate import Compiled, compile_node, evaluate
from app.filings.expressions.rows import ByColumn, compile_rows
from app.filings.expressions.walk import references
from app.filings.row_memory import Judged
from app.filings.table_rows import TableRows
from app.filings.values import filled_rows


@dataclass(slots=True)
class _Collected:
    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    skipped: SkippedChecks = field(default_factory=SkippedChecks)


def check_form(form: Form, values: Values | None, context: Context) -> CheckResult:
    """One form alone, its computed cells filled; the other forms it looks at come by lookup."""
    return check_set({form.code: form}, {form.code: values}, context)


def check_set(
    forms: Mapping[str, Form],
    values: Mapping[str, Values | None],
    context: Context,
    *,
    nil: Collection[str] = (),
    attachments: Mapping[str, Collection[str]] | None = None,
) -> CheckResult:
    """Every form of a set, its computed cells filled (see `examine`).

    A form nobody filled in counts as not filed, unless it is among `nil` (declared to be empty) or is an
    optional table (then it has no rows). With `attachments` {form code: keys given} the required ones are
    asked for too. Findings come in the order of forms, printed rows and columns.
    """
    industry = context.industry
    # Unreadable input is input: the form counts as filled, and its cell not as blank.
    touched = {code for code, _, _ in context.unreadable}
    filed = {
        code: _filed(form, values.get(code), code in nil, code in touched, industry)
        for code, form in forms.items()
    }
    env = Surroundings(forms, filed, context)
    collected = _Collected()
    for code, form in forms.items():
        env.stand_on(form)
        env.stand_at(CARD_ROW, {})
        is_nil, filing = code in nil, _told_of(form, filed[code])
        if not is_nil and code not in touched and not is_filled(form, values.get(code), industry):
            if _is_required(form, env):
                collected.findings.append(missing_form(form))
                continue
        elif not is_nil:
            given = None if attachments is None else attachments.get(code, ())
            collected.findings += _built_in(form, filing or {}, context, given)
        if filing is not None:
            _declared(form, filing, env, collected, industry)
            collected.findings += _uncounted(form, collected.counts)
    findings = _in_order(_at_their_source(collected.findings, forms), forms, values, industry)
    return CheckResult(tuple(findings), collected.skipped.told())


def examine(
    forms: Mapping[str, Form],
    values: Mapping[str, Values | None],
    context: Context,
    *,
    nil: Collection[str] = (),
    attachments: Mapping[str, Collection[str]] | None = None,
) -> tuple[dict[str, Values | None], CheckResult]:
    """Compute, then check: the values with every computed cell, and what is wrong with them."""
    computed = compute_set(forms, values, context)
    return computed, check_set(forms, computed, context, nil=nil, attachments=attachments)


def form_state(
    form: Form,
    values: Values | None,
    findings: Sequence[Finding] | None,
    industry: str | None = None,
    explained: Collection[str] = (),
) -> str:
    """'empty', 'draft' (not checked, or required entries missing), 'errors', 'warnings' or 'ready'.

    `findings` of other forms are ignored; warnings whose key is among `explained` no longer count.
    """
    own = [finding for finding in findings or () if finding.form == form.code]
    if any(finding.kind == "type" for finding in own):
        return "errors"  # unreadable input is input
    if not is_filled(form, values, industry):
        return "empty"
    if findings is None:
        return "draft"
    errors = [finding for finding in own if finding.is_error]
    if errors:
        return "draft" if all(finding.kind == "required" for finding in errors) else "errors"
    return "warnings" if any(finding.key not in explained for finding in own) else "ready"


def _built_in(
    form: Form, filing: Values, context: Context, attachments: Collection[str] | None
) -> Iterator[Finding]:
    """What every filled form is asked for."""
    yield from blank_findings(
        form, filing, context.industry, context.unreadable, context.memory.get(form.code)
    )
    yield from row_count_findings(form, filing)
    if attachments is not None:
        yield from attachment_findings(form, attachments)


def _filed(
    form: Form, values: Values | None, is_nil: bool, is_touched: bool, industry: str | None
) -> Values | None:
    if is_nil or is_touched:
        return values or form.empty_values()
    if form.layout == "table" and not form.required:
        return values or {}
    return values or {} if is_filled(form, values, industry) else None


def _told_of(form: Form, filing: Values | None) -> Values | None:
    """What is judged row by row: of a table the rows in which something stands."""
    return filled_rows(filing) if filing is not None and form.layout == "table" else filing


def _is_required(form: Form, env: Surroundings) -> bool:
    return form.required or (form.required_when is not None and evaluate(form.required_when, env) is True)


@dataclass(frozen=True, slots=True)
class _Ready:
    check: Check
    run: Compiled
    run_rows: ByColumn
    reads: Reads
    rows: frozenset[str] | None  # the rows of a fixed form it applies to; None: every row of a table


def _prepared(form: Form, env: Surroundings, industry: str | None) -> list[_Ready]:
    """The compiled checks of a form, once per form, industry and version of the forms it looks at."""
    codes = form.derived.get("looks_at")
    if codes is None:
        refs = (ref for check in form.checks for ref, _ in references(check.expr))
        codes = form.derived["looks_at"] = sorted({ref.form for ref in refs if ref.form})
    key = ("checks", industry, *(env.forms.get(code) for code in codes))
    if key not in form.derived:
        form.derived[key] = [
            _Ready(
                check,
                compile_node(check.expr, check.tol),
                compile_rows(check.expr, check.tol),
                reads_of(check),
                _rows(check, form, env, industry),
            )
            for check in form.checks
        ]
    ready: list[_Ready] = form.derived[key]
    return ready


def _rows(check: Check, form: Form, env: Surroundings, industry: str | None) -> frozenset[str] | None:
    if check.scope != "row" or form.layout != "fixed":
        return None
    cells = [reference.ref for reference in references(check.expr) if isinstance(reference.ref, RowRef)]
    return frozenset(
        row.key
        for row in form.item_rows(industry)
        if check.applies_to_row(row.key) and all(_exists(ref, form, row.key, env) for ref in cells)
    )


def _exists(ref: RowRef, form: Form, row: str, env: Surroundings) -> bool:
    other = env.forms.get(ref.form) if ref.form else form
    # An unknown form is not the row's fault: the check is then reported as not evaluable.
    return other is None or other.cell_spec(row, ref.col) is not None


def _declared(
    form: Form, filing: Values, env: Surroundings, collected: _Collected, industry: str | None
) -> None:
    ready = _prepared(form, env, industry)
    card = filing.get(CARD_ROW) or {}
    for item in ready:
        if item.check.scope != "row":
            env.stand_at(CARD_ROW if form.layout == "card" else "", card)
            _judge(item, form, env, collected)
    by_row = [item for item in ready if item.check.scope == "row"]
    if by_row and form.layout == "table":
        _judge_table(by_row, form, filing, env, collected)
        return
    for key in form.row_keys(filing, industry) if by_row else ():
        env.stand_at(key, filing.get(key) or {})
        for item in by_row:
            if item.rows is None or key in item.rows:
                _judge(item, form, env, collected)


def _judge_table(
    by_row: Sequence[_Ready], form: Form, filing: Values, env: Surroundings, collected: _Collected
) -> None:
    """Each check over all rows that hold something; then, row by row, what does not hold."""
    keys = list(filing)
    if not keys:
        return
    rows = TableRows(env, form, keys, list(filing.values()))
    wrong: list[tuple[int, int, object]] = []
    memory, known = env.context.memory.get(form.code), {}
    for number, item in enumerate(by_row):
        if memory is None:
            found = item.run_rows(rows)
        else:
            known[number] = memory.judge(item.check.id, item.check.expr, item.run_rows, rows)
            found = known[number].vector
        if found.kind != "truth" or False in found.values:
            results = zip(range(len(keys)), found.each(), strict=False)
            wrong += [(at, number, result) for at, result in results if result is False or result is None]
    for at, number, result in sorted(wrong, key=itemgetter(0, 1)):
        rows.at(at)
        _settle(by_row[number], result, form, env, collected, known.get(number))


def _judge(item: _Ready, form: Form, env: Surroundings, collected: _Collected) -> None:
    _settle(item, item.run(env), form, env, collected)


def _settle(
    item: _Ready,
    result: object,
    form: Form,
    env: Surroundings,
    collected: _Collected,
    known: Judged | None = None,
) -> None:
    if result is False:
        count = collected.counts[item.check.id] = collected.counts.get(item.check.id, 0) + 1
        if count <= MOST_PER_CHECK:
            told = partial(findings_of, item.check, form, env)
            collected.findings.extend(known.tell(env.row, env.cells, told) if known else told())
    elif result is None:
        collected.skipped.add(item.check, item.reads, form, env)


def _uncounted(form: Form, counts: Mapping[str, int]) -> Iterator[Finding]:
    for check in form.checks:
        more = counts.get(check.id, 0) - MOST_PER_CHECK
        if more > 0:
            yield further_findings(form, check, more)


def _at_their_source(findings: Sequence[Finding], forms: Mapping[str, Form]) -> list[Finding]:
    """Without those on subtotals whose own items fail the same check: one slip is told once, where it is."""
    failing: dict[tuple[str, str], set[str]] = {}
    for finding in findings:
        failing.setdefault((finding.check_id, finding.col), set()).add(finding.row)
    return [
        finding
        for finding in findings
        if not _items(forms[finding.form], finding) & failing[finding.check_id, finding.col]
    ]


def _items(form: Form, finding: Finding) -> set[str]:
    """The rows of the same form that the computed cell of a finding adds up; empty for an entered cell."""
    spec = form.cell_spec(finding.row, finding.col) if form.layout == "fixed" else None
    if spec is None or spec.computed is None:
        return set()
    refs = (reference.ref for reference in references(spec.computed.expr))
    return {ref.row for ref in refs if isinstance(ref, CellRef) and ref.form is None} - {finding.row}


def _in_order(
    findings: list[Finding],
    forms: Mapping[str, Form],
    values: Mapping[str, Values | None],
    industry: str | None,
) -> Iterator[Finding]:
    places: dict[str, tuple[int, dict[str, int], dict[str, int]]] = {}
    for index, (code, form) in enumerate(forms.items()):
        rows = form.row_keys(values.get(code), industry)
        places[code] = (
            index,
            {key: number for number, key in enumerate(rows)},
            {column.key: number for number, column in enumerate(form.columns)},
        )

    def place(finding: Finding) -> tuple[int, int, int]:
        index, rows, columns = places[finding.form]
        return index, rows.get(finding.row, -1), columns.get(finding.col, -1)

    return iter(sorted(findings, key=place))
