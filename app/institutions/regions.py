"""The province's administrative divisions, from the data file into the database."""

from __future__ import annotations

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


def load_regions(path: Path = REGIONS_FILE) -> int:
    """Add the divisions that are missing and correct names that changed; returns the number of changes."""
    known = {region.code: region for region in db.session.scalars(select(Region))}
    changes = 0
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["regions"]
    for entry in sorted(entries, key=lambda one: str(one["code"])):
        code = str(entry["code"])
        region = known.get(code)
        if region is None:
            region = Region(code=code, name_zh=entry["zh"], name_en=entry["en"], parent_code=parent_of(code))
            db.session.add(region)
            changes += 1
        elif (region.name_zh, region.name_en) != (entry["zh"], entry["en"]):
            region.name_zh, region.name_en = entry["zh"], entry["en"]
            changes += 1
    db.session.flush()
    return changes
