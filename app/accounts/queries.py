"""Reads about accounts."""

from __future__ import annotations

from app.accounts.models import Account
from app.accounts.roles import ROLES_BY_NAME, RoleSpec
from app.core.i18n import lang


def role_title(role: RoleSpec) -> str:
    """A role's name in the reader's language."""
    return role.title_en if lang() == "en" else role.title_zh


def titles_of(account: Account) -> list[str]:
    """The names of an account's roles in the reader's language."""
    return [role_title(ROLES_BY_NAME[role.name]) for role in account.roles if role.name in ROLES_BY_NAME]
