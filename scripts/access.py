"""Bring the access inventory to the routes there are: `python -m scripts.access`.

Entries that stand keep what they say; stale ones go; new ones get a guess that a person has to confirm by
writing their scope.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
HEADER = """\
# Who may call which route. Every URL rule stands here; tests walk every role over every route.
#
# who         public      anybody, logged in or not
#             anonymous   visitors; whoever is logged in is sent on
#             account     anybody who is logged in
#             enterprise  members of an institution
#             staff       staff with `permission`: a permission on a view, granted in app/accounts/roles.py
#             token       an institution's own system, by its API token; no log-in counts there
#             nobody      the base layer brings the route, no role holds its permission
# scope       which rows can be reached through it
# writes_on_get  why a GET may write (counted openings); everything else writes by POST only
"""


SCOPED = "rows inside the account's industries and regions"
UNSCOPED = "nothing that belongs to an institution"


def guess(app: Any, endpoint: str) -> dict[str, str]:
    """Who it is probably for, from the kind of view behind it and from its address."""
    function = app.view_functions[endpoint]
    view = getattr(function, "__self__", None)
    permission = getattr(function, "_permission_name", None)
    if view is not None and (permission or hasattr(view, "datamodel")):
        renamed = getattr(view, "method_permission_name", None) or {}
        name = f"can_{renamed.get(permission, permission)}" if permission else "each action's own"
        return staff(name, view)
    paths = [str(rule) for rule in app.url_map.iter_rules(endpoint)]
    if any("any(" in path or path.startswith("/account") for path in paths):
        return {"who": "account", "scope": "the own account"}
    if endpoint.startswith("api."):
        return {"who": "token", "scope": "rows of the token's institution"}
    if any(path.startswith("/workspace") for path in paths):
        return {"who": "enterprise", "scope": "rows of the own institution"}
    return {"who": "public"}


def staff(permission: str, view: Any) -> dict[str, str]:
    """A staff entry, or `nobody` when no role holds the permission."""
    from app.accounts.roles import ROLES
    from app.core.scope import InstitutionScoped

    name = view.class_permission_name
    if not any(permission in role.grants.get(name, ()) for role in ROLES):
        return {"who": "nobody"}
    model = getattr(getattr(view, "datamodel", None), "obj", None)
    scope = SCOPED if model is not None and issubclass(model, InstitutionScoped) else UNSCOPED
    return {"who": "staff", "permission": f"{permission} on {name}", "scope": scope}


def main() -> int:
    """Rewrite the table and name what is new or gone."""
    from app import create_app
    from app.core.access_inventory import FILE, routes

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        app = create_app(SQLALCHEMY_DATABASE_URI="sqlite://", INSTANCE_DIR=place, FILES_DIR=place / "files")
    there = routes(app)
    former = yaml.safe_load(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    table = {}
    for endpoint, methods in sorted(there.items()):
        table[endpoint] = {
            "methods": " ".join(sorted(methods)),
            **(former.get(endpoint) or guess(app, endpoint)),
        }
        table[endpoint]["methods"] = " ".join(sorted(methods))
    FILE.write_text(HEADER + "\n" + dump(table), encoding="utf-8")
    for endpoint in sorted(set(there) - set(former)):
        print(f"new: {endpoint} {table[endpoint]}")
    for endpoint in sorted(set(former) - set(there)):
        print(f"gone: {endpoint}")
    return 0


def dump(table: dict[str, dict[str, str]]) -> str:
    """One line per entry, blank lines between views."""
    lines, last = [], ""
    for endpoint, values in table.items():
        group = endpoint.partition(".")[0]
        if last and group != last:
            lines.append("")
        last = group
        inside = ", ".join(f"{key}: {quoted(value)}" for key, value in values.items())
        lines.append(f"{endpoint}: {{{inside}}}")
    return "\n".join(lines) + "\n"


def quoted(value: str) -> str:
    """Plain where YAML allows it inside braces."""
    return f'"{value}"' if any(char in value for char in ",:'{}[]#") else value


if __name__ == "__main__":
    sys.exit(main())
