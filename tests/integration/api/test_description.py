"""The OpenAPI document and the manual say what there is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from app.api.examples import EXAMPLES, PROBLEMS
from app.api.operations import OPERATIONS, PREFIX
from app.core.problems import GENERAL
from tests.unit.project.sources import ROOT

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def described(client: FlaskClient) -> Any:
    answer = client.get("/api/v1/openapi.json", headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    return answer.json


def test_every_route_of_the_api_is_described_and_nothing_else(app: Flask, described: Any) -> None:
    served = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, methods in described["paths"].items() for method in methods} == served


def test_the_document_is_complete_in_itself(described: Any) -> None:
    assert described["openapi"] == "3.1.0"
    schemas = described["components"]["schemas"]
    refs = set(re.findall(r"'#/components/schemas/(\w+)'", str(described)))
    assert refs - schemas.keys() == set()
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    for path, methods in described["paths"].items():
        for operation in methods.values():
            declared = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
            assert declared == set(re.findall(r"{(\w+)}", path)), path
    ids = [
        operation["operationId"] for methods in described["paths"].values() for operation in methods.values()
    ]
    assert len(ids) == len(set(ids)) == len(OPERATIONS)


def test_it_comes_in_the_language_asked_for_and_only_when_changed(
    client: FlaskClient, described: Any
) -> None:
    summaries = [
        operation["summary"] for methods in described["paths"].values() for operation in methods.values()
    ]
    assert [text for text in summaries if HAN.search(text)] == []
    chinese = client.get("/api/v1/openapi.json")
    assert all(HAN.search(tag["description"]) for tag in chinese.json["tags"])
    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": chinese.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_the_manual_shows_every_operation_and_every_problem(client: FlaskClient, language: str) -> None:
    client.set_cookie("lang", language)
    answer = client.get("/api/v1/docs")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    for declared in OPERATIONS:
        assert f'id="{declared.id}"' in page and PREFIX + declared.path in page
    for code in PROBLEMS:
        assert f'id="problem-{code}"' in page
    main = page[page.index("<main") : page.index("</main>")]
    if language == "en":
        assert HAN.findall(main) == [] or "……" in main


def test_every_code_in_the_sources_is_explained() -> None:
    sources = [*(ROOT / "app" / "api").glob("*.py"), ROOT / "app" / "filings" / "submissions" / "batch.py"]
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    used = set(re.findall(r'code="([a-z_]+)"', text)) | {code for code, _title in GENERAL.values()}
    inside_errors = {"internal_error", "unavailable", "bad_request", "not_authenticated", "not_found"}
    inside_errors |= {"method_not_allowed", "not_acceptable"}
    assert used - PROBLEMS.keys() - inside_errors == set()


def test_every_operation_has_an_example() -> None:
    assert set(EXAMPLES) == {declared.id for declared in OPERATIONS}


def test_an_unknown_address_and_a_wrong_method_are_problems_too(client: FlaskClient) -> None:
    gone = client.get("/api/v1/nothing/here")
    assert (gone.status_code, gone.mimetype) == (404, "application/problem+json")
    wrong = client.delete("/api/v1/institution")
    assert (wrong.status_code, wrong.mimetype) == (405, "application/problem+json")
    assert "GET" in wrong.headers["Allow"]
    nul = client.get("/api/v1/filings/a%00/b")
    assert (nul.status_code, nul.mimetype) == (400, "application/problem+json")
