"""What a simulated company reports when something happens: a move, and a loss of some size."""

from __future__ import annotations

from typing import Any

from app.demo.companies import Company


def event_entries(company: Company) -> dict[str, dict[str, dict[str, Any]]]:
    """Entries of GG21 and GG22, as text like a person's."""
    change = {
        "change_type": "address",
        "approval_mode": "file",
        "before": f"{company.city}市示例路1号",
        "after": f"{company.city}市示例路2号",
        "reason": "原办公场所租约到期",
        "decision_date": "2025-12-01",
        "effective_date": "2025年12月20日",
        "licence_affected": "N",
        "operator": "孙演示",
        "operator_phone": company.mobile,
    }
    event = {
        "event_type": "big_loss",
        "occur_time": "2025-12-30",
        "report_time": "2025-12-31",
        "amount": "1,200",
        "people": "3",
        "summary": "一家客户未按期还款",
        "measures": "已与客户商定分期还款",
        "impact": "对正常经营无重大影响",
        "contact": "孙演示",
        "contact_phone": company.mobile,
    }
    return {"GG21": {"card": change}, "GG22": {"card": event}}
