"""Marked texts that a browser would run, follow or evaluate, and what must never come of them.

A page is read as a browser reads it: what counts is not which characters stand in it but whether a mark became an
element, an attribute, an address with a script in it, or the result of a template.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
from lxml import etree, html

MARK = "zqx"
# Breaks out of a text, an attribute in either kind of quotes, a title, a text area, a script, a comment.
MARKUP = (
    "\"'--></title></textarea></script><script>zqx()</script><zqx onzqx=zqx()><img src=zqx onerror=zqx()>{{7*1913}}",
    "\"'></script><zqx onzqx=zqx()>{{7*1913}}",
    "\"'><zqx onzqx=1>",
    "<zqx>",
)
ADDRESSES = ("javascript:zqx()", "zqx:1")
FORMULAS = ('=HYPERLINK("http://zqx.invalid","zqx")', "=zqx()", "=zqx")
HEADERS = ("zqx\r\nX-Zqx: 1\r\n\r\n<zqx>", "\r\nX-Zqx:1")
KINDS = {"markup": MARKUP, "addresses": ADDRESSES, "formulas": FORMULAS}
EVALUATED = "13391"  # 7*1913
ADDRESS_ATTRIBUTES = {"href", "src", "action", "formaction", "data", "poster", "srcset", "ping", "background"}
RUNNING = ("javascript:", "vbscript:", "data:text", "data:application")


def fitting(texts: tuple[str, ...], length: int | None) -> str:
    """The richest that a column holds; empty when none fits."""
    return next((text for text in texts if length is None or len(text) <= length), "")


def faults(answer: Any) -> list[str]:
    """What became of the marks in an answer that should not; empty when all of it is only text."""
    found = [f"header {name}: {value}" for name, value in answer.headers if name.lower().startswith("x-zqx")]
    kind, data = answer.mimetype, answer.data
    if kind in {"text/html", "application/xhtml+xml"}:
        found += list(_in_page(data.decode()))
    elif kind.endswith("xml") and data:
        found += list(_in_xml(data))
    elif data[:2] == b"PK":
        found += list(_in_package(data))
    elif kind == "text/csv":
        rows = csv.reader(io.StringIO(data.decode("utf-8-sig")))
        found += [f"formula {cell}" for row in rows for cell in row if cell.startswith(("=", "+", "@"))]
    if MARK.encode() in data and answer.headers.get("X-Content-Type-Options") != "nosniff":
        found.append(f"{kind} could be taken for a page")
    return found


def _in_page(source: str) -> Iterator[str]:
    if not source.strip():
        return
    for element in html.document_fromstring(source).iter():
        if not isinstance(element.tag, str):
            continue  # a comment
        if MARK in element.tag:
            yield f"element {element.tag}"
        is_run = element.tag in {"script", "style"} and element.get("type") != "application/json"
        if is_run and MARK in (element.text or ""):
            yield f"{element.tag} {element.text}"
        for name, value in element.attrib.items():
            yield from _in_attribute(element.tag, str(name).lower(), str(value))
    if EVALUATED in source:
        yield "template evaluated"


def _in_attribute(tag: str, name: str, value: str) -> Iterator[str]:
    if MARK in name or name.startswith("on") or name == "srcdoc" or (name == "style" and MARK in value):
        yield f"attribute {name} of {tag}"
    if name in ADDRESS_ATTRIBUTES:
        address = "".join(value.split()).lower()
        if address.startswith(RUNNING):
            yield f"address {name} of {tag}: {value[:60]}"
        if address.startswith(MARK) and tag in {"img", "iframe", "object", "embed", "script", "link"}:
            yield f"fetched {name} of {tag}: {value[:60]}"


def _in_xml(data: bytes) -> Iterator[str]:
    for element in etree.fromstring(data).iter():
        if isinstance(element.tag, str) and MARK in element.tag:
            yield f"element {element.tag}"


def _in_package(data: bytes) -> Iterator[str]:
    """A workbook or a letter: every part is well-formed, nothing of it points outside, no cell became a formula."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, part in parts.items():
        if name.endswith((".xml", ".rels")):
            yield from (f"{name}: {fault}" for fault in _in_xml(part))
        if name.endswith(".rels") and MARK.encode() in part:
            yield f"{name}: a link"
    if "xl/workbook.xml" in parts:
        for sheet in openpyxl.load_workbook(io.BytesIO(data)).worksheets:
            for cell in (cell for row in sheet.iter_rows() for cell in row):
                if cell.data_type == "f" and MARK in str(cell.value):
                    yield f"formula {sheet.title}!{cell.coordinate}: {cell.value}"
