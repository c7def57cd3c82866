"""Drafts: what is typed survives until it is saved, belongs to its writer, and is never written over silently."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.core import clock
from app.core.db import db
from app.core.errors import Invalid, NotAllowed
from app.core.form_drafts import KEEP_DRAFTS, FormDraft, OtherWindow
from app.core.scope import NOTHING, Scope, scoped
from app.housekeeping import clean_up
from app.inspections import feedback, opinions, planning, unsaved
from app.inspections.models import Inspection
from tests.factories import make_account, make_institution
from tests.integration.inspections.helpers import FINDING, OPINION, bring, measures

WORK, SPACE = "/console/inspection-work", "/workspace/inspections"


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def fresh(found: Inspection) -> Inspection:
    db.session.expire_all()
    return db.session.get(Inspection, found.id)


def base(found: Inspection, form: str, who: Any) -> str:
    return unsaved.shown(found, form, who, "").base


def keep(found: Inspection, form: str, who: Any, seen: FormDraft | None = None, **fields: str) -> FormDraft:
    given = {"draft_base": base(found, form, who), "draft_revision": str(seen.revision if seen else 0)}
    return unsaved.keep(found.id, form, given | fields, who, clock.now())[0]


def drafts() -> list[FormDraft]:
    db.session.expire_all()
    return db.session.query(FormDraft).order_by(FormDraft.id).all()


def test_what_is_typed_into_the_opinion_is_there_again_and_goes_when_it_is_saved(desk, sign_in):
    found = bring(desk, "concluding")
    inspector = sign_in(desk.inspector)
    page = text(inspector.get(f"{WORK}/opinion/{found.id}"))
    assert f'data-draft="{WORK}/draft/{found.id}/opinion"' in page and "的草稿" not in page
    form = {"overview": "写到一半的概况", "draft_revision": "0", "csrf_token": "x"}
    form["draft_base"] = base(found, "opinion", desk.inspector)
    answer = inspector.post(f"{WORK}/draft/{found.id}/opinion", data=form)
    assert answer.status_code == 200 and answer.json["saved_at"] == f"{clock.local(clock.now()):%H:%M}"
    assert not answer.json["behind"]
    assert fresh(found).overview == OPINION["overview"], "a draft is not the saved text"
    page = text(sign_in(desk.inspector).get(f"{WORK}/opinion/{found.id}"))
    assert "写到一半的概况" in page and "的草稿，尚未保存" in page
    assert f'data-draft-revision="{answer.json["revision"]}"' in page
    inspector.post(f"{WORK}/opinion/{found.id}", data=OPINION | {"version": str(fresh(found).version)})
    assert drafts() == []


@pytest.mark.parametrize(
    ("stage", "form", "page"),
    [
        ("planned", "plan", "plan/{}"),
        ("planned", "checklist", "checklist/{}"),
        ("concluding", "finding_0", "finding/{}/0"),
        ("rectifying", "feedback", ""),
    ],
)
def test_every_long_form_shows_its_draft_again_and_drops_it_when_asked(desk, sign_in, stage, form, page):
    found = bring(desk, stage)
    company = form == "feedback"
    fields = {"plan": "scope", "checklist": "item_4_name", "finding_0": "fact", "feedback": "statement"}
    who = desk.company if company else desk.inspector
    page = f"{SPACE}/{found.id}/feedback" if company else f"{WORK}/{page.format(found.id)}"
    post = f"{page}/draft" if company else f"{WORK}/draft/{found.id}/{form}"
    client, data = sign_in(who), {fields[form]: "金丝雀字样", "draft_base": base(found, form, who)}
    assert client.post(post, data=data).status_code == 200
    assert "金丝雀字样" in text(client.get(page))
    other = desk.second if not company else make_account("Enterprise", institution=desk.institution)
    seen = text(sign_in(other).get(page))
    assert "金丝雀字样" not in seen and f"{who}也在填写" in seen, (
        "a draft is its writer's; others only learn of it"
    )
    assert client.post(post, data={"action": "discard"}).headers["Location"].endswith(page)
    assert drafts() == [] and "金丝雀字样" not in text(client.get(page))


def test_saving_each_form_drops_the_writers_draft_and_no_other(desk):
    found = bring(desk, "planned")
    for who in (desk.inspector, desk.second):
        keep(found, "plan", who, scope="甲")
        keep(found, "checklist", who, item_0_name="甲")
    planning.save_plan(found.id, found.version, desk.plan_fields(), desk.inspector)
    planning.save_items(found.id, found.version, desk.item_fields(), desk.inspector)
    assert {one.account_id for one in drafts()} == {desk.second.id}
    found = bring(desk, "concluding")
    first = found.findings[0].id
    keep(found, "finding_0", desk.inspector, fact="甲")
    keep(found, f"finding_{first}", desk.second, fact="甲")
    opinions.save_finding(found.id, found.version, None, FINDING, desk.inspector)
    opinions.drop_finding(found.id, found.version, first, desk.inspector)
    found = bring(desk, "rectifying")
    keep(found, "feedback", desk.company, statement="甲")
    feedback.save_feedback(found.id, found.feedback_version, measures(found), desk.company)
    assert {one.form.partition(":")[2].partition(":")[2] for one in drafts()} == {"plan", "checklist"}


def test_a_finding_saved_beside_it_does_not_put_the_opinions_draft_aside(desk):
    found = bring(desk, "concluding")
    keep(found, "opinion", desk.inspector, overview="概况")
    opinions.save_finding(found.id, found.version, None, FINDING, desk.inspector)
    shown = unsaved.shown(found, "opinion", desk.inspector, "")
    assert shown.content == {"overview": "概况"} and not shown.is_behind


def test_a_draft_behind_what_a_colleague_saved_is_offered_not_put_in(desk, sign_in):
    found = bring(desk, "rectifying")
    draft = keep(found, "feedback", desk.company, statement="我的草稿内容")
    colleague = make_account("Enterprise", institution=desk.institution)
    feedback.save_feedback(found.id, 1, measures(found, statement="同事保存的总体情况"), colleague)
    db.session.commit()
    client, page = sign_in(desk.company), f"{SPACE}/{found.id}/feedback"
    seen = text(client.get(page))
    assert "同事保存的总体情况" in seen and "我的草稿内容" not in seen and "载入草稿" in seen
    data = {
        "statement": "又写了一句",
        "draft_revision": "0",
        "draft_base": base(found, "feedback", desk.company),
    }
    refused = client.post(f"{page}/draft", data=data)
    assert refused.status_code == 409 and refused.json["choose"] and "您还有一份" in refused.json["refused"]
    seen = text(client.get(f"{page}?draft=mine"))
    assert "我的草稿内容" in seen and "请核对后再保存" in seen and f'"{draft.revision}"' in seen
    data |= {"draft_base": "of before", "draft_revision": str(draft.revision)}
    assert client.post(f"{page}/draft", data=data).json["behind"] is True


def test_two_windows_of_one_writer_do_not_write_over_each_other(desk):
    found, who = bring(desk, "concluding"), desk.inspector
    first = keep(found, "opinion", who, overview="窗口一")
    revision = first.revision
    keep(found, "opinion", who, first, overview="窗口一再写")
    with pytest.raises(OtherWindow, match="与本页不同"):
        unsaved.keep(found.id, "opinion", {"draft_revision": str(revision)}, who, clock.now())
    forced = {"draft_revision": str(revision), "draft_force": "1", "overview": "窗口二"}
    assert unsaved.keep(found.id, "opinion", forced, who, clock.now())[0].content == {"overview": "窗口二"}
    unsaved.forget(found.id, "opinion", who)
    with pytest.raises(OtherWindow, match="保存或放弃"):
        unsaved.keep(found.id, "opinion", {"draft_revision": str(revision)}, who, clock.now())


def test_only_who_could_save_the_form_keeps_a_draft_of_it(desk, sign_in):
    found = bring(desk, "concluding")
    for who in (make_account("Inspector"), desk.approver):
        answer = sign_in(who).post(f"{WORK}/draft/{found.id}/opinion", data={"overview": "甲"})
        assert answer.status_code == 403
    foreign = make_account("Inspector", region_prefix="3302")
    assert sign_in(foreign).post(f"{WORK}/draft/{found.id}/opinion").status_code == 404
    assert sign_in(desk.company).post(f"{SPACE}/{found.id}/feedback/draft").status_code == 404, (
        "no opinion yet"
    )
    answer = sign_in(desk.inspector).post(f"{WORK}/draft/{found.id}/plan", data={"scope": "甲"})
    assert answer.status_code == 409 and "不能这样操作" in answer.json["refused"]
    for form in ("feedback", "finding_x", "finding", "nothing", "opinion_1"):
        answer = sign_in(desk.inspector).post(f"{WORK}/draft/{found.id}/{form}", data={"overview": "甲"})
        assert answer.status_code in (403, 404, 422), form
    rectifying = bring(desk, "rectifying")
    other = make_account("Enterprise", institution=make_institution())
    assert sign_in(other).post(f"{SPACE}/{rectifying.id}/feedback/draft").status_code == 404
    with pytest.raises(NotAllowed):
        unsaved.keep(rectifying.id, "feedback", {}, other, clock.now())
    assert drafts() == []


def test_nobody_else_reads_a_draft_and_without_a_scope_nobody_does(desk):
    found = bring(desk, "concluding")
    keep(found, "opinion", desk.inspector, overview="甲")
    rectifying = bring(desk, "rectifying")
    keep(rectifying, "feedback", desk.company, statement="乙")
    db.session.commit()
    own = Scope("institution", desk.institution.id)
    industries = (desk.institution.industry,)
    for scope, forms in (
        (NOTHING, []),
        (own, [f"inspection:{rectifying.id}:feedback"]),
        (Scope("institution", make_institution().id), []),
        (Scope("staff", None, industries, "33"), [f"inspection:{found.id}:opinion"]),
        (Scope("staff", None, industries, "3302"), []),
    ):
        with scoped(scope):
            assert [one.form for one in drafts()] == forms, scope


def test_more_than_any_form_holds_is_refused_and_old_drafts_go(desk):
    found = bring(desk, "concluding")
    with pytest.raises(Invalid, match="内容太长"):
        keep(found, "opinion", desk.inspector, overview="字" * 300_001)
    with pytest.raises(Invalid, match="内容太长"):
        keep(found, "opinion", desk.inspector, **{f"field_{at}": "" for at in range(900)})
    keep(found, "opinion", desk.inspector, overview="甲", **{"Bad-name": "x", "csrf_token": "y"})
    assert drafts()[0].content == {"overview": "甲"}
    db.session.commit()
    clean_up(clock.now() + KEEP_DRAFTS - timedelta(days=1))
    assert len(drafts()) == 1
    clean_up(clock.now() + KEEP_DRAFTS + timedelta(days=1))
    assert drafts() == []


def test_what_is_typed_and_not_saved_is_said_where_the_opinion_is_handed_in(desk, sign_in):
    found = bring(desk, "concluding")
    path, said = f"/console/inspections/show/{found.id}", "没有保存的草稿"
    assert said not in text(sign_in(desk.inspector).get(path))
    keep(found, "opinion", desk.inspector, overview="甲")
    keep(found, "finding_0", desk.inspector, fact="甲")
    db.session.commit()
    page = text(sign_in(desk.inspector).get(path))
    assert said in page and f'"{WORK}/finding/{found.id}/0"' in page
    assert said not in text(sign_in(desk.second).get(path))
