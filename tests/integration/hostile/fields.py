"""Every field that some form of the platform reads, found in its sources so that a new one is swept too."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
READERS = {"get", "getlist"}


@cache
def fields_of(folder: str) -> tuple[str, ...]:
    """Names of WTForms fields, of console columns, and of what views read out of `request.form`."""
    found: set[str] = set()
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            found |= _read_from_form(node) | _declared(node)
    return tuple(sorted(found - {"csrf_token"}))


def _read_from_form(node: ast.AST) -> set[str]:
    """`request.form.get("name")` and `request.files.get("name")`."""
    if not (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READERS
    ):
        return set()
    source = ast.unparse(node.func.value)
    if source not in {"request.form", "request.files"} or not node.args:
        return set()
    first = node.args[0]
    return {first.value} if isinstance(first, ast.Constant) and isinstance(first.value, str) else set()


def _declared(node: ast.AST) -> set[str]:
    """`name = SomethingField(…)` in a form; `add_columns = ["name", …]` in a console view."""
    if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)):
        return set()
    name = node.targets[0].id
    if name in {"add_columns", "edit_columns"}:
        return {
            part.value
            for part in ast.walk(node.value)
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
        }
    is_field = isinstance(node.value, ast.Call) and ast.unparse(node.value.func).endswith(("Field", "_text"))
    return {name} if is_field else set()
