"""From the notice to the end of the work on site: serve, confirm, documents, days. None commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from app.accounts.models import Account
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.events import record
from app.core.files import remove_file, store_upload
from app.inspections import intake, letters, rules, telling
from app.inspections.base import for_company, for_worker, move, need_state, step
from app.inspections.labels import ITEM_STATES
from app.inspections.models import Finding, Inspection, InspectionFile, Item, SiteDay

PURPOSE, INTERNAL = "inspection", "inspection_internal"
_ITEM_EVENTS = {"receive": "InspectionDocumentReceived", "return": "InspectionDocumentReturned"}


def serve_notice(inspection_id: int, version: int, actor: Account, now: datetime) -> Inspection:
    """Number and freeze the notice and tell the institution; from now on it sees the inspection."""
    inspection = for_worker(inspection_id, version, actor)
    need_state(inspection, ("approved",))
    inspection.served_at = now
    inspection.notice_no = letters.freeze(inspection, letters.NOTICE, actor, now)
    step(inspection, "serve", "InspectionServed", actor, now, data={"number": inspection.notice_no})
    telling.notice_served(inspection, now)
    return inspection


def confirm_notice(inspection_id: int, request: str, actor: Account, now: datetime) -> Inspection:
    """The institution has received the notice; it may ask for somebody's recusal. Once."""
    inspection = for_company(inspection_id, actor)
    need_state(inspection, rules.TAKES_DOCUMENTS)
    if inspection.confirmed_at:
        raise Conflict(_("本机构已于 %(when)s 确认收到。", when=clock.show_moment(inspection.confirmed_at)))
    inspection.recusal_request = intake.optional(request, "recusal_request")
    inspection.confirmed_at, inspection.confirmed_by = now, str(actor)
    record(
        "InspectionConfirmed", inspection, actor=actor, now=now, comment=inspection.recusal_request or None
    )
    telling.notice_confirmed(inspection, now)
    return inspection


def _item(inspection: Inspection, item_id: int) -> Item:
    query = select(Item).where(Item.id == item_id, Item.inspection_id == inspection.id)
    found = db.session.scalars(query.execution_options(populate_existing=True)).first()
    if found is None:
        raise Invalid(_("没有这一项资料。"))
    return found


def provide(
    inspection_id: int,
    item_id: int,
    uploads: Sequence[FileStorage],
    note: str,
    actor: Account,
    now: datetime,
) -> Item:
    """The institution attaches prepared documents to a line of the list, or says where the paper lies."""
    inspection = for_company(inspection_id, actor)
    need_state(inspection, rules.TAKES_DOCUMENTS)
    item = _item(inspection, item_id)
    chosen = [one for one in uploads if one.filename]
    text = intake.optional(note, f"note_{item_id}", 500)
    if not chosen and not text:
        raise Invalid(_("请选择文件；提供纸质资料的，请在说明中写明。"), field=f"file_{item_id}")
    if len(item.files) + len(chosen) > rules.MAX_FILES:
        raise Invalid(_("每项最多 %(n)s 个文件。", n=rules.MAX_FILES), field=f"file_{item_id}")
    for upload in chosen:
        item.files.append(_file(inspection, upload, actor, now, item_id=item.id))
    states = move(item, rules.ITEM_WORKFLOW, "provide")
    item.note, item.provider = text, str(actor)
    data = {"item": item.name, "files": len(chosen)}
    record("InspectionDocumentProvided", inspection, actor=actor, now=now, states=states, data=data)
    return item


def _file(
    inspection: Inspection,
    upload: FileStorage,
    actor: Account,
    now: datetime,
    *,
    internal: bool = False,
    **of: int,
) -> InspectionFile:
    stored = store_upload(
        upload,
        purpose=INTERNAL if internal else PURPOSE,
        now=now,
        actor=actor,
        # A file without institution is reached through the inspection alone, and so by staff alone.
        institution_id=None if internal else inspection.institution_id,
    )
    return InspectionFile(
        institution_id=inspection.institution_id,
        inspection_id=inspection.id,
        file_id=stored.id,
        name=stored.name,
        size=stored.size,
        key=stored.key,
        is_internal=internal,
        **of,
    )


def take_back(inspection_id: int, file_id: int, actor: Account, now: datetime) -> InspectionFile:
    """The institution removes a file from a document that was not received yet, or from feedback not handed in."""
    inspection = for_company(inspection_id, actor)
    query = select(InspectionFile).where(
        InspectionFile.id == file_id, InspectionFile.inspection_id == inspection.id
    )
    found = db.session.scalars(query).first()
    if found is None or found.is_internal:
        raise Invalid(_("没有这个文件。"))
    if found.finding_id is not None:
        need_state(inspection, rules.TAKES_FEEDBACK)
        if found.round is not None:
            raise Conflict(_("这个文件已随整改反馈提交，不能删除。可以补充新的文件。"))
        _drop(found)
        return found
    need_state(inspection, rules.TAKES_DOCUMENTS)
    item = _item(inspection, found.item_id or 0)
    if item.status == "received":
        raise Conflict(_("这项资料已由检查组接收，不能撤下。"))
    item.files.remove(found)
    if not item.files and item.status == "provided":
        move(item, rules.ITEM_WORKFLOW, "take_back")
    _drop(found)
    data = {"item": item.name, "file": found.name}
    record("InspectionDocumentWithdrawn", inspection, actor=actor, now=now, data=data)
    return found


def _drop(found: InspectionFile) -> None:
    stored = found.file
    db.session.delete(found)
    db.session.flush()
    remove_file(stored)


def decide_item(
    inspection_id: int, item_id: int, seen: str, verdict: str, remark: str, actor: Account, now: datetime
) -> Item:
    """An inspector takes a document or gives it back with a remark. `seen`: the state the page showed."""
    inspection = for_worker(inspection_id, None, actor)
    need_state(inspection, rules.TAKES_DOCUMENTS)
    item = _item(inspection, item_id)
    if item.status != seen:
        raise Conflict(
            _(
                "“%(name)s”刚刚变为“%(state)s”，您的操作没有生效。",
                name=item.name,
                state=ITEM_STATES[item.status],
            )
        )
    if verdict not in _ITEM_EVENTS:
        raise Invalid(_("请选择接收或退回。"))
    text = intake.optional(remark, f"remark_{item_id}", 500)
    if verdict == "return":
        text = intake.reason_of(text, f"remark_{item_id}", _("退回时请写明原因（至少 4 个字），企业将看到。"))
    states = move(item, rules.ITEM_WORKFLOW, verdict)
    item.remark, item.receiver, item.decided_at = text, str(actor), now
    record(
        _ITEM_EVENTS[verdict],
        inspection,
        actor=actor,
        now=now,
        states=states,
        comment=text or None,
        data={"item": item.name},
    )
    if verdict == "return":
        telling.document_returned(inspection, item, now)
    return item


def begin_work(inspection_id: int, version: int, actor: Account, now: datetime) -> Inspection:
    """进场: at least two of the team are there with their credentials (683 art 28)."""
    inspection = for_worker(inspection_id, version, actor)
    inspection.begun_on = inspection.begun_on or clock.local(now).date()
    step(inspection, "begin", "InspectionBegun", actor, now)
    return inspection


def add_day(
    inspection_id: int, raw: Mapping[str, str], uploads: Sequence[FileStorage], actor: Account, now: datetime
) -> SiteDay:
    """What was done on a day, with files; the regulator's own."""
    inspection = for_worker(inspection_id, None, actor)
    need_state(inspection, rules.RECORDS_WORK)
    reader = intake.Reader(raw)
    day, note = reader.day("day"), reader.text("note")
    if day is None:
        reader.errors.setdefault("day", _("请填写日期。"))
    elif day > clock.local(now).date():
        reader.errors["day"] = _("日期不能晚于今天。")
    if not note:
        reader.errors["note"] = _("请写明当天的工作情况。")
    reader.check()
    _need_new_day(inspection, day, note)
    row = SiteDay(
        institution_id=inspection.institution_id,
        inspection_id=inspection.id,
        day=day,
        note=note,
        written_at=now,
        written_by=str(actor),
    )
    db.session.add(row)
    db.session.flush()
    for upload in [one for one in uploads if one.filename][: rules.MAX_FILES]:
        row.files.append(_file(inspection, upload, actor, now, internal=True, day_id=row.id))
    record("InspectionDayRecorded", inspection, actor=actor, now=now, data={"day": str(day)})
    return row


def _need_new_day(inspection: Inspection, day: date | None, note: str) -> None:
    """A press that came twice is one record."""
    query = select(SiteDay.id).where(
        SiteDay.inspection_id == inspection.id, SiteDay.day == day, SiteDay.note == note
    )
    if db.session.scalar(query.limit(1)) is not None:
        raise Conflict(_("这一天已有相同的记录，没有重复保存。"))


def finish_work(inspection_id: int, version: int, actor: Account, now: datetime) -> Inspection:
    """The work on site is done; what follows is the opinion."""
    inspection = for_worker(inspection_id, version, actor)
    inspection.finished_on = clock.local(now).date()
    step(inspection, "finish", "InspectionFinished", actor, now)
    return inspection


def resume_work(inspection_id: int, version: int, actor: Account, now: datetime) -> Inspection:
    """Back on site, because something has to be looked at again."""
    inspection = for_worker(inspection_id, version, actor)
    step(inspection, "resume", "InspectionResumed", actor, now)
    return inspection


def attach_evidence(
    inspection: Inspection, finding: Finding, uploads: Sequence[FileStorage], actor: Account, now: datetime
) -> int:
    """Files that show what was done about a finding; returns how many were added."""
    chosen = [one for one in uploads if one.filename]
    if len(finding.files) + len(chosen) > rules.MAX_FILES:
        raise Invalid(_("每个问题最多 %(n)s 个文件。", n=rules.MAX_FILES), field=f"file_{finding.id}")
    for upload in chosen:
        finding.files.append(_file(inspection, upload, actor, now, finding_id=finding.id))
    db.session.flush()
    return len(chosen)
