"""A sent workbook -> values of forms. All problems come back together, each with sheet and cell."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.excel import FORMS, Limits, WorkbookRefused
from app.filings.definitions.schema import Form
from app.filings.environment import Context
from app.filings.workbooks.identity import NAME_PREFIX, Identity, from_pieces
from app.filings.workbooks.locate import Layout, assign_sheets, lay_out
from app.filings.workbooks.overtyped import note_overtyped
from app.filings.workbooks.raw import RawBook, RawSheet
from app.filings.workbooks.results import Note, ReadResult
from app.filings.workbooks.runner import read_raw
from app.filings.workbooks.values_of import FormReader

_SHOWN = 5


def read_workbook(
    data: bytes,
    forms: Mapping[str, Form],
    expected: Identity,
    context: Context | None = None,
    limits: Limits = FORMS,
) -> ReadResult:
    """Read the forms that are in the workbook and in `forms` ({code: form}).

    `expected` says whose workbook it must be, and for which period and versions. With `context` rows of
    other industries are left aside and overtyped formulas are compared with what the server calculates.
    Raises WorkbookRefused when the file as a whole cannot be taken.
    """
    return read_book(read_raw(data, limits), forms, expected, context)


def read_book(
    book: RawBook, forms: Mapping[str, Form], expected: Identity, context: Context | None = None
) -> ReadResult:
    """The same for an extracted workbook."""
    industry = context.industry if context else None
    identity = find_identity(book)
    wanted = _wanted(identity, forms, expected)
    sheets = assign_sheets(book, wanted, industry)
    if not sheets:
        raise WorkbookRefused("no_known_form", expected="、".join(forms), found=_sheets_found(book))
    result = ReadResult(identity=identity)
    overtyped: list[FormReader] = []
    for code, form in wanted.items():
        if code not in sheets:
            continue
        layout = lay_out(form, sheets[code], industry)
        _check_layout(form, sheets[code], layout, identity)
        reader = FormReader(form, sheets[code], layout, book.date_mode, industry, result)
        reader.read()
        overtyped.append(reader)
    _tell_about_sheets(result, wanted, sheets, identity)
    note_overtyped(overtyped, result, context)
    return result


def find_identity(book: RawBook) -> Identity | None:
    """From the hidden sheet, else the defined names, else the document properties."""
    by_names = [text.strip('"') for name, text in book.names.items() if name.startswith(NAME_PREFIX)]
    by_properties = [text for name, text in book.properties.items() if name.startswith(NAME_PREFIX)]
    hidden = (sheet for sheet in book.sheets if sheet.name.lower().startswith("_identity"))
    by_sheet = [cell.text for sheet in hidden for cell in sheet.cells.values()]
    for pieces in (by_sheet, by_names, by_properties):
        identity = from_pieces(pieces)
        if identity is not None:
            return identity
    return None


def _wanted(identity: Identity | None, forms: Mapping[str, Form], expected: Identity) -> dict[str, Form]:
    """The forms to look for; refuses a workbook of somebody else, another period or an old version."""
    if identity is None:
        return dict(forms)
    if identity.uscc != expected.uscc:
        raise WorkbookRefused("other_institution", found=identity.uscc, expected=expected.uscc)
    codes = [stamp.code for stamp in identity.forms]
    wanted = {code: form for code, form in forms.items() if code in codes}
    if not wanted:
        raise WorkbookRefused("wrong_form", found="、".join(codes[:10]), expected="、".join(list(forms)[:10]))
    if identity.period != expected.period:
        raise WorkbookRefused("other_period", found=identity.period, expected=expected.period)
    old = [code for code in wanted if identity.stamp(code) != expected.stamp(code)]
    if old:
        raise WorkbookRefused("old_version", forms="、".join(old))
    return wanted


def _sheets_found(book: RawBook) -> str:
    names = "、".join(sheet.name for sheet in book.sheets if sheet.state == "visible")[:200]
    return f"[{names}] " if names else ""


def _check_layout(form: Form, sheet: RawSheet, layout: Layout, identity: Identity | None) -> None:
    if not layout.missing or (identity is not None and layout.is_recognised):
        return
    missing = "、".join(layout.missing[:_SHOWN]) + ("…" if len(layout.missing) > _SHOWN else "")
    code = "layout_changed" if identity else "no_identity"
    raise WorkbookRefused(code, form=form.code, sheet=sheet.name, missing=missing)


def _tell_about_sheets(
    result: ReadResult, wanted: Mapping[str, Form], sheets: Mapping[str, RawSheet], identity: Identity | None
) -> None:
    if identity is None:
        for code in sheets:
            zh = f"文件没有模板标识，报表 {code} 按项目名称和表头识别，请核对导入的数值。"
            en = f"The file carries no template identity; form {code} was recognised by its labels. Compare the values."
            result.notes.append(Note(code, zh, en))
        return
    for code in wanted:
        if code not in sheets:
            zh = f"文件中没有报表 {code} 的工作表，该报表保持原有数值。"
            en = f"There is no sheet for form {code} in the file; its values stay as they are."
            result.notes.append(Note(code, zh, en))
    others = [stamp.code for stamp in identity.forms if stamp.code not in wanted]
    if others:
        listed = "、".join(others[:10])
        zh, en = f"文件中的报表 {listed} 本次不导入。", f"Form {listed} in this file is not imported now."
        result.notes.append(Note("", zh, en))
