"""What a password must be, and how names are compared. Plain values in, codes with parameters out."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from datetime import timedelta
from itertools import pairwise

MIN_LENGTH = 10
MAX_LENGTH = 128
MIN_CLASSES = 3
HISTORY = 5
RESET_LIFETIME = timedelta(minutes=30)
RESETS_PER_HOUR = 3
INVITATION_LIFETIME = timedelta(days=7)
MAX_COLLEAGUES = 20  # accounts and open invitations of one institution
USERNAME = re.compile(r"[a-z][a-z0-9_.-]{3,31}")

# What people choose when three classes are asked for; compared without case, separators and trailing digits.
_COMMON = """password passwd admin administrator welcome qwerty qwertyuiop asdfghjkl zxcvbnm letmein iloveyou abc
    abcd abcde abcdef aa aaa asdf qwer zaq xsw qazwsx qazwsxedc woaini test testtest ceshi mima changeme
    china beijing shanghai jinrong danbao gongsi company finance secret master root user guest default
    monkey dragon sunshine princess football superman pw pass login hello nihao"""
COMMON_PASSWORDS = frozenset(_COMMON.split())

_CLASSES = (
    re.compile(r"[a-z]"),
    re.compile(r"[A-Z]"),
    re.compile(r"[0-9]"),
    re.compile(r"[^A-Za-z0-9\s]"),
)
_LOOK_ALIKES = str.maketrans("@0135$7", "aoleest")

EMAIL = re.compile(
    r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)

Problem = tuple[str, dict[str, int]]


def normal_name(name: str) -> str:
    """Account names and e-mail addresses are compared without case, width and surrounding blanks."""
    return unicodedata.normalize("NFKC", name).strip().lower()


def new_link_token() -> tuple[str, str]:
    """A secret for a one-time link, and its hash, which alone is stored."""
    token = secrets.token_urlsafe(32)
    return token, link_hash(token)


def link_hash(token: str) -> str:
    """What is stored of a link's secret; it has 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def is_email(address: str) -> bool:
    """One plain address; nothing that could become a second header line."""
    return len(address) <= 120 and EMAIL.fullmatch(address) is not None


def is_username(name: str) -> bool:
    """4 to 32 characters a-z 0-9 _ . - and a letter first."""
    return USERNAME.fullmatch(name) is not None


def password_problems(
    password: str, account: str, common: frozenset[str] = COMMON_PASSWORDS
) -> list[Problem]:
    """Every reason against a password, as (code, parameters); empty when it will do.

    Codes: too_short(n), too_long(n), few_classes(n), has_account, common, spaces.
    """
    problems: list[Problem] = []
    if len(password) < MIN_LENGTH:
        problems.append(("too_short", {"n": MIN_LENGTH}))
    if len(password) > MAX_LENGTH:
        problems.append(("too_long", {"n": MAX_LENGTH}))
    if password != password.strip():
        problems.append(("spaces", {}))
    if sum(bool(kind.search(password)) for kind in _CLASSES) < MIN_CLASSES:
        problems.append(("few_classes", {"n": MIN_CLASSES}))
    if len(account) >= 4 and normal_name(account) in normal_name(password):
        problems.append(("has_account", {}))
    if _is_common(password, common):
        problems.append(("common", {}))
    return problems


def _is_common(password: str, common: frozenset[str]) -> bool:
    lower = password.lower()
    bare = re.sub(r"[\W_]+", "", lower)
    readings = {bare, re.sub(r"[\d\W_]+", "", re.sub(r"[\d\W_]+$", "", lower).translate(_LOOK_ALIKES))}
    readings.add(re.sub(r"\d+$", "", bare))
    return bool(readings & common) or _is_run(bare)


def _is_run(text: str) -> bool:
    """Whether nearly every character repeats or follows the one before: 1234567890, abcdefgh, aaaaaaa."""
    steps = [abs(ord(b) - ord(a)) <= 1 for a, b in pairwise(text)]
    return bool(steps) and sum(steps) >= 0.8 * len(steps)
