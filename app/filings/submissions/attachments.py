"""Attachments of forms: uploaded to the draft, named with their hash in every version that is handed in.

A file that a version names is never removed; taking it out of the draft only takes it out of what comes next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from app.core.db import db
from app.core.errors import Invalid, NotAllowed, Refused
from app.core.files import StoredFile, remove_file, store_bytes, store_upload
from app.filings.definitions.schema import Form
from app.filings.submissions.data import FilingData
from app.filings.submissions.models import Filing, FilingAttachment
from app.filings.submissions.place import Place

PURPOSE = "filing_attachment"
MOST_PER_KEY = 10


def frozen_attachments(data: FilingData) -> dict[str, list[dict[str, Any]]]:
    """The files of the draft as a version names them; from now on they are kept."""
    found: dict[str, list[dict[str, Any]]] = {}
    for code in data.forms:
        for item in data.attachments.get(code, ()):
            item.frozen = True
            found.setdefault(code, []).append(described(item))
    return found


def described(item: FilingAttachment) -> dict[str, Any]:
    """One attachment as it is frozen."""
    file = item.file
    return {"key": item.key, "file": file.id, "name": file.name, "size": file.size, "sha256": file.sha256}


def add_attachment(
    place: Place, data: FilingData, filing: Filing, code: str, key: str, upload: FileStorage
) -> FilingAttachment:
    """Check an uploaded file and put it to the draft; the caller holds the lock and has asked the gate.

    Raises Invalid with what is wrong with the file, or when the form does not ask for such an attachment.
    """
    held = _room_for(data, code, key)
    file = store_upload(
        upload, purpose=PURPOSE, now=place.now, actor=place.actor, institution_id=place.institution.id
    )
    if any(item.file.sha256 == file.sha256 for item in held):
        raise Invalid(_("“%(name)s”已经上传过，没有重复保存。", name=file.name))
    return _keep(place, data, filing, code, key, file)


def put_attachment(
    place: Place, data: FilingData, filing: Filing, code: str, key: str, content: bytes, name: str
) -> FilingAttachment:
    """The same for a PDF of our own making."""
    _room_for(data, code, key)
    file = store_bytes(
        content,
        name=name,
        kind="pdf",
        purpose=PURPOSE,
        now=place.now,
        actor=place.actor,
        institution_id=place.institution.id,
    )
    return _keep(place, data, filing, code, key, file)


def _room_for(data: FilingData, code: str, key: str) -> list[FilingAttachment]:
    form = data.forms.get(code)
    if form is None or key not in {item.key for item in form.attachments}:
        raise Invalid(_("这张报表没有这种附件。请刷新页面后重试。"))
    held = [item for item in data.attachments.get(code, ()) if item.key == key]
    if len(held) >= MOST_PER_KEY:
        raise Refused(_("每种附件最多 %(n)s 个文件。请先删除不需要的文件。", n=MOST_PER_KEY))
    return held


def _keep(
    place: Place, data: FilingData, filing: Filing, code: str, key: str, file: StoredFile
) -> FilingAttachment:
    item = FilingAttachment(
        filing_id=filing.id,
        institution_id=filing.institution_id,
        form_code=code,
        key=key,
        added_at=place.now,
        added_by_id=place.actor.id,
    )
    item.file = file
    db.session.add(item)
    data.attachments.setdefault(code, []).append(item)
    filing.version += 1
    db.session.flush()
    return item


def drop_attachment(filing: Filing, attachment_id: int) -> None:
    """Take a file out of the draft; the caller holds the lock and has asked the gate."""
    item = db.session.get(FilingAttachment, attachment_id)
    if item is None or item.filing_id != filing.id:
        raise NotAllowed(_("没有这个附件，可能已被删除。"))
    file, frozen = item.file, item.frozen
    db.session.delete(item)
    filing.version += 1
    db.session.flush()
    if not frozen:
        remove_file(file)


def carry_over(filing: Filing, code: str, attached: Iterable[Mapping[str, Any]], place: Place) -> None:
    """A change begins with the attachments in force: the same files, to keep, add to or take out."""
    for entry in attached:
        db.session.add(
            FilingAttachment(
                filing_id=filing.id,
                institution_id=filing.institution_id,
                form_code=code,
                key=str(entry["key"]),
                file_id=int(entry["file"]),
                frozen=True,
                added_at=place.now,
                added_by_id=place.actor.id,
            )
        )


@dataclass(frozen=True)
class Slot:
    """One kind of attachment that a form asks for, with the files there are: (row, file) for drafts."""

    key: str
    name: str
    required: bool
    files: tuple[tuple[int, StoredFile], ...]


def slots(form: Form, items: Iterable[FilingAttachment], lang: str) -> list[Slot]:
    """The kinds of attachments of a form in the order of its definition, with what was uploaded."""
    held = list(items)
    return [
        Slot(
            key=spec.key,
            name=spec.name_en if lang == "en" else spec.name_zh,
            required=spec.required,
            files=tuple((item.id, item.file) for item in held if item.key == spec.key),
        )
        for spec in form.attachments
    ]


def frozen_slots(form: Form, attached: Iterable[Mapping[str, Any]], lang: str) -> list[Slot]:
    """The same of a version that was handed in."""
    entries = list(attached)
    wanted = {int(entry["file"]) for entry in entries}
    query = select(StoredFile).where(StoredFile.id.in_(wanted))
    files = {file.id: file for file in db.session.scalars(query)} if wanted else {}
    return [
        Slot(
            key=spec.key,
            name=spec.name_en if lang == "en" else spec.name_zh,
            required=spec.required,
            files=tuple(
                (0, files[e["file"]]) for e in entries if e["key"] == spec.key and e["file"] in files
            ),
        )
        for spec in form.attachments
    ]
