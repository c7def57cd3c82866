"""The one-off forms that only some companies have something for: GG04, GG05, GG07, GG09, GG10."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.demo.companies import Company, credit_code_of, resident_id

Entries = dict[str, dict[str, Any]]
STAKE = {"guarantee": "500.00"}


def related_balance(company: Company) -> str:
    """What stands with the related party, in 万元, as the business forms tell it too."""
    if company.industry == "leasing":
        return f"{company.capital * 35 / 1000:.2f}"
    return "260.00" if company.industry == "guarantee" else "0"


def branch_count(company: Company) -> int:
    """Every fourth company has a branch."""
    return 1 if company.is_first or company.number % 4 == 0 else 0


def further_entries(company: Company) -> dict[str, Entries]:
    """Entries by form code; a form that the company has nothing for is absent."""
    found: dict[str, dict[str, Any]] = {}
    if branch_count(company):
        found["GG04"] = _branch(company)
    if company.number % 3 == 1 or company.is_first:
        found["GG05"] = _investment(company)
        found["GG09"] = _related_party(company)
    if company.is_first or company.number % 7 == 0:
        found["GG10"] = _case(company)
    if company.is_first:
        found["GG07"] = _penalty(company)
    return {code: {"1": row} for code, row in found.items()}


def _branch(company: Company) -> dict[str, Any]:
    return {
        "name": f"{company.name}城东分公司",
        "uscc": credit_code_of(company.region, 2_000_000 + company.number),
        "area": "in",
        "region": company.region,
        "address": f"浙江省{company.city}市示范东路{company.number}号",
        "setup_date": (company.founded + timedelta(days=900)).isoformat(),
        "op_capital": str(company.capital // 20),
        "staff": "4",
        "head": "孙演示",
        "head_phone": company.mobile,
        "status": "normal",
    }


def _investment(company: Company) -> dict[str, Any]:
    guarantee = company.industry == "guarantee"
    return {
        "investee": "示例融资再担保股份有限公司" if guarantee else "示例开放式货币基金",
        "invest_type": "equity" if guarantee else "fund",
        "to_guarantee": "Y" if guarantee else "N",
        "related": "N",
        "amount": STAKE.get(company.industry, "120.00"),
        "start_date": (company.founded + timedelta(days=400)).isoformat(),
        "income_ytd": "3.60",
    }


def _penalty(company: Company) -> dict[str, Any]:
    decided = company.founded + timedelta(days=1_100)
    return {
        "doc_no": f"示金罚〔{decided.year}〕{company.number}号",
        "authority": "浙江省地方金融管理局",
        "date": decided.isoformat(),
        "target": "org",
        "penalty_type": "fine",
        "amount": "3.00",
        "reason": "未按规定时限报送材料",
        "rectified": "Y",
        "rectify_date": (decided + timedelta(days=40)).isoformat(),
    }


def _related_party(company: Company) -> dict[str, Any]:
    balance = related_balance(company)
    return {
        "name": f"{company.city}示例实业有限公司",
        "id_no": credit_code_of(company.region, 3_000_000 + company.number),
        "related_type": "holder5",
        "shareholder": f"{company.city}市示例国有资本运营有限公司",
        "has_business": "N" if balance == "0" else "Y",
        "balance": balance,
    }


def _case(company: Company) -> dict[str, Any]:
    accepted = company.founded + timedelta(days=2_000)
    return {
        "case_type": "suit_plaintiff",
        "case_no": f"（{accepted.year}）示民初{company.number:03d}号",
        "counterparty": f"赵示例（{resident_id(company.number + 500, company.founded)[-4:]}）",
        "amount": "86.50",
        "accept_date": accepted.isoformat(),
        "progress": "已判决，执行完毕",
        "closed": "Y",
        "close_date": (accepted + timedelta(days=300)).isoformat(),
    }
