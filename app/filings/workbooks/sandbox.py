"""The program in which a stranger's workbook is opened: little memory, little time, no files, no secrets.

Started by runner.py as `python -I sandbox.py read|annotate`. Standard input: one line of JSON, then the
workbook. Standard output: one line of JSON, then (annotate) the new workbook. A refusal is a line
{"refused": code}; anything worse is told by the exit status.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import types
from importlib import import_module
from pathlib import Path
from typing import Any

MEMORY = 1024 * 1024 * 1024
DEFAULT_CPU_SECONDS = 20


def main() -> None:
    """Do what the first argument says. Exit status 0 also for a refusal."""
    source, target = sys.stdin.buffer, sys.stdout.buffer
    _load(sys.argv[1])
    order: dict[str, Any] = json.loads(source.readline())
    _confine(int(order.get("cpu_seconds", DEFAULT_CPU_SECONDS)))
    data = source.read()
    answer, body = _run(sys.argv[1], order, data)
    target.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
    target.write(body)
    target.flush()
    sys.stderr.flush()


def _load(what: str) -> None:
    """Fetch the code while the platform is still looking at the file from outside."""
    import_module("app.filings.workbooks.extract")
    if what == "annotate":
        import_module("app.filings.workbooks.marking")


def _confine(cpu_seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _run(what: str, order: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    from app.filings.workbooks.package import TooComplex, Unreadable

    try:
        return _read(order, data) if what == "read" else _annotate(order, data)
    except (TooComplex, MemoryError, RecursionError):
        return {"refused": "too_complex"}, b""
    except Unreadable:
        return {"refused": "damaged"}, b""
    except Exception:
        # Whatever else a broken file brings about; the traceback goes to the platform's log.
        sys.excepthook(*sys.exc_info())
        return {"refused": "damaged"}, b""


def _read(order: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    from app.filings.workbooks.extract import MAX_FILLED, extract

    head, body = extract(data, int(order.get("max_filled", MAX_FILLED))).to_wire()
    return {"book": head}, body


def _annotate(order: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    from app.filings.workbooks.extract import MAX_FILLED, extract
    from app.filings.workbooks.marking import mark

    extract(
        data, int(order.get("max_filled", MAX_FILLED))
    )  # refuses shapes on which openpyxl would take the whole machine
    return {"annotated": True}, mark(data, order["findings"], order["lang"])


def _skip_the_application() -> None:
    """Make `app` importable without running app/__init__.py: no web framework in here, and 0.3 s saved."""
    root = Path(__file__).resolve().parents[3]
    package = types.ModuleType("app")
    package.__path__ = [str(root / "app")]
    sys.modules["app"] = package


if __name__ == "__main__":
    # With lxml installed openpyxl would read workbook.xml past defusedxml.
    os.environ["OPENPYXL_LXML"] = "False"
    _skip_the_application()
    main()
    os._exit(0)  # with two hundred thousand texts in hand, tidying up would take longer than it is worth
