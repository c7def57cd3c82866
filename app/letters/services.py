"""Previews, drafts, and the issue of letters. What other features use; see the package's own words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import current_app, render_template
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from app.core import clock
from app.core.db import db
from app.core.events import record
from app.core.files import StoredFile, store_bytes
from app.core.scope import SYSTEM, scoped
from app.letters import compose, coverage
from app.letters.models import Letter, LetterCounter
from app.letters.pdf import to_pdf
from app.letters.rules import Kind, kinds
from app.letters.templates import layout_of
from app.letters.word import to_docx

Rule = Callable[[Letter, Any], bool]
_rules: dict[str, Rule] = {}
DRAFT = "草稿"


def allow(subject_type: str, rule: Rule) -> None:
    """Say who may open letters on things of a table: ``rule(letter, account) -> bool``. Besides, the row scope holds."""
    _rules[subject_type] = rule


def may_open(letter: Letter, account: Any) -> bool:
    """Whether the account may open the letter; no when its subject's feature has laid down no rule."""
    rule = _rules.get(letter.subject_type)
    return rule is not None and bool(rule(letter, account))


def html(kind: str, data: Mapping[str, Any], *, layout: Mapping[str, Any] | None = None) -> Markup:
    """The letter for a page, not numbered yet."""
    return page_of(_document(kind, data, layout))


def page_of(document: Mapping[str, Any]) -> Markup:
    """A composed document for a page."""
    return Markup(render_template("letters/_sheet.html", letter=document))  # noqa: S704 - the template escapes


def pdf(kind: str, data: Mapping[str, Any], *, layout: Mapping[str, Any] | None = None) -> bytes:
    """A draft as PDF, marked as one."""
    return to_pdf(_document(kind, data, layout), DRAFT)


def docx(kind: str, data: Mapping[str, Any], *, layout: Mapping[str, Any] | None = None) -> bytes:
    """A draft as Word file, marked as one."""
    return to_docx(_document(kind, data, layout), clock.now(), DRAFT)


def unprintable(kind: str, data: Mapping[str, Any]) -> list[str]:
    """What of a letter would come out as boxes in the PDF: each character with its number and name."""
    document = _document(kind, data, None)
    return [coverage.named(one) for one in coverage.unprintable(coverage.texts_of(document))]


def issue(kind: str, subject: Any, data: Mapping[str, Any], *, actor: Any, now: datetime) -> Letter:
    """Number, freeze and store a letter on `subject`, a row with `id` and `institution_id`, in the running transaction.

    The number counts per kind and Shanghai year without gaps; a kind whose number comes from the data keeps that.
    Raises DataProblem when the data do not fit the kind, StorageUnavailable when the files cannot be kept.
    """
    known = kinds()[kind]
    compose.check_data(known, data)
    version, layout = layout_of(known)
    day = clock.local(now).date()
    n = _next(kind, day.year) if compose.is_counted(layout) else ""
    number = compose.number_of(layout, data, day.year, n)
    authority = str(current_app.config["AUTHORITY_NAME"])
    document = compose.compose(known, layout, data, number=number, authority=authority, on=day)
    files = _stored(document, number, actor=actor, now=now)
    letter = Letter(
        kind=kind,
        number=number,
        title=document["title"][:200],
        subject_type=type(subject).__tablename__,
        subject_id=subject.id,
        institution_id=subject.institution_id,
        template_version=version,
        layout=layout,
        payload=dict(data),
        authority=authority,
        issued_at=now,
        issued_by_id=getattr(actor, "id", None),
        content_hash="",
        **files,
    )
    letter.content_hash = content_hash(letter)
    db.session.add(letter)
    facts = {"letter": number, "kind": kind, "hash": letter.content_hash}
    record("LetterIssued", subject, actor=actor, now=now, data=facts)
    return letter


def _stored(document: Mapping[str, Any], number: str, *, actor: Any, now: datetime) -> dict[str, Any]:
    """Both files made and kept; the letter's columns that name them."""
    columns: dict[str, Any] = {}
    for form, content in (("pdf", to_pdf(document)), ("docx", to_docx(document, now))):
        name = _file_name(document["title"], number, form)
        file = store_bytes(content, name=name, kind=form, purpose="letter", now=now, actor=actor)
        columns |= {f"{form}_id": file.id, f"{form}_sha256": file.sha256}
    return columns


def content_hash(letter: Letter) -> str:
    """SHA-256 over all that was frozen, the files' hashes included."""
    frozen = {
        "kind": letter.kind,
        "number": letter.number,
        "layout": letter.layout,
        "payload": letter.payload,
        "authority": letter.authority,
        "issued_at": letter.issued_at.isoformat(),
        "pdf": letter.pdf_sha256,
        "docx": letter.docx_sha256,
    }
    text = json.dumps(frozen, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def letters_of(subject: Any, kind: str | None = None) -> list[Letter]:
    """Letters issued on a thing, oldest first, as far as the row scope shows them."""
    query = select(Letter).where(
        Letter.subject_type == type(subject).__tablename__, Letter.subject_id == subject.id
    )
    if kind is not None:
        query = query.where(Letter.kind == kind)
    return list(db.session.scalars(query.order_by(Letter.id)))


def issued_html(letter: Letter) -> Markup:
    """An issued letter for a page, from what was frozen."""
    return page_of(
        compose.compose(
            kinds()[letter.kind],
            letter.layout,
            letter.payload,
            number=letter.number,
            authority=letter.authority,
            on=clock.local(letter.issued_at).date(),
        )
    )


def file_of(letter: Letter, form: str) -> StoredFile:
    """The stored file, `pdf` or `docx`. The caller has asked `may_open`."""
    with scoped(SYSTEM):  # the files belong to no institution, so that nothing but their letter leads to them
        found = db.session.get(StoredFile, letter.pdf_id if form == "pdf" else letter.docx_id)
    if found is None:
        raise LookupError(f"file of letter {letter.id} is gone")
    return found


def _document(kind: str, data: Mapping[str, Any], layout: Mapping[str, Any] | None) -> dict[str, Any]:
    known: Kind = kinds()[kind]
    values = {key: value for key, value in data.items() if key in known.own_fields or key in known.tables}
    compose.check_data(known, values)
    chosen = layout if layout is not None else layout_of(known)[1]
    day = clock.today()
    number = compose.number_of(chosen, values, day.year, "×")
    authority = str(current_app.config["AUTHORITY_NAME"])
    return compose.compose(known, chosen, values, number=number, authority=authority, on=day)


def _next(kind: str, year: int) -> int:
    """The next number. The counter's row stays locked until the transaction ends: no gaps, no doubles."""
    dialect = db.session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(LetterCounter.__table__).values(kind=kind, year=year, last=1)
    raised = statement.on_conflict_do_update(
        index_elements=["kind", "year"], set_={"last": LetterCounter.last + 1}
    )
    return int(db.session.execute(raised.returning(LetterCounter.last)).scalar_one())


def _file_name(title: str, number: str, form: str) -> str:
    words = f"{title} {number}".replace("/", "-").replace("\\", "-")
    return f"{words[:140]}.{form}"
