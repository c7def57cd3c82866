"""The receipt of a submission: what it says, on the page and as a PDF to keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import format_datetime
from flask_babel import gettext as _

from app.filings.pages import SetPage
from app.filings.submissions.models import FilingVersion
from app.filings.submissions.place import Place
from app.letters.pdf import to_pdf

Facts = list[tuple[str, str]]


def receipt_facts(place: Place, page: SetPage, version: FilingVersion, title: str) -> Facts:
    """(label, text) of everything that a receipt certifies, in the reader's language."""
    nil = version.nil
    moment = format_datetime(version.submitted_at, "yyyy-MM-dd HH:mm:ss")
    return [
        (_("机构名称"), place.institution.name),
        (_("统一社会信用代码"), place.institution.uscc),
        (_("报送内容"), title),
        (_("上报时间"), moment + " " + _("（北京时间）")),
        (_("上报人"), str(version.submitted_by or "——")),
        (_("版本"), _("第 %(n)s 次上报", n=version.number)),
        (_("是否迟报"), _("是") if version.is_late else _("否")),
        (_("是否零申报"), _("是，声明人：%(name)s", name=nil["name"]) if nil else _("否")),
        (_("当前状态"), str(page.label)),
        (_("内容指纹 SHA-256"), version.sha256),
    ]


def receipt_forms(page: SetPage, version: FilingVersion) -> list[dict[str, str]]:
    """One row for each form handed in: its name, how many warnings were explained, the names of its files."""
    warned = [one["form"] for one in version.payload.get("warnings", ())]
    files = version.payload.get("attachments", {})
    return [
        {
            "form": f"{line.code} {line.name}",
            "warnings": str(warned.count(line.code) or "——"),
            "files": "; ".join(_file(one) for one in files.get(line.code, ())) or "——",
        }
        for line in page.lines
        if line.code in version.payload["forms"]
    ]


def _file(item: Mapping[str, Any]) -> str:
    return f"{item['name']} (SHA-256 {item['sha256'][:16]}…)"


def receipt_pdf(place: Place, page: SetPage, version: FilingVersion, title: str) -> tuple[str, bytes]:
    """(file name, PDF) of the receipt, made of what was frozen."""
    facts = [[label, text] for label, text in receipt_facts(place, page, version, title)]
    forms = [list(row.values()) for row in receipt_forms(page, version)]
    document = {
        "red": False,
        "head": _("地方金融监管服务信息平台"),
        "number": version.receipt_no,
        "title": _("监管数据上报回执"),
        "addressee": "",
        "body": [
            _table("", [(_("项目"), 1), (_("内容"), 3)], facts),
            _table(_("上报的报表"), [(_("报表"), 3), (_("说明的提示"), 1), (_("附件"), 3)], forms),
        ],
    }
    return _("回执-%(no)s", no=version.receipt_no) + ".pdf", to_pdf(document)


def _table(title: str, columns: list[tuple[str, int]], rows: list[list[str]]) -> dict[str, Any]:
    heads = [{"title": name, "weight": weight} for name, weight in columns]
    return {"type": "table", "title": title, "columns": heads, "rows": rows, "nothing": "——"}
