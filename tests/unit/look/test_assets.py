"""What the browser loads comes from us, is what was recorded, and is small."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "app" / "static"
TEMPLATES = ROOT / "app" / "templates"
MANIFESTS = [STATIC / "vendor" / "manifest.json", ROOT / "tests" / "browser" / "vendor" / "manifest.json"]
OURS = ("css", "js", "img", "vendor")

# Behind a backslash the first stroke belongs to a regular expression, which ends with the second: /^\/\//i.test(…)
OUTSIDE = re.compile(r"""(?:https?:|(?<!\\))//(?=[\w-]+\.[a-z])[^\s"'<>)]+""", re.I)
# The names of XML languages look like addresses and are never fetched.
NAMESPACE = re.compile(r"http://www\.w3\.org/\S+")


def recorded(manifest: Path) -> dict[str, str]:
    """{path: sha256} of everything that a manifest lists."""
    content = json.loads(manifest.read_text(encoding="utf-8"))
    return {path: digest for package in content.values() for path, digest in package["files"].items()}


def served_texts() -> list[Path]:
    found = [path for path in STATIC.rglob("*") if path.suffix in {".css", ".js", ".mjs", ".svg"}]
    return [*found, *TEMPLATES.rglob("*.html")]


@pytest.mark.parametrize("manifest", MANIFESTS, ids=["served", "for tests"])
def test_every_vendored_file_is_what_the_manifest_recorded(manifest: Path) -> None:
    for path, digest in recorded(manifest).items():
        assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == digest, path


@pytest.mark.parametrize("manifest", MANIFESTS, ids=["served", "for tests"])
def test_no_file_lies_in_a_vendor_folder_without_being_recorded(manifest: Path) -> None:
    present = {
        p.relative_to(ROOT).as_posix() for p in manifest.parent.rglob("*") if p.is_file() and p != manifest
    }
    assert present == set(recorded(manifest))


def test_every_vendored_package_has_a_version_an_integrity_and_its_licence() -> None:
    for manifest in MANIFESTS:
        for name, package in json.loads(manifest.read_text(encoding="utf-8")).items():
            assert package["integrity"].startswith("sha512-"), name
            assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"]), name
            assert any("LICEN" in path for path in package["files"]), name


def test_nothing_that_a_page_loads_names_an_outside_origin() -> None:
    for path in served_texts():
        text = NAMESPACE.sub("", path.read_text(encoding="utf-8"))
        assert not OUTSIDE.search(text), f"{path}: {OUTSIDE.search(text)}"
        assert "sourceMappingURL" not in text, path


def test_templates_carry_no_inline_script_style_or_handler() -> None:
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=[\"']|javascript:", text), path
        for tag in re.findall(r"<script[^>]*>", text):
            # A block of data is not run, so the policy lets it stand.
            assert " src=" in tag or 'type="application/json"' in tag, f"{path}: {tag}"


def test_templates_use_no_part_of_the_looks_that_we_replaced() -> None:
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"data-toggle|data-bs-|glyphicon|[\"' ]panel-|[\"' ]fa-|select2|jquery|btn-default", text
        ), path


def test_every_icon_that_is_asked_for_is_in_the_sprite() -> None:
    sprite = (STATIC / "vendor" / "tabler-icons" / "sprite.svg").read_text(encoding="utf-8")
    known = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    asked = {
        (name, path.name)
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r"\bicon\(\s*'([\w-]+)'", path.read_text(encoding="utf-8"))
    }
    assert len(asked) > 20
    assert not [pair for pair in asked if pair[0] not in known]


@pytest.mark.parametrize(
    ("path", "kilobytes"),
    [
        ("vendor/tabler/tabler.css", 48),
        ("vendor/tabler-icons/sprite.svg", 8),
        ("vendor/tom-select/tom-select.min.js", 18),
        ("css/app.css", 8),
        ("css/data.css", 8),
        ("css/portal.css", 5),
        ("css/grid.css", 5),
        ("js/base/page.js", 3),
    ],
)
def test_what_is_served_stays_small(path: str, kilobytes: int) -> None:
    assert len(gzip.compress((STATIC / path).read_bytes())) <= kilobytes * 1024
