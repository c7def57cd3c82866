"""The handbooks' pictures and links exist, and no picture is left over."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from tests.unit.project.sources import ROOT

HANDBOOK = ROOT / "docs" / "handbook"
PICTURES = ROOT / "docs" / "pictures"
LARGEST = 150 * 1024
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)]+)\)")


def books() -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in sorted(HANDBOOK.glob("*.md"))}


def anchors(text: str) -> set[str]:
    """The addresses of headings, as Git hosts make them: small letters, blanks to hyphens, no punctuation."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in titles}


def shown() -> set[Path]:
    return {
        (path.parent / target).resolve()
        for path, text in books().items()
        for _words, target in PICTURE.findall(text)
    }


def test_every_picture_in_a_handbook_exists():
    assert sorted(path.name for path in shown() if not path.is_file()) == []


def test_every_picture_is_in_a_handbook():
    assert sorted(path.name for path in PICTURES.iterdir() if path.resolve() not in shown()) == []


def test_every_picture_is_taken_by_a_scene():
    scenes = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "scripts").glob("picture_*.py"))
    taken = set(re.findall(r'camera\.shot\("([^"]+)"', scenes))
    assert taken == {path.stem for path in PICTURES.glob("*.png")}


def test_every_picture_says_what_it_shows_to_those_who_cannot_see_it():
    assert [
        target for text in books().values() for words, target in PICTURE.findall(text) if len(words) < 3
    ] == []


def test_pictures_are_small():
    assert {
        path.name: path.stat().st_size for path in PICTURES.iterdir() if path.stat().st_size > LARGEST
    } == {}


def test_every_link_of_a_handbook_leads_somewhere():
    broken = []
    for path, text in books().items():
        for target in LINK.findall(text):
            name, _hash, anchor = unquote(target).partition("#")
            file = (path.parent / name).resolve() if name else path
            if not file.is_file() or (anchor and anchor not in anchors(file.read_text(encoding="utf-8"))):
                broken.append(f"{path.name}: {target}")
    assert broken == []


def test_every_handbook_is_in_the_index():
    index = (HANDBOOK / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in books() if path.name != "README.md" and f"({path.name})" not in index] == []
