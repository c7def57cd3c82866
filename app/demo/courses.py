"""What became of each filing of the demonstration: plain decisions by company, set and age."""

from __future__ import annotations

from app.demo.companies import Company

# The first companies of an industry have filed from the beginning; a few others joined the platform later.
PILOTS = 10
MONTHS_BACK = 14
MONTHS_OF_OTHERS = 6
# Admitted a few days ago: the one-off set is still to be completed.
UNFINISHED = frozenset((14, 26))
# Guarantee companies that report a liability overdue this month: a warning (DB02-13) that they have to explain.
OVERDUE_LIABILITY = frozenset((3, 8, 10))

# Admitted last month and without any business yet: a nil return.
NEWCOMER = 34

# The month whose window is open, by company in the order of its industry.
LATEST_MONTH = {
    "guarantee": (
        "nothing", "submitted", "submitted", "returned", "nothing", "draft", "approved", "submitted", "nothing",
        "submitted", "approved", "draft", "submitted",
    ),
    "microloan": (
        "draft", "submitted", "approved", "returned", "nothing", "submitted", "draft", "approved", "nothing",
        "submitted", "submitted",
    ),
    "pawn": ("returned", "submitted", "approved", "draft", "submitted", "nothing", "submitted", "nil"),
    "leasing": ("nothing", "submitted", "approved", "returned", "draft", "submitted"),
}  # fmt: skip
# The month before: who is late, with or without more time, and whose correction is still to come.
MONTH_BEFORE = {
    ("guarantee", 8): "nothing",
    ("guarantee", 4): "returned",
    ("guarantee", 7): "late",
    ("microloan", 4): "asked",
    ("microloan", 8): "nothing",
    ("pawn", 5): "granted",
}
# The latest quarter: the others reported their statements and had their business data approved.
NO_STATEMENTS = {4: "nothing", 5: "draft", 8: "nothing"}
LATEST_QUARTER = {0: "nothing", 1: "submitted", 3: "submitted", 6: "returned", 10: "submitted", 12: "draft"}

RETURNED = {
    "guarantee-business-monthly": ("DB02", "r10", "inc", "代偿回收额与上月相比变动较大，请核对回收明细"),
    "microloan-business-monthly": ("XD01", "r20", "issue", "100—500 万元档本期发放额偏高，请核对放款台账"),
    "pawn-business-monthly": ("DD01", "r3", "new", "黄金珠宝首饰典当额与当票份数不匹配，请核对"),
    "leasing-business-monthly": ("ZL01", "r16", "cur", "逾期租金变动与上月催收情况不符，请核对"),
    "guarantee-business-quarterly": ("DB16", "r6", "gross", "请补充三个月内到期理财产品的清单"),
    "microloan-business-quarterly": ("XD11", "r2", "bal", "关注类贷款的划分依据不足，请核对"),
    "pawn-business-quarterly": ("DD11", "r4", "mv", "请说明逾期 6—30 日的动产质押处置安排"),
    "leasing-business-quarterly": ("ZL11", "r2", "bal", "关注类租赁资产的划分依据不足，请核对"),
}
EXPLANATION = "本月属正常经营波动，已与业务台账核对一致。"


def is_pilot(company: Company) -> bool:
    """Whether it has filed from the beginning."""
    return company.index < PILOTS


def course(company: Company, family: str, frequency: str, age: int) -> str:
    """nothing, draft, submitted, returned, approved, nil, or a delay; `age` 0 is the latest period that has ended.

    Statements are not reviewed: anything but nothing and draft stands for reported.
    """
    if company.number == NEWCOMER and frequency != "monthly":
        return "nothing"
    if frequency == "monthly":
        return _month(company, age)
    if age > 0 or frequency == "annual":
        return "approved"
    statements = NO_STATEMENTS.get(company.index, "approved")
    if family == "periodic":
        return statements
    # Business data are read beside the statements of the same day: without them nobody begins.
    return LATEST_QUARTER.get(company.index, "approved") if statements == "approved" else "nothing"


def _month(company: Company, age: int) -> str:
    if age == 0:
        return LATEST_MONTH[company.industry][company.index]
    if age == 1:
        return MONTH_BEFORE.get((company.industry, company.index), "approved")
    return "approved"
