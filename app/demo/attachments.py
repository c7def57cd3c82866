"""The papers that a demonstration company hands in with a form: small PDFs that say what they stand for."""

from __future__ import annotations

from app.filings.submissions.attachments import put_attachment
from app.filings.submissions.data import FilingData
from app.filings.submissions.models import Filing
from app.filings.submissions.place import Place


def attach_required(place: Place, data: FilingData, filing: Filing, code: str) -> None:
    """Every attachment that the form requires and that is not there yet."""
    for item in data.forms[code].attachments:
        if item.required and item.key not in data.attached.get(code, set()):
            content = pdf(f"DEMONSTRATION  {place.institution.uscc}  {code}  {item.name_en}")
            put_attachment(place, data, filing, code, item.key, content, f"{item.name_zh}.pdf")


def pdf(line: str) -> bytes:
    """One page with one line of ASCII text."""
    text = line.encode("ascii", "replace").replace(b"\\", b"").replace(b"(", b"").replace(b")", b"")
    stream = b"BT /F1 14 Tf 60 760 Td (" + text + b") Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n%s%s" % (count, table, trailer)
