"""Filings of an invented guarantee company: everything in order, so that a test spoils one thing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from app.filings.checks import CheckResult, examine
from app.filings.definitions.catalogue import default_catalogue
from app.filings.definitions.schema import Form, Values
from app.filings.environment import Context

ORG = {"org_type": "guarantee", "industry": "guarantee", "region": "330102", "uscc": "91330102MA0000001X"}
FEBRUARY = {
    "month": 2,
    "quarter": 1,
    "year": 2026,
    "start": date(2026, 2, 1),
    "end": date(2026, 2, 28),
    "today": date(2026, 3, 5),
}
ONE_OFF = ("GG01", "GG02", "GG03", "GG04", "GG05", "GG06", "GG07", "GG08", "GG09", "GG10", "GG11")
USCC = ("91110000600037341L", "91330000600037341L")
PERSON_ID = "11010519491231002X"


def form(code: str) -> Form:
    return default_catalogue().form(code)


def numbers(**cells: Any) -> dict[str, Any]:
    return {
        key: Decimal(str(value)) if isinstance(value, int | float) else value for key, value in cells.items()
    }


def row(code: str, **cells: Any) -> dict[str, Any]:
    """A complete row of a table or card: what is not given is filled with something harmless."""
    harmless: dict[str, Any] = {}
    for column in form(code).columns:
        if column.formula is None and column.required:
            harmless[column.key] = {
                "choice": column.choices[0].v if column.choices else "",
                "date": date(2020, 5, 6),
                "uscc": USCC[0],
                "id_number": PERSON_ID,
                "phone": "13800000000",
                "text": f"示例{column.name_zh}",
            }.get(column.type, Decimal(0))
    return {**harmless, **numbers(**cells)}


def one_off() -> dict[str, Values | None]:
    """The one-off set in order: one branch, two shareholders, a licence."""
    profile = row(
        "GG01",
        org_name="示例融资担保有限公司",
        org_type="guarantee",
        region="330102",
        reg_capital=10000,
        paid_capital=10000,
        state_capital=6000,
        private_capital=4000,
        branch_count=1,
        staff_count=30,
        staff_master=5,
        staff_bachelor=20,
        staff_college=5,
        contact_email="test@example.cn",
        has_licence="Y",
    )
    holders = {
        "1": row("GG02", name="测试甲", id_no="甲001", subscribed=6000, paid=6000, ratio=60),
        "2": row("GG02", name="测试乙", id_no="乙002", subscribed=4000, paid=4000, ratio=40),
    }
    people = {
        "1": row("GG03", name="张示例", position="gm", is_legal_rep="Y", bad_record="N", fin_years=10),
        "2": row("GG03", name="李示例", position="cfo", is_legal_rep="N", bad_record="N", fin_years=8),
    }
    licence = row("GG06", licence_name="示例融资担保有限公司", licence_capital=10000)
    forms = {"GG01": {"card": profile}, "GG02": holders, "GG03": people, "GG06": {"card": licence}}
    return {**forms, **_optional_tables()}


def _optional_tables() -> dict[str, Values | None]:
    """One line in each table that a company fills in only when it has something to tell."""
    return {
        "GG04": {"1": row("GG04", uscc=USCC[0], op_capital=100)},
        "GG05": {"1": row("GG05", amount=50)},
        "GG07": {"1": row("GG07", penalty_type="fine", amount=1)},
        "GG08": {"1": row("GG08", ratio=60)},
        "GG09": {"1": row("GG09", has_business="Y", balance=10, id_no="A1")},
        "GG10": {"1": row("GG10", closed="Y", close_date=date(2021, 1, 1))},
        "GG11": {"1": row("GG11", account_no="1001", account_type="basic")},
    }


def monthly(**moved: Any) -> dict[str, Values | None]:
    """DB01 and DB02 of one month: 2,000 guaranteed before, 500 new, 300 released, 14 compensated."""
    db01: Values = {
        "r3": numbers(open=2000, inc=500, dec=300, ytd_inc=900, ytd_dec=600),
        "r12": numbers(open=40, inc=6, dec=4, ytd_inc=10, ytd_dec=9),
        "r14": numbers(open=30, inc=5, dec=3, ytd_inc=8, ytd_dec=7),
        "r16": numbers(open=100, inc=14, dec=10, ytd_inc=25, ytd_dec=15),
        "r34": numbers(open=30, inc=5, dec=3, ytd_inc=8, ytd_dec=7),
        "r38": numbers(open=1500, inc=100, dec=50, ytd_inc=200, ytd_dec=100),
        "r42": numbers(open=500),
    }
    db02: Values = {
        "r3": numbers(inc=14, ytd=25, cum=134),
        "r8": numbers(inc=2, ytd=3, cum=8),
        "r10": numbers(inc=6, ytd=9, cum=24),
        "r14": numbers(inc=4, ytd=6, cum=6),
        "r17": numbers(open=100, inc=14, dec=10),
        "r19": numbers(open=5, close=5),
        "r23": numbers(inc=300, ytd=600, cum=5000),
    }
    return {"DB01": db01, "DB02": db02}


def before() -> dict[tuple[str, str], Values]:
    """January, computed, as the previous filing of the two monthly forms."""
    from app.filings.compute import compute_set

    now = monthly()
    earlier: dict[str, Values | None] = {"DB01": {}, "DB02": {}}
    for key, cells in (now["DB01"] or {}).items():
        opening = cells["open"]
        moved = {"inc": cells.get("ytd_inc", Decimal(0)), "dec": cells.get("ytd_dec", Decimal(0))}
        inc, dec = moved["inc"] - cells.get("inc", Decimal(0)), moved["dec"] - cells.get("dec", Decimal(0))
        earlier["DB01"][key] = numbers(open=0, inc=inc, dec=dec, ytd_inc=inc, ytd_dec=dec)  # type: ignore
        earlier["DB01"][key]["open"] = opening - inc + dec  # type: ignore
    for key, cells in (now["DB02"] or {}).items():
        if "ytd" in cells:
            ytd = cells["ytd"] - cells["inc"]
            earlier["DB02"][key] = numbers(inc=ytd, ytd=ytd, cum=cells["cum"] - cells["inc"])  # type: ignore
    earlier["DB02"]["r17"] = numbers(open=100)  # type: ignore
    earlier["DB02"]["r19"] = numbers(open=5, close=5)  # type: ignore
    forms = {code: form(code) for code in earlier}
    computed = compute_set(forms, earlier, Context(org=ORG, period={**FEBRUARY, "month": 1}))
    return {(code, "prev"): values for code, values in computed.items() if values is not None}


def context(others: dict[tuple[str, str], Values] | None = None, **org: Any) -> Context:
    filings = others if others is not None else {**before(), **profile_filing()}
    return Context(
        org={**ORG, **org},
        period=FEBRUARY,
        lookup=lambda code, shift: filings.get((code, shift)),
        forms=default_catalogue().forms,
    )


def profile_filing() -> dict[tuple[str, str], Values]:
    return {("GG01", "current"): one_off()["GG01"] or {}}


def checked(values: dict[str, Values | None], around: Context | None = None) -> CheckResult:
    forms = {code: form(code) for code in values}
    return examine(forms, values, around or context())[1]


def ids(result: CheckResult) -> list[str]:
    return [finding.check_id for finding in result.findings]
