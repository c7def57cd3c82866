"""Invented companies of four industries in a real province. Names of people are obviously invented."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from stdnum.cn import uscc as credit_code

WORDS = (
    "瑞禾", "信衡", "泽川", "启岳", "安澜", "汇恒", "丰屿", "明砺", "嘉穗", "远桥", "同舟", "德润",
    "鼎和", "融汐", "正元", "恒屹", "宏朗", "惠田", "博润", "广济", "盛岚", "金穗", "众信", "华庭",
)  # fmt: skip
CITIES = (
    ("330106", "杭州"), ("330212", "宁波"), ("330302", "温州"), ("330402", "嘉兴"), ("330502", "湖州"),
    ("330602", "绍兴"), ("330702", "金华"), ("331002", "台州"),
)  # fmt: skip
SUFFIXES = {
    "guarantee": "融资担保有限公司",
    "microloan": "小额贷款股份有限公司",
    "pawn": "典当有限责任公司",
    "leasing": "融资租赁有限公司",
}
COUNTS = {"guarantee": 14, "microloan": 12, "pawn": 8, "leasing": 6}
PEOPLE = ("测试甲", "测试乙", "测试丙", "测试丁", "张示例", "李示例", "王示例", "赵示例", "钱演示", "孙演示")
CAPITAL = {  # 万元, from–to; the minimum of a guarantee company is 2000 (国务院令第683号 第七条)
    "guarantee": (10_000, 60_000),
    "microloan": (8_000, 30_000),
    "pawn": (1_000, 5_000),
    "leasing": (17_000, 80_000),
}
STAFF = {"guarantee": (10, 1_500), "microloan": (8, 1_200), "pawn": (5, 500), "leasing": (15, 1_500)}


@dataclass(frozen=True)
class Company:
    """One invented company; capital in 万元."""

    number: int
    industry: str
    name: str
    uscc: str
    region: str
    city: str
    capital: int
    founded: date
    legal_rep: str
    manager: str
    contact: str
    index: int = 0  # among the companies of its industry

    @property
    def seed(self) -> random.Random:
        """Its own source of chance: the same company has the same figures in every run."""
        return random.Random(f"demo-{self.uscc}")  # noqa: S311 - plausible figures, not secrets

    @property
    def staff(self) -> int:
        """How many people work there: a few, and more with more capital."""
        few, per_head = STAFF[self.industry]
        return few + self.capital // per_head + self.number % 4

    @property
    def is_first(self) -> bool:
        """The first of its industry, which the log-in page shows: it has something to report in every form."""
        return self.index == 0

    @property
    def email(self) -> str:
        """An address that nobody has."""
        return f"company{self.number:03d}@example.invalid"

    @property
    def mobile(self) -> str:
        """A number of the right form that is nobody's."""
        return f"1380000{self.number:04d}"


def companies() -> list[Company]:
    """All of them, always the same, guarantee companies first."""
    found: list[Company] = []
    for industry, count in COUNTS.items():
        found += [_company(len(found) + i + 1, i, industry) for i in range(count)]
    return found


def _company(number: int, index: int, industry: str) -> Company:
    chance = random.Random(f"company-{number}")  # noqa: S311
    region, city = CITIES[index % len(CITIES)]
    low, high = CAPITAL[industry]
    word = WORDS[(number * 5 + number // len(WORDS)) % len(WORDS)]
    legal, manager, contact = chance.sample(PEOPLE, 3)
    return Company(
        number=number,
        industry=industry,
        name=f"{city}{word}{SUFFIXES[industry]}",
        uscc=credit_code_of(region, number),
        region=region,
        city=city,
        capital=chance.randrange(low, high, 500),
        founded=date(chance.randrange(2008, 2019), chance.randrange(1, 13), chance.randrange(1, 28)),
        legal_rep=legal,
        manager=manager,
        contact=contact,
        index=index,
    )


def credit_code_of(region: str, number: int) -> str:
    """A unified social credit code with a right check character."""
    base = f"91{region}MA{number:07d}"
    return base + str(credit_code.calc_check_digit(base))


def resident_id(number: int, born: date) -> str:
    """A resident identity number with a right check digit for a person who does not exist."""
    base = f"330100{born:%Y%m%d}{number % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return base + "10X98765432"[sum(int(d) * w for d, w in zip(base, weights, strict=True)) % 11]
