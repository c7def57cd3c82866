"""Vendor the front-end packages: fetch pinned versions, check them, write only what is served.

For maintainers; users need neither Node nor npm. Run ``python scripts/vendor_assets.py``: each package is fetched with
``npm pack`` (from whatever registry npm is set to), its sha512 must equal the one below, then the files named in
``FILES`` are written under ``app/static/vendor`` (for tests: ``tests/browser/vendor``) together with their licence and
a ``manifest.json`` with the sha256 of everything written. To upgrade, change version and integrity, run, review the diff.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from vendor_icons import ICONS, build_sprite
from vendor_reduce import reduce_css

ROOT = Path(__file__).resolve().parent.parent
SERVED = ROOT / "app" / "static" / "vendor"
TESTED = ROOT / "tests" / "browser" / "vendor"

# package → version, integrity of the tarball as the registry records it
PACKAGES: dict[str, tuple[str, str]] = {
    "@tabler/core": (
        "1.6.1",
        "sha512-lgmR9gcxRp5JlLxcmRi9Rz85JrEvH6Bz71KnlcPVSa97wtwQNjgSs3g3fxwbAlulHyRMghhIV04QUuW3pqDsIg==",
    ),
    "@tabler/icons": (
        "3.51.0",
        "sha512-0pinvPZz7YeX+OSfxuEAbnEPWbocVXW5iU8h5lh41pYG8sZuQfpWECC980lxOT0clGIcNGn8xsBr+zKaRGdA/g==",
    ),
    "tom-select": (
        "2.6.2",
        "sha512-eiXIkk82XzzUTOVQDFpy+ZGejuqdTvMukyUyeZBQaKnqW42UoTiTZnrod/eX0rkqJEc4rZY9DZ3zdjV07i29wQ==",
    ),
    "htmx.org": (
        "2.0.11",
        "sha512-Thx/WtpeOQqSrqBCw/A1cwGJGg4UrVa3+sW0GmrM3p4gJgO89ecH4qtbnyzDDWFvBTqjnIMCgELTNt636dtamA==",
    ),
    "big.js": (
        "7.0.1",
        "sha512-iFgV784tD8kq4ccF1xtNMZnXeZzVuXWWM+ERFzKQjv+A5G9HC8CY3DuV45vgzFFcW+u2tIvmF95+AzWgs6BjCg==",
    ),
    "@wangeditor-next/editor": (
        "5.7.2",
        "sha512-jhwY3n30V+hLP+Q1NkHBpEF83+wQghzT3p1yL/CbThT6WkAJnwRRzq1GzqsP6Ya+f06oz5SZ6PdCNRhPlRFw2A==",
    ),
    "axe-core": (
        "4.14.1",
        "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
    ),
}

# package → where it goes, then (path in the package, name it is written under)
FILES: dict[str, tuple[Path, list[tuple[str, str]]]] = {
    "@tabler/core": (SERVED / "tabler", [("dist/css/tabler.css", "tabler.css")]),
    "@tabler/icons": (SERVED / "tabler-icons", [("LICENSE", "LICENSE")]),
    "tom-select": (
        SERVED / "tom-select",
        [
            ("dist/js/tom-select.popular.min.js", "tom-select.min.js"),
            ("dist/css/tom-select.bootstrap5.min.css", "tom-select.css"),
            ("LICENSE", "LICENSE"),
        ],
    ),
    "htmx.org": (SERVED / "htmx", [("dist/htmx.min.js", "htmx.min.js"), ("LICENSE", "LICENSE")]),
    "big.js": (SERVED / "big", [("big.mjs", "big.mjs"), ("LICENCE.md", "LICENCE.md")]),
    "@wangeditor-next/editor": (
        SERVED / "wangeditor",
        [
            ("dist/index.js", "wangeditor.js"),
            ("dist/css/style.css", "wangeditor.css"),
            ("LICENSE", "LICENSE"),
        ],
    ),
    "axe-core": (
        TESTED,
        [
            ("axe.min.js", "axe.min.js"),
            ("LICENSE", "LICENSE"),
            ("LICENSE-3RD-PARTY.txt", "LICENSE-3RD-PARTY.txt"),
        ],
    ),
}

# @tabler/core carries its licence in its readme and the head of each file only.
TABLER_LICENCE = """The MIT License (MIT)

Copyright (c) 2018-2026 The Tabler Authors

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""

SOURCE_MAP = re.compile(r"\s*(//[#@] ?sourceMappingURL=\S+|/\*[#@] ?sourceMappingURL=[^*]*\*/)")
# An address in a text or a comment, up to what ends either; the names of XML languages are no addresses.
ADDRESS = re.compile(r"https?://(?!www\.w3\.org)(?=[\w-]+\.[a-z])[^\s\"'`<>)\\]*")
COMMENT = re.compile(r"/\*.*?\*/|^\s*//[^\n]*", re.S | re.M)


def fetch(package: str, into: Path, pinned: dict[str, tuple[str, str]] = PACKAGES) -> Path:
    """Return the unpacked package; exit when its sha512 is not the recorded one."""
    version, integrity = pinned[package]
    done = subprocess.run(
        ["npm", "pack", "--silent", f"{package}@{version}"],
        cwd=into,
        check=True,
        capture_output=True,
        text=True,
    )
    tarball = into / done.stdout.strip().splitlines()[-1]
    digest = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != integrity:
        sys.exit(f"{package} {version}: sha512 differs from the recorded one; nothing written")
    target = into / tarball.stem
    with tarfile.open(tarball) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def without_addresses(text: str) -> str:
    """Drop source maps and the addresses in licence comments, so that no served file names an outside origin."""
    text = SOURCE_MAP.sub("", text)
    return COMMENT.sub(lambda m: re.sub(r"\s*\(?\bhttps?://[^\s)*]+\)?", "", m.group()), text)


def without_style_attributes(text: str) -> str:
    """Empty a style by taking the attribute away: setting it, even to nothing, is inline style to a strict policy.

    What looks like a comment in this file may stand in a string, so comments stay; the source map goes, and the
    addresses in messages that point to other people's documentation.
    """
    text = ADDRESS.sub("", SOURCE_MAP.sub("", text))
    return text.replace('.attr("style","")', '.removeAttr("style")')


def transform_for(package: str, name: str) -> Callable[[str], str]:
    if package == "@tabler/core" and name.endswith(".css"):
        return lambda text: without_addresses(reduce_css(text))
    if package == "@wangeditor-next/editor" and name.endswith(".js"):
        return without_style_attributes
    if name.endswith((".css", ".js", ".mjs")):
        return without_addresses
    return lambda text: text


def write_package(package: str, unpacked: Path) -> dict[str, str]:
    """Write the files of one package; {path relative to the repository: sha256}."""
    folder, names = FILES[package]
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for source, name in names:
        text = (unpacked / source).read_text(encoding="utf-8")
        written[name] = transform_for(package, name)(text)
    if package == "@tabler/icons":
        written["sprite.svg"] = build_sprite(unpacked / "icons" / "outline", ICONS)
    if package == "@tabler/core":
        written["LICENSE"] = TABLER_LICENCE
    sums = {}
    for name, text in sorted(written.items()):
        data = text.encode("utf-8")
        (folder / name).write_bytes(data)
        sums[(folder / name).relative_to(ROOT).as_posix()] = hashlib.sha256(data).hexdigest()
    return sums


def main() -> None:
    manifests: dict[Path, dict[str, object]] = {SERVED: {}, TESTED: {}}
    with tempfile.TemporaryDirectory() as scratch:
        for package, (version, integrity) in PACKAGES.items():
            sums = write_package(package, fetch(package, Path(scratch)))
            home = TESTED if FILES[package][0] == TESTED else SERVED
            manifests[home][package] = {"version": version, "integrity": integrity, "files": sums}
            print(f"{package} {version}: {len(sums)} files")
    for folder, content in manifests.items():
        (folder / "manifest.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
