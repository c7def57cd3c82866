"""What the browser loads besides pages."""

from __future__ import annotations

import gzip

PACKED = {"Accept-Encoding": "gzip, br"}


def test_static_files_go_out_compressed_and_say_so(client):
    path = "/static/vendor/tabler/tabler.css"
    packed = client.get(path, headers=PACKED)
    with client.get(path) as plain:
        body, varies = plain.data, plain.headers["Vary"]
    assert gzip.decompress(packed.data) == body and len(packed.data) < len(body) / 4
    assert packed.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in varies
    tag = {"If-None-Match": packed.headers["ETag"]}
    with client.get(path, headers={**PACKED, **tag}) as same:
        assert same.status_code == 304
    assert client.get("/static/no-such.css", headers=PACKED).status_code == 404
    head = client.head(path, headers=PACKED)
    assert head.data == b"" and head.headers["Content-Length"] == str(len(packed.data))
