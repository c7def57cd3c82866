"""One seeded fault for every form: which cell is changed, and every finding that this brings about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A change of one cell: '+1' adds, '*2' multiplies, '=text' puts something else in ('=' leaves it blank).

    `found` are the findings as 'check form row column', everywhere in that company's sets of that day.
    """

    industry: str
    form: str
    row: str
    col: str
    change: str
    found: tuple[str, ...] = ()


ONE_OFF_FAULTS = {
    "GG01": Fault("guarantee", "GG01", "card", "state_capital", "+100", ("GG01-01 GG01 card state_capital",)),
    "GG02": Fault("guarantee", "GG02", "1", "ratio", "+1", ("GG02-01 GG02  ratio", "GG02-07 GG02 1 ratio")),
    "GG03": Fault("microloan", "GG03", "2", "is_legal_rep", "=Y", ("GG03-01 GG03  is_legal_rep",)),
    "GG04": Fault("pawn", "GG04", "1", "op_capital", "*20", ("GG04-02 GG04  op_capital",)),
    "GG05": Fault("leasing", "GG05", "1", "end_date", "=2001-01-01", ("GG05-02 GG05 1 start_date",)),
    "GG06": Fault("pawn", "GG06", "card", "special_trade_no", "=", ("GG06-05 GG06 card special_trade_no",)),
    "GG07": Fault("guarantee", "GG07", "1", "amount", "=0", ("GG07-01 GG07 1 amount",)),
    "GG08": Fault("leasing", "GG08", "1", "ratio", "=101", ("GG08-02 GG08  ratio", "GG08-01 GG08 1 ratio")),
    "GG09": Fault("leasing", "GG09", "1", "has_business", "=N", ("GG09-01 GG09 1 balance",)),
    "GG10": Fault("microloan", "GG10", "1", "close_date", "=", ("GG10-01 GG10 1 close_date",)),
    "GG11": Fault("microloan", "GG11", "1", "account_type", "=basic", ("GG11-02 GG11  account_type",)),
}
EVENT_FAULTS = {
    "GG21": Fault(
        "guarantee",
        "GG21",
        "card",
        "effective_date",
        "=2025-11-30",
        ("GG21-01 GG21 card decision_date", "GG21-03 GG21 card effective_date"),
    ),
    "GG22": Fault("pawn", "GG22", "card", "occur_time", "=2025-12-28", ("GG22-02 GG22 card report_time",)),
}
STATEMENT_FAULTS = {
    "CW01": Fault("microloan", "CW01", "r10", "close", "+1000", ("CW01-01 CW01 r40 close",)),
    "CW02": Fault("microloan", "CW02", "r31", "cur", "+5", ("CW02-01 CW02 r31 cur", "CW02-05 CW02 r31 ytd")),
    "CW03": Fault("pawn", "CW03", "r39", "cur", "+5", ("CW03-03 CW03 r39 cur", "CW03-02 CW03 r40 cur")),
    "CW11": Fault(
        "leasing",
        "CW11",
        "r10",
        "close",
        "+1000",
        ("CW11-01 CW11 r40 close", "CW14-01 CW14 card audited_assets"),
    ),
    "CW12": Fault("guarantee", "CW12", "r31", "cur", "+5", ("CW12-01 CW12 r31 cur",)),
    "CW13": Fault("guarantee", "CW13", "r39", "cur", "-5", ("CW13-01 CW13 r39 cur", "CW13-02 CW13 r39 cur")),
    "CW14": Fault("pawn", "CW14", "card", "report_date", "=2025-12-31", ("CW14-04 CW14 card report_date",)),
}
BUSINESS_FAULTS = {
    "DB01": Fault("guarantee", "DB01", "r13", "ytd_inc", "+1", ("DB01-02 DB01 r13 ytd_inc",)),
    "DB02": Fault("guarantee", "DB02", "r12", "ytd", "*9", ("DB02-11 DB02 r12 ytd",)),
    "DB11": Fault("guarantee", "DB11", "r19", "bal", "*20", ("DB11-08 DB11 r19 bal",)),
    "DB12": Fault("guarantee", "DB12", "r4", "due", "+1", ("DB12-05 DB12 r1 due",)),
    "DB13": Fault("guarantee", "DB13", "r8", "bal", "+1", ("DB13-01 DB13 r1 bal",)),
    "DB14": Fault("guarantee", "DB14", "r5", "bal", "+1", ("DB14-02 DB14 r1 bal", "DB14-01 DB14 r10 bal")),
    "DB15": Fault("guarantee", "DB15", "r7", "close", "*0.9", ("DB15-05 DB15 r7 close",)),
    "DB16": Fault("guarantee", "DB16", "r3", "gross", "+1", ("DB16-07 DB16 r3 amt",)),
    "DB17": Fault("guarantee", "DB17", "4", "bal", "*0.5", ("DB17-03 DB17 4 liab",)),
    "DB18": Fault("guarantee", "DB18", "2", "line", "*0.1", ("DB18-02 DB18 2 used",)),
    "DB19": Fault(
        "guarantee", "DB17", "3", "rel_liab", "*2", ("DB17-07 DB17 3 rel_ratio", "DB19-03 DB19 r3 value")
    ),
    "DB20": Fault("guarantee", "DB20", "1", "related_type", "=controller", ("DB20-01 DB20  related_type",)),
    "DB21": Fault("guarantee", "DB21", "r3", "got", "*2", ("DB21-03 DB21 r3 got",)),
    "DB31": Fault("guarantee", "DB31", "r4", "cur", "*3", ("DB31-03 DB31 r4 cur",)),
    "DB32": Fault("guarantee", "DB32", "1", "recovered", "*9", ("DB32-03 DB32 1 bal",)),
    "DB33": Fault("guarantee", "DB33", "r4", "open", "+1", ("DB33-01 DB33 r4 open",)),
    "XD01": Fault("microloan", "XD01", "r22", "ytd_issue", "+1", ("XD01-02 XD01 r22 ytd_issue",)),
    "XD02": Fault("microloan", "XD02", "r1", "open", "+0.5", ("XD02-01 XD02 r1 open",)),
    "XD11": Fault("microloan", "XD11", "r1", "cust", "+1", ("XD11-02 XD11 r6 cust",)),
    "XD12": Fault("microloan", "XD12", "2", "rel_bal", "*0.5", ("XD12-03 XD12 2 rel_bal",)),
    "XD13": Fault(
        "microloan", "XD12", "2", "rel_bal", "*2.5", ("XD12-05 XD12 2 rel_ratio", "XD13-03 XD13 r4 value")
    ),
    "XD14": Fault("microloan", "XD14", "r7", "qtr", "+1", ("XD14-02 XD14 r7 qtr",)),
    "XD21": Fault("microloan", "XD21", "r21", "cur", "+90", ("XD21-02 XD21 r21 cur",)),
    "XD22": Fault("microloan", "XD22", "1", "date", "=2026-01-02", ("XD22-03 XD22 1 date",)),
    "DD01": Fault("pawn", "DD01", "r3", "ytd_inc", "+1", ("DD01-03 DD01 r3 ytd_inc",)),
    "DD02": Fault("pawn", "DD02", "r1", "used", "+1", ("DD02-03 DD02 r1 used",)),
    "DD11": Fault("pawn", "DD11", "r7", "mv", "*30", ("DD11-04 DD11 r7 total",)),
    "DD12": Fault("pawn", "DD12", "3", "fee", "=43", ("DD12-05 DD12 3 fee",)),
    "DD13": Fault("pawn", "DD12", "1", "bal", "*4", ("DD12-02 DD12 1 ratio", "DD13-01 DD13 r1 value")),
    "DD14": Fault("pawn", "DD14", "1", "mode", "=stock", ("DD14-03 DD14 1 proceeds",)),
    "DD21": Fault("pawn", "DD21", "r16", "cur", "*9", ("DD21-01 DD21 r16 cur",)),
    "ZL01": Fault("leasing", "ZL01", "r24", "cur", "*90", ("ZL01-06 ZL01 r24 close",)),
    "ZL11": Fault("leasing", "ZL11", "r13", "rent", "=99999", ("ZL11-06 ZL11 r13 rent",)),
    "ZL12": Fault("leasing", "ZL12", "5", "ded_guar", "*30", ("ZL12-03 ZL12 5 expo",)),
    "ZL13": Fault("leasing", "ZL12", "5", "bal", "*4", ("ZL12-04 ZL12 5 ratio", "ZL13-04 ZL13 r4 value")),
    "ZL14": Fault("leasing", "ZL14", "r19", "open", "+1", ("ZL14-02 ZL14 r19 open",)),
    "ZL15": Fault("leasing", "ZL15", "2", "end", "=2020-01-01", ("ZL15-02 ZL15 2 start",)),
    "ZL16": Fault("leasing", "ZL16", "1", "holder", "=", ("ZL16-04 ZL16 1 holder",)),
    "ZL21": Fault("leasing", "ZL21", "r19", "cur", "=25", ("ZL21-03 ZL21 r19 cur",)),
    "ZL22": Fault("leasing", "ZL22", "r2", "npl", "+1", ("ZL22-02 ZL22 r1 npl",)),
}
FAULTS = {**ONE_OFF_FAULTS, **EVENT_FAULTS, **STATEMENT_FAULTS, **BUSINESS_FAULTS}
