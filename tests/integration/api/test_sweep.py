"""What the API says about itself is true of whatever is sent to it: generated calls, over the schema."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.api.operations import OPERATIONS
from tests.filing_places import MONTHLY, zeros
from tests.integration.api.conftest import System

EXAMPLES = 6
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def description(app: Flask, known: dict[str, str]) -> Any:
    """The document, its places narrowed to ones that exist: otherwise every answer would be 404."""
    document = app.test_client().get("/api/v1/openapi.json").json
    for methods in document["paths"].values():
        for operation in methods.values():
            for parameter in operation["parameters"]:
                if parameter["in"] == "path" and parameter["name"] in known:
                    parameter["schema"] = {"enum": [known[parameter["name"]]]}
    schema = schemathesis.openapi.from_dict(document)
    schema.app = app
    return schema


@pytest.mark.slow
def test_generated_calls_get_declared_answers(app: Flask, system: System) -> None:
    forms = {"DB01": {"version": 0, "cells": zeros("DB01")}}
    system.api.put(f"{system.month}/values", {"forms": forms})
    known = {"set_key": MONTHLY, "period": system.period.code, "code": "DB01"}
    headers = {"Authorization": f"Bearer {system.api.token}"}
    called = set()
    for found in description(app, known).get_all_operations():
        operation = found.ok()

        @seed(20260305)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def call(case: Any) -> None:
            case.validate_response(case.call(headers=headers), checks=CHECKS)

        call()
        called.add(operation.label)
    assert len(called) == len(OPERATIONS)
