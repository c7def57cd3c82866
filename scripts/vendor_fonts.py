"""Make the fonts that letters are set in: subsets of Noto Serif SC and Noto Serif CJK, committed with their licences.

For maintainers. The package is fetched and checked as in ``vendor_assets.py``; fonttools then keeps the characters of
GBK and every other Chinese character that the font has (regular: names have rare ones) and those of GB 2312 (bold; what
it lacks is set in regular), with the punctuation and the forms that letters use. That font has the characters of
通用规范汉字表 and few others beyond the first plane; the rest (𠮷 and 2,300 more) come from the full Noto Serif CJK as
Debian packs it (``apt-get install fonts-noto-cjk``). ``coverage.json`` says what can be printed. Run
``python scripts/vendor_fonts.py`` after changing version and integrity, and review what changed.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont
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
RARE = Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc")
RARE_SHA256 = (
    "a04178ec485dffdff7cc0c0c20e1fce9202d7e2160d805e8e44a4c8841c58481"  # fonts-noto-cjk 1:20220127+repack1-1
)
RARE_FAMILY, RARE_FILE = "Noto Serif CJK SC", "NotoSerifCJK-Rare.otf"
RARE_LICENCE = Path("/usr/share/doc/fonts-noto-cjk/copyright")
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


def codes(data: bytes) -> set[int]:
    """The code points that a font has."""
    return set(TTFont(io.BytesIO(data)).getBestCmap())


def rare_font(there: set[int]) -> bytes:
    """The Chinese characters of the full font that are not there yet; no layout, which single characters do not need."""
    if hashlib.sha256(RARE.read_bytes()).hexdigest() != RARE_SHA256:
        raise SystemExit(f"{RARE} is not the font that was checked")
    names = [font["name"].getDebugName(4) for font in TTCollection(str(RARE)).fonts]
    font = TTFont(str(RARE), fontNumber=names.index(RARE_FAMILY), lazy=True)
    options = subset.Options(hinting=False, notdef_outline=True, layout_features=[], recalc_timestamp=False)
    options.drop_tables += ["DSIG", "GSUB", "GPOS", "BASE", "VORG", "vmtx", "vhea"]
    worker = subset.Subsetter(options)
    worker.populate(unicodes={code for block in HAN for code in block} - there)
    worker.subset(font)
    with tempfile.NamedTemporaryFile(suffix=".otf") as scratch:
        subset.save_font(font, scratch.name, options)
        return Path(scratch.name).read_bytes()


def spans(found_in: set[int]) -> list[list[int]]:
    """First and last code point of every run."""
    found: list[list[int]] = []
    for code in sorted(found_in):
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
        there = codes(files["NotoSerifSC-Regular.ttf"])
        files[RARE_FILE] = rare_font(there)
        covered = json.dumps(spans(there | codes(files[RARE_FILE])), separators=(",", ":"))
        files["coverage.json"] = f"{covered}\n".encode()
        files["LICENSE"] = (unpacked / "LICENSE_FONT").read_bytes()
        files["LICENSE-CJK"] = RARE_LICENCE.read_bytes()
        for name, data in files.items():
            (TARGET / name).write_bytes(data)
            sums[name] = hashlib.sha256(data).hexdigest()
            print(f"{name}: {len(data):,} bytes")
    version, integrity = PINNED[PACKAGE]
    manifest = {
        PACKAGE: {"version": version, "integrity": integrity, "files": sums},
        "fonts-noto-cjk": {"version": "1:20220127+repack1-1", "sha256": RARE_SHA256},
    }
    (TARGET / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
