"""The icons in use and the sprite made of them. A test fails when a template asks for one that is not here."""

from __future__ import annotations

import re
from pathlib import Path

# Names from @tabler/icons, outline; a new one goes into the text file, then vendor_assets.py is run.
ICONS = tuple(Path(__file__).with_name("vendor_icons.txt").read_text(encoding="utf-8").split())


def build_sprite(folder: Path, names: tuple[str, ...]) -> str:
    """One <symbol> per icon, id = its name; the invisible bounding path of each is dropped."""
    symbols = []
    for name in sorted(names):
        source = (folder / f"{name}.svg").read_text(encoding="utf-8")
        paths = [
            p
            for p in re.findall(r"<(?:path|circle|rect|line|ellipse)[^>]*/>", source)
            if 'stroke="none"' not in p
        ]
        body = "".join(re.sub(r"\s*/>$", "/>", p) for p in paths)
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
            f'stroke-linecap="round" stroke-linejoin="round">{body}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
