"""Bringing the catalogue into the database: idempotent, versioned, with a report of what changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.core.db import db
from app.filings.definitions.catalogue import load_catalogue
from app.filings.definitions.codec import indicator_to_dict
from app.filings.definitions.difference import differences
from app.filings.definitions.models import (
    CHANGE,
    FormDefinition,
    IndicatorDefinition,
    ReportSet,
    ReportSetForm,
)
from app.filings.definitions.schema import EVERY_INDUSTRY, Catalogue, Form, Indicator

# Definitions of the first load hold for all periods that anybody may still file.
BEGINNING = date(2000, 1, 1)
SET_NAMES = {
    ("one_off", "once"): ("一次性报送", "one-off filing"),
    (CHANGE, "once"): ("重大信息变更", "major changes"),
    ("periodic", "quarterly"): ("财务报表（季报）", "quarterly financial statements"),
    ("periodic", "annual"): ("财务报表（年报）", "annual financial statements"),
    ("business", "monthly"): ("业务数据（月报）", "monthly business data"),
    ("business", "quarterly"): ("业务数据（季报）", "quarterly business data"),
    ("business", "annual"): ("业务数据（年报）", "annual business data"),
}


@dataclass
class LoadReport:
    """What a load did: codes of new, changed, untouched and vanished forms, keys of new sets, codes of indicators
    stored; `differences` tells for each changed form and indicator what changed, `members` what sets gained or lost.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    sets: list[str] = field(default_factory=list)
    indicators: list[str] = field(default_factory=list)
    differences: dict[str, list[str]] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether the database holds all of it already."""
        return not (self.added or self.changed or self.sets or self.indicators or self.members)


def digest(content: dict[str, Any]) -> str:
    """SHA-256 of a definition in canonical JSON, leaving its version number aside."""
    bare = {key: value for key, value in content.items() if key != "version"}
    text = json.dumps(bare, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def load_into_database(
    now: datetime, path: Path | None = None, effective_from: date | None = None
) -> LoadReport:
    """Store every form whose definition is new or changed as its next version, and the sets.

    Raises CatalogueError, with file and line, before anything is stored.
    """
    catalogue = load_catalogue(path)
    latest: dict[str, FormDefinition] = {}
    for stored in db.session.scalars(select(FormDefinition).order_by(FormDefinition.version)):
        latest[stored.code] = stored
    report = LoadReport()
    for form in catalogue.forms.values():
        _store(form, latest.get(form.code), report, now, effective_from)
    report.gone = [code for code in latest if code not in catalogue.forms]
    _store_sets(catalogue, report, effective_from or now.date())
    _store_indicators(catalogue, report, now, effective_from)
    db.session.flush()
    return report


def _store(
    form: Form, former: FormDefinition | None, report: LoadReport, now: datetime, effective: date | None
) -> None:
    content = form.to_dict()
    sha256 = digest(content)
    if former is not None and former.sha256 == sha256:
        report.same.append(form.code)
        return
    version = former.version + 1 if former else 1
    content["version"] = version
    db.session.add(
        FormDefinition(
            code=form.code,
            version=version,
            name_zh=form.name_zh,
            name_en=form.name_en,
            industry=form.industry,
            family=form.family,
            frequency=form.frequency,
            content=content,
            sha256=sha256,
            effective_from=effective or (now.date() if former else BEGINNING),
            created_at=now,
        )
    )
    (report.changed if former else report.added).append(form.code)
    if former is not None:
        report.differences[form.code] = differences(former.content, content)


def _store_indicators(
    catalogue: Catalogue, report: LoadReport, now: datetime, effective: date | None
) -> None:
    query = select(IndicatorDefinition).order_by(IndicatorDefinition.version)
    latest = {stored.code: stored for stored in db.session.scalars(query)}
    for indicator in catalogue.indicators:
        former = latest.get(indicator.id)
        stored = _indicator(indicator, former, now, effective)
        if former is None or former.sha256 != stored.sha256:
            db.session.add(stored)
            report.indicators.append(indicator.id)
            if former is not None:
                report.differences[indicator.id] = differences(former.content, stored.content)


def _indicator(
    indicator: Indicator, former: IndicatorDefinition | None, now: datetime, effective: date | None
) -> IndicatorDefinition:
    content = indicator_to_dict(indicator)
    return IndicatorDefinition(
        code=indicator.id,
        version=former.version + 1 if former else 1,
        industry=indicator.industry,
        content=content,
        sha256=digest(content),
        effective_from=effective or (now.date() if former else BEGINNING),
        created_at=now,
    )


def _store_sets(catalogue: Catalogue, report: LoadReport, day: date) -> None:
    known = {stored.key: stored for stored in db.session.scalars(select(ReportSet))}
    nil = {(family.key, frequency) for family in catalogue.families for frequency in family.nil}
    for industry in (named for named in catalogue.industries if named.key != EVERY_INDUSTRY):
        for (family, frequency), names in SET_NAMES.items():
            forms = _forms_of_set(catalogue, industry.key, family, frequency)
            if not forms:
                continue
            key = f"{industry.key}-{family}-{frequency}".replace("_", "-")
            if family == CHANGE:
                key = f"{industry.key}-{CHANGE}"
            if key not in known:
                known[key] = ReportSet(
                    key=key,
                    industry=industry.key,
                    family=family,
                    frequency=frequency,
                    name_zh=names[0],
                    name_en=names[1][0].upper() + names[1][1:],
                    starts_on=BEGINNING,
                )
                db.session.add(known[key])
                report.sets.append(key)
            known[key].allows_nil = (family, frequency) in nil
            if key in report.sets:
                _store_members(known[key], forms, BEGINNING)
            else:
                report.members += [f"{key}: {change}" for change in _store_members(known[key], forms, day)]


def _forms_of_set(catalogue: Catalogue, industry: str, family: str, frequency: str) -> list[Form]:
    """The forms of a set; those that an event triggers are filed by themselves, beside the changes."""
    if family == CHANGE:
        return list(catalogue.forms_for(industry, "one_off", frequency))
    return [form for form in catalogue.forms_for(industry, family, frequency) if not form.trigger]


def _store_members(report_set: ReportSet, forms: list[Form], day: date) -> list[str]:
    """Bring the set's forms into the catalogue's order, changes holding for periods that end on `day` or later.

    Returns what changed. A form that has left keeps its place behind the others, for the periods before.
    """
    changes: list[str] = []
    held = {member.form_code: member for member in report_set.members}
    for position, form in enumerate(forms, start=1):
        member = held.pop(form.code, None)
        if member is None:
            member = ReportSetForm(form_code=form.code, starts_on=day)
            report_set.members.append(member)
            changes.append(f"+ {form.code}")
        elif member.ends_on is not None:
            member.ends_on = None
            changes.append(f"+ {form.code} again")
        elif member.required != form.required:
            changes.append(f"~ {form.code} {'required' if form.required else 'optional'}")
        member.position, member.required = position, form.required
    for position, gone in enumerate(held.values(), start=len(forms) + 1):
        gone.position = position
        if gone.ends_on is None:
            gone.ends_on = day
            changes.append(f"- {gone.form_code}")
    return changes
