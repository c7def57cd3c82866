"""The four applications as the company sees them: what is open, what is asked, what becomes of it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.core.events import Event
from app.institutions.admission.models import Application, ApplicationFile
from app.institutions.register.queries import register_on
from app.messages.models import OutboxMail
from tests.factories import make_account
from tests.integration.admission.helpers import FIELDS, URL, Applicant, in_days, take, the_last, two_steps
from tests.statements import counted_statements

KINDS = ("set_up", "branch", "change", "termination")


def approve(sign_in, item):
    for role in ("Supervisor", "Approver"):
        assert take(sign_in(make_account(role)), item).status_code == 302
    assert the_last().status == "approved"


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_goes_from_the_form_to_the_register(sign_in, kind):
    two_steps(kind)
    company = Applicant(sign_in, kind)
    item = company.apply()
    assert (item.status, item.step_role) == ("submitted", "Supervisor")
    approve(sign_in, item)
    state = register_on(company.institution.id, clock.today())[company.institution.id]
    shown = {
        "set_up": (company.institution.status, company.institution.licence_no),
        "branch": [one["name"] for one in state.all_of("branch").values()],
        "change": company.institution.name,
        "termination": (company.institution.status, company.institution.terminated_on),
    }[kind]
    assert (
        shown
        == {
            "set_up": ("operating", FIELDS["set_up"]["licence_no"]),
            "branch": ["示例宁波分公司"],
            "change": "新名融资担保有限公司",
            "termination": ("deregistered", clock.today()),
        }[kind]
    )
    mails = list(db.session.scalars(select(OutboxMail)))  # the account's, and the registered address
    assert len(mails) == 2 and all("已通过" in mail.subject for mail in mails)
    page = company.page(f"{URL}/{item.id}")
    for word in ("提交申请", "受理", "终审", "审批通过", "已通过"):
        assert word in page


def test_with_a_licence_from_registration_a_set_up_is_refused_in_the_manuals_words(sign_in):
    company = Applicant(sign_in, "change")
    page = company.page(f"{URL}/")
    assert "已有经营许可附件，无需新设" in page
    assert "已有经营许可附件，无需新设" in company.page(f"{URL}/new/set_up")
    company.kind = "set_up"
    assert company.send(f"{URL}/new/set_up").status_code == 409
    assert db.session.scalar(select(func.count()).select_from(Application)) == 0


def test_without_a_licence_only_a_set_up_is_open(sign_in):
    company = Applicant(sign_in, "set_up")
    page = company.page(f"{URL}/")
    assert f'href="{URL}/new/set_up"' in page
    for kind in KINDS[1:]:
        assert f'href="{URL}/new/{kind}"' not in page
        company.kind = kind
        assert company.send(f"{URL}/new/{kind}").status_code == 409


@pytest.mark.parametrize("kind", KINDS)
def test_everything_missing_is_said_at_its_field_and_kept_as_a_draft(sign_in, kind):
    company = Applicant(sign_in, kind)
    empty = dict.fromkeys(FIELDS[kind], "")
    answer = company.send(f"{URL}/new/{kind}", files=False, **empty)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for name in FIELDS[kind].keys() - {"new_value"}:  # its field comes with the type
        assert f'id="{name}-error"' in page, name
    assert "请上传" in page
    assert the_last().status == "draft"


@pytest.mark.parametrize(
    ("kind", "field", "value", "words"),
    [
        ("set_up", "licence_to", "2020-01-01", "有效期止应晚于有效期起"),
        ("set_up", "licence_from", "第一天", "请填写有效的日期"),
        ("branch", "branch_region", "330100", "不是跨区设立"),
        ("branch", "branch_capital", "1e9", "请填写金额"),
        ("change", "change_type", "colour", "请选择变更类型"),
        ("change", "effective_from", "2036-01-01", "请检查年份"),
        ("termination", "terminate_on", "2020-01-01", "不能早于今天"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_stays(sign_in, kind, field, value, words):
    company = Applicant(sign_in, kind)
    answer = company.send(f"{URL}/new/{kind}", **{field: value})
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    item = the_last()
    assert (item.status, item.payload[field]) == ("draft", value)
    assert company.again(item).status_code == 302
    assert the_last().status == "submitted"


@pytest.mark.parametrize(
    ("change_type", "value", "words"),
    [
        ("name", "", "请填写变更后的内容"),
        ("capital_inc", "1", "应大于现在的"),
        ("capital_dec", "99999999999", "应小于现在的"),
        ("org_type", "pawn", "请选择本行业的机构类型"),
        ("legal_rep", "测试甲", "变更前后内容相同"),
    ],
)
def test_a_new_value_is_judged_by_its_kind(sign_in, change_type, value, words):
    company = Applicant(sign_in, registered_capital=20_000_000)
    answer = company.send(f"{URL}/new/change", change_type=change_type, new_value=value)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


def test_a_draft_keeps_input_and_files_and_can_be_handed_in_later(sign_in):
    company = Applicant(sign_in)
    assert company.send(f"{URL}/new/change", action="save", reason="").status_code == 302
    item = the_last()
    page = company.page(f"{URL}/{item.id}/edit")
    assert "新名融资担保有限公司" in page
    assert "resolution附件.pdf" in page
    assert company.again(item).status_code == 302
    assert the_last().status == "submitted"


def test_one_open_application_of_a_kind_but_branches(sign_in):
    company = Applicant(sign_in)
    company.apply()
    assert company.send(f"{URL}/new/change").status_code == 409
    assert "已有一份同类申请未办结" in company.page(f"{URL}/")
    company.kind = "branch"
    company.apply()
    company.apply(branch_name="示例宁波第二分公司")
    assert db.session.scalar(select(func.count()).select_from(Application)) == 3


def test_a_returned_application_is_corrected_and_handed_in_again(sign_in):
    two_steps()
    company = Applicant(sign_in)
    item = company.apply()
    supervisor = sign_in(make_account("Supervisor"))
    assert take(supervisor, item, "return").status_code == 422
    assert take(supervisor, item, "return", "决议没有签字页").status_code == 302
    assert "决议没有签字页" in company.page(f"{URL}/{item.id}/edit")
    assert company.again(the_last(), new_value="再名融资担保有限公司").status_code == 302
    item = the_last()
    assert (item.status, item.round, item.step) == ("submitted", 2, 0)
    assert take(supervisor, item).status_code == 302
    assert take(sign_in(make_account("Approver")), item).status_code == 302
    assert company.institution.name == "再名融资担保有限公司"
    kinds = db.session.scalars(
        select(Event.kind).where(Event.subject_type == "admission_application").order_by(Event.id)
    ).all()
    assert kinds == [
        "ApplicationBegun",
        "ApplicationSubmitted",
        "ApplicationReturned",
        "ApplicationResubmitted",
        "ApplicationStepPassed",
        "ApplicationApproved",
    ]


def test_a_withdrawn_or_rejected_application_is_at_its_end(sign_in):
    two_steps()
    company = Applicant(sign_in)
    item = company.apply()
    path = f"{URL}/{item.id}/withdraw"
    data = {"csrf_token": company.token(), "version": str(item.version)}
    assert company.client.post(path, data=data).status_code == 302
    assert the_last().status == "withdrawn"
    assert take(sign_in(make_account("Supervisor")), item).status_code == 409
    item = company.apply()
    take(sign_in(make_account("Supervisor")), item, "reject", "不符合变更条件")
    assert the_last().status == "rejected"
    assert company.again(the_last()).status_code == 409
    assert company.institution.name != "新名融资担保有限公司"


def test_a_change_of_the_future_and_a_termination_ahead_wait_for_their_day(sign_in):
    two_steps()
    two_steps("termination")
    company = Applicant(sign_in)
    former = company.institution.name
    approve(sign_in, company.apply(effective_from=in_days(3)))
    assert company.institution.name == former
    company.kind = "termination"
    approve(sign_in, company.apply(terminate_on=in_days(5)))
    assert (company.institution.status, company.institution.terminated_on.isoformat()) == (
        "operating",
        in_days(5),
    )
    assert "等待生效" in company.page(f"{URL}/")


def test_old_and_new_stand_side_by_side_with_mode_and_basis(sign_in):
    from app.institutions.admission.plans import load_modes

    load_modes()
    db.session.commit()
    company = Applicant(sign_in)
    former = company.institution.name
    item = company.apply()
    page = company.page(f"{URL}/{item.id}")
    for words in (former, "新名融资担保有限公司", "备案", "国务院令第683号"):
        assert words in page
    assert len(item.steps) == 1
    company.kind = "termination"
    assert len(company.apply().steps) == 4


def test_the_pages_take_few_statements_however_many_applications(sign_in):
    company = Applicant(sign_in, "branch")
    for number in range(6):
        company.apply(branch_name=f"第{number}分公司")
    item = the_last()
    for path in (f"{URL}/", f"{URL}/{item.id}", f"{URL}/{item.id}/edit"):
        with counted_statements() as seen:
            company.page(path)
        assert len(seen) <= 14, (path, "\n".join(seen))
    staff = sign_in(make_account("Approver"))
    for path in ("/console/applications/list/", f"/console/applications/show/{item.id}"):
        staff.get(path)
        with counted_statements() as seen:
            assert staff.get(path).status_code == 200
        assert len(seen) <= 18, (path, "\n".join(seen))


def test_files_take_the_place_of_the_former_ones(sign_in):
    company = Applicant(sign_in)
    company.send(f"{URL}/new/change", action="save")
    item = the_last()
    assert company.send(f"{URL}/{item.id}/edit", version=str(item.version), action="save").status_code == 302
    assert db.session.scalar(select(func.count()).select_from(ApplicationFile)) == 2
