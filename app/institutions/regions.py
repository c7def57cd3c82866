"""The province's administrative divisions, from the data file into the database."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from sqlalchemy import select

from app.core.db import db
from app.institutions.models import Region

REGIONS_FILE = Path(__file__).parents[1] / "data" / "regions.yaml"


def parent_of(code: str) -> str | None:
    """The division above: 330106 -> 330100 -> 330000 -> none."""
    for keep in (4, 2):
        parent = code[:keep] + "0" * (6 - keep)
        if parent != code and code[keep:].strip("0"):
            return parent
    return None


class RegionProblem(ValueError):
    """A file of divisions that cannot be taken; the message names every entry that is wrong."""


def read_regions(path: Path) -> dict[str, tuple[str, str]]:
    """{code: (Chinese name, English name)} of a file. Raises RegionProblem with all that is wrong."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RegionProblem(f"{path.name} cannot be read: {error}") from error
    entries = content.get("regions") if isinstance(content, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise RegionProblem(f"{path.name}: 'regions' must be a list of entries with code, zh and en")
    found: dict[str, tuple[str, str]] = {}
    problems = []
    for entry in entries:
        code, zh, en = (str(entry.get(key) or "").strip() for key in ("code", "zh", "en"))
        if not re.fullmatch(r"[1-9]\d{5}", code):
            problems.append(f"{code or entry}: a code has six digits (write it in quotation marks)")
        elif code in found:
            problems.append(f"{code}: given twice")
        elif not zh or not en:
            problems.append(f"{code}: the name in Chinese (zh) or in English (en) is missing")
        found[code] = (zh, en)
    for code in found:
        above = parent_of(code) if len(code) == 6 else None
        if above is not None and above not in found:
            problems.append(f"{code}: the division above, {above}, is not in the file")
    if problems:
        raise RegionProblem("\n".join(problems))
    return found


def load_regions(path: Path = REGIONS_FILE) -> int:
    """Add the divisions that are missing and correct names that changed; returns the number of changes.

    None is taken away: the register's past refers to divisions that are no more.
    """
    entries = read_regions(path)
    known = {region.code: region for region in db.session.scalars(select(Region))}
    changes = 0
    for code, (zh, en) in sorted(entries.items()):
        region = known.get(code)
        if region is None:
            db.session.add(Region(code=code, name_zh=zh, name_en=en, parent_code=parent_of(code)))
            changes += 1
        elif (region.name_zh, region.name_en) != (zh, en):
            region.name_zh, region.name_en = zh, en
            changes += 1
    db.session.flush()
    return changes
