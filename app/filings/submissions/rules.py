"""How a filing moves, and what may be handed in: plain values in, plain values out."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from app.core.workflow import Workflow

ONCE = "once"  # the period code of filings that have no period

# product, section 4: business data are decided on, statements and the one-off set are taken as reported
# and may be returned. Withdrawing is possible until a reviewer has picked the filing up.
FILING_WORKFLOW = Workflow(
    name="filing",
    initial="draft",
    table={
        ("draft", "submit"): "submitted",
        ("returned", "submit"): "submitted",
        ("submitted", "withdraw"): "draft",
        ("submitted", "approve"): "approved",
        ("submitted", "return"): "returned",
        ("draft", "report"): "reported",
        ("returned", "report"): "reported",
        ("reported", "return"): "returned",
    },
)
# Changes of one form may also be given up, so that they do not stand in the way of the next one.
CHANGE_WORKFLOW = Workflow(
    name="filing",
    initial="draft",
    table={**FILING_WORKFLOW.table, ("draft", "cancel"): "cancelled", ("returned", "cancel"): "cancelled"},
)
OPEN_STATES = ("draft", "submitted", "returned")
ACCEPTED_STATES = ("approved", "reported")
HANDED_IN_STATES = ("submitted", *ACCEPTED_STATES)
EDITABLE = ("draft", "returned")


_CHANGE_CODE = re.compile(r"([A-Z][A-Z0-9]{1,11})-(\d{2,5})")

# What GG21 tells in words and GG01 holds as a field: {type of change: field}.
TOLD_FIELDS = {"name": "org_name", "address": "reg_address", "legal_rep": "legal_rep", "scope": "biz_scope"}

# Which field of which one-off form is which column of the register.
REGISTER_FIELDS = {
    ("GG01", "org_name"): "name",
    ("GG01", "org_type"): "org_type",
    ("GG01", "region"): "region_code",
    ("GG01", "reg_address"): "address",
    ("GG01", "legal_rep"): "legal_representative",
    ("GG01", "contact"): "contact_name",
    ("GG01", "contact_phone"): "mobile",
    ("GG01", "contact_email"): "email",
    ("GG01", "reg_capital"): "registered_capital",
    ("GG01", "biz_scope"): "business_scope",
    ("GG06", "licence_no"): "licence_no",
    ("GG06", "issuer"): "licence_issuer",
    ("GG06", "issue_date"): "licence_from",
    ("GG06", "valid_to"): "licence_to",
}


def change_code(form: str, number: int) -> str:
    """What stands in place of the period of the n-th change of a form: GG01-02."""
    return f"{form}-{number:02d}"


def change_parts(code: str) -> tuple[str, int] | None:
    """(form, number) of such a code; None when it is none."""
    found = _CHANGE_CODE.fullmatch(code)
    return (found[1], int(found[2])) if found and change_code(found[1], int(found[2])) == code else None


def change_form(code: str) -> str:
    """The form that a change is about; '' for other filings."""
    parts = change_parts(code)
    return parts[0] if parts else ""


def canonical(payload: Mapping[str, Any]) -> bytes:
    """The one way a payload is written down before it is hashed."""
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256(payload: Mapping[str, Any]) -> str:
    """Fingerprint of a payload in canonical JSON."""
    return hashlib.sha256(canonical(payload)).hexdigest()
