"""Every kind of application, and every type of change, with what asks for it and what the register says afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from app.core import clock
from app.core.db import db
from app.institutions.register.queries import register_on
from app.institutions.register.services import Change, Origin, change_register
from tests.integration.admission.helpers import FIELDS, Applicant

HOLDER = {
    "name": "测试甲", "holder_type": "natural", "is_controller": "N",
    "amount": "1000", "paid": "1000", "share": "100",
}  # fmt: skip
MANAGER = {"name": "测试丙", "position": "gm", "is_legal_rep": "Y", "appointed_on": "2024-03-05"}


def row(person: dict[str, str]) -> dict[str, str]:
    """One person as the form sends the first row."""
    return {f"person-0-{name}": value for name, value in person.items()}


@dataclass(frozen=True)
class Case:
    """kind; type of change, if it is one; what is sent besides; where the register shows it, and what."""

    kind: str
    change_type: str = ""
    sent: dict[str, str] = field(default_factory=dict)
    place: str = ""
    value: Any = None

    def __str__(self) -> str:
        return self.change_type or self.kind

    @property
    def fields(self) -> dict[str, str]:
        """What the form sends."""
        kind = {"change_type": self.change_type} if self.change_type else {}
        return {**FIELDS[self.kind], **kind, **self.sent}

    def company(self, sign_in: Any) -> Applicant:
        """One that may ask for it."""
        more = {} if self.kind == "set_up" else {"registered_capital": 50_000_000}
        made = Applicant(sign_in, self.kind, **more)
        if self.kind == "change":
            before = Change(
                "shareholder",
                {**HOLDER, "name": "测试前", "amount": Decimal(1000), "paid": Decimal(1000)},
                "测试前",
            )
            day = clock.today() - timedelta(days=30)
            change_register(
                made.institution, [before], effective_from=day, origin=Origin("import"), now=clock.now()
            )
            db.session.commit()
        return made

    def shown(self, institution: Any) -> Any:
        """What the register says today where this case writes."""
        db.session.expire_all()
        state = register_on(institution.id, clock.today())[institution.id]
        if self.place in ("branch", "shareholder", "manager"):
            return [one["name"] for one in state.all_of(self.place).values()]
        return state.flat.get(self.place)


def change(change_type: str, place: str, new: Any, **sent: str) -> Case:
    """A change of one value."""
    return Case("change", change_type, sent or {"new_value": str(new)}, place, new)


CASES = (
    Case("set_up", place="licence_no", value=FIELDS["set_up"]["licence_no"]),
    Case("branch", place="branch", value=["示例宁波分公司"]),
    Case("termination", place="status", value="deregistered"),
    change("name", "name", "新名融资担保有限公司"),
    change("capital_inc", "registered_capital", Decimal(60_000_000)),
    change("capital_dec", "registered_capital", Decimal(40_000_000)),
    change("legal_rep", "legal_representative", "测试新法人"),
    change("address", "address", "示例市新路8号", new_value="示例市新路8号", new_region="330100"),
    change("scope", "business_scope", "借款类担保业务"),
    change("equity", "shareholder", ["测试甲"], new_value="", **row(HOLDER)),
    change("controller", "controller", "测试控制人"),
    change("senior", "manager", ["测试丙"], new_value="", **row(MANAGER)),
    change("articles", "articles", "章程第三条修改为……"),
    change("org_form", "org_form", "股份有限公司"),
    change("org_type", "org_type", "reguarantee"),
    change("merge", "merger", "吸收合并示例公司"),
    change("split", "division", "分立为两家公司"),
    change("other", "remark", "其他事项的说明"),
)  # fmt: skip
