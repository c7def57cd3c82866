"""Texts and their translations: `python -m scripts.i18n extract|update|check|missing|fill|compile`.

A msgid of ours is the Chinese text itself, so only English has to be translated. Flask-AppBuilder's msgids are
English; those that the console can show need Chinese, from its own catalogue or from ours, which wins.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import flask_appbuilder
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "translations"
TEMPLATE = ROOT / "babel" / "messages.pot"
ENGLISH, CHINESE = "en", "zh_Hans_CN"
FAB = Path(flask_appbuilder.__file__).resolve().parent
OUR_FAB_TEMPLATES = ROOT / "app" / "templates" / "appbuilder"

# The parts of Flask-AppBuilder whose texts can reach a page of ours.
FAB_MODULES = (
    "actions.py",
    "base.py",
    "baseviews.py",
    "const.py",
    "exceptions.py",
    "fieldwidgets.py",
    "filemanager.py",
    "forms.py",
    "models/**/*.py",
    "security/decorators.py",
    "upload.py",
    "validators.py",
    "views.py",
    "widgets.py",
)
# Its templates that no view of ours renders: log-ins, security views, charts and API pages.
UNUSED_FAB_TEMPLATES = re.compile(r"security/|swagger|chart|oauth|general/(security|confirm_)|multiple_views")

KEYWORDS: dict[str, Any] = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "lazy_ngettext": (1, 2), "_l": None}
HAN = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")  # with its punctuation: ：、（）
LETTER = re.compile(r"[A-Za-z]")
PLACEHOLDER = re.compile(r"%\([A-Za-z_]+\)[sdif]|\{[A-Za-z_]*\}")
FIXED_DATE = datetime(2026, 1, 1, tzinfo=UTC)  # a date of its own would change the files at every run

Found = dict[Any, set[str]]


def texts_in(folder: Path, keep: Any = None) -> Found:
    """Every msgid below the folder (a pair for plurals) and the files that hold it; `keep` filters by path."""
    with (ROOT / "babel" / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found: Found = {}
    extracted = extract_from_dir(folder, methods, options, keywords=KEYWORDS, strip_comment_tags=True)
    for name, _line, message, _comments, _context in extracted:
        if keep is None or keep(name):
            key = tuple(message[:2]) if isinstance(message, tuple) else message
            found.setdefault(key, set()).add(name)
    return {key: names for key, names in found.items() if key}


@cache
def our_texts() -> Found:
    """Msgids of our own code and templates."""
    return texts_in(ROOT / "app")


def is_shown_by_fab(name: str) -> bool:
    """Whether a file of Flask-AppBuilder can put its texts on one of our pages."""
    path = Path(name)
    if path.suffix == ".py":
        return any(_matches(path, pattern) for pattern in FAB_MODULES)
    inside = name.removeprefix("templates/appbuilder/")
    return not UNUSED_FAB_TEMPLATES.search(inside) and not (OUR_FAB_TEMPLATES / inside).exists()


def _matches(path: Path, pattern: str) -> bool:
    folder, _star, _rest = pattern.partition("/**/")
    return path.is_relative_to(folder) if _star else path.as_posix() == pattern


@cache
def fab_texts() -> Found:
    """English msgids of Flask-AppBuilder that the console can show."""
    return {key: names for key, names in texts_in(FAB, is_shown_by_fab).items() if not is_chinese(key)}


@cache
def fab_chinese() -> Catalog:
    """Flask-AppBuilder's own Chinese catalogue."""
    with (FAB / "translations" / "zh" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="zh")


def is_chinese(key: Any) -> bool:
    """Whether a msgid is in Chinese, that is, written by us in the default language."""
    return bool(HAN.search(key if isinstance(key, str) else "".join(key)))


def has_words(key: Any) -> bool:
    """Whether there is anything to translate besides placeholders and signs."""
    return bool(LETTER.search(PLACEHOLDER.sub("", key if isinstance(key, str) else "".join(key))))


def wanted(locale: str) -> Found:
    """What the catalogue of this locale must translate."""
    ours = our_texts()
    if locale == ENGLISH:
        return {key: names for key, names in ours.items() if is_chinese(key)}
    english = {key: names for key, names in ours.items() if not is_chinese(key) and has_words(key)}
    return {
        **{key: {f"flask_appbuilder/{n}" for n in names} for key, names in fab_texts().items()},
        **english,
    }


def catalogue_file(locale: str) -> Path:
    """Where the translations of a locale are written."""
    return TRANSLATIONS / locale / "LC_MESSAGES" / "messages.po"


def new_catalogue(locale: str | None = None) -> Catalog:
    """An empty catalogue with a header that does not change from run to run."""
    return Catalog(
        locale=locale,
        project="local-finance-platform",
        version="1",
        copyright_holder="the platform's authors",
        msgid_bugs_address="noreply@example.invalid",
        creation_date=FIXED_DATE,
        revision_date=FIXED_DATE,
        last_translator="the platform's authors",
        language_team="none",
        fuzzy=False,
        header_comment="# Texts of the platform. Written by scripts/i18n.py; edit only the translations.",
    )


def read_catalogue(locale: str) -> Catalog:
    """The stored translations of a locale, empty when there is no file yet."""
    path = catalogue_file(locale)
    if not path.exists():
        return new_catalogue(locale)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def write_catalogue(path: Path, catalogue: Catalog) -> None:
    """Store in an order that depends on the texts alone, so that differences stay small."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=110, sort_output=True, include_lineno=False, ignore_obsolete=True)


def build(locale: str | None, texts: Found, former: Catalog | None = None) -> Catalog:
    """A catalogue of exactly these texts, with the translations of the former one."""
    catalogue = new_catalogue(locale)
    for key, names in texts.items():
        old = former.get(key if isinstance(key, str) else key[0]) if former else None
        catalogue.add(
            key,
            string=old.string if old is not None else "",
            locations=[(name, 0) for name in sorted(names)],
            flags=old.flags - {"fuzzy"} if old is not None else (),
        )
    return catalogue


def is_empty(message: Message | None) -> bool:
    """Whether nothing has been translated, or a plural form is open."""
    if message is None:
        return True
    parts = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return not parts or not all(parts)


def untranslated(locale: str) -> list[Any]:
    """Msgids that would be shown in the wrong language."""
    catalogue = read_catalogue(locale)
    missing = []
    for key in wanted(locale):
        name = key if isinstance(key, str) else key[0]
        if not is_empty(catalogue.get(name)):
            continue
        if locale == CHINESE and not is_empty(fab_chinese().get(name)):
            continue
        missing.append(key)
    return sorted(missing, key=str)


def problems(locale: str) -> Iterator[str]:
    """Everything wrong with one catalogue, in words."""
    for key in untranslated(locale):
        yield f"{locale}: no translation of {key!r} ({', '.join(sorted(wanted(locale)[key]))})"
    known = {key if isinstance(key, str) else key[0] for key in wanted(locale)}
    for message in read_catalogue(locale):
        if not message.id:
            continue
        name = message.id if isinstance(message.id, str) else message.id[0]
        if message.fuzzy:
            yield f"{locale}: fuzzy translation of {name!r}"
        if name not in known:
            yield f"{locale}: {name!r} stands in no source any more; run `make i18n`"
        yield from (f"{locale}: {text}" for text in placeholder_problems(message))
        if locale == ENGLISH and HAN.search(str(message.string)):
            yield f"{locale}: Chinese left in the translation of {name!r}"


def placeholder_problems(message: Message) -> Iterator[str]:
    """A translation that lacks a value, or asks for one that is not given."""
    if is_empty(message):
        return
    identifiers = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    strings = (message.string,) if isinstance(message.string, str) else tuple(message.string)
    allowed = {name for text in identifiers for name in PLACEHOLDER.findall(text)}
    for string in strings:
        used = set(PLACEHOLDER.findall(string))
        if used != allowed and not (len(identifiers) > 1 and used < allowed):
            yield f"placeholders of {identifiers[0]!r} are {sorted(allowed)}, of its translation {sorted(used)}"


def update() -> None:
    """Bring template and catalogues to what the sources say; translations of lost texts go."""
    write_catalogue(TEMPLATE, build(None, our_texts()))
    for locale in (ENGLISH, CHINESE):
        write_catalogue(catalogue_file(locale), build(locale, wanted(locale), read_catalogue(locale)))


def fill(locale: str, pairs: dict[str, Any]) -> list[str]:
    """Merge msgid -> translation (a list for plurals); returns msgids that no source holds."""
    update()
    catalogue = read_catalogue(locale)
    unknown = []
    for name, string in pairs.items():
        message = catalogue.get(name)
        if message is None:
            unknown.append(name)
        else:
            message.string = tuple(string) if isinstance(string, list) else string
    write_catalogue(catalogue_file(locale), catalogue)
    return unknown


def compile_catalogues(force: bool = False) -> list[Path]:
    """Write the .mo files that are missing or older than their source; returns what was written."""
    written = []
    for locale in (ENGLISH, CHINESE):
        source = catalogue_file(locale)
        target = source.with_suffix(".mo")
        if not source.exists():
            continue
        if not force and target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        partial = target.with_name(f"{target.name}.{id(target)}.part")
        with partial.open("wb") as file:
            write_mo(file, read_catalogue(locale))
        partial.replace(target)  # several test workers may compile at once
        written.append(target)
    return written


def print_lines(lines: Iterable[Any]) -> int:
    """Print and count."""
    shown = [print(line) for line in lines]
    return len(shown)


def show_missing(locale: str, style: str) -> None:
    """List what is to be translated, as lines or as a JSON object to fill in."""
    missing = untranslated(locale)
    if style == "json":
        empty = {
            key if isinstance(key, str) else key[0]: "" if isinstance(key, str) else ["", ""]
            for key in missing
        }
        print(json.dumps(empty, ensure_ascii=False, indent=1))
    else:
        print_lines(missing)


def check() -> int:
    """Exit status: 0 when both languages are complete."""
    count = print_lines(problem for locale in (ENGLISH, CHINESE) for problem in problems(locale))
    total = len(wanted(ENGLISH)), len(wanted(CHINESE))
    print(f"translations: {total[0]} texts to English, {total[1]} to Chinese, {count} problems")
    return 1 if count else 0


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Texts and their translations")
    parser.add_argument("command", choices=("extract", "update", "check", "missing", "fill", "compile"))
    parser.add_argument("file", nargs="?", help="for fill: JSON object, msgid to translation")
    parser.add_argument("--locale", default=ENGLISH, choices=(ENGLISH, CHINESE))
    parser.add_argument("--format", default="lines", choices=("lines", "json"))
    given = parser.parse_args(arguments)
    if given.command == "extract":
        write_catalogue(TEMPLATE, build(None, our_texts()))
    elif given.command == "update":
        update()
    elif given.command == "check":
        return check()
    elif given.command == "missing":
        show_missing(given.locale, given.format)
    elif given.command == "compile":
        compile_catalogues(force=True)
    else:
        pairs = json.loads(Path(given.file).read_text(encoding="utf-8"))
        print_lines(f"in no source: {name!r}" for name in fill(given.locale, pairs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
