"""Absurd input in every cell of every form of a guarantee company's path: the one-off set and the months."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.filings.definitions.queries import definition_ids_on, forms_by_id
from app.filings.definitions.schema import Form
from app.filings.submissions.models import FilingForm, FilingVersion
from app.filings.values import parse_cell
from tests.factories import make_account, make_institution
from tests.filing_places import MONTHLY, ONE_OFF, finish_one_off, load_catalogue, make_month
from tests.integration.hostile.absurd import BODIES, TEXTS, changed_tables, everything_stored

ONE_OFF_FORMS = tuple(f"GG{number:02d}" for number in range(1, 12))
MONTHLY_FORMS = ("DB01", "DB02")
FORMS = (*ONE_OFF_FORMS, *MONTHLY_FORMS)


@pytest.fixture
def company(app: Flask, sign_in: Any, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Somebody of a guarantee company, in front of an open month."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    load_catalogue()
    institution = make_institution()
    make_month()
    client: FlaskClient = sign_in(make_account("Enterprise", institution=institution))
    client.application.extensions["under_test"] = institution
    return client


def set_of(code: str) -> str:
    """The address of the set that the form belongs to."""
    if code in ONE_OFF_FORMS:
        return f"/workspace/filings/{ONE_OFF}/once/"
    finish_one_off(db.session.merge(_institution()))
    return f"/workspace/filings/{MONTHLY}/{_month()}/"


def _institution() -> Any:
    from app.institutions.models import Institution

    return db.session.scalars(select(Institution)).one()


def _month() -> str:
    from app.filings.calendar.models import ReportingPeriod

    return str(db.session.scalars(select(ReportingPeriod.code)).one())


def form_of(code: str) -> Form:
    return next(iter(forms_by_id(definition_ids_on([code], clock.today()).values()).values()))


def absurd_cells(form: Form, turn: int) -> dict[str, dict[str, str]]:
    """Every input with an absurd text; another turn gives each another one."""
    rows = ["1"] if form.layout == "table" else form.row_keys()
    texts = itertools.islice(itertools.cycle(TEXTS.values()), turn, None)
    return {row: {column.key: next(texts) for column in form.columns} for row in rows}


def unreadable(form: Form, cells: dict[str, dict[str, str]]) -> Iterator[tuple[str, str, str]]:
    """(row, column, text) of the inputs whose text is no value of theirs."""
    for row, columns in cells.items():
        for column, text in columns.items():
            spec = form.cell_spec(row, column)
            if spec is not None and spec.is_input and parse_cell(spec, text).problem:
                yield row, column, text


def save(company: FlaskClient, place: str, code: str, version: int, cells: Any) -> Any:
    """As the editor saves; written in ASCII, so that half a character can be sent as well."""
    body = json.dumps({"version": version, "cells": cells})
    return company.post(f"{place}{code}/save", data=body, content_type="application/json")


@pytest.mark.parametrize("code", FORMS)
def test_absurd_texts_are_named_at_their_cell_and_never_become_a_value(
    company: FlaskClient, code: str
) -> None:
    place, form, version = set_of(code), form_of(code), 0
    for turn in range(0, len(TEXTS), 5):
        cells = absurd_cells(form, turn)
        answer = save(company, place, code, version, cells)
        assert answer.status_code == 200, answer.text[:300]
        told = answer.get_json()
        version = told["version"]
        for row, column, text in unreadable(form, cells):
            assert told["rejects"][row][column], (row, column, text)
            assert told["counts"]["errors"] > 0
        for path in (f"{place}{code}/", f"{place}{code}/current", place, f"{place}submit"):
            assert company.get(path).status_code == 200, path
    for path in (f"{place}{code}/template.xlsx", f"{place}template.xlsx"):
        assert company.get(path).status_code == 200, path
    answer = company.post(f"{place}submit", data={"request_key": "k"})
    assert answer.status_code == 409
    assert not db.session.scalars(select(FilingVersion).where(FilingVersion.request_key == "k")).all()


@pytest.mark.parametrize("code", ["GG01", "GG02", "DB01"])
def test_a_body_that_is_no_save_is_refused_with_a_message(company: FlaskClient, code: str) -> None:
    place = set_of(code)
    before = everything_stored()
    for name, body in BODIES.items():
        answer = company.post(f"{place}{code}/save", data=body, content_type="application/json")
        assert answer.status_code in (400, 413), (name, answer.status_code)
        assert answer.get_json()["message"], name
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "",
        "application/json; charset=utf-16",
    ):
        answer = company.post(f"{place}{code}/save", data='{"version": 9', content_type=kind)
        assert answer.status_code in (400, 413, 415), kind
    assert changed_tables(before) == []


@pytest.mark.parametrize("code", FORMS)
def test_unknown_rows_and_columns_are_not_stored(company: FlaskClient, code: str) -> None:
    place, form = set_of(code), form_of(code)
    rows = {
        "r9999": {"cur": "1"},
        "-1": {"x": "1"},
        "": {"": "1"},
        "__proto__": {"constructor": "1"},
        "1" * 300: {"a": "1"},
    }
    known = next(iter(form.row_keys()), "1") if form.layout != "table" else "1"
    rows[known] = {"nothing": "1", "institution_id": "2", "\ud800": "3"}
    answer = save(company, place, code, 0, rows)
    assert answer.status_code == 200, answer.text[:300]
    drafts = db.session.scalars(select(FilingForm)).all()
    assert all(not cells for draft in drafts for cells in draft.content.values())
    assert [draft.rejects for draft in drafts if draft.rejects] == []


@pytest.mark.parametrize("path", [
    "XX99/save", "GG01%00/save", "GG01" * 200 + "/save", "DD01/save", "💥/save",
])  # fmt: skip
def test_a_form_that_the_set_does_not_have_is_not_found(company: FlaskClient, path: str) -> None:
    before = everything_stored()
    answer = company.post(f"/workspace/filings/{ONE_OFF}/once/{path}", json={"version": 0, "cells": {}})
    assert answer.status_code in (400, 404)
    assert answer.get_json()["message"]
    assert changed_tables(before) == []
