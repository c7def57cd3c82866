"""What is in the handbooks' pictures: who opens which page and what stands on it.

Subjects are found by their state, not by name, so that the demonstration's companies may change.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import exists, select

from scripts.picture_accounts import own_accounts
from scripts.picture_inspections import inspecting
from scripts.picture_operations import administering, operating
from scripts.picture_register import admitting, corresponding, registers

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
MONTHLY = "guarantee-business-monthly"
SCANS = {"licence_file": "经营许可证", "business_file": "营业执照", "authorisation_file": "授权委托书"}

APPLICANT = {
    "username": "xinan-baosong",
    "name": "杭州新岸融资担保有限公司",
    "uscc": "91330106MA0009901A",
    "address": "浙江省杭州市示范路99号",
    "legal_representative": "张示例",
    "contact_name": "测试甲",
    "mobile": "13800009901",
    "email": "xinan@example.invalid",
    "licence_no": "浙杭20260099",
    "licence_issuer": "浙江省地方金融管理局",
    "licence_from": "2026-09-01",
    "licence_to": "2031-08-31",
}
PASSWORD = "Baobiao-2468-mi"
SUGGESTION = {
    "name": "李示例",
    "contact": "13800000000",
    "text": "建议在办事指南中补充融资担保公司变更注册地址的办理时限和材料清单。",
}


def path_of(filing: Any) -> str:
    """The workspace's address of a filing."""
    return f"/workspace/filings/{filing.report_set.key}/{filing.period_code}/"


def monthly(app: Any, state: str, **more: Any) -> tuple[str, str, int]:
    """Account, address and number of a guarantee company's monthly filing in this state, the newest period first.

    Those for which more time was asked are left aside: their pages say more than the handbook is about.
    """
    from app.accounts.models import Account
    from app.core.db import db
    from app.core.scope import SYSTEM, scoped
    from app.filings.calendar.models import Extension
    from app.filings.definitions.models import ReportSet
    from app.filings.submissions.models import Filing

    query = (
        select(Filing)
        .join(ReportSet)
        .where(ReportSet.key == MONTHLY, Filing.status == state)
        .filter_by(**more)
    )
    delayed = exists().where(
        Extension.institution_id == Filing.institution_id, Extension.period_id == Filing.period_id
    )
    query = query.where(~delayed).order_by(Filing.period_code.desc(), Filing.warnings.desc(), Filing.id)
    with app.app_context(), scoped(SYSTEM):
        filing = db.session.scalars(query).first()
        if filing is None:
            raise SystemExit(f"the demonstration has no monthly filing that is {state}")
        account = db.session.scalars(
            select(Account).where(Account.institution_id == filing.institution_id)
        ).first()
        return str(account.username), path_of(filing), int(filing.id)


def unfinished(app: Any) -> tuple[str, str]:
    """Account and address of a company that has not completed its one-off set; guarantee companies first."""
    from app.accounts.models import Account
    from app.core.db import db
    from app.core.scope import SYSTEM, scoped
    from app.filings.definitions.models import ReportSet
    from app.filings.submissions.models import Filing
    from app.institutions.models import Institution

    done = exists().where(
        Filing.institution_id == Institution.id,
        Filing.report_set_id == ReportSet.id,
        Filing.accepted_version_id.is_not(None),
        ReportSet.family == "one_off",
    )
    query = select(Institution).where(~done).order_by(Institution.industry != "guarantee", Institution.id)
    with app.app_context(), scoped(SYSTEM):
        company = db.session.scalars(query).first()
        account = db.session.scalars(select(Account).where(Account.institution_id == company.id)).first()
        return str(account.username), f"/workspace/filings/{company.industry}-one-off-once/once/"


def choose(page: Any, field: str, value: str) -> None:
    """Pick in a select, dressed up by a picker or not."""
    script = "(box, value) => { (box.tomselect || box).setValue ? box.tomselect.setValue(value) : (box.value = value);"
    script += " box.dispatchEvent(new Event('change', { bubbles: true })); }"
    page.locator(f"#{field}").evaluate(script, value)


def portal(camera: Any, app: Any, folder: Path) -> None:
    """The public's pages."""
    page = camera.visitor()
    camera.open("/")
    camera.shot("portal-home", 1000)
    camera.open("/news/guides/?q=报送")
    camera.shot("portal-news", 640)
    camera.open("/news/work-updates/")
    camera.press("全省融资担保行业运行情况简报（附图表）")
    camera.shot("portal-announcement", 1000)
    camera.open("/registry/guarantee/")
    camera.shot("portal-registry", 700)
    camera.open("/suggestions")
    page.fill("#name", SUGGESTION["name"])
    page.fill("#contact", SUGGESTION["contact"])
    choose(page, "topic", "service")
    page.fill("#text", SUGGESTION["text"])
    page.fill("#captcha", "2468")
    camera.shot("portal-suggestion", 900)
    camera.press("提交")
    camera.shot("portal-suggestion-receipt", 520)


def registering(camera: Any, app: Any, folder: Path) -> None:
    """A company asks for an account."""
    page = camera.visitor()
    camera.open("/register")
    choose(page, "industry", "guarantee")
    choose(page, "org_type", "guarantee")
    choose(page, "region_code", "330106")
    page.locator("input[name=has_licence]").first.check()
    for name, value in {**APPLICANT, "password": PASSWORD, "again": PASSWORD}.items():
        page.fill(f"#{name}", value)
    camera.shot("register", 1180)
    for field, name in SCANS.items():
        scan = folder / f"{name}.pdf"
        scan.write_bytes(PDF)
        page.locator(f"#{field}").set_input_files(scan)
    page.check("#consent")
    page.fill("#captcha", "2468")
    camera.press("注册")
    camera.shot("register-receipt", 520)
    camera.open("/login")
    page.fill("main #account", "demo-danbao")
    camera.shot("login", 800)


def working(camera: Any, app: Any, folder: Path) -> None:
    """An institution's personal centre and its lists."""
    camera.visitor("demo-danbao")
    camera.open("/workspace/")
    camera.shot("workspace-home", 720)
    camera.page.locator(".user-menu summary").click()
    camera.shot("user-menu", 400)
    camera.open("/workspace/filings/?tab=business")
    camera.shot("filings-periods", 700)
    account, address = unfinished(app)
    camera.visitor(account)
    camera.open(f"/workspace/filings/{MONTHLY}/2026-09/" if "guarantee" in address else "/workspace/filings/")
    camera.shot("filings-closed", 460)
    camera.open(address)
    camera.shot("filings-one-off", 820)
    camera.page.locator(".forms-table .row-link").first.click()
    camera.page.wait_for_load_state("networkidle")
    camera.shot("form-card", 820)


def filing(camera: Any, app: Any, folder: Path) -> None:
    """A month is filled in: on the page, and by workbook with what is refused."""
    account, address, _number = monthly(app, "draft")
    page = camera.visitor(account)
    camera.open(address)
    camera.shot("filings-month", 640)
    camera.open(f"{address}DB01/")
    cell = page.locator("td.is-input.num").nth(1)
    write(page, cell, "一千二")
    page.locator("td.has-error").first.wait_for()
    camera.shot("form-grid", 1000)
    page.reload()
    page.wait_for_load_state("networkidle")
    write(page, cell, "1200")
    importing(camera, address, folder)


def write(page: Any, cell: Any, text: str) -> None:
    """Type into a cell of the grid and wait until it is saved."""
    cell.click()
    page.keyboard.press("F2")
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)
    with page.expect_response("**/save"):
        page.keyboard.press("Enter")
    page.wait_for_timeout(600)


def importing(camera: Any, address: str, folder: Path) -> None:
    """A workbook of another month is refused, one with a word for a number comes back marked."""
    former = address.replace("2026-09", "2026-08")
    send(camera, address, download(camera, f"{former}DB01/template.xlsx", folder / "former.xlsx"))
    camera.shot("import-refused", 580)
    book = download(camera, f"{address}DB01/template.xlsx", folder / "DB01.xlsx")
    spoil(book)
    send(camera, address, book)
    camera.shot("import-preview", 700)


def download(camera: Any, path: str, target: Path) -> Path:
    """Fetch a file as the present visitor."""
    target.write_bytes(camera.page.request.get(camera.address + path).body())
    return target


def send(camera: Any, address: str, book: Path) -> None:
    """Upload a workbook on the import page of DB01."""
    camera.open(f"{address}DB01/import")
    camera.page.locator("input[type=file]").set_input_files(book)
    camera.page.locator("main").get_by_role("button", name="上传并预览", exact=True).click()
    # A refusal is shown on the same page, anything else leads to the preview.
    camera.page.locator(".notice-problem, .preview-actions").first.wait_for()
    camera.page.wait_for_load_state("networkidle")


def spoil(book: Path) -> None:
    """Put words where the template wants numbers, into the first two cells that can be filled in."""
    from openpyxl import load_workbook

    workbook = load_workbook(book)
    sheet = next(one for one in workbook.worksheets if one.title.startswith("DB01"))
    open_cells = [cell for row in sheet.iter_rows() for cell in row if not cell.protection.locked]
    for cell, text in zip(open_cells[1:3], ("一千二", "约300"), strict=False):
        cell.value = text
    workbook.save(book)


def submitting(camera: Any, app: Any, folder: Path) -> None:
    """What was handed in, taken back, explained and handed in again; what was returned."""
    account, address, _number = monthly(app, "submitted", reviewer_id=None)
    camera.visitor(account)
    camera.open(address)
    camera.shot("filings-receipt", 560)
    camera.press("撤回")
    camera.press("上报完成")
    camera.shot("submit", 520)
    camera.press("确认上报")
    account, address, _number = monthly(app, "returned")
    camera.visitor(account)
    camera.open(address)
    camera.shot("filings-returned", 640)


def reviewing(camera: Any, app: Any, folder: Path) -> None:
    """The supervisor's queue and one filing with a mark."""
    page = camera.visitor("demo-jianguan")
    camera.open("/console/")
    camera.shot("console-home", 680)
    camera.open("/console/filings/list/")
    camera.shot("review-queue", 640)
    _account, _address, number = monthly(app, "submitted", reviewer_id=None, number=1)
    camera.open(f"/console/review/{number}/?form=DB02")
    camera.press("领取")
    page.locator("td.is-jump:not(.is-computed), td.is-jump").first.click()
    page.fill("#mark-comment", "与代偿台账不一致，请核对。")
    camera.press("添加标注")
    camera.shot("review", 940)


def approving(camera: Any, app: Any, folder: Path) -> None:
    """A registration to decide on, and the reporting periods."""
    camera.visitor("demo-shenpi")
    camera.open("/console/registrations/list/")
    camera.page.get_by_role("link", name=APPLICANT["name"]).first.click()
    camera.page.wait_for_load_state("networkidle")
    camera.shot("registration", 880)
    camera.open("/console/periods/list/?_flt_0_frequency=monthly&_flt_2_code=2026")
    camera.shot("periods", 640)
    camera.open("/console/periods/list/")
    camera.press("按规则生成报告期")
    camera.page.fill("#year", "2028")
    camera.press("预览")
    camera.shot("periods-generate", 1380)


def extending(camera: Any, app: Any, folder: Path) -> None:
    """A company asks for more time, the regulator decides."""
    account, address, _number = monthly(app, "draft")
    page = camera.visitor(account)
    camera.open(f"{address}extension")
    page.fill("[name=until]", "2026-10-23")
    page.fill("[name=reason]", "财务系统升级，9月数据需迁移核对后上报。")
    camera.shot("extension-ask", 640)
    camera.press("提交申请")
    page = camera.visitor("demo-shenpi")
    camera.open("/console/extensions/list/?_flt_0_status=requested")
    page.locator("tbody .row-link").first.click()
    page.wait_for_load_state("networkidle")
    camera.shot("extension-decide", 860)


def editing(camera: Any, app: Any, folder: Path) -> None:
    """Announcements and an answer to a suggestion."""
    page = camera.visitor("demo-neirong")
    camera.open("/console/announcements/list/")
    page.locator("input[name=rowid]").first.check()
    camera.shot("announcements", 640)
    camera.open("/console/announcements/add")
    page.fill("#title", "关于做好2026年9月业务数据报送的通知")
    choose(page, "category", "work-updates")
    page.locator("[contenteditable]").click()
    page.keyboard.type("各机构：")
    page.keyboard.press("Enter")
    page.keyboard.type("请于10月12日前完成9月业务数据报送。")
    camera.shot("announcement-edit", 1250)
    camera.open("/console/announcements/list/?_flt_2_title=附图表")
    page.locator("tbody .row-link").first.click()
    page.wait_for_load_state("networkidle")
    camera.shot("announcement-page", 1000)
    camera.open("/console/suggestions/list/")
    page.locator("tbody .row-link").first.click()
    page.wait_for_load_state("networkidle")
    camera.shot("suggestion", 680)


SCENES = (
    portal,
    registering,
    own_accounts,
    working,
    filing,
    submitting,
    reviewing,
    approving,
    extending,
    editing,
    administering,
    operating,
    inspecting,
    admitting,
    registers,
    corresponding,
)
