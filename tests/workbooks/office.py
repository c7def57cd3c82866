"""LibreOffice as the other people's spreadsheet program."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.capabilities import soffice


def resave(data: bytes, folder: Path) -> bytes:
    """Open the workbook, calculate it, save it again as .xlsx."""
    source = folder / "sent.xlsx"
    source.write_bytes(data)
    target = folder / "saved"
    command = [
        soffice() or "soffice",
        f"-env:UserInstallation=file://{folder}/profile",
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(target),
        str(source),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return (target / "sent.xlsx").read_bytes()
