"""Facts and rules about institutions: plain values in, plain values out."""

from __future__ import annotations

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
