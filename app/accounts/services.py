"""Verbs on accounts."""

from __future__ import annotations

from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, ViewMenu
from sqlalchemy import select

from app.accounts.roles import ROLES, RoleSpec
from app.core.db import db


def sync_roles() -> int:
    """Create what is missing and take away what the table does not grant; returns the number of changes."""
    pairs = _permission_views()
    return sum(_sync_role(role, pairs) for role in ROLES)


def _permission_views() -> dict[tuple[str, str], PermissionView]:
    known = {(pv.permission.name, pv.view_menu.name): pv for pv in db.session.scalars(select(PermissionView))}
    permissions = {p.name: p for p in db.session.scalars(select(Permission))}
    views = {v.name: v for v in db.session.scalars(select(ViewMenu))}
    for role in ROLES:
        for view_name, names in role.grants.items():
            for name in names:
                if (name, view_name) in known:
                    continue
                permission = permissions.setdefault(name, Permission(name=name))
                view = views.setdefault(view_name, ViewMenu(name=view_name))
                pair = PermissionView(permission=permission, view_menu=view)
                db.session.add(pair)
                known[name, view_name] = pair
    db.session.flush()
    return known


def _sync_role(spec: RoleSpec, pairs: dict[tuple[str, str], PermissionView]) -> int:
    role = db.session.scalars(select(Role).where(Role.name == spec.name)).first()
    changes = 0
    if role is None:
        role = Role(name=spec.name)
        db.session.add(role)
        changes += 1
    wanted = {(name, view) for view, names in spec.grants.items() for name in names}
    held = {(pv.permission.name, pv.view_menu.name) for pv in role.permissions}
    if wanted != held:
        role.permissions = [pairs[pair] for pair in sorted(wanted)]
        changes += len(wanted ^ held)
    db.session.flush()
    return changes
