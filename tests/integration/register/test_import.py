"""A regulator starts with a list in Excel."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from sqlalchemy import func, select

from app.console.importing.models import RegisterImport
from app.core.db import db
from app.core.events import Event
from app.institutions.models import Institution
from app.institutions.register.models import InstitutionVersion, RegisterEntry
from app.institutions.register.queries import register_on
from tests.factories import make_account, make_institution, uscc
from tests.integration.accounts.helpers import field, post
from tests.integration.register.lists import company, filled, make_regions, own_list

START = "/console/institutions/import/"


@pytest.fixture(autouse=True)
def regions(fresh_database):
    make_regions()
    db.session.commit()


@pytest.fixture
def approver(sign_in):
    return sign_in(make_account("Approver"))


def send(client, content: bytes, name: str = "名单.xlsx"):
    token = field(client.get(START).text, "csrf_token")
    answer = client.post(
        START,
        data={"csrf_token": token, "workbook": (io.BytesIO(content), name)},
        content_type="multipart/form-data",
    )
    answer.request.environ["wsgi.input"].close()
    return answer


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def take(client, preview: str, which: str = "all"):
    return post(client, f"{preview}/take", preview, which=which)


def test_the_template_can_be_filled_and_taken_and_stands_in_register_and_list(approver):
    content = approver.get(f"{START}template.xlsx")
    assert content.status_code == 200
    rows = [
        company(1),
        company(2, region="330202", status="停业", since="2020年1月2日"),
        company(3, licence_no=None, licence_issuer=None, licence_from=None, licence_to=None),
        company(4, status="已注销", terminated_on="2025-06-30"),
    ]
    preview = send(approver, filled(rows)).headers["Location"]
    assert count(Institution) == 0
    page = approver.get(preview).text
    assert "录入全部 4 家" in page
    assert take(approver, preview).headers["Location"].endswith("/console/institutions/list/")
    found = {one.uscc: one for one in db.session.scalars(select(Institution))}
    first = found[uscc(1)]
    assert (first.region_code, first.status, first.registered_capital) == ("330106", "operating", 100_000_000)
    assert (found[uscc(2)].status, found[uscc(3)].status) == ("suspended", "preparing")
    gone = found[uscc(4)]
    assert (gone.status, gone.terminated_on) == ("deregistered", date(2025, 6, 30))
    assert {entry.source for entry in db.session.scalars(select(RegisterEntry))} == {"import"}
    assert first.name in approver.get("/console/institutions/list/").text


def test_the_register_of_past_days_knows_what_was_imported(approver):
    preview = send(approver, filled([company(4, status="已注销", terminated_on="2025-06-30")])).headers[
        "Location"
    ]
    take(approver, preview)
    gone = db.session.scalars(select(Institution)).one()
    states = {
        day: register_on(gone.id, day)[gone.id].institution.get("status")
        for day in (date(2021, 3, 4), date(2021, 3, 5), date(2025, 6, 29), date(2025, 6, 30))
    }
    assert list(states.values()) == [None, "operating", "operating", "deregistered"]
    assert count(InstitutionVersion) == 2
    kinds = db.session.scalars(select(Event.kind).order_by(Event.id)).all()
    assert kinds == ["RegisterOpened", "RegisterChanged", "InstitutionsImported"]


FAULTS = [
    ({"name": None}, "此项必填"),
    ({"uscc": "91330100MA0000000X"}, "校验位"),
    ({"uscc": None}, "此项必填"),
    ({"industry": "银行"}, "不在可选范围内"),
    ({"org_type": "典当行"}, "机构类型与行业不符"),
    ({"region": "东区"}, "可能是 330102、330202"),
    ({"region": "火星区"}, "没有“火星区”这个地区"),
    ({"licence_to": None}, "编号和有效期起止应一并填写"),
    ({"licence_to": "2020-01-01"}, "有效期止应晚于有效期起"),
    ({"licence_from": "2021-02-30"}, "日期"),
    ({"status": "筹备"}, "不是筹备状态"),
    ({"since": "2099-01-01"}, "不能晚于今天"),
    ({"terminated_on": "2025-01-01"}, "状态应为已注销"),
    ({"status": "已注销"}, "此项必填"),
    ({"mobile": "12"}, "电话号码"),
    ({"email": "x"}, "邮箱"),
    ({"registered_capital": "很多"}, "数字"),
]


@pytest.mark.parametrize(("changes", "message"), FAULTS)
def test_each_fault_is_told_with_line_and_cell_and_nothing_is_entered(approver, changes, message):
    preview = send(approver, filled([company(1), company(2, **changes)])).headers["Location"]
    page = approver.get(preview).text
    assert message in page
    problem = db.session.scalars(select(RegisterImport)).one().problems[0]
    assert problem["line"] > 5
    assert str(problem["line"]) in problem["address"]
    assert take(approver, preview).status_code == 409
    db.session.rollback()
    assert count(Institution) == 0


def test_only_the_good_rows_on_request(approver):
    make_institution(uscc=uscc(5), region="330106")
    rows = [company(1), company(1, name="重复有限公司"), company(5), company(6, region="火星")]
    preview = send(approver, filled(rows)).headers["Location"]
    page = approver.get(preview).text
    assert "名册中已有此统一社会信用代码" in page
    assert "代码相同，请删去重复的一行" in page
    take(approver, preview, "good")
    names = db.session.scalars(select(Institution.name).order_by(Institution.id)).all()
    assert names[1:] == [company(1)["name"]]
    assert "共录入 1 家" in approver.get(preview).text


def test_the_annotated_workbook_marks_the_cell(approver):
    preview = send(approver, filled([company(1, region="火星区")])).headers["Location"]
    answer = approver.get(f"{preview}/annotated.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames[0] == "校验结果"
    comments = [
        cell.comment.text for sheet in book for row in sheet.iter_rows() for cell in row if cell.comment
    ]
    assert any("火星区" in text for text in comments)


def test_a_double_click_enters_the_list_once(approver):
    preview = send(approver, filled([company(1)])).headers["Location"]
    take(approver, preview)
    again = take(approver, preview)
    assert again.status_code == 409
    assert "不会重复导入" in again.text
    assert count(Institution) == 1


def test_an_institution_registered_since_the_preview_stops_the_whole_list(approver):
    preview = send(approver, filled([company(1), company(2)])).headers["Location"]
    make_institution(uscc=uscc(2), region="330106")
    take(approver, preview)
    assert take(approver, preview, "good").status_code == 302
    assert sorted(db.session.scalars(select(Institution.uscc))) == sorted([uscc(1), uscc(2)])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "空"),
        (b"%PDF-1.4", "PDF"),
        (b"a,b\n1,2\n", "把各列复制到本页的模板"),
        ("\ufeff名称,代码\n甲,91\n".encode(), "CSV"),
        (b"PK\x03\x04kaputt", "损坏"),
    ],
)
def test_what_is_no_list_is_refused_with_the_reason(approver, content, message):
    answer = send(approver, content)
    assert answer.status_code == 422
    assert message in answer.text
    assert count(RegisterImport) == 0


def test_a_list_of_ones_own_is_read_and_what_was_left_aside_is_told(approver):
    more = {"员工人数": 12, "住所": "另一处住所"}
    preview = send(approver, own_list([company(1), company(2)], more=more)).headers["Location"]
    page = approver.get(preview).text
    assert "录入全部 2 家" in page and "不是由本页模板填写的" in page
    assert "员工人数（U 列）、住所（V 列）" in page and "序号" not in page
    take(approver, preview)
    assert db.session.scalars(select(Institution.address)).first() == company(1)["address"]


def test_a_second_list_in_the_workbook_is_never_left_out_silently(approver):
    preview = send(approver, own_list([company(1)], sheets=2)).headers["Location"]
    page = approver.get(preview).text
    assert "第2张 A1" in page and "一次只能读取一张（“Sheet”）" in page
    assert take(approver, preview, "good").status_code == 409
    assert approver.get(f"{preview}/annotated.xlsx").status_code == 200
    assert count(Institution) == 0


def test_missing_columns_are_named(approver):
    book = openpyxl.load_workbook(io.BytesIO(own_list([company(1)])))
    book.active.delete_cols(book.active.max_column - 13)
    target = io.BytesIO()
    book.save(target)
    answer = send(approver, target.getvalue())
    assert answer.status_code == 422 and "名单缺少这些列：" in answer.text and "JG01" not in answer.text
    other = openpyxl.Workbook()
    other.active.append(["随便", "什么"])
    target = io.BytesIO()
    other.save(target)
    assert "没有找到机构名单" in send(approver, target.getvalue()).text


def test_staff_import_only_into_their_industries_and_region(sign_in):
    client = sign_in(make_account("Approver", industries=["guarantee"], region_prefix="3301"))
    rows = [company(1, region="乙市东区"), company(2, industry="典当行"), company(3)]
    preview = send(client, filled(rows)).headers["Location"]
    page = client.get(preview).text
    assert "不在您负责的地区内" in page
    assert "不在您负责的行业内" in page
    assert "只录入没有问题的 1 家" in page


def test_an_upload_belongs_to_who_sent_it(approver, sign_in, app):
    preview = send(approver, filled([company(1)])).headers["Location"]
    other = sign_in(make_account("Approver"))
    for path in (preview, f"{preview}/annotated.xlsx", f"{START}99999999999999"):
        assert other.get(path).status_code == 404
    assert sign_in(make_account("Supervisor")).get(START).status_code in (302, 403)
