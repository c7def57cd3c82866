"""The form engine against its budgets, in processor time: these are promises, not comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from bench.measure import Budget


def budgets() -> Iterator[Budget]:
    """Reading all definitions; a whole set; a table as long as a table may be, in order and spoilt."""
    from app.filings.definitions.catalogue import load_catalogue

    yield Budget("form catalogue, read and checked", load_catalogue, 2_000)
    yield quarterly_set()
    yield long_table("10,000 rows in order", spoilt=False)
    yield long_table("10,000 rows, every one wrong", spoilt=True)


def quarterly_set() -> Budget:
    """All quarterly forms of a simulated guarantee company at the year's end, statements included."""
    from app.filings.checks import examine
    from tests.unit.demo.filer import forms_of
    from tests.unit.demo.test_simulated_companies import YEAR_END, filer

    company = filer("guarantee")
    sets = [("periodic", "quarterly"), ("business", "quarterly")]
    forms = {code: form for of in sets for code, form in forms_of("guarantee", of).items()}
    values = {code: filing for of in sets for code, filing in company.values(of, YEAR_END).items()}
    around = company.context(YEAR_END, YEAR_END, "quarterly")
    return Budget(f"quarterly guarantee set, {len(forms)} forms", lambda: examine(forms, values, around), 150)


def long_table(name: str, *, spoilt: bool) -> Budget:
    """The ten largest clients' form with two computed columns and five checks per row."""
    from app.filings.checks import examine
    from app.filings.definitions.catalogue import default_catalogue
    from app.filings.definitions.schema import Values
    from app.filings.environment import Context
    from tests.unit.demo.test_simulated_companies import YEAR_END, filer

    catalogue = default_catalogue()
    form = catalogue.form("DB17")
    entries = {
        key: value
        for key, value in filer("guarantee").filed["DB17", YEAR_END]["1"].items()
        if value is not None
    }
    entries |= {"bal": Decimal(5), "liab": Decimal(9 if spoilt else 3), "rel_liab": Decimal(4)}
    if spoilt:
        entries |= {"start": date(2028, 1, 1), "creditor": None, "product": None}
    rows: Values = {
        str(number): {**entries, "name": f"示例客户{number}", "id_no": f"{number:018d}"}
        for number in range(1, 10_001)
    }
    filed: dict[str, Values] = {"DB14": {"r13": {"liab": Decimal(1 if spoilt else 10**6)}}, "DB01": {}}
    around = Context(
        org={"industry": "guarantee", "org_type": "guarantee"},
        lookup=lambda code, shift: filed.get(code),
        forms=catalogue.forms,
    )
    return Budget(name, lambda: examine({"DB17": form}, {"DB17": rows}, around), 1_500)
