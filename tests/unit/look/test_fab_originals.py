"""FAB's templates that ours stand in for, pinned: after an upgrade this test says which of them to compare again.

When it fails: read what FAB changed in the files named, carry over what matters, then write the new hashes.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import flask_appbuilder

HERE = Path(__file__).resolve().parent
OURS = HERE.parents[2] / "app" / "templates" / "appbuilder"
THEIRS = Path(flask_appbuilder.__file__).parent / "templates" / "appbuilder"
PINNED: dict[str, str] = json.loads((HERE / "fab_originals.json").read_text(encoding="utf-8"))


def shadowed() -> set[str]:
    names = {path.relative_to(OURS).as_posix() for path in OURS.rglob("*.html")}
    return {name for name in names if (THEIRS / name).exists()}


def test_every_fab_template_that_we_shadow_is_pinned() -> None:
    assert shadowed() == set(PINNED)


def test_fab_has_not_changed_a_template_that_we_shadow() -> None:
    changed = [n for n, d in PINNED.items() if hashlib.sha256((THEIRS / n).read_bytes()).hexdigest() != d]
    assert changed == []


def test_every_widget_and_page_template_of_fab_has_our_counterpart() -> None:
    left_out = {  # not used: see docs/architecture.md
        "general/widgets/chart.html", "general/widgets/direct_chart.html", "general/widgets/multiple_chart.html",
    }  # fmt: skip
    for folder in ("general/widgets", "general/model"):
        names = {p.relative_to(THEIRS).as_posix() for p in (THEIRS / folder).rglob("*.html")}
        assert names - left_out <= shadowed()
