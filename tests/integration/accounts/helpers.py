"""Walking through the forms about accounts as a browser does."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient

from tests.factories import PASSWORD

CAPTCHA = "2468"


def field(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert found, f"no field {name}"
    value = re.search(r'value="([^"]*)"', found.group(0))
    return value.group(1) if value else ""


def try_login(client: FlaskClient, account: str, password: str = PASSWORD, **more: Any) -> Any:
    """Open the log-in page and send it."""
    page = client.get("/login").text
    data = {
        "csrf_token": field(page, "csrf_token"),
        "captcha_token": field(page, "captcha_token"),
        "captcha": CAPTCHA,
        "account": account,
        "password": password,
    }
    return client.post("/login", data={**data, **more})


def post(client: FlaskClient, url: str, page: str, **data: Any) -> Any:
    """Send a form with the token of the page it stands on."""
    token = field(client.get(page).text, "csrf_token")
    return client.post(url, data={"csrf_token": token, **data})
