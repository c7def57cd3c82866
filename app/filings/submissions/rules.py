"""How a filing moves, and what may be handed in: plain values in, plain values out."""

from __future__ import annotations

import hashlib
import json
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
ACCEPTED_STATES = ("approved", "reported")
HANDED_IN_STATES = ("submitted", *ACCEPTED_STATES)
EDITABLE = ("draft", "returned")


def canonical(payload: Mapping[str, Any]) -> bytes:
    """The one way a payload is written down before it is hashed."""
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256(payload: Mapping[str, Any]) -> str:
    """Fingerprint of a payload in canonical JSON."""
    return hashlib.sha256(canonical(payload)).hexdigest()
