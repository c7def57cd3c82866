"""What an approved change of a filed form brings to the register of institutions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import String

from app.core import clock
from app.core.db import db
from app.core.events import record
from app.institutions.models import Institution, Region
from app.institutions.register.rules import kind_of
from app.institutions.register.services import Change, Origin, change_register
from app.institutions.rules import ORG_TYPES


def filed_change_problems(institution: Institution, changes: Mapping[str, Any]) -> list[str]:
    """Every reason why the register cannot take these {column: value}; empty when it can."""
    found = []
    for column, value in changes.items():
        length = getattr(Institution.__table__.c[column].type, "length", None)
        if isinstance(value, str) and isinstance(length, int) and len(value) > length:
            found.append(_("“%(value)s…”超过名册中该栏的 %(n)s 个字，请缩短。", value=value[:12], n=length))
        elif value is None and not Institution.__table__.c[column].nullable:
            found.append(_("名册中的必填事项不能变更为空白。"))
    region = changes.get("region_code")
    if region is not None and db.session.get(Region, region) is None:
        found.append(_("注册地行政区划代码 %(code)s 不在本平台的行政区划表中，请核对。", code=region))
    org_type = changes.get("org_type")
    if org_type is not None and org_type not in ORG_TYPES[institution.industry]:
        found.append(_("机构类型与所属行业不符，请核对。"))
    return found


def apply_filed_change(
    institution: Institution, changes: Mapping[str, Any], *, source: str, actor: Any, now: datetime
) -> None:
    """Take {column: value} of an approved filing into the register; `source` is the filing's receipt number."""
    before, after = {}, {}
    entered: dict[str, dict[str, Any]] = {}
    for column, value in changes.items():
        former = getattr(institution, column)
        if former == value:
            continue
        if value is None and isinstance(Institution.__table__.c[column].type, String):
            value = None if Institution.__table__.c[column].nullable else ""
        kind = kind_of(column)
        if kind is None:
            setattr(institution, column, value)
        else:
            entered.setdefault(kind, {})[column] = value
        before[column], after[column] = _plain(former), _plain(value)
    if entered:
        change_register(
            institution,
            [Change(kind, values) for kind, values in entered.items()],
            effective_from=clock.local(now).date(),
            origin=Origin("filing", None, actor),
            now=now,
        )
    if after:
        record(
            "InstitutionChanged",
            institution,
            actor=actor,
            now=now,
            data={"source": source, "before": before, "after": after},
        )


def _plain(value: Any) -> str | None:
    return None if value is None else str(value)
