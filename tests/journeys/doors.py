"""Three doors to one filing: the grid, a workbook, the API. Each takes a set from entries to its receipt."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from app.filings.definitions.catalogue import default_catalogue
from tests.api_caller import Caller, make_token
from tests.factories import open_session
from tests.journeys.workbook import fill

Forms = Mapping[str, Mapping[str, Mapping[str, str]]]
WHY = "属正常经营变化，已逐笔核对。"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def wanted(codes: Iterable[str]) -> list[tuple[str, str]]:
    """(form, key) of every attachment that these forms cannot do without."""
    catalogue = default_catalogue()
    return [(code, spec.key) for code in codes for spec in catalogue.form(code).attachments if spec.required]


@dataclass
class Pages:
    """Somebody of the company at the browser, without the browser."""

    client: FlaskClient
    industry: str

    def post(self, path: str, **fields: Any) -> Any:
        """A form of the page, with its token."""
        return self.client.post(path, data={"csrf_token": self.token(), **fields})

    def token(self) -> str:
        """The CSRF token of any page."""
        page = self.client.get("/workspace/").get_data(as_text=True)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found is not None
        return found[1]

    def hand_in(self, place: str, codes: Iterable[str]) -> None:
        """上报完成, with what has to be attached and with every warning explained."""
        for code, name in wanted(codes):
            fields = {"key": name, "file": (io.BytesIO(PDF), "证明.pdf"), "csrf_token": self.token()}
            url = f"{place}{code}/attachments"
            answer = self.client.post(url, data=fields, content_type="multipart/form-data")
            assert answer.status_code == 302, answer.get_data(as_text=True)
        confirm = self.client.get(f"{place}submit").get_data(as_text=True)
        keys = re.findall(r'name="(explain-[^"]+)"', confirm)
        answer = self.post(f"{place}submit", request_key="once", **dict.fromkeys(keys, WHY))
        assert answer.status_code == 302, answer.get_data(as_text=True)


class Grid(Pages):
    """Cell by cell, as the editor saves them."""

    def file(self, key: str, period: str, forms: Forms) -> None:
        """Enter every form, then hand in."""
        place = f"/workspace/filings/{key}/{period}/"
        headers = {"X-CSRFToken": self.token()}
        for code, cells in forms.items():
            # The test client's own `json` would sort the rows of a table by text: 1, 10, 2.
            body = json.dumps({"version": 0, "cells": cells})
            answer = self.client.post(
                f"{place}{code}/save", data=body, content_type="application/json", headers=headers
            )
            assert answer.status_code == 200, answer.get_data(as_text=True)
        self.hand_in(place, forms)


@dataclass
class Workbook(Pages):
    """The set's template, downloaded, filled in and imported."""

    folder: Path

    def file(self, key: str, period: str, forms: Forms) -> None:
        """Fill in and take the workbook, then hand in."""
        place = f"/workspace/filings/{key}/{period}/"
        template = self.folder / f"{key}.xlsx"
        template.write_bytes(self.client.get(f"{place}template.xlsx").data)
        filled = fill(template, forms, self.industry).read_bytes()
        fields = {"csrf_token": self.token(), "workbook": (io.BytesIO(filled), "报表.xlsx")}
        staged = self.client.post(f"{place}import", data=fields, content_type="multipart/form-data")
        assert staged.status_code == 302, staged.get_data(as_text=True)
        assert "/take" in self.client.get(staged.location).get_data(as_text=True)
        self.post(f"{staged.location}/take")
        self.hand_in(place, forms)


@dataclass
class Api:
    """The company's own system with its token."""

    caller: Caller

    def file(self, key: str, period: str, forms: Forms) -> None:
        """Put the values, explain what the checks warn of, submit."""
        place = f"/filings/{key}/{period}"
        definition = self.caller.get(f"{place}/definition").json
        declared = {form["code"]: form for form in definition["forms"]}
        body = {code: {"version": 0, **content(declared[code], cells)} for code, cells in forms.items()}
        saved = self.caller.put(f"{place}/values", {"forms": body})
        assert saved.status_code == 200, saved.json
        for code, name in wanted(forms):
            url = f"{place}/forms/{code}/attachments/{name}"
            fields = {"file": (io.BytesIO(PDF), "证明.pdf")}
            assert self.caller.post(url, data=fields).status_code in (200, 201)
        found = self.caller.get(f"{place}/checks").json["findings"]
        why = {finding["key"]: WHY for finding in found if finding["level"] == "warning"}
        receipt = self.caller.submit(place, explanations=why)
        assert receipt.status_code == 201, receipt.json


def content(declared: Any, cells: Any) -> dict[str, Any]:
    """A form's values as the API takes them: cells to enter, and none that its definition does not have."""
    if declared["layout"] == "fixed":
        inputs = {row["key"]: inputs_among(row["cells"]) for row in declared["rows"]}
        return {"cells": {row: only(c, inputs[row]) for row, c in cells.items() if inputs.get(row)}}
    columns = inputs_among({column["key"]: column["cell"] for column in declared["columns"]})
    rows = {row: only(c, columns) for row, c in cells.items()}
    return {"rows": list(rows.values())} if declared["layout"] == "table" else {"cells": rows}


def inputs_among(cells: Mapping[str, Any]) -> set[str]:
    """The columns that somebody fills in."""
    return {key for key, cell in cells.items() if cell["kind"] == "input"}


def only(cells: Mapping[str, str], columns: set[str]) -> dict[str, str]:
    """The cells of these columns."""
    return {key: text for key, text in cells.items() if key in columns}


def door(name: str, app: Flask, account: Any, industry: str, folder: Path) -> Grid | Workbook | Api:
    """One of the doors, open for this account."""
    if name == "api":
        return Api(Caller(app, make_token(account)))
    client = app.test_client()
    open_session(client, account)
    return Grid(client, industry) if name == "grid" else Workbook(client, industry, folder)
