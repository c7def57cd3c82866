"""Nil returns (零申报): one declaration in place of all forms of a set, where the set allows it.

Nil is not missing: a version is frozen in which every form stands with nothing in it. It goes through the same
checks, so a company whose balances are not zero cannot declare that there is nothing to report.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flask_babel import gettext as _

from app.core.errors import Invalid, Refused
from app.filings.checks import Finding
from app.filings.submissions.data import FilingData
from app.filings.submissions.freezing import freeze
from app.filings.submissions.intake import Assessment, assess_nil
from app.filings.submissions.models import FilingVersion
from app.filings.submissions.place import Place
from app.filings.submissions.services import (
    filing_to_submit,
    handed_in,
    load_place,
    save_explanations,
)

STATEMENT = (
    "本机构声明：本报告期内没有发生应报送的业务，期初、本期和期末各项数据均为零，并对本声明的真实性负责。"
)
MOST_IN_NAME = 60


@dataclass
class NilReturn:
    """Whether a place can be declared nil: what stands against it in words, and the findings behind it."""

    reasons: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def nil_return(place: Place, data: FilingData, assessment: Assessment | None = None) -> NilReturn:
    """Everything that stands against a nil return here, apart from the gate."""
    found = NilReturn()
    if not place.report_set.allows_nil:
        found.reasons.append(_("这套报表不能零申报，没有发生额的项目请填 0。"))
        return found
    begun = [code for code in data.forms if _has_entries(data, code)]
    if begun:
        found.reasons.append(
            _(
                "草稿中已有填报内容（%(forms)s），不能零申报。请清空这些报表，或正常上报。",
                forms="、".join(begun),
            )
        )
    found.findings = (assessment or assess_nil(data)).errors
    if found.findings:
        found.reasons.append(
            _(
                "零申报后有 %(n)s 项校验不能通过：上期期末或其他报表的数不为零，请正常填报。",
                n=len(found.findings),
            )
        )
    return found


def _has_entries(data: FilingData, code: str) -> bool:
    form, values = data.forms[code], data.values[code] or {}
    if data.rejects.get(code):
        return True
    for row, cells in values.items():
        for column, value in cells.items():
            spec = form.cell_spec(row, column)
            if spec is not None and spec.is_input and value not in (None, "", 0):
                return True
    return False


def submit_nil(place: Place, request_key: str, name: str) -> FilingVersion:
    """零申报: freeze a version that declares nothing to report. The same request key gives the same receipt.

    Raises Invalid without the name of who declares it, Refused with all reasons otherwise.
    """
    name = " ".join(name.split())
    if not name:
        raise Invalid(_("请填写声明人姓名。"))
    filing, done = filing_to_submit(place, request_key)
    if done is not None:
        return done
    data = load_place(place, filing)
    assessment = assess_nil(data)
    against = nil_return(place, data, assessment)
    if against.reasons:
        raise Refused(" ".join(against.reasons), reasons=against.reasons, findings=against.findings)
    filing.errors, filing.warnings = 0, len(assessment.warnings)
    # What is only worth explaining is explained by the declaration.
    given = {finding.key: STATEMENT for finding in assessment.warnings}
    texts = save_explanations(place, filing, assessment, given)
    nil = {"name": name[:MOST_IN_NAME], "statement": STATEMENT}
    return handed_in(place, filing, freeze(place, filing, data, assessment, texts, request_key, nil))
