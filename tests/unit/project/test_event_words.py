"""Whatever the history records is shown in words: every kind of event, and every state of every workflow."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.console.event_words import EVENT_WORDS, STATE_WORDS
from app.core.workflow import Workflow
from scripts.i18n import read_catalogue

APP = Path(__file__).resolve().parents[3] / "app"
KIND = re.compile(r"[A-Z][a-z]+([A-Z][a-z]+)+")
RECORDERS = {"record", "Fact", "step", "_note"}


def _kinds(tree: ast.AST) -> Iterator[str]:
    """Names in the past tense, and whatever is handed to one of the functions that record."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if KIND.fullmatch(node.value) and node.value.endswith("ed"):
                yield node.value
        elif isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in RECORDERS:
                given = (one.value for one in node.args if isinstance(one, ast.Constant))
                yield from (one for one in given if isinstance(one, str) and KIND.fullmatch(one))


def test_every_kind_of_event_has_words() -> None:
    found = {
        kind: path.name
        for path in APP.rglob("*.py")
        for kind in _kinds(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert len(found) > 90, "the search has lost its way"
    assert {kind: name for kind, name in found.items() if kind not in EVENT_WORDS} == {}


def _workflows() -> Iterator[Workflow]:
    for path in APP.rglob("rules.py"):
        module = importlib.import_module(".".join(("app", *path.relative_to(APP).with_suffix("").parts)))
        yield from (one for one in vars(module).values() if isinstance(one, Workflow))


@pytest.mark.parametrize(
    "workflow", {one.name: one for one in _workflows()}.values(), ids=lambda one: one.name
)
def test_every_state_has_words(workflow: Workflow) -> None:
    assert workflow.states - set(STATE_WORDS) == set()


def test_the_words_are_there_in_english_too() -> None:
    english = read_catalogue("en")
    for words in (EVENT_WORDS, STATE_WORDS):
        for code, text in words.items():
            message = english.get(text._args[0])
            assert message is not None and message.string, code
