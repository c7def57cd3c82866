"""The regulator lays down steps and modes in the console; what was laid down holds for the next application."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.core.db import db
from app.core.events import Event
from app.institutions.admission import plans
from app.institutions.admission.labels import CHANGE_TYPES
from app.institutions.admission.models import ApprovalMode, StepPlan
from tests.factories import make_account
from tests.integration.accounts.helpers import field, post
from tests.integration.admission.helpers import Applicant, take, the_last

PLAN = "/console/steps/plan"
FORM = f"{PLAN}?kind=change"


@pytest.fixture
def administrator(sign_in: Any) -> Any:
    """Who may lay things down."""
    return sign_in(make_account("SystemAdministrator"))


def mode_of(change_type: str) -> ApprovalMode:
    """The province's rule for guarantee companies."""
    query = select(ApprovalMode).where(
        ApprovalMode.industry == "guarantee", ApprovalMode.change_type == change_type
    )
    return db.session.scalars(query).one()


def edited(client: Any, page: str, **values: str) -> Any:
    """Open the edit form of the console, change it and save it."""
    seen = field(client.get(page).text, "row_state")
    return post(client, page, page, row_state=seen, **values)


def steps(*rows: tuple[str, str], **more: str) -> dict[str, str]:
    """As the form sends them."""
    sent = {"kind": "change", "industry": "", "region_prefix": "", **more}
    for number, (name, role) in enumerate(rows):
        sent |= {f"zh_{number}": name, f"role_{number}": role}
    return sent


WRONG_STEPS = [
    (steps(), "至少要有一个步骤"),
    (steps(("受理", "Enterprise")), "请为每个步骤选择岗位"),
    (steps(("", "Approver")), "每个步骤都要有中文名称"),
    (steps(("长" * 21, "Approver")), "不超过 20 字"),
    (steps(("受理", "Supervisor"), ("受理", "Approver")), "步骤名称不能重复"),
    (steps(("受理", "Supervisor"), kind="nothing"), "请选择申请事项"),
    (steps(("受理", "Supervisor"), industry="bank"), "请选择行业"),
    (steps(("受理", "Supervisor"), region_prefix="9999"), "请从列表中选择地区"),
]

WRONG_MODES = [
    ({"mode": "whatever"}, "不是有效的选择"),
    ({"mode": ""}, "不是有效的选择"),
    ({"basis_zh": " ", "basis_en": ""}, "请至少填写一种语言的法律依据"),
    ({"basis_zh": "长" * 201}, "不能超过 200 个字符"),
    ({"basis_en": "x" * 301}, "不能超过 300 个字符"),
]


def test_wrong_steps_are_refused_with_words_and_right_ones_hold_for_the_next_application(
    sign_in: Any, administrator: Any
) -> None:
    company = Applicant(sign_in)
    for sent, words in WRONG_STEPS:
        answer = post(administrator, PLAN, FORM, **sent)
        assert answer.status_code == 422 and words in answer.text, words
        for number in range(2):
            typed = sent.get(f"zh_{number}", "")
            assert f'id="zh_{number}" value="{typed}"' in answer.text, "nothing typed is lost"
    assert db.session.scalars(select(StepPlan)).all() == []
    running = company.apply()
    assert (
        post(administrator, PLAN, FORM, **steps(("收件", "Inspector"), ("定案", "Approver"))).status_code
        == 302
    )
    assert [one.name_zh for one in the_last().parsed_steps] == ["受理", "初审", "复审", "终审"]
    company.send(f"/workspace/admission/{running.id}/withdraw", files=False, version=str(running.version))
    following = company.apply()
    assert following.id != running.id
    assert [one.name_zh for one in following.parsed_steps] == ["收件", "定案"]
    for role in ("Inspector", "Approver"):
        assert take(sign_in(make_account(role)), following).status_code == 302
    assert the_last().status == "approved"


def test_a_wrong_mode_is_refused_with_words_and_a_right_one_holds_for_the_next_application(
    sign_in: Any, administrator: Any
) -> None:
    plans.load_modes()
    company = Applicant(sign_in)
    page = f"/console/modes/edit/{mode_of('name').id}"
    assert sign_in(make_account("Approver")).get(page).status_code in (302, 403)
    right = {"mode": "report", "basis_zh": "《示例办法》第一条", "basis_en": "Example rules, article 1"}
    former = (mode_of("name").mode, mode_of("name").basis_zh)
    shown = administrator.get(page).text
    assert "融资担保" in shown and str(CHANGE_TYPES["name"]) in shown and "全省" in shown, "which rule it is"
    for wrong, words in WRONG_MODES:
        answer = edited(administrator, page, **{**right, **wrong})
        assert answer.status_code in (200, 422), wrong
        assert words in answer.text and "法律依据" in answer.text, wrong
        assert str(CHANGE_TYPES["name"]) in answer.text, "which rule it is stands there still"
        db.session.expire_all()
        assert (mode_of("name").mode, mode_of("name").basis_zh) == former, wrong
    assert edited(administrator, page, **right).status_code == 302
    db.session.expire_all()
    assert "《示例办法》第一条" in administrator.get("/console/modes/list/").text
    form = company.page("/workspace/admission/new/change?change_type=name")
    assert "办理方式：报告 · 《示例办法》第一条" in form
    assert company.apply(change_type="name").mode == "report"
    told = db.session.scalars(select(Event).where(Event.kind == "ApprovalModeChanged")).one()
    assert told.data["mode"] == "report" and told.actor_id is not None


@pytest.mark.parametrize(
    ("written", "chinese", "english"),
    [
        ({"basis_zh": "《示例办法》第二条", "basis_en": ""}, "《示例办法》第二条", "《示例办法》第二条"),
        (
            {"basis_zh": " ", "basis_en": "Example rules, article 2"},
            "Example rules, article 2",
            "Example rules, article 2",
        ),
    ],
)
def test_a_legal_basis_in_one_language_is_enough(
    sign_in: Any, administrator: Any, written: dict[str, str], chinese: str, english: str
) -> None:
    from app.institutions.admission import queries

    plans.load_modes()
    company = Applicant(sign_in)
    page = f"/console/modes/edit/{mode_of('name').id}"
    assert edited(administrator, page, mode="report", **written).status_code == 302
    db.session.expire_all()
    mode = queries.mode_for(company.institution, "name")
    assert (mode.basis("zh"), mode.basis("en")) == (chinese, english)
    assert "办理方式：报告" in company.page("/workspace/admission/new/change?change_type=name")
