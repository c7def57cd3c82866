"""The whole course of an inspection walked in the browser by inspector, approver and company, unhappy ways included."""

from __future__ import annotations

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


def test_an_inspection_from_the_plan_to_its_closing(visit: Any, tmp_path: Path) -> None:
    desk = make_desk()
    load_checklist()
    db.session.commit()
    names = (desk.inspector.username, desk.approver.username, desk.company.username)
    institution, plan = desk.institution.id, desk.plan_fields()
    db.session.rollback()
    inspector, approver, company = (logged_in(visit, name) for name in names)
    paper = tmp_path / "材料.pdf"
    paper.write_bytes(PDF)

    # A plan is refused while it is incomplete, and keeps what was typed.
    inspector.open("/console/inspections/list/")
    press(inspector, "拟订检查方案")
    choose(inspector, "institution", str(institution))
    press(inspector, "下一步")
    fill(inspector, {**plan, "planned_from": ""})
    press(inspector, "保存")
    inspection = f"/console/inspections/show/{the_inspection()['id']}"
    inspector.open(inspection)
    assert "方案还不完整" in main_text(inspector)
    press(inspector, "填写方案")
    fill(inspector, {"planned_from": plan["planned_from"]})
    press(inspector, "保存，下一步填写资料清单")
    press(inspector, "保存并查看方案")
    inspector.page.get_by_role("link", name="预览检查通知书").click()
    assert "现场检查通知书" in inspector.page.locator(".letter-sheet").inner_text()
    inspector.open(inspection)
    press(inspector, "提交审批")

    # Four eyes: nobody but the approver is asked; a plan that was sent back comes again.
    assert inspector.page.get_by_role("button", name="批准", exact=True).count() == 0
    approver.open("/console/")
    approver.page.get_by_role("link", name="待批准检查方案").click()
    approver.page.locator("a.row-link").click()
    press(approver, "退回修改")
    assert "请写明退回的原因" in main_text(approver)
    approver.page.locator("#opinion").fill("请补充检查频次")
    press(approver, "退回修改")
    inspector.open(inspection)
    assert "请补充检查频次" in main_text(inspector)
    press(inspector, "提交审批")
    approver.open(inspection)
    press(approver, "批准", sure=True)
    company.open("/workspace/inspections/")
    assert "没有现场检查" in main_text(company)
    inspector.open(inspection)
    press(inspector, "送达检查通知书", sure=True)

    # The company confirms, provides a document, gets it back and provides it again.
    company.open("/workspace/")
    company.page.locator("main").get_by_role("link", name="去确认").click()
    assert "现场检查通知书" in company.page.locator(".letter-sheet").inner_text()
    press(company, "确认收到检查通知")
    item = the_inspection()["items"][0]
    company.page.locator(f"#file_{item}").set_input_files(paper)
    with company.page.expect_navigation():
        company.page.locator(f"#item-{item}").get_by_role("button", name="提供").click()
    inspector.open(inspection)
    row = inspector.page.locator("tr", has=inspector.page.locator(f"#remark_{item}"))
    row.locator("input[type=text], input:not([type])").first.fill("缺少盖章页")
    with inspector.page.expect_navigation():
        row.get_by_role("button", name="退回").click()
    company.page.reload()
    assert "缺少盖章页" in main_text(company)
    company.page.locator(f"#file_{item}").set_input_files(paper)
    with company.page.expect_navigation():
        company.page.locator(f"#item-{item}").get_by_role("button", name="提供").click()
    inspector.open(inspection)
    row = inspector.page.locator("tr", has=inspector.page.locator(f"#remark_{item}"))
    with inspector.page.expect_navigation():
        row.get_by_role("button", name="接收").click()

    # On site: a record that the company never sees, findings, the opinion.
    press(inspector, "进场检查", sure=True)
    inspector.page.locator("#note").fill("查阅台账，内部底稿")
    inspector.page.locator("#files").set_input_files(paper)
    press(inspector, "添加记录")
    press(inspector, "结束现场工作", sure=True)
    press(inspector, "填写检查意见")
    for title in ("准备金少计提", "档案不完整"):
        press(inspector, "添加问题")
        fill(inspector, {**FINDING, "title": title})
        press(inspector, "保存")
    fill(inspector, {"overview": "查阅了资料", "evaluation": "基本规范"})
    press(inspector, "保存")
    inspector.open(inspection)
    press(inspector, "发送检查意见书", sure=True)

    # Rectification: refused while incomplete, previewed, handed in, returned in part, handed in again.
    company.open("/workspace/")
    company.page.locator("main").get_by_role("link", name="去反馈").click()
    press(company, "提交整改反馈", sure=True)
    assert "请写明整改措施" in main_text(company)
    one, two = the_inspection()["findings"]
    today, later = clock.today(), clock.today() + timedelta(days=20)
    for key in (one, two):
        fill(company, {f"measure_{key}": "已补提准备金", f"owner_{key}": "测试丙"})
    fill(company, {f"progress_{one}": "done", f"done_on_{one}": str(today), "statement": "已逐项落实"})
    fill(company, {f"progress_{two}": "in_progress", f"planned_on_{two}": str(later)})
    company.page.locator(f"#file_{one}").set_input_files(paper)
    press(company, "保存并预览")
    assert "已补提准备金" in company.page.locator(".letter-sheet").inner_text()
    assert (
        download(company, company.page.get_by_role("link", name="下载 PDF"), tmp_path).read_bytes()[:4]
        == b"%PDF"
    )
    press(company, "返回")
    press(company, "提交整改反馈", sure=True)
    inspector.open(inspection)
    fill(inspector, {f"verdict_{one}": "accept", f"verdict_{two}": "return"})
    press(inspector, "提交验收结果")
    assert "退回时请写明原因" in main_text(inspector)
    inspector.page.locator(f"#reason_{two}").fill("请加快整改进度")
    press(inspector, "提交验收结果")
    company.open("/workspace/")
    assert "请加快整改进度" in main_text(company)
    company.page.locator("main").get_by_role("link", name="去反馈").click()
    fill(company, {f"measure_{two}": "已全部整改完成"})
    press(company, "提交整改反馈", sure=True)
    assert "底稿" not in main_text(company)
    inspector.open(inspection)
    fill(inspector, {f"verdict_{two}": "accept"})
    press(inspector, "提交验收结果")
    press(inspector, "办结")
    company.open(f"/workspace/inspections/{the_inspection()['id']}/opinion")
    assert "已办结" in main_text(company)
    letter = company.page.locator("main").get_by_role("link", name="Word").first
    assert download(company, letter, tmp_path).read_bytes()[:2] == b"PK"
    press(inspector, "安排后续检查")
    assert "检查方案" in main_text(inspector)
