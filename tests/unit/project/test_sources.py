"""Rules that hold for every file of the project."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.unit.project.sources import ROOT, name_of, python_files, text_files, tree_of

CLOCK = "app/core/clock.py"
TIME_CALLS = {"now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp"}
TIME_OWNERS = {"datetime", "date", "dt"}
NAMESPACES = ("http://www.w3.org/", "http://schemas.", "http://purl.org/", "http://www.sitemaps.org/")


def calls_in(name: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call below a folder, with the place where it stands."""
    for path in python_files(name):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call):
                yield f"{name_of(path)}:{node.lineno}", node


def test_only_the_clock_reads_the_time():
    found = [
        place
        for place, call in calls_in("app")
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in TIME_CALLS
        and ast.unparse(call.func.value).split(".")[-1] in TIME_OWNERS
        and not place.startswith(f"{CLOCK}:")
    ]
    assert found == []


# Spreadsheets store binary numbers: this layer takes them over from there and hands them back.
SPREADSHEETS = "app/filings/workbooks/"


def test_filings_never_use_floats():
    found = [
        place
        for place, call in calls_in("app/filings")
        if isinstance(call.func, ast.Name) and call.func.id == "float" and not place.startswith(SPREADSHEETS)
    ]
    assert found == []


@pytest.mark.parametrize("folder", ["app/filings", "app/institutions"])
def test_models_hold_money_as_decimal(folder):
    wrong = [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files(folder)
        if path.name.startswith("models")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.AnnAssign) and re.search(r"\bfloat\b", ast.unparse(node.annotation))
    ]
    assert wrong == []


def test_pages_scripts_and_styles_load_nothing_from_outside():
    found = []
    loads = re.compile(
        r"""(?:src|href|action|url|import|from|fetch)\s*(?:=|\(|\s)\s*["'(]?\s*((?:https?:)?//[^\s"')]+)"""
    )
    for name, text in text_files():
        if not name.startswith(("app/templates/", "app/static/")):
            continue
        for target in loads.findall(text):
            if not target.startswith(NAMESPACES):
                found.append(f"{name}: {target}")
    assert found == []


def test_templates_hold_no_inline_script_style_or_handler():
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*type=[\"']application/(?:ld\+)?json[\"'])[^>]*>"
        r"|<style\b|\sstyle=[\"']|\son[a-z]+=[\"']|javascript:",
        re.IGNORECASE,
    )
    found = [
        f"{name}: {match.group(0)}"
        for name, text in text_files()
        if name.startswith("app/templates/") and name.endswith((".html", ".svg"))
        for match in inline.finditer(text)
    ]
    assert found == []


def test_no_bootstrap_3_and_no_jquery_are_left():
    old = re.compile(r"data-toggle|glyphicon|\bpanel-|jquery", re.IGNORECASE)
    found = {name for name, text in text_files() if name.startswith("app/templates/") and old.search(text)}
    assert found == set()


def test_no_file_names_a_place_of_one_machine_or_a_registry():
    # Built from pieces, so that this file does not hold what it looks for.
    places = [
        "/" + "work/",
        "/" + "root/",
        "/" + "home/[a-z]",
        "/" + "Users/",
        "index" + "-url",
        "find" + "-links",
    ]
    wrong = re.compile("|".join(f"(?<![\\w.}}/-]){place}" for place in places))
    found = [f"{name}: {match.group(0)}" for name, text in text_files() for match in wrong.finditer(text)]
    assert found == []


def test_nothing_unfinished_is_committed():
    marks = re.compile(r"\b(?:TO" + "DO|FIX" + "ME|XX" + "X)\b|raise NotImpl" + "emented")
    found = [
        f"{name}: {match.group(0)}"
        for name, text in text_files()
        if name.endswith((".py", ".html", ".js", ".mjs", ".css", ".md", ".yaml"))
        and not name.startswith("app/data/")
        for match in marks.finditer(text)
    ]
    assert found == []


def test_every_requirement_is_pinned_with_a_hash():
    for name in ("requirements.txt", "requirements-dev.txt"):
        blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8").strip())
        loose = [
            b.split("\n")[0]
            for b in blocks
            if not b.startswith("#") and ("==" not in b or "--hash=" not in b)
        ]
        assert loose == [], name
