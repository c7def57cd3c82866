"""Style sheets, scripts and drawings go out compressed: packed once per process and kept, a few megabytes in all."""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request

STATIC = {"static", "appbuilder.static"}
PACKED_TYPES = {"text/css", "text/javascript", "application/javascript", "image/svg+xml", "application/json"}
SMALLEST = 700  # bytes; below that nothing is won


@lru_cache(maxsize=400)
def _packed(path: str, _changed: int) -> bytes:
    return gzip.compress(Path(path).read_bytes(), 9, mtime=0)


def compress_static(response: Response) -> Response:
    """The compressed twin of a static file, for those who take it."""
    if request.endpoint not in STATIC or response.mimetype not in PACKED_TYPES:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code != 200 or "gzip" not in request.headers.get("Accept-Encoding", ""):
        return response
    folder = current_app.static_folder if request.endpoint == "static" else None
    if folder is None or request.range is not None or (response.content_length or 0) < SMALLEST:
        return response
    path = Path(folder) / str((request.view_args or {})["filename"])
    data = _packed(str(path), path.stat().st_mtime_ns)
    response.close()  # the open file
    response.direct_passthrough = False
    response.set_data(data if request.method == "GET" else b"")
    response.headers["Content-Length"] = str(len(data))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("Accept-Ranges", None)
    tag, _weak = response.get_etag()
    if tag:
        response.set_etag(tag, weak=True)  # the same file, but not the same bytes
    return response


def init_app(app: Flask) -> None:
    """Hook it in."""
    app.after_request(compress_static)
