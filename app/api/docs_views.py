"""接口说明: the manual for people, made of the same declarations as the OpenAPI document."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, request

from app.api.examples import EXAMPLES, PROBLEMS
from app.api.openapi import ABOUT, TAGS
from app.api.operations import OPERATIONS, PATH_WORDS, PER_CALLER, PREFIX, Operation, problem_statuses
from app.core.i18n import lang
from app.core.problems import DOCS_PATH

blueprint = Blueprint("api_docs", __name__)


@dataclass(frozen=True)
class Shown:
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    words: str
    more: str
    parameters: list[tuple[str, str, bool, str]]
    answers: str
    problems: str
    example: str


@blueprint.get(DOCS_PATH)
def page() -> str:
    """What the API can do, how to call it, what goes wrong."""
    english = lang() == "en"
    base = request.host_url.rstrip("/")
    groups = [
        (tag, words[english], [_shown(o, english, base) for o in OPERATIONS if o.tag == tag])
        for tag, words in TAGS.items()
    ]
    return render_template(
        "portal/api_docs.html",
        about=ABOUT[english],
        groups=groups,
        places=[(name, words[english]) for name, words in PATH_WORDS.items()],
        problems=[(code, status, words[english]) for code, (status, words) in PROBLEMS.items()],
        base=base,
        limit=PER_CALLER.partition(" ")[0],
    )


def _shown(declared: Operation, english: bool, base: str) -> Shown:
    return Shown(
        id=declared.id,
        method=declared.method,
        path=PREFIX + declared.path,
        words=declared.words[english],
        more=declared.more[english],
        parameters=[(p.name, p.words[english], p.required, p.place) for p in declared.parameters],
        answers=", ".join(str(status) for status in sorted(declared.answers)),
        problems=", ".join(str(status) for status in problem_statuses(declared)),
        example=_example(declared, base),
    )


def _example(declared: Operation, base: str) -> str:
    """The call as a line for the shell; every operation has one."""
    path, options = EXAMPLES[declared.id]
    method = "" if declared.method == "GET" else f"-X {declared.method} "
    lines = [f'curl {method}-H "Authorization: Bearer $TOKEN"', *options, f'"{base}{PREFIX}{path}"']
    return " \\\n  ".join(lines)
