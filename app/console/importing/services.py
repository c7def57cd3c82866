"""Taking a list of existing institutions into the register: read, keep for a look, enter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.console.importing.form import CODE, import_identity, template_form
from app.console.importing.models import RegisterImport
from app.console.importing.reading import Reading, loaded, read_list
from app.console.importing.rules import Area, Fault, RegionNames, wording
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, Refused
from app.core.events import record
from app.core.excel import WorkbookRefused
from app.core.i18n import lang
from app.core.scope import SYSTEM, current_scope, scoped
from app.filings.definitions.parts import Choice
from app.filings.workbooks.annotate import CellFinding, annotate_workbook
from app.filings.workbooks.writer import WorkbookContext, write_workbook
from app.institutions.models import Institution, Region
from app.institutions.register.bulk import Entrant, enter_many
from app.institutions.register.services import Origin

_CONTACT = ("contact_name", "mobile", "email")
_OWN = (
    "name", "uscc", "industry", "org_type", "region_code", "address", "legal_representative",
    "registered_capital", "business_scope", "licence_no", "licence_issuer", "licence_from", "licence_to",
    *_CONTACT,
)  # fmt: skip


def template() -> bytes:
    """The workbook to fill in, with the regions that the reader may choose from."""
    form = template_form([_choice(region, regions) for regions in [_regions()] for region in _mine(regions)])
    context = WorkbookContext(
        institution=_("全部机构"), period_name=_("现有名册"), set_name=form.name(lang())
    )
    return write_workbook([form], import_identity(), {CODE: {}}, {}, context, lang())


def read_upload(content: bytes, now: datetime) -> Reading:
    """Read and check an upload, writing nothing. Raises Invalid with why it cannot be read."""
    names = RegionNames((region.code, region.name_zh, region.name_en) for region in _regions())
    try:
        return read_list(content, names, _area(), _known_codes(), clock.local(now).date())
    except WorkbookRefused as refusal:
        raise Invalid(_refused(refusal), code=refusal.code) from refusal


def _refused(refusal: WorkbookRefused) -> str:
    """In words of a list of institutions where those for filings would mislead."""
    if refusal.code in ("no_identity", "layout_changed"):
        return _(
            "名单缺少这些列：%(missing)s。请补上同名的列（可以为空的列留空即可），或下载模板，把各列复制过去后再上传。",
            missing=str(refusal.params["missing"]),
        )
    if refusal.code == "no_known_form":
        return _(
            "文件中没有找到机构名单：表头应有“机构名称”“统一社会信用代码”“行业”等列。请下载模板，把各列复制过去后再上传。"
        )
    if refusal.code == "csv":
        return _(
            "这是文本（CSV）文件，不是 Excel 工作簿。请用 Excel 或 WPS 打开，把各列复制到本页的模板后上传。"
        )
    return refusal.message(lang())


def stage(file_name: str, content: bytes, reading: Reading, *, actor: Any, now: datetime) -> RegisterImport:
    """Keep what was read, for its sender to look at; the register stays as it is."""
    if not reading.total:
        raise Invalid(_("工作簿里没有填写任何机构。请从模板第一个空行填起，每行一家。"))
    staged = RegisterImport(
        file_name=file_name[-200:],
        original=content,
        total=reading.total,
        rows=reading.rows,
        problems=reading.problems + [{**one, "note": True} for one in reading.notes],
        staged_at=now,
        staged_by_id=actor.id,
    )
    db.session.add(staged)
    db.session.flush()
    return staged


def own_import(import_id: int, actor: Any) -> RegisterImport | None:
    """An upload of this very account."""
    query = select(RegisterImport).where(
        RegisterImport.id == import_id, RegisterImport.staged_by_id == actor.id
    )
    return db.session.scalars(query).first()


def take(staged: RegisterImport, *, only_good: bool, actor: Any, now: datetime) -> int:
    """Enter the list; all of it, or with `only_good` the lines without fault. Returns the number entered.

    Lines whose code has come onto the register since the preview become faults and are counted as such.
    """
    _claim(staged, now)
    rows = _without_newcomers(staged)
    if staged.faults and not only_good:
        raise Refused(
            _("名单中有问题的行尚未改正，没有导入任何机构。请改正后重新上传，或选择只导入没有问题的行。")
        )
    if not rows:
        raise Refused(_("没有可以导入的行。请按问题清单改正后重新上传。"))
    _check_area(rows)
    try:
        with db.session.begin_nested():
            enter_many([_entrant(row) for row in rows], origin=Origin("import", staged.id, actor), now=now)
    except IntegrityError as error:
        raise Conflict(_("有机构刚刚被登记，没有导入任何机构。请重新上传名单。")) from error
    staged.taken = len(rows)
    data = {"file_name": staged.file_name, "taken": len(rows), "left": staged.total - len(rows)}
    record("InstitutionsImported", staged, actor=actor, now=now, data=data)
    return len(rows)


def annotated(staged: RegisterImport) -> bytes:
    """The sender's own workbook with every faulty cell coloured and commented."""
    findings = [
        CellFinding(
            sheet=problem["sheet"],
            address=problem["address"],
            level="error",
            message=problem[f"message_{lang()}"],
            form=_("第 %(n)s 行", n=problem["line"]) if problem["line"] else "",
            label=problem[f"label_{lang()}"],
            value=problem["value"],
        )
        for problem in staged.faults
    ]
    return annotate_workbook(staged.original, findings, lang())


def _claim(staged: RegisterImport, now: datetime) -> None:
    """A double click enters the list once."""
    statement = update(RegisterImport).where(
        RegisterImport.id == staged.id, RegisterImport.taken_at.is_(None)
    )
    result: Any = db.session.execute(statement.values(taken_at=now))
    if result.rowcount != 1:
        raise Conflict(_("这份名单已经导入，不会重复导入。"))
    db.session.refresh(staged)


def _without_newcomers(staged: RegisterImport) -> list[dict[str, Any]]:
    known = _known_codes()
    late = [row for row in staged.rows if row["uscc"] in known]
    if late:
        zh, en = wording(Fault("uscc", "on_register"))
        more = [
            {
                "key": "late", "line": row["line"], "sheet": "", "address": "", "column": "uscc",
                "label_zh": "统一社会信用代码", "label_en": "Unified social credit code",
                "value": row["uscc"], "message_zh": zh, "message_en": en,
            }
            for row in late
        ]  # fmt: skip
        staged.problems = [*staged.problems, *more]
    return [row for row in staged.rows if row["uscc"] not in known]


def _check_area(rows: Iterable[dict[str, Any]]) -> None:
    """The account's area may have been narrowed since the upload."""
    area = _area()
    for row in rows:
        inside = row["region_code"].startswith(area.region_prefix)
        if not inside or (area.industries and row["industry"] not in area.industries):
            raise Refused(_("您的行业或地区范围已经变化，名单中有不在范围内的机构，没有导入。请重新上传。"))


def _entrant(row: dict[str, Any]) -> Entrant:
    values = loaded(row)
    return Entrant(
        values={name: values[name] for name in _OWN if name in values},
        status=values["status"],
        since=values["since"],
        terminated_on=values.get("terminated_on"),
    )


def _area() -> Area:
    scope = current_scope()
    if scope.kind == "system":
        return Area()
    return Area(tuple(scope.industries), scope.region_prefix)


def _known_codes() -> set[str]:
    with scoped(SYSTEM):  # a code is unique in the whole register
        return set(db.session.scalars(select(Institution.uscc)))


def _regions() -> list[Region]:
    return list(db.session.scalars(select(Region).order_by(Region.code)))


def _mine(regions: Iterable[Region]) -> list[Region]:
    prefix = _area().region_prefix
    return [region for region in regions if len(region.prefix) > 2 and region.code.startswith(prefix)]


def _choice(region: Region, regions: list[Region]) -> Choice:
    city = next((one for one in regions if one.code == f"{region.code[:4]}00"), region)
    if city.code == region.code:
        return Choice(region.code, region.name_zh, region.name_en)
    return Choice(region.code, city.name_zh + region.name_zh, f"{city.name_en} {region.name_en}")
