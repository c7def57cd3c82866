"""An institution's system as the tests play it; every answer is compared with what the API says about itself."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from app.api.operations import OPERATIONS, PREFIX, problem_statuses
from app.api.tokens import create_token
from app.core import clock
from app.core.db import db
from app.core.problems import PROBLEM_TYPE


class Caller:
    """Calls operations with a token (or without one)."""

    def __init__(self, app: Flask, token: str = "", language: str = "zh") -> None:
        self.app, self.token, self.language = app, token, language
        self.client: FlaskClient = app.test_client()

    def call(self, method: str, path: str, **more: Any) -> Any:
        """One request; its answer must be one that the operation declares."""
        headers = {"Accept-Language": self.language, **more.pop("headers", {})}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        answer = self.client.open(PREFIX + path, method=method, headers=headers, **more)
        check(self.app, method, PREFIX + path, answer)
        return answer

    def get(self, path: str, **more: Any) -> Any:
        """Read."""
        return self.call("GET", path, **more)

    def put(self, path: str, body: Any, **more: Any) -> Any:
        """Save."""
        return self.call("PUT", path, json=body, **more)

    def post(self, path: str, **more: Any) -> Any:
        """Do."""
        return self.call("POST", path, **more)

    def submit(self, place: str, key: str = "key-1", **body: Any) -> Any:
        """上报完成."""
        return self.post(f"{place}/submission", headers={"Idempotency-Key": key}, json=body)


def make_token(account: Any, name: str = "核心系统") -> str:
    """A token of the account's institution, good for a month."""
    from datetime import timedelta

    token, text = create_token(account, name, clock.today() + timedelta(days=30), clock.now())
    # Used just now: what a test counts or forbids is not the note of the first use.
    token.last_used_at = clock.now()
    db.session.commit()
    return text


def check(app: Flask, method: str, url: str, answer: Any) -> None:
    """The answer is JSON, declared, as its schema says, without cookie and without session."""
    assert answer.status_code < 500, answer.get_data(as_text=True)
    assert "Set-Cookie" not in answer.headers
    adapter = app.url_map.bind("localhost")
    endpoint, _values = adapter.match(url.partition("?")[0], method=method)
    declared = next(o for o in OPERATIONS if f"api.{o.id}" == endpoint)
    if answer.status_code >= 400:
        assert answer.status_code in problem_statuses(declared), (
            declared.id,
            answer.status_code,
            answer.json,
        )
        assert answer.mimetype == PROBLEM_TYPE
        validate("Problem", answer.json)
        return
    name = declared.answers[answer.status_code]
    if name and "/" not in name:
        validate(name, answer.json)


def validate(name: str, content: Any) -> None:
    """Compare JSON with a component."""
    from app.api.openapi import document

    schema = {"$ref": f"#/components/schemas/{name}", "components": document("zh")["components"]}
    Draft202012Validator(schema).validate(content)
