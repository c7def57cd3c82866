"""The list of sets and periods: three families as tabs, each set with its periods, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.filings.change_page import ChangePage, change_page
from app.filings.definitions.models import CHANGE, ReportSet
from app.filings.labels import FAMILIES
from app.filings.obligations import Obligation, obligations
from app.institutions.models import Institution


@dataclass
class SetBlock:
    """One report set with the periods of the chosen year, and the one to do now."""

    report_set: ReportSet
    periods: list[Obligation]
    now_open: list[Obligation]
    every: list[Obligation]


@dataclass
class IndexPage:
    """The list page. `tab` is a family, `year` the year of the periods shown."""

    tab: str
    year: int | None
    years: list[int]
    blocks: list[SetBlock]
    waiting: dict[str, int]
    one_off: Obligation | None
    now: datetime
    changes: ChangePage | None = None

    @property
    def tabs(self) -> list[tuple[str, str]]:
        """(family, name) in the manual's order."""
        return [(family, str(name)) for family, name in FAMILIES.items()]


def index_page(institution: Institution, now: datetime, tab: str, year: str) -> IndexPage:
    """Everything from five statements; an unknown tab or year falls back to the first."""
    chosen = tab if tab in FAMILIES else "one_off"
    everything = obligations(institution, now)
    mine = [item for item in everything if item.report_set.family == chosen]
    years = sorted({item.period.end_date.year for item in mine if item.period}, reverse=True)
    picked = int(year) if year.isdecimal() and len(year) == 4 and int(year) in years else None
    if picked is None and years:
        picked = _default_year(mine, years)
    return IndexPage(
        tab=chosen,
        year=picked,
        years=years,
        blocks=_blocks(mine, picked),
        waiting=_waiting(everything),
        one_off=next((item for item in everything if item.report_set.family == "one_off"), None),
        now=now,
        changes=change_page(institution, now) if chosen == CHANGE else None,
    )


def _default_year(mine: list[Obligation], years: list[int]) -> int:
    """The year somebody has work in: that of the newest open period, else the newest."""
    for item in mine:
        if item.is_open and not item.is_handed_in and item.period is not None:
            return item.period.end_date.year
    return years[0]


def _blocks(mine: list[Obligation], year: int | None) -> list[SetBlock]:
    blocks: dict[int, SetBlock] = {}
    for item in mine:
        block = blocks.setdefault(item.report_set.id, SetBlock(item.report_set, [], [], []))
        block.every.append(item)
        if item.period is None or item.period.end_date.year == year:
            block.periods.append(item)
        if item.is_open and item.period is not None:
            block.now_open.append(item)
    return list(blocks.values())


def _waiting(everything: list[Obligation]) -> dict[str, int]:
    """How many sets of each family can be filled in now."""
    found = dict.fromkeys(FAMILIES, 0)
    for item in everything:
        if item.is_open and not item.is_handed_in:
            found[item.report_set.family] += 1
    return found
