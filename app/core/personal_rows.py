"""Rewriting what lies encrypted: migrations encrypt and decrypt whole columns, `flask rotate-keys` changes the key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, Connection, LargeBinary, Text, bindparam, cast, column, select, table, update
from sqlalchemy.types import TypeEngine

from app.core.append_only import create_triggers, drop_triggers
from app.core.db import db, write_intent
from app.core.personal import (
    BOX,
    REST,
    SealedBytes,
    SealedJson,
    SealedText,
    is_current,
    is_sealed_document,
    open_bytes,
    open_text,
    seal_bytes,
    seal_text,
)

# How many rows are held at a time: numbers are short, documents may have a megabyte, workbooks more.
_BATCH: dict[type[Any], int] = {Text: 1000, JSON: 50, LargeBinary: 5}
_STORED: dict[type[Any], type[Any]] = {SealedText: Text, SealedJson: JSON, SealedBytes: LargeBinary}


class Place:
    """One column as it is stored, without the type that encrypts it."""

    def __init__(self, table_name: str, column_name: str, stored: type[Any]) -> None:
        self.table = table(table_name, column("id"), column(column_name, stored()))
        self.value = self.table.c[column_name]
        self.stored = stored
        self.name = f"{table_name}.{column_name}"

    def batch_after(self, connection: Connection, last: Any, *, boxed_only: bool = False) -> list[Any]:
        """The next rows (id, value), locked until the transaction ends."""
        ident = self.table.c.id
        query = select(ident, self.value).order_by(ident).limit(_BATCH[self.stored])
        if last is not None:
            query = query.where(ident > last)
        if boxed_only:
            query = query.where(cast(self.value, Text).like(f'{{"{BOX}"%'))
        return list(connection.execute(query.with_for_update()))

    def write(self, connection: Connection, changed: list[dict[str, Any]]) -> None:
        """Write values back: [{"row": id, "new": value}]."""
        if changed:
            typed: TypeEngine[Any] = self.value.type
            statement = update(self.table).where(self.table.c.id == bindparam("row"))
            connection.execute(statement.values({self.value: bindparam("new", type_=typed)}), changed)


def rewrite_all(connection: Connection, place: Place, change: Callable[[Any], Any]) -> int:
    """Every value of a column as `change` makes it, in the running transaction; how many became others."""
    number, last = 0, None
    while rows := place.batch_after(connection, last):
        number += _rewrite(connection, place, rows, change)
        last = rows[-1][0]
    return number


def _rewrite(connection: Connection, place: Place, rows: list[Any], change: Callable[[Any], Any]) -> int:
    changed = []
    for row, value in rows:
        if value is not None and (new := change(value)) != value:
            changed.append({"row": row, "new": new})
    place.write(connection, changed)
    return len(changed)


def sealed_places() -> list[Place]:
    """Every column of the models that is encrypted."""
    found = []
    for each in Model.metadata.sorted_tables:
        for part in each.columns:
            stored = _STORED.get(type(part.type))
            if stored is not None:
                found.append(Place(each.name, part.name, stored))
    return found


def rotate_column(place: Place) -> int:
    """Encrypt anew under the first key what lies under a former one. Each batch is a transaction of its own, and
    what is done is left alone: an interrupted run is simply begun again."""
    number, last = 0, None
    while True:
        with _writing(place) as connection:
            rows = place.batch_after(connection, last, boxed_only=place.stored is JSON)
            if not rows:
                return number
            number += _rewrite(connection, place, rows, _rotated)
            last = rows[-1][0]


@contextmanager
def _writing(place: Place) -> Iterator[Connection]:
    token = write_intent.set(True)
    try:
        with db.engine.begin() as connection:
            drop_triggers(connection, place.table.name)
            yield connection
            create_triggers(connection)
    finally:
        write_intent.reset(token)


def _rotated(value: Any) -> Any:
    if isinstance(value, bytes):
        return value if is_current(value) else seal_bytes(open_bytes(value))
    if isinstance(value, str):
        return value if not value or is_current(value.encode()) else seal_text(open_text(value))
    if not is_sealed_document(value) or is_current(value[BOX].encode()):
        return value
    return {BOX: seal_text(open_text(value[BOX])), REST: value[REST]}
