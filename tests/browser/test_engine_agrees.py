"""The evaluator in the browser gives what the server gives, on hundreds of random expressions and values."""

from __future__ import annotations

import datetime as dt
import functools
import json
import threading
from collections.abc import Iterator
from decimal import Decimal
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from app.filings.expressions import evaluate, parse, parse_formula, references
from app.filings.expressions.ast import FieldRef, Node
from app.filings.expressions.browser import to_browser
from app.filings.expressions.walk import attributes
from tests.unit.expressions.strategies import (
    Surroundings,
    catalogue_expressions,
    expressions,
    surroundings,
)

pytestmark = pytest.mark.browser

STATIC = Path(__file__).parents[2] / "app" / "static"
POLICY = "default-src 'none'; script-src 'self'"

# Values travel as [type, text]; references are looked up by their JSON.
HARNESS = """async (cases) => {
  const { evaluate } = await import("/js/engine/evaluate.js");
  const decimal = await import("/js/engine/decimal.js");
  const dates = await import("/js/engine/dates.js");
  const decoders = { n: decimal.number, t: String, d: dates.day, b: (text) => text === "True" };
  const decode = (packed) => packed && decoders[packed[0]](packed[1]);
  const encode = (value) => {
    if (value === null) return null;
    if (decimal.isNumber(value)) return ["n", value.toString()];
    if (typeof value === "boolean") return ["b", value ? "True" : "False"];
    return [typeof value === "string" ? "t" : "d", String(value)];
  };
  return cases.map(({ tree, tolerance, known }) => {
    const values = new Map(Object.entries(known));
    const look = (ref) => values.get(JSON.stringify(ref));
    const env = {
      scalar: (ref) => decode(look(ref)),
      attr: (ref) => decode(look(ref)),
      column: (ref) => look(ref) && look(ref).map(decode),
      isBlank: (ref) => (look(ref) ? look(ref)[0] === "t" && look(ref)[1] === "" : null),
    };
    return encode(evaluate(tree, env, tolerance));
  });
}"""


@pytest.fixture(autouse=True)
def fresh_database() -> None:
    """These tests use the static files only: no application, no database."""


class Handler(SimpleHTTPRequestHandler):
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}

    def do_GET(self) -> None:
        if self.path != "/":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>engine</title>")

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def engine(browser: Browser) -> Iterator[Page]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(STATIC)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/")
    yield page
    page.close()
    server.shutdown()
    server.server_close()
    thread.join()


def packed(value: object) -> list[str] | None:
    if value is None:
        return None
    if isinstance(value, Decimal):
        return ["n", str(value)]
    if isinstance(value, dt.datetime):
        return ["d", value.isoformat(timespec="milliseconds")]
    return [{str: "t", bool: "b", dt.date: "d"}[type(value)], str(value)]


def key(reference: dict[str, Any]) -> str:
    return json.dumps(reference, separators=(",", ":"), ensure_ascii=False)


def case(tree: Node, env: Surroundings, tolerance: str) -> dict[str, Any]:
    known: dict[str, Any] = {key(to_browser(ref)): packed(env.attr(ref)) for ref in attributes(tree)}
    for ref, shift in references(tree):
        plain = {**to_browser(ref), "shift": shift}
        known[key(plain)] = packed(env.scalar(ref, shift))
        if isinstance(ref, FieldRef):
            column = env.column(ref, shift)
            known[key({**plain, "op": "column"})] = column and [packed(value) for value in column]
    return {"tree": to_browser(tree), "tolerance": tolerance, "known": known}


def compare(engine: Page, cases: list[tuple[Node, Surroundings, str]]) -> None:
    found = engine.evaluate(HARNESS, [case(*one) for one in cases])
    for (tree, env, tolerance), result in zip(cases, found, strict=True):
        expected = evaluate(tree, env, Decimal(tolerance))
        if isinstance(expected, Decimal) and result and result[0] == "n":
            assert Decimal(result[1]) == expected, tree
        else:
            assert result == packed(expected), tree


# A failing case is small enough as it is, and shrinking it through a browser takes minutes.
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    st.lists(
        st.tuples(expressions, surroundings, st.sampled_from(["0", "0.01", "1"])), min_size=10, max_size=20
    )
)
def test_random_expressions_agree(engine: Page, cases: list[tuple[Node, Surroundings, str]]) -> None:
    compare(engine, cases)


@pytest.fixture(scope="module")
def catalogue() -> list[Node]:
    return [
        parse_formula(text).expr if kind in ("rows", "columns") else parse(text)
        for _, kind, text in catalogue_expressions()
    ]


@pytest.mark.parametrize(
    "held", [["12.34", "-5", "1000000000.07"], ["0", "3", "0.005"], ["7", "99.5", "99.51", "2"]]
)
def test_every_expression_of_the_catalogue_agrees(
    engine: Page, catalogue: list[Node], held: list[str]
) -> None:
    env = Surroundings(otherwise=[*map(Decimal, held), None, "Y"])
    compare(engine, [(tree, env, "0.01") for tree in catalogue])


def test_numbers_are_written_with_the_decimals_of_their_cell(engine: Page) -> None:
    texts = ["2.345", "-2.345", "-0.004", "1234567890123456.785", "1E+3", "7"]
    found = engine.evaluate(
        """async (texts) => {
          const { number, toFixed } = await import("/js/engine/decimal.js");
          return texts.map((text) => toFixed(number(text), 2));
        }""",
        texts,
    )
    assert found == ["2.35", "-2.35", "0.00", "1234567890123456.79", "1000.00", "7.00"]


def test_what_is_no_number_or_no_day_is_null(engine: Page) -> None:
    found = engine.evaluate(
        """async () => {
          const { number } = await import("/js/engine/decimal.js");
          const { day } = await import("/js/engine/dates.js");
          const numbers = ["", " 1", "1,000", "NaN", "Infinity", "1e400", "0x10", "１", NaN, 0.5, null, {}];
          const days = ["", "2026-02-30", "2026-13-01", "2026-1-1", "2026-01-01T24:00", null];
          return [...numbers.map(number), ...days.map(day)];
        }"""
    )
    assert found == [None] * 18
