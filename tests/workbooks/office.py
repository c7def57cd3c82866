"""LibreOffice as the other people's spreadsheet program."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.capabilities import soffice


def resave(data: bytes, folder: Path) -> bytes:
    """Open the workbook, calculate it, save it again as .xlsx."""
    return convert(data, folder, "xlsx:Calc MS Excel 2007 XML")


def convert(data: bytes, folder: Path, to: str) -> bytes:
    """Open the workbook and save it in another format."""
    source = folder / "sent.xlsx"
    source.write_bytes(data)
    target = folder / "saved"
    command = [
        soffice() or "soffice",
        f"-env:UserInstallation=file://{folder}/profile",
        "--headless",
        "--convert-to",
        to,
        "--outdir",
        str(target),
        str(source),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return (target / f"sent.{to.partition(':')[0]}").read_bytes()
