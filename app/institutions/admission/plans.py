"""What the regulator lays down: steps of approval (versions are only added) and the modes of changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import SelectField, StringField
from wtforms.validators import Length, ValidationError

from app.core.db import db
from app.core.errors import Invalid
from app.core.events import record
from app.institutions.admission import rules
from app.institutions.admission.labels import CHANGE_TYPES, MODES, STEP_PROBLEMS
from app.institutions.admission.models import ApprovalMode, StepPlan
from app.institutions.models import Region
from app.institutions.rules import INDUSTRIES

_ARTICLE_9 = ("《融资担保公司监督管理条例》（国务院令第683号）第九条", "State Council Decree 683, article 9")
_DECREE_8 = ("《典当管理办法》（商务部、公安部令2005年第8号）", "Decree 8 of 2005 on pawnbroking")
# domain notes, section 7. What is not named is dealt with by approval until a province lays it down.
_MODES: dict[str, dict[str, tuple[str, tuple[str, str]]]] = {
    "guarantee": {
        **{kind: ("approve", _ARTICLE_9) for kind in ("merge", "split", "capital_dec")},
        **{kind: ("file", _ARTICLE_9) for kind in ("name", "equity", "senior", "capital_inc", "controller")},
        **{
            kind: ("file", ("省级规定", "Provincial rules"))
            for kind in ("legal_rep", "address", "scope", "articles", "org_form", "other")
        },
        "org_type": ("approve", ("省级规定", "Provincial rules")),
    },
    "pawn": {kind: ("approve", _DECREE_8) for kind in CHANGE_TYPES},
    "microloan": {kind: ("approve", ("省级规定", "Provincial rules")) for kind in CHANGE_TYPES},
    "leasing": {kind: ("approve", ("省级规定", "Provincial rules")) for kind in CHANGE_TYPES}
    | {
        kind: ("report", ("省级规定", "Provincial rules"))
        for kind in ("articles", "other", "senior", "address")
    },
}


def mode_fields() -> dict[str, Any]:
    """The fields of the console's form: a legal basis may be laid down in one language only."""
    return {
        "mode": SelectField(_l("办理方式"), choices=list(MODES.items())),
        "basis_zh": StringField(
            _l("法律依据"),
            [Length(max=200), _some_basis],
            filters=[_text],
            description=_l("至少填写一种语言；只填一种的，另一种语言的页面也显示它。"),
        ),
        "basis_en": StringField(_l("法律依据（英文）"), [Length(max=300)], filters=[_text]),
    }


def _some_basis(form: Any, field: Any) -> None:
    if not field.data and not form.basis_en.data:
        raise ValidationError(_("请至少填写一种语言的法律依据。"))


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def newest(kind: str, industry: str, region_prefix: str) -> tuple[rules.Step, ...]:
    """The steps laid down last for exactly this place; the usual four where there are none."""
    query = select(StepPlan).where(
        StepPlan.kind == kind, StepPlan.industry == industry, StepPlan.region_prefix == region_prefix
    )
    plan = db.session.scalars(query.order_by(StepPlan.version.desc()).limit(1)).first()
    return plan.parsed if plan else rules.DEFAULT_STEPS


def lay_down(
    kind: str,
    industry: str,
    region_prefix: str,
    steps: Sequence[rules.Step],
    *,
    actor: Any,
    now: datetime,
) -> StepPlan:
    """A new version of the steps; Invalid with the field when something is wrong."""
    if kind not in rules.KINDS:
        raise Invalid(_("请选择申请事项。"), field="kind")
    if industry and industry not in INDUSTRIES:
        raise Invalid(_("请选择行业。"), field="industry")
    if region_prefix and not _is_prefix(region_prefix):
        raise Invalid(_("请从列表中选择地区。"), field="region_prefix")
    problems = rules.step_problems(steps)
    if problems:
        raise Invalid(" ".join(str(STEP_PROBLEMS[code]) for code in problems), field="steps")
    query = select(StepPlan.version).where(
        StepPlan.kind == kind, StepPlan.industry == industry, StepPlan.region_prefix == region_prefix
    )
    former = db.session.scalars(query.order_by(StepPlan.version.desc()).limit(1)).first()
    plan = StepPlan(
        kind=kind,
        industry=industry,
        region_prefix=region_prefix,
        version=(former or 0) + 1,
        steps=rules.steps_to(steps),
        made_at=now,
        made_by_id=getattr(actor, "id", None),
    )
    db.session.add(plan)
    record("StepPlanLaidDown", plan, actor=actor, now=now, data={"kind": kind, "steps": plan.steps})
    return plan


def note_mode(item: ApprovalMode, actor: Any, now: datetime) -> None:
    """The history of modes."""
    data = {"industry": item.industry, "change_type": item.change_type, "mode": item.mode}
    record("ApprovalModeChanged", item, actor=actor, now=now, data=data)


def load_modes() -> int:
    """Add the modes that are missing; those that are there, perhaps changed by the regulator, stay."""
    known = {(one.industry, one.change_type) for one in db.session.scalars(select(ApprovalMode))}
    added = 0
    for industry, kinds in _MODES.items():
        for change_type, (mode, basis) in kinds.items():
            if (industry, change_type) in known:
                continue
            values = {"mode": mode, "basis_zh": basis[0], "basis_en": basis[1]}
            db.session.add(
                ApprovalMode(industry=industry, change_type=change_type, region_prefix="", **values)
            )
            added += 1
    db.session.flush()
    return added


def _is_prefix(prefix: str) -> bool:
    code = prefix.ljust(6, "0")
    region = db.session.get(Region, code)
    return region is not None and region.prefix == prefix
