"""Files a simulated company's sets in memory: entries, values, computed cells, findings. No database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from app.demo.companies import Company
from app.demo.one_off import one_off_entries
from app.demo.simulation.amounts import as_text
from app.demo.simulation.industries import simulate
from app.filings.calendar.periods import MONTHS, month_end
from app.filings.checks import CheckResult, check_set
from app.filings.compute import compute_set
from app.filings.definitions.catalogue import default_catalogue
from app.filings.definitions.schema import Form, Values
from app.filings.environment import Context
from app.filings.submissions.data import shifted_end
from app.filings.submissions.intake import take_entries
from tests.unit.demo.events import event_entries

Set = tuple[str, str]
# Statements first: business forms read them. With a year's end come its annual sets.
ORDER: tuple[Set, ...] = (
    ("periodic", "quarterly"),
    ("periodic", "annual"),
    ("business", "monthly"),
    ("business", "quarterly"),
    ("business", "annual"),
)
ONE_OFF: Set = ("one_off", "once")
# What is reported when it happens: no period, no window, form by form.
EVENTS: Set = ("event", "once")
Filed = dict[tuple[str, date | None], Values]


def forms_of(industry: str, of: Set) -> dict[str, Form]:
    found = default_catalogue().forms_for(industry, *(ONE_OFF if of == EVENTS else of))
    return {form.code: form for form in found if bool(form.trigger) is (of == EVENTS)}


def months(first: tuple[int, int], count: int) -> list[date]:
    start = first[0] * 12 + first[1] - 1
    return [month_end(index // 12, index % 12 + 1) for index in range(start, start + count)]


def sets_due(end: date) -> Iterator[Set]:
    return (of for of in ORDER if end.month % MONTHS[of[1]] == 0)


@dataclass
class Filer:
    """Everything one company has filed, by form and period end."""

    company: Company
    first_year: int
    filed: Filed = field(default_factory=dict)
    simulation: Any = None

    def __post_init__(self) -> None:
        self.simulation = simulate(self.company, self.first_year)

    @property
    def industry(self) -> str:
        return self.company.industry

    def file_one_off(self, today: date) -> None:
        entries = as_text(one_off_entries(self.company, today))
        self._store(ONE_OFF, entries, None, today)

    def file_events(self, today: date) -> None:
        self._store(EVENTS, as_text(event_entries(self.company)), None, today)

    def file_month(self, end: date) -> None:
        """Every set that is due for this month's end."""
        for of in sets_due(end):
            self._store(of, self.simulation.entries(*of, end), end, end)

    def _store(self, of: Set, entries: dict[str, Any], end: date | None, today: date) -> None:
        forms = forms_of(self.industry, of)
        assert set(entries) <= set(forms), set(entries) - set(forms)
        values: dict[str, Values | None] = {}
        for code, form in forms.items():
            taken = take_entries(form, entries.get(code, {}))
            assert not taken.rejects, (code, taken.rejects)
            values[code] = taken.values if code in entries else None
        self.put(compute_set(forms, values, self.context(end, today, of[1])), end)

    def put(self, computed: dict[str, Values | None], end: date | None) -> None:
        for code, filing in computed.items():
            if filing is not None:
                self.filed[code, end] = filing

    def values(self, of: Set, end: date | None) -> dict[str, Values | None]:
        return {code: self.filed.get((code, end)) for code in forms_of(self.industry, of)}

    def recompute(self, of: Set, end: date | None, today: date) -> None:
        """The computed cells of a set again, after a cell was changed."""
        forms = forms_of(self.industry, of)
        self.put(compute_set(forms, self.values(of, end), self.context(end, today, of[1])), end)

    def check(self, of: Set, end: date | None, today: date) -> CheckResult:
        return check_set(forms_of(self.industry, of), self.values(of, end), self.context(end, today, of[1]))

    def context(self, end: date | None, today: date, frequency: str = "monthly") -> Context:
        """What stands in all sets at that time, other sets of the same day included."""
        catalogue = default_catalogue()

        def lookup(code: str, shift: str) -> Values | None:
            frequency = catalogue.form(code).frequency
            if frequency == "once":
                return self.filed.get((code, None))
            return self.filed.get((code, shifted_end(frequency, end, shift))) if end else None

        org = {"org_type": self.industry, "industry": self.industry, "region": self.company.region}
        period = {"today": today, **(_attributes(end, frequency) if end else {})}
        return Context({**org, "uscc": self.company.uscc}, period, lookup, catalogue.forms)


def _attributes(end: date, frequency: str) -> dict[str, Any]:
    start = month_end(
        end.year - (end.month < MONTHS[frequency] + 1), (end.month - MONTHS[frequency] - 1) % 12 + 1
    )
    quarter = (end.month + 2) // 3
    return {
        "month": end.month,
        "quarter": quarter,
        "year": end.year,
        "start": start + timedelta(1),
        "end": end,
    }
