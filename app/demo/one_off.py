"""What a demonstration company enters in its one-off set (GG01–GG11), as text like a person's."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from app.core import clock
from app.demo.companies import Company, resident_id
from app.demo.one_off_further import branch_count, further_entries

Entries = dict[str, dict[str, Any]]
LICENCES = {"guarantee": "guarantee", "microloan": "microloan", "pawn": "pawn", "leasing": "leasing"}
SCOPES = {
    "guarantee": "借款类担保、发行债券担保、其他融资担保及与担保业务有关的咨询服务",
    "microloan": "发放小额贷款及经批准的其他业务",
    "pawn": "动产质押典当、财产权利质押典当、房地产抵押典当",
    "leasing": "融资租赁业务、租赁业务及与主营业务有关的咨询",
}


def licence_dates(today: date) -> tuple[date, date]:
    """The five years of a licence that was in force in the whole story and still is."""
    return date(today.year - 3, 6, 1), date(today.year + 2, 5, 31)


def one_off_entries(company: Company, today: date | None = None) -> dict[str, Entries]:
    """Entries by form code; a form that the company has nothing for is absent."""
    entries = {
        "GG01": {"card": _profile(company)},
        "GG02": _holders(company),
        "GG03": _managers(company),
        "GG06": {"card": _licence(company, today or clock.today())},
        "GG08": {"1": _controller(company)},
    }
    if company.industry == "microloan" or company.is_first:
        entries["GG11"] = {"1": _account(company)}
    return {**entries, **further_entries(company)}


def org_type(company: Company) -> str:
    """The catalogue's institution type."""
    return company.industry


def licence_no(company: Company) -> str:
    """A number in the pattern of the province's licences."""
    return f"浙{company.city}{company.founded.year}{company.number:04d}"


def _profile(company: Company) -> dict[str, Any]:
    profile = {**_identity(company), **_capital(company), **_people(company)}
    if company.industry == "guarantee":
        profile.update(gov_backed="Y" if company.number % 3 == 0 else "N", sme_agri="Y")
    if company.industry == "leasing":
        profile["manufacturer"] = "N"
    return profile


def _identity(company: Company) -> dict[str, Any]:
    address = f"浙江省{company.city}市示范路{company.number}号"
    return {
        "org_name": company.name,
        "uscc": company.uscc,
        "org_type": org_type(company),
        "org_form": "jsc" if "股份" in company.name else "llc",
        "region": company.region,
        "reg_address": address,
        "biz_address": address,
        "setup_date": company.founded.isoformat(),
        "open_date": (company.founded + timedelta(days=60)).isoformat(),
        "approve_authority": "浙江省地方金融管理局",
        "approve_no": f"浙金管〔{company.founded.year}〕{company.number}号",
        "approve_date": (company.founded - timedelta(days=20)).isoformat(),
        "has_licence": "Y",
        "biz_scope": SCOPES[company.industry],
        "biz_area": "浙江省内",
        "acct_std": "cas",
        "auditor": "示例会计师事务所",
        "branch_count": str(branch_count(company)),
    }


def _capital(company: Company) -> dict[str, Any]:
    private = company.capital * 6 // 10
    return {
        "reg_capital": str(company.capital),
        "paid_capital": str(company.capital),
        "state_capital": str(company.capital - private),
        "private_capital": str(private),
        "foreign_capital": "0",
        "holding_type": "private",
        "actual_controller": company.legal_rep,
        "listed": "N",
    }


def _people(company: Company) -> dict[str, Any]:
    staff = company.staff
    master, bachelor = staff // 6, staff // 2
    return {
        "legal_rep": company.legal_rep,
        "legal_rep_id": resident_id(company.number, date(1976, 5, 1)),
        "legal_rep_phone": company.mobile,
        "gm": company.manager,
        "contact": company.contact,
        "contact_phone": company.mobile,
        "contact_email": company.email,
        "staff_count": str(staff),
        "staff_master": str(master),
        "staff_bachelor": str(bachelor),
        "staff_college": str(staff - master - bachelor),
    }


def _holders(company: Company) -> Entries:
    private = company.capital * 6 // 10
    shares = (
        (f"{company.city}示例控股有限公司", "legal", "private", private, 60),
        (f"{company.city}市示例国有资本运营有限公司", "legal", "state", company.capital - private, 40),
    )
    return {
        str(i): {
            "name": name,
            "holder_type": kind,
            "nature": nature,
            "id_type": "uscc",
            "id_no": f"9133{company.number:05d}{i}MA00000000"[:18],
            "contrib": "cash",
            "entry_mode": "founder",
            "subscribed": str(amount),
            "paid": str(amount),
            "ratio": str(ratio),
            "contrib_date": company.founded.isoformat(),
            "controlling": "Y" if ratio > 50 else "N",
            "frozen": "N",
        }
        for i, (name, kind, nature, amount, ratio) in enumerate(shares, start=1)
    }


def _managers(company: Company) -> Entries:
    posts = (
        (company.legal_rep, "chairman", "Y", date(1976, 5, 1)),
        (company.manager, "gm", "N", date(1980, 3, 12)),
        (company.contact, "cfo", "N", date(1985, 9, 20)),
    )
    return {
        str(i): {
            "name": name,
            "gender": "F" if i == 3 else "M",
            "id_type": "id",
            "id_no": resident_id(company.number + (i - 1) * 100, born),
            "position": position,
            "is_legal_rep": is_rep,
            "start_date": (company.founded + timedelta(days=30)).isoformat(),
            "education": "master" if i == 1 else "bachelor",
            "fin_years": str(8 + i * 3),
            "bad_record": "N",
            "phone": company.mobile,
        }
        for i, (name, position, is_rep, born) in enumerate(posts, start=1)
    }


def _licence(company: Company, today: date) -> dict[str, Any]:
    issued, expires = licence_dates(today)
    licence = {
        "licence_type": LICENCES[company.industry],
        "licence_no": licence_no(company),
        "licence_name": company.name,
        "licence_capital": str(company.capital),
        "licence_scope": SCOPES[company.industry],
        "licence_address": f"浙江省{company.city}市示范路{company.number}号",
        "issuer": "浙江省地方金融管理局",
        "issue_date": issued.isoformat(),
        "valid_to": expires.isoformat(),
        "status": "valid",
    }
    if company.industry == "pawn":
        licence["special_trade_no"] = f"浙公典字{company.number:04d}"
    return licence


def _controller(company: Company) -> dict[str, Any]:
    return {
        "name": company.legal_rep,
        "id_type": "id",
        "id_no": resident_id(company.number, date(1976, 5, 1)),
        "nationality": "中国",
        "control_mode": "equity",
        "ratio": "60",
        "chain": f"通过{company.city}示例控股有限公司持股60%",
        "since": company.founded.isoformat(),
    }


def _account(company: Company) -> dict[str, Any]:
    return {
        "bank": "示例商业银行",
        "account_name": company.name,
        "account_no": f"3300{company.number:012d}",
        "account_type": "lending" if company.industry == "microloan" else "basic",
        "open_date": company.founded.isoformat(),
        "balance": "1250.50",
    }
