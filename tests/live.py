"""A running server and a real Chromium for tests that a browser must do."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests import capabilities

CHROMIUM = capabilities.chromium() or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1280, "height": 850}
PHONE = {"width": 375, "height": 800}


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """pytest-playwright starts the system's Chromium; nothing is downloaded."""
    return {"executable_path": CHROMIUM, "args": ARGUMENTS, "headless": True}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    """A desktop in China."""
    return {"viewport": DESKTOP, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", "accept_downloads": True}


def whole_answers(app: Any) -> Callable[..., list[bytes]]:
    """Answers that are read and closed before the first byte is sent.

    A visitor who goes away in the middle makes the development server drop an open file without closing it.
    """

    def answered(environ: Any, start_response: Any) -> list[bytes]:
        parts = app(environ, start_response)
        try:
            return list(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()

    return answered


@pytest.fixture
def live(app: Flask, fresh_database: None) -> Iterator[str]:
    """The application on a real port, over the test's own database; gives its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, whole_answers(app), threaded=True)
    server.daemon_threads = False  # the next test's database comes only when the last request is through
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()


@dataclass
class Visitor:
    """Somebody at a browser: `page` with the console watched, so that script and policy errors fail a test."""

    page: Any
    address: str
    problems: list[str]

    def open(self, path: str) -> None:
        """Go to a path of the platform."""
        self.page.goto(self.address + path)

    def log_in(self, username: str, password: str) -> None:
        """Through the log-in page, with the captcha that tests know."""
        self.open("/login")
        self.page.locator("main #account").fill(username)
        self.page.locator("main #password").fill(password)
        self.page.locator("main #captcha").fill("2468")
        with self.page.expect_navigation():
            self.page.locator("main form").get_by_role("button", name="登录").click()

    def shot(self, name: str) -> None:
        """A picture for people, when PICTURES names a folder."""
        folder = os.environ.get("PICTURES")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.fixture
def visit(live: str, browser: Any, browser_context_args: dict[str, Any]) -> Iterator[Callable[..., Visitor]]:
    """Make visitors, each with cookies of their own."""
    made: list[tuple[Any, Visitor]] = []

    def new_visitor(**more: Any) -> Visitor:
        context = browser.new_context(**{**browser_context_args, **more})
        page = context.new_page()
        visitor = Visitor(page, live, [])
        # Windows for files are caught from the start: asked for only when one opens, it may open first.
        page.on("filechooser", lambda _chooser: None)
        page.on("pageerror", lambda error: visitor.problems.append(str(error)))
        page.on(
            "console",
            lambda message: (
                visitor.problems.append(message.text) if "Content Security Policy" in message.text else None
            ),
        )
        made.append((context, visitor))
        return visitor

    yield new_visitor
    problems = [problem for _, visitor in made for problem in visitor.problems]
    for context, _ in made:
        context.close()
    assert not problems, problems
