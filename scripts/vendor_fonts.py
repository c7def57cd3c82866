"""Make the fonts that letters are set in: subsets of Noto Serif SC, committed with their licence.

For maintainers. The package is fetched and checked as in ``vendor_assets.py``; fonttools then keeps the characters of
GBK and every other Chinese character that the font has (regular: names have rare ones) and those of GB 2312 (bold; what
it lacks is set in regular), with the punctuation and the forms that letters use. ``coverage.json`` says what can be
printed. Run ``python scripts/vendor_fonts.py`` after changing version and integrity, and review what changed.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from vendor_assets import ROOT, fetch

TARGET = ROOT / "app" / "letters" / "fonts"
PACKAGE = "@expo-google-fonts/noto-serif-sc"
PINNED = {
    PACKAGE: (
        "0.4.3",
        "sha512-fSmUpiSFtSeyHV45/2xUOy5SdfExklQwwMKN3cQjAZAujITHDmSbpMHCVdCMhRqMjQtu0ZRgc29u8A+CU3akfw==",
    )
}
# file in the package -> (file written, character set)
FONTS = {
    "400Regular/NotoSerifSC_400Regular.ttf": ("NotoSerifSC-Regular.ttf", "gbk"),
    "700Bold/NotoSerifSC_700Bold.ttf": ("NotoSerifSC-Bold.ttf", "gb2312"),
}
MORE = "—–…‘’“”·•¥€£§°±×÷≤≥≠√□■○●◇◆△▲→←↑↓〇〔〕【】《》〈〉「」『』①②③④⑤⑥⑦⑧⑨⑩㎡"


# CJK extension A, the unified block, the extensions beyond the first plane; what a font lacks of them is passed over.
HAN = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x323B0))


def characters(encoding: str) -> Iterator[int]:
    """Every code point of a double-byte Chinese character set, ASCII and Latin-1, and what letters use besides."""
    yield from range(0x20, 0x7F)
    yield from range(0xA0, 0x100)
    yield from map(ord, MORE)
    for high in range(0x81, 0xFF):
        for low in range(0x40, 0xFF):
            text = bytes((high, low)).decode(encoding, errors="ignore")
            if len(text) == 1:
                yield ord(text)


def reduce_font(source: Path, encoding: str) -> bytes:
    """The font with these characters only, without hints."""
    options = subset.Options(
        hinting=False, notdef_outline=True, layout_features=["*"], recalc_timestamp=False
    )
    options.drop_tables += ["DSIG"]
    font = subset.load_font(str(source), options)
    worker = subset.Subsetter(options)
    wanted = set(characters(encoding))
    if encoding == "gbk":
        wanted |= {code for block in HAN for code in block}
    worker.populate(unicodes=wanted)
    worker.subset(font)
    with tempfile.NamedTemporaryFile(suffix=".ttf") as scratch:
        subset.save_font(font, scratch.name, options)
        return Path(scratch.name).read_bytes()


def spans(data: bytes) -> list[list[int]]:
    """First and last code point of every run that the font has."""
    found: list[list[int]] = []
    for code in sorted(TTFont(io.BytesIO(data)).getBestCmap()):
        if found and code == found[-1][1] + 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return found


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    sums = {}
    with tempfile.TemporaryDirectory() as folder:
        unpacked = fetch(PACKAGE, Path(folder), PINNED)
        files = {name: reduce_font(unpacked / path, encoding) for path, (name, encoding) in FONTS.items()}
        covered = json.dumps(spans(files["NotoSerifSC-Regular.ttf"]), separators=(",", ":"))
        files["coverage.json"] = f"{covered}\n".encode()
        files["LICENSE"] = (unpacked / "LICENSE_FONT").read_bytes()
        for name, data in files.items():
            (TARGET / name).write_bytes(data)
            sums[name] = hashlib.sha256(data).hexdigest()
            print(f"{name}: {len(data):,} bytes")
    version, integrity = PINNED[PACKAGE]
    manifest = {PACKAGE: {"version": version, "integrity": integrity, "files": sums}}
    (TARGET / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
