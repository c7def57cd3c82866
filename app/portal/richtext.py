"""Texts with markup: cleaned when they are written, so that what is stored may be shown as it is."""

from __future__ import annotations

import html
import re

import nh3

TAGS = {
    "p", "br", "h2", "h3", "h4", "strong", "b", "em", "i", "u", "s", "sub", "sup", "blockquote", "hr",
    "ul", "ol", "li", "a", "table", "caption", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "th": {"colspan", "rowspan", "scope"}, "td": {"colspan", "rowspan"}}
SCHEMES = {"http", "https", "mailto", "tel"}
DROP_WITH_CONTENT = {"script", "style", "template", "noscript", "iframe", "object", "svg", "math"}

_MARKUP = re.compile(r"</?[a-zA-Z]|<!")
_BLOCK_END = re.compile(
    r"</(?:p|h2|h3|h4|li|tr|blockquote|table|caption)>|<br\s*/?>|<hr\s*/?>", re.IGNORECASE
)
_ONLY_PARAGRAPHS = re.compile(r"(?:\s*<p>(?:[^<]|<br>)*</p>\s*)+")


def sanitise(source: str) -> str:
    """HTML that is safe to show. Text without any tag becomes paragraphs, one per line or block of lines."""
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
    return cleaned if _MARKUP.search(cleaned) else _paragraphs(html.unescape(cleaned))


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
