"""A workbook written by hand, part by part, the way other programs write them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from xml.sax.saxutils import escape

from app.filings.definitions.schema import Form, Value, Values

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def inline_workbook(
    form: Form,
    values: Values,
    *,
    identity: Sequence[str] = (),
    formulas: bool = False,
    without: Sequence[str] = (),
) -> bytes:
    """A fixed form with inline texts, `dimension` A1, an empty fill and no shared strings.

    `formulas` writes input numbers as formulas with their results; `without` leaves rows out.
    """
    lines = [[form.name_zh], [], ["项目", "行次", *(column.name_zh for column in form.columns)]]
    for row in form.rows:
        if row.key not in without:
            cells = values.get(row.key, {})
            lines.append([row.name_zh, row.line, *(cells.get(column.key) for column in form.columns)])
    rows = "".join(_row(number, line, formulas) for number, line in enumerate(lines, start=1))
    sheet = (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><dimension ref="A1"/><sheetData>{rows}</sheetData>'
        '<mergeCells count="1"><mergeCell ref="A1:E1"/></mergeCells></worksheet>'
    )
    return _packed(form.name_zh if not identity else "Sheet1", sheet, identity)


def _row(number: int, line: Sequence[Value | int], formulas: bool) -> str:
    cells = "".join(
        _cell(f"{chr(65 + col)}{number}", value, formulas and col > 1)
        for col, value in enumerate(line)
        if value is not None
    )
    return f'<row r="{number}" spans="1:5">{cells}</row>'


def _cell(where: str, value: object, as_formula: bool) -> str:
    if isinstance(value, Decimal | int):
        formula = f"<f>{value}+0</f>" if as_formula else ""
        return f'<c r="{where}" s="1">{formula}<v>{value}</v></c>'
    return f'<c r="{where}" t="inlineStr"><is><t xml:space="preserve">　{escape(str(value))} </t></is></c>'


def _packed(title: str, sheet: str, identity: Sequence[str]) -> bytes:
    properties = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{pid}" name="lfw_identity_{pid - 1}">'
        f"<vt:lpwstr>{escape(piece)}</vt:lpwstr></property>"
        for pid, piece in enumerate(identity, start=2)
    )
    kind = "http://schemas.openxmlformats.org/officeDocument/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEET_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET_TYPE}.styles+xml"/>'
        '<Override PartName="/docProps/custom.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.custom-properties+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="/xl/workbook.xml"/>'
        f'<Relationship Id="rId2" Type="{_REL}/custom-properties" Target="docProps/custom.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><workbookPr/>'
        f'<sheets><sheet name="{escape(title)}" sheetId="7" r:id="rId9"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId9" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId8" Type="{_REL}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/></font></fonts>'
        '<fills count="1"><fill/></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": sheet.removeprefix(_HEAD),
        "docProps/custom.xml": f'<Properties xmlns="{kind}/custom-properties" xmlns:vt="{kind}/docPropsVTypes">'
        f"{properties}</Properties>",
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, (_HEAD + text).encode())
    return stream.getvalue()
