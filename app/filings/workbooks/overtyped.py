"""Formulas over which somebody typed a number: the server's result counts, and the sender is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from app.filings.compute import compute_set
from app.filings.definitions.schema import CellSpec, Values
from app.filings.environment import Context
from app.filings.workbooks.convert import convert
from app.filings.workbooks.raw import RawCell
from app.filings.workbooks.results import Note, ReadResult
from app.filings.workbooks.values_of import FormReader

_SHOWN = 5
_CENT = Decimal("0.01")


def note_overtyped(readers: Sequence[FormReader], result: ReadResult, context: Context | None) -> None:
    """One note per form. Without `context` nothing is known of other filings: only constants are compared."""
    if context is None or not any(reader.overtyped for reader in readers):
        return
    forms = {reader.form.code: reader.form for reader in readers}
    filed: dict[str, Values | None] = dict(result.values_by_form)
    calculated = compute_set(forms, filed, context)
    for reader in readers:
        _note(reader, result, calculated.get(reader.form.code) or {})


def _note(reader: FormReader, result: ReadResult, calculated: Mapping[str, Mapping[str, object]]) -> None:
    code = reader.form.code
    changed = []
    for (row, col), cell in reader.overtyped.items():
        spec = reader.form.cell_spec(row, col)
        if spec is not None and _differs(spec, cell, calculated.get(row, {}).get(col), reader.date_mode):
            changed.append("!".join(result.cell_addresses[code, row, col]))
    if not changed:
        return
    listed = "、".join(changed[:_SHOWN]) + ("…" if len(changed) > _SHOWN else "")
    result.notes.append(
        Note(
            code,
            f"{len(changed)} 个自动计算的单元格被改成了其他数值（{listed}），已按系统重新计算的结果导入。",
            f"{len(changed)} calculated cells had been overwritten ({listed}); the platform's own results count.",
        )
    )


def _differs(spec: CellSpec, cell: RawCell, calculated: object, date_mode: str) -> bool:
    parsed = convert(spec, cell, date_mode)
    if isinstance(parsed.value, Decimal) and isinstance(calculated, Decimal):
        return abs(parsed.value - calculated) > _CENT
    return parsed.problem is not None or parsed.value != calculated
