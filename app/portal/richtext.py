"""Texts with markup: cleaned when they are written, so that what is stored may be shown as it is."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

import nh3

TAGS = {
    "p", "br", "h2", "h3", "h4", "strong", "b", "em", "i", "u", "s", "sub", "sup", "blockquote", "hr",
    "ul", "ol", "li", "a", "table", "caption", "thead", "tbody", "tr", "th", "td", "img",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}
SCHEMES = {"http", "https", "mailto", "tel"}
DROP_WITH_CONTENT = {"script", "style", "template", "noscript", "iframe", "object", "svg", "math"}

_MARKUP = re.compile(r"</?[a-zA-Z]|<!")
_BLOCK_END = re.compile(
    r"</(?:p|h2|h3|h4|li|tr|blockquote|table|caption)>|<br\s*/?>|<hr\s*/?>", re.IGNORECASE
)
# nh3 writes every attribute with double quotes and escapes those inside.
_IMAGE = re.compile(r'<img((?:\s+[a-z]+="[^"]*")*)\s*/?>')
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
_OWN_PICTURE = re.compile(r"(?:https?://[^/\s]+)?/pictures/([0-9a-f]{32})\.(?:png|jpg)")
_EMPTY_END = re.compile(
    r"(?:<p>(?:<br>|\s|&nbsp;|\u00a0)*</p>\s*)+$"
)  # editors leave a line to go on writing
_ONLY_PARAGRAPHS = re.compile(r"(?:\s*<p>(?:[^<]|<br>)*</p>\s*)+")


@dataclass(frozen=True, slots=True)
class Shown:
    """A stored picture as a text shows it: the address and the size in pixels."""

    address: str
    width: int
    height: int


def picture_keys(source: str) -> set[str]:
    """The keys of the pictures of ours that a text may show."""
    return set(_OWN_PICTURE.findall(source or ""))


def sanitise(source: str, pictures: Mapping[str, Shown] | None = None) -> str:
    """HTML that is safe to show. Text without any tag becomes paragraphs, one per line or block of lines.

    Of pictures only those in `pictures` (by key) stay, with their true size, so that nothing moves while they
    load; a picture from elsewhere would tell its owner who reads our pages.
    """
    source = source.replace("\x00", "").replace("\r\n", "\n").strip()
    if not source:
        return ""
    if not _MARKUP.search(source):
        return _paragraphs(source)
    cleaned = nh3.clean(
        source,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        clean_content_tags=DROP_WITH_CONTENT,
        link_rel="noopener noreferrer",
    ).strip()
    cleaned = _IMAGE.sub(lambda found: _picture(found[1], pictures or {}), cleaned)
    cleaned = _EMPTY_END.sub("", cleaned).strip()
    return cleaned if _MARKUP.search(cleaned) else _paragraphs(html.unescape(cleaned))


def _picture(attributes: str, pictures: Mapping[str, Shown]) -> str:
    given = dict(_ATTRIBUTE.findall(attributes))
    own = _OWN_PICTURE.fullmatch(given.get("src", ""))
    shown = pictures.get(own[1]) if own else None
    if shown is None:
        return ""
    size = f'width="{shown.width}" height="{shown.height}"'
    return f'<img src="{shown.address}" alt="{given.get("alt", "")}" {size} loading="lazy">'


def reading(markup: str, table_label: str) -> str:
    """Cleaned HTML as a page shows it: a wide table scrolls by itself, with the keyboard too."""
    opening = (
        f'<div class="table-wide" tabindex="0" role="region" aria-label="{html.escape(table_label)}"><table'
    )
    return markup.replace("<table", opening).replace("</table>", "</table></div>")


def plain_text(markup: str) -> str:
    """The words of a text, one line, for searching and excerpts."""
    spaced = _BLOCK_END.sub(lambda found: found.group(0) + " ", markup)
    bare = nh3.clean(spaced, tags=set(), clean_content_tags=DROP_WITH_CONTENT)
    return " ".join(html.unescape(bare).split())


def editable(markup: str) -> str:
    """What an editor should see in a plain text area: paragraphs as lines, anything richer as HTML."""
    if not markup or not _ONLY_PARAGRAPHS.fullmatch(markup):
        return markup
    paragraphs = re.findall(r"<p>(.*?)</p>", markup, re.DOTALL)
    text = "\n\n".join(html.unescape(part.replace("<br>", "\n")) for part in paragraphs)
    # Words that look like a tag would be taken for one when the text is saved again.
    return markup if _MARKUP.search(text) else text


def _paragraphs(text: str) -> str:
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text)]
    return "".join(
        "<p>" + "<br>".join(html.escape(line.strip(), quote=False) for line in block.split("\n")) + "</p>"
        for block in blocks
        if block
    )
