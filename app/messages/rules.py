"""What people are told about which event, in both languages. The words are data (app/data/messages.yaml)."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).resolve().parent.parent / "data" / "messages.yaml"
LANGUAGES = ("zh", "en")
GROUPS = ("admission", "filings", "deadlines", "inspections", "portal", "account")
_NAME = re.compile(r"\$([a-z_]+)")
MAX_TITLE, MAX_LINK = 200, 300


@dataclass(frozen=True, slots=True)
class EventKind:
    """One kind of event: title and body, each (Chinese, English)."""

    name: str
    group: str
    title: tuple[str, str]
    body: tuple[str, str]

    @property
    def names(self) -> frozenset[str]:
        """What has to be known to tell about it."""
        return frozenset(_NAME.findall("\n".join((*self.title, *self.body))))


@dataclass(frozen=True, slots=True)
class Telling:
    """A message ready to be kept: (Chinese, English)."""

    title: tuple[str, str]
    body: tuple[str, str]


@functools.cache
def event_kinds() -> Mapping[str, EventKind]:
    """Every kind, in the order of the file."""
    raw = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {
        name: EventKind(name, one["group"], tuple(one["title"]), tuple(one["body"]))
        for name, one in raw.items()
    }


def tell(kind: str, context: Mapping[str, Any]) -> Telling:
    """The words. A value is text, or a pair (Chinese, English); what is missing counts as empty.

    Raises KeyError for an unknown kind and ValueError for a name that the kind does not use.
    """
    known = event_kinds()[kind]
    if unknown := set(context) - known.names:
        raise ValueError(f"{kind} does not say {sorted(unknown)}")
    zh, en = ({name: _in(value, n) for name, value in context.items()} for n in (0, 1))
    titles = (" ".join(_fill(known.title[0], zh).split()), " ".join(_fill(known.title[1], en).split()))
    return Telling(
        (titles[0][:MAX_TITLE], titles[1][:MAX_TITLE]), (_fill(known.body[0], zh), _fill(known.body[1], en))
    )


def _in(value: Any, language: int) -> str:
    return str(value[language] if isinstance(value, tuple) else value or "")


def _fill(text: str, values: Mapping[str, str]) -> str:
    lines = []
    for line in text.split("\n"):
        names = _NAME.findall(line)
        if names and not any(values.get(name) for name in names):
            continue
        lines.append(_NAME.sub(lambda match: values.get(match[1], ""), line))
    return "\n".join(lines).strip()
