"""Facts and rules about institutions: plain values in, plain values out."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from stdnum.cn import uscc

from app.core.workflow import Workflow

INDUSTRIES = ("microloan", "guarantee", "pawn", "leasing")

# org_type values of the catalogue that each industry may carry.
ORG_TYPES: dict[str, tuple[str, ...]] = {
    "guarantee": ("guarantee", "reguarantee"),
    "microloan": ("microloan", "online_microloan"),
    "pawn": ("pawn",),
    "leasing": ("leasing",),
}

# domain notes, section 2: preparing → operating ⇄ suspended / risk handling → terminating → deregistered.
INSTITUTION_WORKFLOW = Workflow(
    name="institution",
    initial="preparing",
    table={
        ("preparing", "open"): "operating",
        ("operating", "suspend"): "suspended",
        ("suspended", "resume"): "operating",
        ("operating", "start_risk_handling"): "risk_handling",
        ("risk_handling", "resume"): "operating",
        ("operating", "terminate"): "deregistered",
        ("suspended", "terminate"): "deregistered",
        ("risk_handling", "terminate"): "deregistered",
        ("preparing", "terminate"): "deregistered",
    },
)

# What the public list shows: everything that has been opened and not left.
LISTED_STATES = ("operating", "suspended", "risk_handling")

# domain notes, section 2 and 6: a rejected applicant may correct and hand in the same registration again.
REGISTRATION_WORKFLOW = Workflow(
    name="registration",
    initial="submitted",
    table={
        ("submitted", "approve"): "approved",
        ("submitted", "reject"): "rejected",
        ("rejected", "resubmit"): "submitted",
    },
)

# domain notes, section 6: what comes with a registration; the licence's scan only when there is a licence.
ATTACHMENTS = ("business_file", "authorisation_file", "licence_file")

CONSENT_VERSION = "2026-01"
MOBILE = re.compile(r"1[3-9]\d{9}")
LICENCE_NUMBER = re.compile(r"[\w（）()〔〕\[\]【】/.\-第号字 ]{4,60}")


def normal_code(text: str) -> str:
    """A unified social credit code as it is stored: half-width capitals without blanks and hyphens."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()


def is_uscc(code: str) -> bool:
    """Whether a normalised code has 18 characters and the right check digit (GB 32100)."""
    return bool(uscc.is_valid(code)) and len(code) == 18


def normal_phone(text: str) -> str:
    """A mobile number without +86, blanks and hyphens."""
    digits = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text))
    return re.sub(r"^(\+|00)?86(?=1)", "", digits)


def is_mobile(number: str) -> bool:
    """A mainland mobile number."""
    return MOBILE.fullmatch(number) is not None


def past_day(text: str | None, today: date) -> date:
    """The day that an address asks for; today when there is none, or none that has been."""
    try:
        day = date.fromisoformat((text or "").strip())
    except ValueError:
        return today
    return min(day, today) if day.year >= 1900 else today


def has_ended(status: str, terminated_on: date | None, today: date) -> bool:
    """Whether an institution is terminated, from the first moment of its day on: its account reads and changes nothing.

    The day decides where it is known, as for its tokens and in the gate; the state where none was ever given.
    """
    return terminated_on <= today if terminated_on is not None else status == "deregistered"


def licence_problem(start: date, end: date, today: date) -> str | None:
    """'order', 'future' or 'expired' when the validity cannot be that of a licence in force."""
    if end <= start:
        return "order"
    if start > today:
        return "future"
    return "expired" if end < today else None
