"""Importing workbooks: read outside any transaction, stage with a preview, take all of it or nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from flask_babel import gettext as _

from app.core.db import db
from app.core.errors import Conflict, Invalid, Refused
from app.core.events import record
from app.core.excel import FORMS, TABLES, Limits, WorkbookRefused
from app.core.i18n import lang
from app.filings.checks import Finding
from app.filings.definitions.queries import forms_by_id
from app.filings.definitions.schema import CellSpec, Form
from app.filings.submissions.data import FilingData
from app.filings.submissions.intake import Taken, assess
from app.filings.submissions.models import StagedImport
from app.filings.submissions.place import Place
from app.filings.submissions.services import load_place, locked_filing, reassess, require_open, write_draft
from app.filings.submissions.templates import identity_of
from app.filings.values import format_value, from_json, plain, stored_value, to_json
from app.filings.values_columns import pack_columns, unpack_columns
from app.filings.workbooks.annotate import CellFinding, annotate_workbook
from app.filings.workbooks.compare import change_label, count_differences, differences
from app.filings.workbooks.reader import read_workbook
from app.filings.workbooks.results import CellProblem, ReadResult
from app.filings.workbooks.tables import MAX_ROWS

# So many changes, problems and findings are kept one by one; beyond them only their number.
MOST_TOLD = 2_000
_LONG = 500


@dataclass(frozen=True)
class FormChange:
    """One cell that taking the import would change; texts as people read them."""

    form: str
    label: str
    before: str
    after: str


@dataclass
class ImportPreview:
    """What an import would do and what is wrong with it.

    The numbers count everything; the lists hold the first of each, as many as anybody can work through.
    problems: cells that cannot be read (block taking); findings: what the checks say of the imported values;
    each is a dict with form, sheet, address, label, level, message, remedy. notes: things to know.
    """

    forms: list[str]
    changed: int = 0
    unreadable: int = 0
    found: int = 0
    errors: int = 0
    changes: list[FormChange] = field(default_factory=list)
    problems: list[dict[str, str]] = field(default_factory=list)
    findings: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def can_take(self) -> bool:
        """Whether the values can go into the draft; findings of the checks are corrected there."""
        return not self.problems and bool(self.forms)


def upload_limits(forms: Iterable[Form]) -> Limits:
    """How large a workbook of these forms may be: tables without a limit of their own may be long."""
    is_long = any(form.layout == "table" and (form.max_rows or MAX_ROWS) > _LONG for form in forms)
    return TABLES if is_long else FORMS


def read_upload(place: Place, code: str | None, content: bytes) -> ReadResult:
    """Parse an upload in the sandbox and match it with the forms. Raises Invalid in the sender's language.

    Reads the database but writes nothing; call it before the transaction that stages the result.
    """
    data = load_place(place, entries=False)  # what the upload will replace need not be read
    require_open(place, data.filing)
    forms = {code: data.forms[code]} if code else data.forms
    try:
        return read_workbook(
            content, forms, identity_of(place, data, None), data.context, upload_limits(forms.values())
        )
    except WorkbookRefused as refusal:
        raise Invalid(refusal.message(lang()), code=refusal.code) from refusal


def stage_import(place: Place, file_name: str, content: bytes, reading: ReadResult) -> StagedImport:
    """Keep what was read with its findings, for somebody to look at; the draft stays as it is."""
    filing = locked_filing(place, create=False)
    require_open(place, filing)
    filing = filing or locked_filing(place)
    assert filing is not None
    data = load_place(place, filing)
    seen = {code: _version_of(data, code) for code in reading.values_by_form}
    changes = {code: _compared(data, code, reading) for code in reading.values_by_form}
    data.values.update(reading.values_by_form)
    for code in reading.values_by_form:
        data.drafts.pop(code, None)  # unreadable input of the former draft says nothing about the upload
    # Nor does what is known of its rows: none of them is among those that were read.
    memory = {code: one for code, one in data.context.memory.items() if code not in reading.values_by_form}
    data.context = replace(data.context, memory=memory)
    unreadable = [(problem.form, problem.row, problem.col) for problem in reading.problems]
    findings = assess(data, unreadable).findings
    staged = StagedImport(
        id=secrets.token_hex(16),
        filing_id=filing.id,
        institution_id=filing.institution_id,
        file_name=file_name[-200:],
        original=content,
        result={**_result(data, reading, findings), "changes": changes},
        seen_versions=seen,
        staged_at=place.now,
        staged_by_id=place.actor.id,
    )
    db.session.add(staged)
    db.session.flush()
    return staged


def _version_of(data: FilingData, code: str) -> int:
    draft = data.drafts.get(code)
    return draft.version if draft else 0


def _compared(data: FilingData, code: str, reading: ReadResult) -> dict[str, Any]:
    """How many cells would change, and the first of them as [row, column, before, after]."""
    form, old, new = data.forms[code], data.values[code] or {}, reading.values_by_form[code]
    differing = count_differences(old, new, form, reading.columns.get(code))
    most = min(differing.count, MOST_TOLD)
    first = [
        [row, col, plain(before), plain(after)]
        for row, col, before, after in islice(differences(old, new, form, differing.rows), most)
    ]
    return {"count": differing.count, "first": first}


def _result(data: FilingData, reading: ReadResult, findings: list[Finding]) -> dict[str, Any]:
    imported = reading.values_by_form
    told = [finding for finding in findings if finding.form in imported]
    return {
        "forms": {
            code: {"definition": data.definition_ids[code], **_kept(data.forms[code], reading)}
            for code in imported
        },
        "counts": {
            "problems": len(reading.problems),
            "findings": len(told),
            "errors": sum(finding.level == "error" for finding in told),
        },
        "problems": [_problem_entry(problem, data) for problem in reading.problems[:MOST_TOLD]],
        "findings": [_finding_entry(finding, reading) for finding in told[:MOST_TOLD]],
        "notes": [{"zh": note.message_zh, "en": note.message_en} for note in reading.notes],
    }


def _kept(form: Form, reading: ReadResult) -> dict[str, Any]:
    """The values of a form until the import is taken: a table's by columns."""
    columns, values = reading.columns.get(form.code), reading.values_by_form[form.code]
    if columns is not None:
        return {"table": pack_columns(form, columns, len(values))}
    return {"values": to_json(form, values)}


def _problem_entry(problem: CellProblem, data: FilingData) -> dict[str, str]:
    return _entry(
        problem.form,
        (problem.sheet, problem.address),
        "error",
        _label(data.forms[problem.form], problem.row, problem.col),
        (problem.message_zh, problem.message_en),
        value=problem.raw,
    )


def _finding_entry(finding: Finding, reading: ReadResult) -> dict[str, str]:
    return _entry(
        finding.form,
        _address(finding, reading),
        finding.level,
        (finding.label_zh, finding.label_en),
        (finding.message_zh, finding.message_en),
        (finding.remedy_zh, finding.remedy_en),
        value="" if finding.value is None else str(finding.value),
        expected="" if finding.expected is None else str(finding.expected),
    )


def _entry(
    form: str,
    place: tuple[str, str],
    level: str,
    label: tuple[str, str],
    message: tuple[str, str],
    remedy: tuple[str, str] = ("", ""),
    value: str = "",
    expected: str = "",
) -> dict[str, str]:
    names = ("label", label), ("message", message), ("remedy", remedy)
    texts = {
        f"{name}_{code}": text for name, pair in names for code, text in zip(("zh", "en"), pair, strict=True)
    }
    head = {"form": form, "sheet": place[0], "address": place[1], "level": level}
    return {**head, "value": value, "expected": expected, **texts}


def _label(form: Form, row: str, col: str) -> tuple[str, str]:
    spec = form.cell_spec(row, col)
    return (spec.label_zh, spec.label_en) if spec else (form.name_zh, form.name_en)


def _address(finding: Finding, reading: ReadResult) -> tuple[str, str]:
    """Where the finding stands in the sender's workbook: its best cell, else any concerned cell there."""
    places = [(finding.form, finding.row, finding.col), *finding.cells]
    for place in places:
        if place in reading.cell_addresses:
            return reading.cell_addresses[place]
    return ("", "")


def preview(staged: StagedImport, most: int = MOST_TOLD) -> ImportPreview:
    """What a staged import would change in the draft as it was then; a later save makes taking it a conflict.

    Of each list the first `most` are put into words.
    """
    result = staged.result
    counts = result["counts"]
    found = ImportPreview(
        forms=list(result["forms"]),
        changed=sum(changes["count"] for changes in result["changes"].values()),
        unreadable=counts["problems"],
        found=counts["findings"],
        errors=counts["errors"],
    )
    found.problems = [_shown(entry) for entry in result["problems"][:most]]
    found.findings = [_shown(entry) for entry in result["findings"][:most]]
    found.notes = [note[lang()] for note in result["notes"]]
    forms = forms_by_id(entry["definition"] for entry in result["forms"].values())
    for code, entry in result["forms"].items():
        left = most - len(found.changes)
        found.changes += _changes(forms[entry["definition"]], result["changes"][code]["first"][:left])
    return found


def _shown(entry: Mapping[str, str]) -> dict[str, str]:
    texts = {name: entry[f"{name}_{lang()}"] for name in ("label", "message", "remedy")}
    kept = ("form", "sheet", "address", "level", "value", "expected")
    return {**{name: entry.get(name, "") for name in kept}, **texts}


def annotated(staged: StagedImport) -> bytes:
    """The sender's own workbook, each bad cell coloured and commented, with a sheet of findings."""
    entries = [_shown(entry) for entry in (*staged.result["problems"], *staged.result["findings"])]
    cells = [
        CellFinding(
            sheet=entry["sheet"],
            address=entry["address"],
            level="error" if entry["level"] == "error" else "warning",
            message=entry["message"],
            form=entry["form"],
            label=entry["label"],
            value=entry["value"],
            expected=entry["expected"],
            remedy=entry["remedy"],
        )
        for entry in entries
    ]
    try:
        return annotate_workbook(staged.original, cells, lang())
    except WorkbookRefused as refusal:
        raise Invalid(refusal.message(lang()), code=refusal.code) from refusal


def _changes(form: Form, first: list[list[Any]]) -> list[FormChange]:
    language = lang()

    def text(spec: CellSpec, raw: str | None) -> str:
        value = None if raw is None else stored_value(spec, raw, form.code)
        return format_value(spec, value, language)

    found = []
    for row, col, before, after in first:
        spec = form.cell_spec(row, col)
        if spec is not None:
            label = change_label(form, row, spec, language)
            found.append(FormChange(form.code, label, text(spec, before), text(spec, after)))
    return found


def take_import(place: Place, staged_id: str) -> None:
    """Put a staged import into the draft: every form of it, in one transaction, or nothing.

    Raises Refused (gate, unreadable cells), Conflict when a form was saved since the preview, or when the
    import was taken already.
    """
    filing = locked_filing(place, create=False)
    staged = db.session.get(StagedImport, staged_id, populate_existing=True)
    if staged is None or filing is None or staged.filing_id != filing.id:
        raise Conflict(_("没有这次导入，请重新上传工作簿。"))
    if staged.taken_at is not None:
        raise Conflict(_("这次导入已经完成，不会重复导入。"))
    require_open(place, filing)
    if staged.result["problems"]:
        raise Refused(_("工作簿中有无法识别的内容，没有导入。请按校验结果改正后重新上传。"))
    data = load_place(place)
    for code, entry in staged.result["forms"].items():
        _take_form(place, data, code, entry, staged.seen_versions[code])
    staged.taken_at = place.now
    reassess(data, filing)
    record(
        "FilingImported",
        filing,
        actor=place.actor,
        now=place.now,
        data={"file_name": staged.file_name, "forms": list(staged.result["forms"])},
    )


def _take_form(place: Place, data: FilingData, code: str, entry: Mapping[str, Any], seen: int) -> None:
    if _version_of(data, code) != seen or data.definition_ids[code] != entry["definition"]:
        raise Conflict(_("报表 %(code)s 在预览之后又被保存过，没有导入。请重新上传并核对预览。", code=code))
    assert data.filing is not None
    form = data.forms[code]
    values = unpack_columns(form, entry["table"]) if "table" in entry else from_json(form, entry["values"])
    write_draft(place, data, data.filing, code, Taken(values))
