"""Applications as the company sends them, and the regulator's people who take the steps."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.institutions.admission import plans, rules
from app.institutions.admission.models import Application
from tests.factories import make_account, make_institution, make_region

URL = "/workspace/admission"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
TWO = (rules.Step("受理", "Acceptance", "Supervisor"), rules.Step("终审", "Final decision", "Approver"))


def in_days(number: int) -> str:
    return (clock.today() + timedelta(days=number)).isoformat()


FIELDS: dict[str, dict[str, str]] = {
    "set_up": {
        "licence_no": "浙金融担保证2026第0001号",
        "licence_issuer": "示例监管局",
        "licence_from": "2026-01-05",
        "licence_to": "2090-12-31",
    },
    "branch": {
        "branch_name": "示例宁波分公司",
        "branch_region": "330200",
        "branch_address": "示例路9号",
        "branch_head": "测试丙",
        "branch_capital": "5,000,000",
    },
    "change": {
        "change_type": "name",
        "new_value": "新名融资担保有限公司",
        "effective_from": in_days(0),
        "reason": "股东会决议更名",
    },
    "termination": {"reason": "股东会决议解散", "terminate_on": in_days(0), "disposal": "业务已结清"},
}


def token_of(client: Any, path: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).get_data(as_text=True))
    assert found is not None, path
    return found[1]


class Applicant:
    """A company at its pages."""

    def __init__(self, sign_in: Any, kind: str = "change", **more: Any) -> None:
        make_region("330200", "宁波市")
        if kind == "set_up":
            more |= {"opened": False, "licence_no": None, "licence_from": None, "licence_to": None}
        self.institution = make_institution(**more)
        self.account = make_account("Enterprise", institution=self.institution)
        self.client = sign_in(self.account)
        self.kind = kind

    def token(self) -> str:
        return token_of(self.client, "/workspace/profile/password")

    def page(self, path: str) -> str:
        return str(self.client.get(path).get_data(as_text=True))

    def send(self, path: str, action: str = "submit", files: bool = True, **changed: str) -> Any:
        data: dict[str, Any] = {"csrf_token": self.token(), "action": action, **FIELDS[self.kind], **changed}
        if files:
            for key in rules.ATTACHMENTS[self.kind]:
                data[f"file_{key}"] = (io.BytesIO(PDF), f"{key}附件.pdf")
        return self.client.post(path, data=data, content_type="multipart/form-data")

    def apply(self, **changed: str) -> Application:
        answer = self.send(f"{URL}/new/{self.kind}", **changed)
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return the_last()

    def again(self, item: Application, **changed: str) -> Any:
        return self.send(f"{URL}/{item.id}/edit", version=str(item.version), files=False, **changed)


def the_last() -> Application:
    db.session.expire_all()
    return db.session.scalars(select(Application).order_by(Application.id.desc())).first()


def two_steps(kind: str = "change") -> None:
    plans.lay_down(kind, "", "", TWO, actor=None, now=clock.now())
    db.session.commit()


def take(client: Any, item: Application, decision: str = "pass", opinion: str = "", **more: str) -> Any:
    db.session.refresh(item)
    token = token_of(client, "/console/profile/password")
    data = {"csrf_token": token, "decision": decision, "opinion": opinion, "version": str(item.version)}
    answer = client.post(f"/console/applications/decide/{item.id}", data={**data, **more})
    db.session.expire_all()
    return answer
