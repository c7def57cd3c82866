"""JSON from outside: what cannot be read is a ValueError, which Flask answers with 400."""

from __future__ import annotations

import json
import re
from typing import Any

from flask.json.provider import DefaultJSONProvider

_HALF = re.compile(rb"\\u[dD][89a-fA-F]")  # a surrogate: half of a character unless its other half follows


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


class StrictJSONProvider(DefaultJSONProvider):
    """Flask's own, without what Python adds to the standard, and not to be felled by nesting."""

    ensure_ascii = False  # people read our JSON too

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Read JSON. Nesting beyond the interpreter's stack is bad input, not a fault of ours."""
        try:
            value = super().loads(s, parse_constant=_no_number, **kwargs)
            return _whole_characters(value) if _HALF.search(_bytes(s)) else value
        except RecursionError:
            raise ValueError("nested too deeply") from None


def _bytes(source: str | bytes) -> bytes:
    return source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source


def _whole_characters(value: Any) -> Any:
    """The same with U+FFFD for every half of a character: neither a page nor a database can hold one."""
    text = json.dumps(value, ensure_ascii=False)
    return json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
