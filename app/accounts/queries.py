"""Reads about accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import g
from flask_appbuilder import Model
from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import Account
from app.accounts.roles import ROLES_BY_NAME, RoleSpec
from app.core.db import db
from app.core.i18n import lang

Choices = list[tuple[str, str]]


def members_of(institution_id: int) -> list[Account]:
    """The active accounts of an institution."""
    query = select(Account).where(Account.institution_id == institution_id, Account.active.is_(True))
    return list(db.session.scalars(query.order_by(Account.id)))


def role_title(role: RoleSpec) -> str:
    """A role's name in the reader's language."""
    return role.title_en if lang() == "en" else role.title_zh


def titles_of(account: Account) -> list[str]:
    """The names of an account's roles in the reader's language."""
    return [role_title(ROLES_BY_NAME[role.name]) for role in account.roles if role.name in ROLES_BY_NAME]


def role_titles(roles: Iterable[Any]) -> str:
    """Several roles in one cell."""
    known = [ROLES_BY_NAME[role.name] for role in roles or () if role.name in ROLES_BY_NAME]
    return "、".join(role_title(role) for role in known) or "——"


def industry_labels() -> dict[str, str]:
    """The industries in the reader's language."""
    return {
        "microloan": _("小额贷款公司"),
        "guarantee": _("融资担保公司"),
        "pawn": _("典当行"),
        "leasing": _("融资租赁公司"),
    }


def industries_text(codes: Iterable[str]) -> str:
    """An area of industries in one cell; none named means all."""
    labels = industry_labels()
    return "、".join(labels.get(code, code) for code in codes or ()) or _("全部行业")


def area_text(prefix: str) -> str:
    """An area of regions in one cell; an empty prefix means all."""
    return dict(_region_choices()).get(prefix or "", prefix)


def area_choices() -> tuple[Choices, Choices]:
    """What staff can be limited to: industries, and prefixes of region codes."""
    return list(industry_labels().items()), _region_choices()


def _region_choices() -> Choices:
    if "region_choices" in g:  # a list asks once per row
        known: Choices = g.region_choices
        return known
    # By table: institutions build on accounts, not the other way round.
    table = Model.metadata.tables["region"]
    name = table.c.name_en if lang() == "en" else table.c.name_zh
    rows = db.session.execute(select(table.c.code, name).order_by(table.c.code)).all()
    found = [("", _("全省"))]
    for code, title in rows:
        prefix = code.removesuffix("00").removesuffix("00")
        if len(prefix) > 2:
            found.append((prefix, title if len(prefix) == 4 else f"　{title}"))
    g.region_choices = found
    return found
