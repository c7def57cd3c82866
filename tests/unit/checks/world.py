"""Everything a simulated company has filed, to be changed cell by cell and judged by one check at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

from app.filings.checks import CheckResult, check_set
from app.filings.compute import compute_set
from app.filings.definitions.catalogue import default_catalogue
from app.filings.definitions.schema import Check, Form, Value, Values
from app.filings.environment import Context, Surroundings
from app.filings.submissions.data import shifted_end
from tests.unit.demo.filer import EVENTS, ONE_OFF, ORDER, Filer, Set, forms_of
from tests.unit.demo.test_simulated_companies import filer

# A change of the industry's own attributes, of the day of filing, or of one cell of one filing.
Place = tuple[str, str, str, str]  # form code or ORG or PERIOD, shift, row, column
COPIES = "*"  # as a column: so many copies of this row are added to the table


@dataclass
class World:
    """The filings of one company as they stand on one day; `changed` are those that differ from the clean ones."""

    industry: str
    end: date
    org: dict[str, str] = field(default_factory=dict)
    today: date | None = None
    changed: dict[tuple[str, date | None], Values] = field(default_factory=dict)

    def with_change(self, place: Place, value: Value) -> World:
        """This world with one thing different, and everything that is computed from it."""
        code, shift, row, col = place
        if code == "ORG":
            return replace(self, org={**self.org, col: str(value)})
        if code == "PERIOD":
            return replace(self, today=value if isinstance(value, date) else None)
        at = self.address(code, shift)
        filing = {key: dict(cells) for key, cells in (self.filing(code, shift) or {}).items()}
        if col == COPIES:
            filing.update(copies_of(filing, row, value))
        else:
            filing.setdefault(row, {})[col] = value
        other = replace(self, changed={**self.changed, at: filing})
        spec = default_catalogue().form(code).cell_spec(row, col)
        if shift == "current":
            other.recompute(code, itself=spec is None or spec.computed is None)
        return other

    def address(self, code: str, shift: str) -> tuple[str, date | None]:
        frequency = default_catalogue().form(code).frequency
        return code, None if frequency == "once" else shifted_end(frequency, self.end, shift)  # type: ignore[arg-type]

    def filing(self, code: str, shift: str = "current") -> Values | None:
        at = self.address(code, shift)
        if at in self.changed:
            return self.changed[at]
        return filer(self.industry).filed.get(at)

    def recompute(self, code: str, *, itself: bool) -> None:
        """The set of the changed form, and those that are filed after it and may read it."""
        sets = [ONE_OFF, EVENTS, *ORDER]
        for of in sets[sets.index(set_of(default_catalogue().form(code))) + (not itself) :]:
            forms = forms_in(self.industry, of)
            if not any(form.code == code or code in reads(form) for form in forms.values()):
                continue
            before = {key: self.filing(key) for key in forms}
            for key, values in compute_set(forms, before, self.context(of[1])).items():
                if values is not None and values != before[key]:
                    self.changed[self.address(key, "current")] = values

    def context(self, frequency: str) -> Context:
        clean = filer(self.industry)
        end = None if frequency == "once" else self.end
        around = Filer.context(clean, end, self.today or self.end, frequency)
        return replace(
            around,
            org={**around.org, **self.org},
            lookup=lambda code, shift: self.filing(code, shift),
        )

    def surroundings(self, form: Form) -> Surroundings:
        forms = forms_in(self.industry, set_of(form))
        env = Surroundings(forms, {code: self.filing(code) for code in forms}, self.context(form.frequency))
        env.stand_on(form)
        return env

    def check(self, form: Form) -> CheckResult:
        """The whole set that the form belongs to, checked as it would be before submission."""
        forms = forms_in(self.industry, set_of(form))
        values = {code: self.filing(code) for code in forms}
        return check_set(forms, values, self.context(form.frequency))

    def rows_of(self, check: Check, form: Form) -> list[str]:
        """Where the check is looked at: once for a form, or in every row that it names."""
        if check.scope != "row":
            return ["card" if form.layout == "card" else ""]
        keys = form.row_keys(self.filing(form.code), self.industry)
        return [key for key in keys if check.applies_to_row(key)]


def copies_of(filing: Values, row: str, count: Value) -> Values:
    first = len(filing) + 1
    return {str(number): dict(filing[row]) for number in range(first, first + int(str(count)))}


def set_of(form: Form) -> Set:
    return EVENTS if form.trigger else (form.family, form.frequency)


@lru_cache
def forms_in(industry: str, of: Set) -> Mapping[str, Form]:
    return forms_of(industry, of)


@lru_cache
def reads(form: Form) -> frozenset[str]:
    """The other forms that this form's computed cells look at."""
    from app.filings.compute import computed_cells
    from app.filings.expressions.walk import references

    specs = (spec for _, (_, spec) in computed_cells((form,)))
    refs = (ref for spec in specs if spec.computed for ref, _ in references(spec.computed.expr))
    return frozenset(ref.form for ref in refs if ref.form)
