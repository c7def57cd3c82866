"""Verbs on attachments in the draft: each asks the gate and checks the set again; none commits."""

from __future__ import annotations

from werkzeug.datastructures import FileStorage

from app.filings.submissions.attachments import add_attachment, drop_attachment
from app.filings.submissions.models import Filing, FilingAttachment
from app.filings.submissions.place import Place
from app.filings.submissions.services import load_place, locked_filing, reassess, require_open


def attach(place: Place, code: str, key: str, upload: FileStorage) -> FilingAttachment:
    """Put an uploaded file to a form of the draft. Raises Refused (gate), Invalid (file, kind)."""
    filing = _open_filing(place)
    data = load_place(place, filing)
    item = add_attachment(place, data, filing, code, key, upload)
    reassess(data, filing)
    return item


def detach(place: Place, attachment_id: int) -> None:
    """Take a file out of the draft; versions that were handed in keep theirs."""
    filing = _open_filing(place)
    drop_attachment(filing, attachment_id)
    reassess(load_place(place, filing), filing)


def _open_filing(place: Place) -> Filing:
    filing = locked_filing(place, create=False)
    require_open(place, filing)
    filing = filing or locked_filing(place)
    assert filing is not None
    return filing
