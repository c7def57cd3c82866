"""Reading the project's own files, for tests about them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PYTHON_FOLDERS = ("app", "tests", "scripts", "bench", "migrations")
BINARY = {".png", ".ico", ".woff2", ".ttf", ".otf", ".jpg", ".gif", ".mo", ".pdf", ".zip"}
BINARY |= {".xlsx", ".xls", ".et", ".ods", ".docx"}


@cache
def python_files(folder: str = "") -> tuple[Path, ...]:
    """Python files written by hand: migrations' versions are made by Alembic."""
    folders = [ROOT / folder] if folder else [*(ROOT / name for name in PYTHON_FOLDERS)]
    found = [path for base in folders for path in sorted(base.rglob("*.py"))]
    if not folder:
        found += [ROOT / "config.py", ROOT / "run.py"]
    return tuple(path for path in found if "versions" not in path.parts)


def name_of(path: Path) -> str:
    """As people write it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    """The parsed module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions_in(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@cache
def text_files() -> tuple[tuple[str, str], ...]:
    """Name and text of every file that is, or is about to be, committed; vendored ones excepted."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.decode()
    found = []
    for name in sorted(set(filter(None, listed.split("\0")))):
        path = ROOT / name
        if "vendor" in path.parts or path.suffix.lower() in BINARY or not path.is_file():
            continue
        try:
            found.append((name, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return tuple(found)
