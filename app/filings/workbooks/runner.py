"""Starts the sandbox and turns what it says, or that it died, into values and refusals."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

from app.core.excel import FORMS, TABLES, Limits, WorkbookRefused, inspect_workbook
from app.filings.workbooks import extract  # noqa: F401 - loaded here so that its bytecode is kept: the sandbox writes no file
from app.filings.workbooks.raw import RawBook

WALL_SECONDS = 90
MAX_FILLED_FORMS = 200_000
_SMALL = 256 * 1024
# Ten thousand lines of forty columns; what is read takes about a hundred bytes a cell in this process.
MAX_FILLED_TABLES = 400_000
_SANDBOX = Path(__file__).with_name("sandbox.py")
_log = logging.getLogger(__name__)


def read_raw(data: bytes, limits: Limits = FORMS) -> RawBook:
    """The cells of an uploaded workbook. Raises WorkbookRefused."""
    is_large = limits.upload > FORMS.upload
    order = {"cpu_seconds": 60, "max_filled": MAX_FILLED_TABLES} if is_large else {"cpu_seconds": 20}
    answer, body = _run("read", order, data, limits)
    try:
        return RawBook.from_wire(answer["book"], body)
    except (ValueError, KeyError, TypeError) as error:
        # Nothing that comes from in there is believed: the file may have taken the sandbox over.
        raise WorkbookRefused("damaged") from error


def annotate_raw(data: bytes, findings: list[dict[str, Any]], lang: str) -> bytes:
    """The workbook with its findings marked, by openpyxl in the sandbox. Raises WorkbookRefused.

    It was read within its own limits before: here the wider ones hold.
    """
    is_large = len(data) > _SMALL
    cpu, filled = (60, MAX_FILLED_TABLES) if is_large else (20, MAX_FILLED_FORMS)
    order = {"findings": findings, "lang": lang, "cpu_seconds": cpu, "max_filled": filled}
    _, body = _run("annotate", order, data, TABLES)
    return body


def _run(
    what: Literal["read", "annotate"], order: dict[str, Any], data: bytes, limits: Limits
) -> tuple[dict[str, Any], bytes]:
    """The sandbox gets ready while the file is inspected here, and sees nothing of it before that is done."""
    message = json.dumps(order, ensure_ascii=False).encode("utf-8", "replace") + b"\n" + data
    with _started(what) as process:
        try:
            inspect_workbook(data, limits)
            output, complaints = process.communicate(message, WALL_SECONDS)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise WorkbookRefused("too_complex") from error
        except BaseException:
            process.kill()
            raise
    return _understood(process.returncode, output, complaints)


def _started(what: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own program, nothing of it comes from the upload
        # Reading needs the standard library only: without site-packages it starts sooner and can do less.
        [sys.executable, "-I", *(["-S"] if what == "read" else []), str(_SANDBOX), what],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"LANG": "C.UTF-8"},  # no settings and no secrets in there
    )


def _understood(status: int, output: bytes, complaints: bytes) -> tuple[dict[str, Any], bytes]:
    if complaints or status:
        _log.warning("workbook sandbox, %s: %s", status, complaints[-2000:].decode("utf-8", "replace"))
    head, newline, body = output.partition(b"\n")
    if status < 0 or not newline:
        # Killed by a limit, or out of memory where Python could not say so any more.
        killed = status < 0 or b"MemoryError" in complaints
        raise WorkbookRefused("too_complex" if killed else "damaged")
    answer: dict[str, Any] = json.loads(head)
    if "refused" in answer:
        raise WorkbookRefused(answer["refused"])
    return answer, body
