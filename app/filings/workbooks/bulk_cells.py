"""What stands in the cells of a large sheet: from attributes, formula and value to text and shape, by columns.

Runs in the sandbox.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from app.filings.workbooks.limits import KINDS, MAX_TEXT, unescape
from app.filings.workbooks.raw import Format, PackedColumn, Shape

_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
_FORMULA = re.compile(r"<f(?: [^>]*)?(?:/>|>([^<]*)</f>)")
_VALUE = re.compile(r"<v(?: [^>]*)?>([^<]*)</v>")
_INLINE = re.compile(r"<is>(.*)</is>", re.DOTALL)
_PHONETIC = re.compile(r"<rPh[ >].*?</rPh>", re.DOTALL)
_TEXT = re.compile(r"<t(?: [^>]*)?>([^<]*)</t>")
MAX_SHORT = 40  # characters of a number; a longer one is looked at by itself
Text = str | None


class _Shared(dict[str | None, Text]):
    """The shared texts by their number as it is written."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__()
        self._texts: Sequence[Text] = texts if all(texts) else [text or None for text in texts]

    def __missing__(self, key: str | None) -> Text:
        number = (key or "").strip()
        is_plain = number.isascii() and number.isdigit() and len(number) < 8
        known = is_plain and int(number) < len(self._texts)
        self[key] = self._texts[int(number)] if known else None
        return self[key]

    def column(self, values: Sequence[str]) -> list[Text]:
        """The texts of a column of numbers, of which there is always one."""
        together = "".join(values)
        if together.isascii() and together.isdigit() and max(map(len, values)) < 8:
            numbers = list(map(int, values))
            if max(numbers) < len(self._texts):
                return list(map(self._texts.__getitem__, numbers))
        return list(map(self.__getitem__, values))


def unescaped(text: str) -> str:
    """The text as it was before it was written as XML."""
    return unescape(_without_entities(text))


def _without_entities(text: str) -> str:
    if "&" not in text:
        return text
    import html  # here, because most workbooks get along without

    return html.unescape(text)


def text_of_runs(xml: str) -> str:
    """The text of <t> elements, without the phonetic ones."""
    return unescaped("".join(_TEXT.findall(_PHONETIC.sub("", xml))))


class CellWords:
    """Reads cells with the workbook's shared texts and formats at hand."""

    def __init__(self, texts: list[str], formats: list[Format]) -> None:
        self._shared, self._formats = _Shared(texts), formats
        self._shapes: dict[Shape, int] = {}
        self._kinds: dict[str, str] = {}  # attributes -> type
        self._codes: dict[tuple[str, bool], int] = {}  # attributes, formula? -> shape

    def shapes(self) -> list[Shape]:
        """The shapes by their codes."""
        return list(self._shapes)

    def column(
        self, attributes: Sequence[Text], formulas: Sequence[Text], values: Sequence[Text]
    ) -> PackedColumn:
        """One column. A cell is nothing (None) without value and formula."""
        kind = self._kind(Counter(attributes).most_common(1)[0][0] or "") if attributes else ""
        # The headings are texts, and what is below them is alike: the few others are read by themselves.
        others = {found for found in set(attributes) if found is not None and self._kind(found) != kind}
        odd = [at for at, found in enumerate(attributes) if found in others] if others else []
        texts: list[Text]
        if kind == "s":
            texts = [self._shared[value] if value else None for value in values]
        elif kind == "n":
            texts = [(value.strip() or None) if value else None for value in values]
            odd += [at for at, text in enumerate(texts) if text and (len(text) > MAX_SHORT or "&" in text)]
        else:
            texts, odd = (
                [None] * len(values),
                [at for at, found in enumerate(attributes) if found is not None],
            )
        codes = self._column_codes(attributes, formulas)
        column = PackedColumn(texts, codes)
        if any(formulas):
            odd += [at for at, formula in enumerate(formulas) if formula and texts[at] is None]
        for at in odd:
            column.put(at, *self._plain(attributes[at] or "", formulas[at], values[at]))
        return column

    def alike(self, attributes: str, is_formula: bool, values: Sequence[Any]) -> PackedColumn:
        """A column of cells with the same attributes, each with a value (and a formula, or none)."""
        kind, code = self._kind(attributes), self._code(attributes, is_formula=is_formula)
        if kind == "s" and not is_formula:
            return PackedColumn(self._shared.column(values), code)
        together = "".join(values) if kind == "n" else ""
        is_bare = "&" not in together and together.split(None, 1) == [together]
        if is_bare and max(map(len, values)) <= MAX_SHORT:
            return PackedColumn(list(values), code)
        formula = "<f/>" if is_formula else None
        return self.column([attributes] * len(values), [formula] * len(values), values)

    def _column_codes(self, attributes: Sequence[Text], formulas: Sequence[Text]) -> int | list[int]:
        if not any(formulas):
            codes = {found: self._code(found or "", is_formula=False) for found in set(attributes)}
            if len(set(codes.values())) == 1:
                return next(iter(codes.values()))
            return [codes[found] for found in attributes]
        if len(set(attributes)) == 1 and None not in formulas:
            return self._code(attributes[0] or "", is_formula=True)
        return [
            self._code(found or "", is_formula=formula is not None)
            for found, formula in zip(attributes, formulas, strict=True)
        ]

    def cell(self, attributes: str, value: str, inside: str) -> tuple[Text, int]:
        """(text, shape) of a cell of any content: a plain value, or what stands inside."""
        if not value and not inside:
            return None, 0
        kind = self._kind(attributes)
        if value:
            return self._text(kind, value), self._code(attributes, is_formula=False)
        formula, found = _FORMULA.search(inside), _VALUE.search(inside)
        if kind == "inlineStr":
            inline = _INLINE.search(inside)
            text = (text_of_runs(inline[1])[:MAX_TEXT] or None) if inline else None
            if text is not None or formula is None:
                return text, self._code(attributes, is_formula=formula is not None)
            found = None
        return self._plain(attributes, formula and formula[0], found and found[1])

    def _plain(self, attributes: str, formula: Text, value: Text) -> tuple[Text, int]:
        text = None if value is None else self._text(self._kind(attributes), value)
        if text is None and formula is not None:
            # A formula without a result: the formula itself, so that messages can show it.
            inside = _FORMULA.search(formula)
            shape: Shape = ("", True, self._format(attributes))
            return f"={_without_entities((inside and inside[1]) or '')}"[:MAX_TEXT], self._number(shape)
        return text, self._code(attributes, is_formula=formula is not None)

    def _text(self, kind: str, value: str) -> Text:
        if kind == "s":
            return self._shared[value]
        if kind == "inlineStr":
            return None
        text = _without_entities(value)
        return unescape(text)[:MAX_TEXT] if kind == "str" else text.strip()[:MAX_TEXT] or None

    def _kind(self, attributes: str) -> str:
        if attributes not in self._kinds:
            self._kinds[attributes] = dict(_ATTRIBUTE.findall(attributes)).get("t", "n")
        return self._kinds[attributes]

    def _format(self, attributes: str) -> Format:
        style = dict(_ATTRIBUTE.findall(attributes)).get("s", "0")
        at = int(style) if style.isdigit() else 0
        return self._formats[at] if at < len(self._formats) else ""

    def _code(self, attributes: str, *, is_formula: bool) -> int:
        key = (attributes, is_formula)
        if key not in self._codes:
            kind = KINDS.get(self._kind(attributes), "n")
            self._codes[key] = self._number((kind, is_formula, self._format(attributes)))
        return self._codes[key]

    def _number(self, shape: Shape) -> int:
        return self._shapes.setdefault(shape, len(self._shapes))
