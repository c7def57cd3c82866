"""The database as somebody sees it who has a dump of it and no key."""

from __future__ import annotations

import re

from sqlalchemy import inspect

from app.core.db import db


def places_with(*numbers: str) -> set[str]:
    """The columns (table.column) of every table, search indexes too, in which one of these numbers can be read."""
    return places_matching("|".join(map(re.escape, numbers)))


def places_matching(expression: str) -> set[str]:
    """The columns (table.column) in which something matches."""
    pattern, found = re.compile(expression), set()
    with db.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            rows = connection.exec_driver_sql(f'SELECT * FROM "{table}"')
            names = [f"{table}.{name}" for name in rows.keys()]  # noqa: SIM118 - a result, not a dictionary
            for row in rows:
                for name, value in zip(names, row, strict=True):
                    if pattern.search(_text(value)):
                        found.add(name)
    return found


def _text(value: object) -> str:
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).decode("latin-1")
    return str(value) if isinstance(value, (str, dict, list)) else ""
