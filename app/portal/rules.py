"""Facts and rules of the portal: plain values in, plain values out."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from app.core.parsing import is_number
from app.core.workflow import Workflow

CATEGORIES = ("work-updates", "risk-alerts", "national-policy", "local-policy", "training", "guides")
PAGE_SLUGS = ("director-mailbox", "complaints", "about", "privacy")
SUGGESTION_TOPICS = ("service", "institution", "policy", "website", "other")

# A due "scheduled" item is public from its moment on without any job having to run: see `is_public`.
ANNOUNCEMENT_WORKFLOW = Workflow(
    name="announcement",
    initial="draft",
    table={
        ("draft", "publish"): "published",
        ("draft", "schedule"): "scheduled",
        ("scheduled", "publish"): "published",
        ("scheduled", "schedule"): "scheduled",
        ("scheduled", "withdraw"): "withdrawn",
        ("published", "withdraw"): "withdrawn",
        ("withdrawn", "publish"): "published",
        ("withdrawn", "schedule"): "scheduled",
    },
)
RELEASED_STATES = ("published", "scheduled")

SUGGESTION_WORKFLOW = Workflow(
    name="suggestion",
    initial="received",
    table={
        ("received", "take_up"): "processing",
        ("received", "reply"): "replied",
        ("processing", "reply"): "replied",
        ("replied", "reply"): "replied",
    },
)

QUERY_LENGTH = 60
MOST_WORDS = 10
MAX_PAGE = 100_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

# Programs that say themselves that they are no person. Not a defence: it keeps the counters honest.
CRAWLER_WORDS = re.compile(
    r"(?<!cu)bot[/;,_+-]|robot|crawl|spider|slurp|fetch|preview|scan|monitor|"
    r"facebookexternalhit|curl/|wget/|python-|java/|go-http|okhttp|httpclient|libwww|scrapy|"
    r"feed|archiver|lighthouse|pingdom|uptime",
    re.IGNORECASE,
)


def is_public(state: str, publish_at: datetime | None, now: datetime) -> bool:
    """Whether an announcement may be read by anybody at `now`."""
    return state in RELEASED_STATES and publish_at is not None and publish_at <= now


def shown_state(state: str, publish_at: datetime | None, now: datetime) -> str:
    """The state that people should read: a released item is scheduled until its moment, published after it."""
    if state not in RELEASED_STATES:
        return state
    return "published" if is_public(state, publish_at, now) else "scheduled"


def publishing_verb(publish_at: datetime | None, now: datetime) -> str:
    """The verb that releases an announcement: at once, or at its future moment."""
    return "schedule" if publish_at is not None and publish_at > now else "publish"


def counts_as_opening(method: str, purpose: str, user_agent: str) -> bool:
    """Whether a request is one person opening a page: no HEAD, no prefetch, no declared program."""
    if method != "GET" or not user_agent.strip():
        return False
    if any(word in purpose.lower() for word in ("prefetch", "prerender", "preview")):
        return False
    return CRAWLER_WORDS.search(user_agent) is None


def query_words(raw: str | None) -> tuple[str, ...]:
    """Words to search for: full-width letters made plain, control characters gone, 60 characters, ten words."""
    text = unicodedata.normalize("NFKC", raw or "")
    text = "".join(" " if unicodedata.category(char)[0] in {"C", "Z"} else char for char in text)
    return tuple(dict.fromkeys(text[:QUERY_LENGTH].split()))[:MOST_WORDS]


def page_number(raw: str | None) -> int:
    """A page counted from 1; whatever is no sensible number is the first page."""
    text = (raw or "").strip()
    if not is_number(text, 9):
        return 1
    return max(1, min(int(text), MAX_PAGE))


def starts_like_formula(text: str) -> bool:
    """Whether a spreadsheet could take this cell for a formula."""
    return text.lstrip(" \u3000\ufeff\u200b").startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS)


def excerpt(text: str, words: tuple[str, ...], length: int = 110) -> str:
    """A piece of `text` around the first hit, at most about `length` characters, with … where it was cut."""
    folded = text.casefold()
    hits = [at for at in (folded.find(word.casefold()) for word in words) if at >= 0]
    start = max(0, min(hits) - length // 4) if hits else 0
    piece = text[start : start + length]
    return ("…" if start else "") + piece + ("…" if start + length < len(text) else "")


def split_hits(text: str, words: tuple[str, ...]) -> list[tuple[str, bool]]:
    """Cut `text` into pieces, True for those that are one of the words; joined they give `text` again."""
    if not words:
        return [(text, False)]
    longest_first = sorted(words, key=len, reverse=True)
    pattern = re.compile("(" + "|".join(re.escape(word) for word in longest_first) + ")", re.IGNORECASE)
    return [(piece, index % 2 == 1) for index, piece in enumerate(pattern.split(text)) if piece]


def masked_contact(contact: str) -> str:
    """A mobile number or an address with its middle hidden, for lists."""
    name, at, domain = contact.partition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    return contact if len(contact) < 5 else f"{contact[:3]}****{contact[-4:] if len(contact) > 9 else ''}"
