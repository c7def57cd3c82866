"""What an operation raises when it cannot do what was asked, and how refusals of the services are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from flask import Response

from app.core.errors import Conflict, DomainError, Invalid
from app.core.i18n import lang
from app.core.problems import problem
from app.filings.calendar.rules import Reason, describe
from app.filings.checks import Finding
from app.filings.values import plain

Error = dict[str, str]  # pointer or parameter or sheet and cell, code, detail


class ApiError(Exception):
    """An answer that is a problem document."""

    def __init__(
        self, status: int, detail: Any = "", *, code: str = "", headers: Any = None, **more: Any
    ) -> None:
        super().__init__(str(detail))
        self.status, self.detail, self.code = status, detail, code
        self.headers: Mapping[str, str] = headers or {}
        self.more = more

    def response(self) -> Response:
        """The problem document."""
        answer = problem(self.status, self.detail, code=self.code, **self.more)
        answer.headers.extend(self.headers)
        return answer


def invalid(errors: list[Error], detail: Any, code: str = "invalid") -> ApiError:
    """422 with every place that is wrong."""
    return ApiError(422, detail, code=code, errors=errors)


def of_domain(error: DomainError) -> ApiError:
    """A service's refusal as the API tells it: the same words, with codes, all reasons and all findings."""
    details = error.details
    more: dict[str, Any] = {}
    if details.get("gate"):
        more["reasons"] = reasons_json(details["gate"])
    if details.get("findings"):
        more["findings"] = findings_json(details["findings"])
    if details.get("conflicts"):
        more["conflicts"] = details["conflicts"]
    code = str(details.get("code", ""))
    if not code:
        code = "gate_closed" if "reasons" in more else _code_of(error)
    status = 413 if code == "too_large" else error.status
    return ApiError(status, error.message, code=code, **more)


def _code_of(error: DomainError) -> str:
    if isinstance(error, Conflict):
        return "changed_meanwhile"
    if error.details.get("findings"):
        return "findings_left"
    return "invalid" if isinstance(error, Invalid) else ""


def reasons_json(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    """The gate's reasons: a code for programs, a sentence for people, and the dates by name."""
    return [
        {
            "code": reason.code,
            "text": describe(reason, lang()),
            "dates": {key: when for key, value in reason.params.items() if (when := moment(value))},
        }
        for reason in reasons
    ]


def moment(value: object) -> str | None:
    """A date or a moment as programs read it; None for anything else."""
    return value.isoformat() if isinstance(value, date | datetime) else None


def findings_json(findings: Iterable[Finding], explanations: Mapping[str, str] | None = None) -> list[Any]:
    """Findings in both languages; `explanation` where one has been given."""
    known = explanations or {}
    return [_finding_json(finding, known.get(finding.key, "")) for finding in findings]


def _finding_json(finding: Finding, explanation: str) -> dict[str, Any]:
    return {
        "key": finding.key,
        "check": finding.check_id,
        "level": finding.level,
        "kind": finding.kind,
        "form": finding.form,
        "row": finding.row or "",
        "col": finding.col or "",
        "label": {"zh": finding.label_zh, "en": finding.label_en},
        "value": "" if finding.value is None else text_of(finding.value),
        "expected": "" if finding.expected is None else text_of(finding.expected),
        "message": {"zh": finding.message_zh, "en": finding.message_en},
        "remedy": {"zh": finding.remedy_zh, "en": finding.remedy_en},
        "explanation": explanation,
    }


def text_of(value: Any) -> str:
    """A stored value as text: numbers without exponent, dates ISO."""
    return plain(value) or ""
