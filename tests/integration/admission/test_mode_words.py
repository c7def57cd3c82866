"""审批, 备案 and 报告 are called what they are: course, badge, list, queue, institution file and mail."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.core.db import db
from app.institutions.admission import wording
from app.institutions.admission.models import Application, ApprovalMode
from app.messages.models import OutboxMail
from app.messages.rules import event_kinds
from tests.factories import make_account
from tests.integration.admission.helpers import URL, Applicant, take, two_steps

FOREIGN = ("审批通过", "审批中", "已通过", "已驳回")  # words of an approval
# mode: on the way, done in the course, state when done, refused, subject of the mail in both languages
WORDS = {
    "file": ("备案审核中", "备案完成", "已备案", "不予备案", "变更备案申请已备案", "for record: recorded"),
    "report": ("已报告", "报告已阅", "已阅", "不予接收", "变更报告已阅", "report: read and noted"),
}


def begun(sign_in, mode):
    two_steps()
    db.session.add(ApprovalMode(industry="guarantee", change_type="name", mode=mode))
    db.session.commit()
    company = Applicant(sign_in)
    return company, company.apply(), sign_in(make_account("Supervisor"))


def places(company, staff, item):
    """Every page that says what has become of it."""
    return [
        company.page(f"{URL}/"),
        company.page(f"{URL}/{item.id}"),
        staff.get("/console/applications/list/").text.split("<tbody", 1)[1],  # below the filters
        staff.get(f"/console/applications/show/{item.id}").text,
        staff.get(f"/console/institutions/show/{company.institution.id}").text,
    ]


@pytest.mark.parametrize("mode", list(WORDS))
def test_what_is_filed_or_reported_is_nowhere_called_approved(sign_in, mode):
    company, item, staff = begun(sign_in, mode)
    on_the_way, happened, done, refused, mail, english = WORDS[mode]
    for page in places(company, staff, item):
        assert on_the_way in page and not any(one in page for one in FOREIGN)
    assert str(wording.decision_words(mode)["pass"]) in places(company, staff, item)[3]
    assert take(staff, item, "pass", "材料齐全").status_code == 302
    pages = places(company, staff, item)
    for page in pages:
        assert done in page and not any(one in page for one in FOREIGN)
    assert happened in pages[1] and happened in pages[3] and happened in pages[4]
    sent = db.session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first()
    assert mail in sent.subject + sent.body and english in sent.subject + sent.body
    assert not any(one in sent.subject + sent.body for one in (*FOREIGN, "approved"))
    assert refused not in pages[1]


@pytest.mark.parametrize("mode", list(WORDS))
def test_what_is_refused_says_so_in_its_own_words(sign_in, mode):
    company, item, staff = begun(sign_in, mode)
    assert take(staff, item, "reject", "不属于此类变更").status_code == 302
    refused = WORDS[mode][3]
    assert all(refused in page and "已驳回" not in page for page in places(company, staff, item))
    sent = db.session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first()
    assert refused in sent.subject


def test_events_from_before_they_said_the_mode_are_told_by_the_application(sign_in, monkeypatch):
    from app.core import events

    real = events.record

    def without_mode(*given, data=None, **more):
        return real(*given, data={k: v for k, v in (data or {}).items() if k != "mode"}, **more)

    monkeypatch.setattr("app.institutions.admission.decisions.record", without_mode)
    monkeypatch.setattr("app.institutions.admission.services.record", without_mode)
    company, item, staff = begun(sign_in, "file")
    take(staff, item)
    pages = places(company, staff, item)
    assert "备案完成" in pages[1] and "变更备案完成" in pages[4]


def test_the_queue_is_sorted_and_filtered_by_state_whatever_the_mode(sign_in):
    _company, item, staff = begun(sign_in, "file")
    take(staff, item)
    assert db.session.get_one(Application, item.id).status == "approved"
    base = "/console/applications/list/?_flt_0_status=approved&"
    for way in ("asc", "desc"):
        page = staff.get(f"{base}_oc_ApplicationAdmin=standing&_od_ApplicationAdmin={way}")
        assert page.status_code == 200 and item.number in page.text
    assert item.number not in staff.get("/console/applications/list/?_flt_0_status=rejected").text


def test_every_mode_has_its_message_and_every_decision_its_words():
    kinds = event_kinds()
    for mode in ("approve", "file", "report"):
        for verb in ("approve", "return", "reject"):
            message, (chinese, english) = wording.told(mode, verb)
            assert message in kinds and chinese and english
