"""The whole course of an inspection walked in the browser by inspector, approver and company, unhappy ways included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.core import clock
from app.core.db import db
from app.inspections.defaults import load_checklist
from app.inspections.models import Inspection
from tests.factories import PASSWORD
from tests.integration.inspections.helpers import FINDING, PDF, make_desk
from tests.journeys.steps import choose, download, main_text, press
from tests.live import Visitor

pytestmark = pytest.mark.browser


def logged_in(visit: Any, username: str) -> Visitor:
    visitor: Visitor = visit()
    visitor.log_in(username, PASSWORD)
    return visitor


def the_inspection() -> dict[str, Any]:
    """What the pages have written; leaves no transaction open, so that others can write."""
    db.session.rollback()
    one = db.session.query(Inspection).one()
    found = {
        "id": one.id,
        "status": one.status,
        "items": [item.id for item in one.items],
        "findings": [finding.id for finding in one.findings],
    }
    db.session.rollback()
    return found


def fill(visitor: Visitor, fields: dict[str, str]) -> None:
    for name, value in fields.items():
        field = visitor.page.locator(f"main [name='{name}']").first
        kind = field.evaluate("one => one.tagName + ' ' + one.type")
        if kind.startswith("SELECT"):
            field.select_option(value)
        elif kind.endswith("radio"):
            visitor.page.locator(f"main [name='{name}'][value='{value}']").check()
        else:
            field.fill(value)


@dataclass
class Course:
    """Three people at their browsers, and the papers that they have."""

    inspector: Visitor
    approver: Visitor
    company: Visitor
    institution: int
    plan: dict[str, str]
    folder: Path
    page: str = ""

    @property
    def paper(self) -> Path:
        """A document that can be uploaded."""
        found = self.folder / "材料.pdf"
        found.write_bytes(PDF)
        return found


@pytest.fixture
def course(visit: Any, tmp_path: Path) -> Course:
    desk = make_desk()
    load_checklist()
    db.session.commit()
    names = (desk.inspector.username, desk.approver.username, desk.company.username)
    institution, plan = desk.institution.id, desk.plan_fields()
    db.session.rollback()
    return Course(*(logged_in(visit, name) for name in names), institution, plan, tmp_path)


def test_an_inspection_from_the_plan_to_its_closing(course: Course) -> None:
    plan_it(course)
    approve_it(course)
    serve_it(course)
    exchange_documents(course)
    work_on_site(course)
    send_the_opinion(course)
    report_on_rectification(course)
    return_a_finding(course)
    close_it(course)


def plan_it(course: Course) -> None:
    """A plan is refused while it is incomplete, and keeps what was typed."""
    inspector = course.inspector
    inspector.open("/console/inspections/list/")
    press(inspector, "拟订检查方案")
    choose(inspector, "institution", str(course.institution))
    press(inspector, "下一步")
    fill(inspector, {**course.plan, "planned_from": ""})
    press(inspector, "保存")
    course.page = f"/console/inspections/show/{the_inspection()['id']}"
    inspector.open(course.page)
    assert "方案还不完整" in main_text(inspector)
    press(inspector, "填写方案")
    fill(inspector, {"planned_from": course.plan["planned_from"]})
    press(inspector, "保存，下一步填写资料清单")
    press(inspector, "保存并查看方案")
    press(inspector, "预览检查通知书")
    assert "现场检查通知书" in inspector.page.locator(".letter-sheet").inner_text()
    inspector.open(course.page)
    press(inspector, "提交审批")


def approve_it(course: Course) -> None:
    """Four eyes: nobody but the approver is asked; a plan that was sent back comes again."""
    inspector, approver = course.inspector, course.approver
    assert inspector.page.get_by_role("button", name="批准方案", exact=True).count() == 0
    approver.open("/console/")
    approver.page.get_by_role("link", name="待批准检查方案").click()
    with approver.page.expect_navigation():
        approver.page.locator("a.row-link").click()
    press(approver, "退回修改")
    assert "请写明退回的原因" in main_text(approver)
    approver.page.locator("#opinion").fill("请补充检查频次")
    press(approver, "退回修改")
    inspector.open(course.page)
    assert "请补充检查频次" in main_text(inspector)
    press(inspector, "提交审批")
    approver.open(course.page)
    press(approver, "批准方案", sure=True)


def serve_it(course: Course) -> None:
    """Nothing is shown before, the letter and the list are afterwards."""
    inspector, company = course.inspector, course.company
    company.open("/workspace/inspections/")
    assert "没有现场检查" in main_text(company)
    inspector.open(course.page)
    press(inspector, "送达检查通知书", sure=True)
    company.open("/workspace/")
    press(company, "去确认")
    assert "现场检查通知书" in company.page.locator(".letter-sheet").inner_text()
    press(company, "确认收到检查通知")


def exchange_documents(course: Course) -> None:
    """A document is provided, returned with a reason, provided again and received."""
    inspector, company = course.inspector, course.company
    item = the_inspection()["items"][0]
    for button, remark in (("退回", "缺少盖章页"), ("接收", "")):
        company.page.locator(f"#file_{item}").set_input_files(course.paper)
        with company.page.expect_navigation():
            company.page.locator(f"#item-{item}").get_by_role("button", name="提供").click()
        inspector.open(course.page)
        row = inspector.page.locator("tr", has=inspector.page.locator(f"#remark_{item}"))
        row.locator(f"#remark_{item}").fill(remark)
        with inspector.page.expect_navigation():
            row.get_by_role("button", name=button).click()
        company.page.reload()
        assert remark in main_text(company)


def work_on_site(course: Course) -> None:
    """A record that the company never sees."""
    inspector = course.inspector
    press(inspector, "进场检查", sure=True)
    inspector.page.locator("#note").fill("查阅台账，内部底稿")
    inspector.page.locator("#files").set_input_files(course.paper)
    press(inspector, "添加记录")
    press(inspector, "结束现场工作", sure=True)


def send_the_opinion(course: Course) -> None:
    """Two findings and the texts; another pair of eyes sends it back once, signs it, and off it goes."""
    inspector, approver = course.inspector, course.approver
    press(inspector, "填写检查意见")
    for title in ("准备金少计提", "档案不完整"):
        press(inspector, "添加问题")
        fill(inspector, {**FINDING, "title": title})
        press(inspector, "保存")
    fill(inspector, {"overview": "查阅了资料", "evaluation": "基本规范"})
    press(inspector, "保存")
    inspector.open(course.page)
    press(inspector, "提交签批", sure=True)
    assert inspector.page.get_by_role("button", name="签批并发送", exact=True).count() == 0
    approver.open("/console/")
    approver.page.get_by_role("link", name="待签批检查意见书").click()
    with approver.page.expect_navigation():
        approver.page.locator("a.row-link").click()
    approver.page.locator("#opinion").fill("请补充总体评价的依据")
    press(approver, "退回修改")
    inspector.open(course.page)
    assert "请补充总体评价的依据" in main_text(inspector)
    press(inspector, "提交签批", sure=True)
    approver.open(course.page)
    press(approver, "签批并发送", sure=True)


def report_on_rectification(course: Course) -> None:
    """Refused while incomplete, previewed, downloaded, handed in."""
    company = course.company
    company.open("/workspace/")
    press(company, "去反馈")
    press(company, "提交整改反馈", sure=True)
    assert "请写明整改措施" in main_text(company)
    one, two = the_inspection()["findings"]
    today, later = clock.today(), clock.today() + timedelta(days=20)
    for key in (one, two):
        fill(company, {f"measure_{key}": "已补提准备金", f"owner_{key}": "测试丙"})
    fill(company, {f"progress_{one}": "done", f"done_on_{one}": str(today), "statement": "已逐项落实"})
    fill(company, {f"progress_{two}": "in_progress", f"planned_on_{two}": str(later)})
    company.page.locator(f"#file_{one}").set_input_files(course.paper)
    press(company, "保存并预览")
    assert "已补提准备金" in company.page.locator(".letter-sheet").inner_text()
    draft = download(company, company.page.get_by_role("link", name="下载 PDF"), course.folder)
    assert draft.read_bytes()[:4] == b"%PDF"
    press(company, "返回")
    press(company, "提交整改反馈", sure=True)


def return_a_finding(course: Course) -> None:
    """One is accepted, the other comes back with its reason and is answered again."""
    inspector, company = course.inspector, course.company
    one, two = the_inspection()["findings"]
    inspector.open(course.page)
    fill(inspector, {f"verdict_{one}": "accept", f"verdict_{two}": "return"})
    press(inspector, "提交验收结果")
    assert "退回时请写明原因" in main_text(inspector)
    inspector.page.locator(f"#reason_{two}").fill("请加快整改进度")
    press(inspector, "提交验收结果")
    company.open("/workspace/")
    assert "请加快整改进度" in main_text(company)
    press(company, "去反馈")
    fill(company, {f"measure_{two}": "已全部整改完成"})
    press(company, "提交整改反馈", sure=True)
    assert "底稿" not in main_text(company)


def close_it(course: Course) -> None:
    """Everything is accepted and closed; the letters stay, and a follow-up can be planned."""
    inspector, company = course.inspector, course.company
    found = the_inspection()
    inspector.open(course.page)
    fill(inspector, {f"verdict_{found['findings'][1]}": "accept"})
    press(inspector, "提交验收结果")
    press(inspector, "办结")
    company.open(f"/workspace/inspections/{found['id']}/opinion")
    assert "已办结" in main_text(company)
    letter = download(
        company, company.page.locator("main").get_by_role("link", name="Word").first, course.folder
    )
    assert letter.read_bytes()[:2] == b"PK"
    press(inspector, "安排后续检查")
    assert "检查方案" in main_text(inspector)
