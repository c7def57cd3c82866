"""Reduce the vendored style sheet to the families of components that this platform uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

# First word of a class name. Whoever starts to use one of these takes it off the list and runs vendor_assets.py.
UNUSED_FAMILIES = frozenset(Path(__file__).with_name("vendor_unused.txt").read_text(encoding="utf-8").split())
# Social colours and the like: `.bg-facebook`, `.text-rss`; our six state colours are our own.
UNUSED_COLOURS = re.compile(
    r"-(facebook|twitter|linkedin|google|youtube|vimeo|dribbble|github|instagram|pinterest|vk|rss|flickr|bitbucket|tabler"
    r"|x|azure|indigo|purple|pink|orange|lime|teal|cyan|yellow|black|gray-\d+)(-|$)"
)
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
# Attributes of components whose scripts are not served; how a wrong field looks is our own.
UNUSED_ATTRIBUTE = re.compile(
    r"\.was-validated|\.is-(in)?valid|\[data-(vc|bs-theme|bs-popper|clr)|\.fc\b|\[dir=|:rtl"
)
WIDE = re.compile(r"-xxl(-|$)")


def blocks(css: str) -> Iterator[tuple[str, str | None]]:
    """Yield (prelude, body) of each rule on one level; body is None for statements such as @charset."""
    at = 0
    while at < len(css):
        opening = css.find("{", at)
        if opening < 0:
            return
        head = css[at:opening]
        while ";" in head:
            statement, head = head.split(";", 1)
            yield statement.strip(), None
        depth, end = 1, opening + 1
        while depth:
            char = css[end]
            if char in "\"'":
                end = css.index(char, end + 1)
            depth += (char == "{") - (char == "}")
            end += 1
        yield head.strip(), css[opening + 1 : end - 1].strip()
        at = end


def is_unused(selector: str) -> bool:
    bare = re.sub(r":not\([^)]*\)", "", selector)
    if UNUSED_ATTRIBUTE.search(bare):
        return True
    for name in CLASS.findall(bare):
        if name.split("-")[0] in UNUSED_FAMILIES or UNUSED_COLOURS.search(name) or WIDE.search(name):
            return True
    return False


def split_selectors(prelude: str) -> list[str]:
    """Split at top-level commas only: `:is(a, b)` stays one selector."""
    parts, depth, start = [], 0, 0
    for index, char in enumerate(prelude):
        depth += (char in "([") - (char in ")]")
        if char == "," and depth == 0:
            parts.append(prelude[start:index].strip())
            start = index + 1
    return [*parts, prelude[start:].strip()]


def squeeze(body: str) -> str:
    """Minify declarations; strings (the data: images) stay as they are."""
    pieces = re.split(r"(\"[^\"]*\"|'[^']*')", body)
    for index in range(0, len(pieces), 2):
        piece = re.sub(r"\s+", " ", pieces[index])
        pieces[index] = re.sub(r"\s*;\s*", ";", re.sub(r":\s+", ":", piece))
    return "".join(pieces).strip().rstrip(";")


def reduce_level(css: str) -> str:
    out = []
    for prelude, body in blocks(css):
        if body is None:
            out.append(prelude + ";")
        elif prelude.startswith(("@media", "@supports")):
            if inner := reduce_level(body):
                out.append(f"{prelude}{{{inner}}}")
        elif prelude.startswith("@keyframes"):
            frames = re.sub(r"\s+", " ", body)
            out.append(f"{prelude}{{{frames}}}")
        else:
            kept = [s for s in split_selectors(prelude) if not is_unused(s)]
            if kept and body:
                out.append(f"{','.join(kept)}{{{squeeze(body)}}}")
    return "\n".join(out)


def drop_unused_keyframes(css: str) -> str:
    """Keep a keyframes rule only when an animation still names it."""
    names = set(re.findall(r"@keyframes ([\w-]+)", css))
    for name in names:
        if len(re.findall(rf"(?<![\w-]){re.escape(name)}(?![\w-])", css)) == 1:
            css = re.sub(rf"^@keyframes {re.escape(name)}\{{.*$\n?", "", css, flags=re.M)
    return css


def reduce_css(css: str) -> str:
    """Return the style sheet without unused families, one rule a line so that a diff can be read."""
    head = re.match(r"\s*(?:@charset[^;]+;)?\s*(/\*!.*?\*/)", css, re.S)
    licence = head.group(1) if head else ""
    body = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    return "\n".join([licence, drop_unused_keyframes(reduce_level(body)), ""])
