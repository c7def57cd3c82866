"""The sender's own workbook back, with what is wrong marked in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from app.filings.checks.finding import Finding
from app.filings.definitions.schema import Form
from app.filings.values import format_value
from app.filings.workbooks.results import CellProblem, ReadResult
from app.filings.workbooks.runner import annotate_raw


@dataclass(frozen=True, slots=True)
class CellFinding:
    """One line of the list of findings, in words; `sheet` and `address` are '' for a form as a whole."""

    sheet: str
    address: str
    level: str
    message: str
    form: str = ""
    label: str = ""
    value: str = ""
    expected: str = ""
    remedy: str = ""


def annotate_workbook(original: bytes, cell_findings: Iterable[CellFinding], lang: str) -> bytes:
    """The workbook with bad cells coloured, a comment on each, and a first sheet of findings.

    Everything else stays as the sender had it. Raises WorkbookRefused when it cannot be opened.
    """
    return annotate_raw(original, [asdict(finding) for finding in cell_findings], lang)


def findings_of_problems(
    problems: Iterable[CellProblem], forms: Mapping[str, Form], lang: str
) -> list[CellFinding]:
    """Cells that could not be read, as findings."""
    return [
        CellFinding(
            sheet=problem.sheet,
            address=problem.address,
            level="error",
            message=problem.message(lang),
            form=problem.form,
            label=_label(forms.get(problem.form), problem.row, problem.col, lang),
            value=problem.raw,
        )
        for problem in problems
    ]


def findings_of_checks(
    findings: Iterable[Finding], forms: Mapping[str, Form], result: ReadResult, lang: str
) -> list[CellFinding]:
    """Findings of the checks at the cells of the workbook from which `result` was read.

    A finding of a whole column stands at the column's first cell.
    """
    return [_of_check(finding, forms.get(finding.form), result, lang) for finding in findings]


def _of_check(finding: Finding, form: Form | None, result: ReadResult, lang: str) -> CellFinding:
    sheet, address = _where(finding, result)
    spec = form.cell_spec(finding.row, finding.col) if form else None
    value = format_value(spec, finding.value, lang) if spec else str(finding.value or "")
    expected = format_value(spec, finding.expected, lang) if spec else str(finding.expected or "")
    return CellFinding(
        sheet=sheet,
        address=address,
        level=finding.level,
        message=finding.message(lang),
        form=finding.form,
        label=finding.label(lang),
        value=value,
        expected=expected,
        remedy=finding.remedy(lang),
    )


def _where(finding: Finding, result: ReadResult) -> tuple[str, str]:
    addresses = result.cell_addresses
    exact = addresses.get((finding.form, finding.row, finding.col))
    if exact is not None:
        return exact
    for (form, _, col), place in addresses.items():
        if form == finding.form and col == finding.col:
            return place
    return next(
        ((place[0], "") for (form, _, _), place in addresses.items() if form == finding.form), ("", "")
    )


def _label(form: Form | None, row: str, col: str, lang: str) -> str:
    spec = form.cell_spec(row, col) if form else None
    if spec is None:
        return ""
    if spec.in_table:
        line = f"Line {row} / " if lang == "en" else f"第 {row} 行·"
        return line + spec.label(lang)
    return spec.label(lang)
