"""What nobody means to send, and what must come of it: no error of ours, a message, nothing stored."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import text

from app.core.db import db

HUGE = "十" * 3_000
TEXTS = {
    "nul": "1\x002",
    "lone surrogate": "\ud83d",
    "control characters": "a\x0bb\x1fc\x7f",
    "emoji": "👩‍👩‍👧‍👦🧮",
    "other direction": "\u202e0001",
    "10^400": "1" + "0" * 400,
    "exponent": "1e400",
    "not a number": "NaN",
    "infinite": "-Infinity",
    "negative zero": "-0.000000000000000000000000000001",
    "huge": HUGE,
    "markup": "<script>alert(1)</script>{{7*7}}",
    "formula": '=HYPERLINK("http://example.invalid")',
    "quotes": "'\"`; DROP TABLE filing; --",
    "template": "%(name)s %s {0} ${x}",
    "day that never was": "2026-02-30",
    "year 0": "0000-00-00",
    "other digits": "٣²",
    "blank": " \u3000\u00a0\u200b",
}
# What a JSON body can be instead of {"version": 0, "cells": {row: {column: text}}}.
NESTED: Any = "x"
for _level in range(600):
    NESTED = [NESTED]
DEEP = json.dumps(NESTED)
BODIES = {
    "nothing": "",
    "no JSON": "{",
    "not UTF-8": b"\xff\xfe\x00",
    "null": "null",
    "a number": "12",
    "a list": "[]",
    "a text": '"x"',
    "no cells": '{"version": 0}',
    "cells are a list": '{"version": 0, "cells": [1]}',
    "cells are a text": '{"version": 0, "cells": "x"}',
    "a row is a list": '{"version": 0, "cells": {"r1": [1, 2]}}',
    "a row is null": '{"version": 0, "cells": {"r1": null}}',
    "a cell is a number": '{"version": 0, "cells": {"r1": {"cur": 5}}}',
    "a cell is a list": '{"version": 0, "cells": {"r1": {"cur": ["1"]}}}',
    "a cell is an object": '{"version": 0, "cells": {"r1": {"cur": {"a": "1"}}}}',
    "NaN": '{"version": 0, "cells": {"r1": {"cur": NaN}}}',
    "version NaN": '{"version": NaN, "cells": {}}',
    "version infinite": '{"version": 1e999, "cells": {}}',
    "version negative": '{"version": -1, "cells": {}}',
    "version a text": '{"version": "0", "cells": {}}',
    "version true": '{"version": true, "cells": {}}',
    "version huge": '{"version": 1' + "0" * 400 + ', "cells": {}}',
    "version a fraction": '{"version": 0.5, "cells": {}}',
    "no version": '{"cells": {}}',
    "deep": '{"version": 0, "cells": ' + DEEP + "}",
    "too deep": "[" * 100_000,
    "too many rows": json.dumps({"version": 0, "cells": {str(n): {} for n in range(10_001)}}),
    "digits without end": '{"version": 0, "cells": {"r1": {"cur": ' + "9" * 5000 + "}}}",
}
# State of a session or of the machinery, not of what people store.
PASSING = {"login_session", "captcha_use", "unknown_login"}


def everything_stored() -> dict[str, list[Any]]:
    """All rows of all tables, but for sessions and counters."""
    db.session.rollback()
    names = sorted(set(db.metadata.tables) - PASSING)
    return {
        name: sorted(map(repr, db.session.execute(text(f'SELECT * FROM "{name}"')).all())) for name in names
    }


def changed_tables(before: dict[str, list[Any]]) -> list[str]:
    """Names of the tables that are not as they were."""
    after = everything_stored()
    return [name for name, rows in before.items() if after[name] != rows]
