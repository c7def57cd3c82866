"""What goes in and out, as JSON Schema 2020-12: OpenAPI shows it, requests are checked by it, tests check answers."""

from __future__ import annotations

from typing import Any

from app.api.rules import NAME_LENGTH

Schema = dict[str, Any]
MOST_FORMS = 100
MOST_ROWS = 10_000
MOST_EXPLANATIONS = 1_000
EXPLANATION_LENGTH = 2_000
VERSION_MAX = 2**31 - 1


def ref(name: str) -> Schema:
    """A reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def obj(required: str = "", /, *, extra: bool = False, **properties: Schema) -> Schema:
    """An object; `required` are names with blanks between, '*' for all of them."""
    names = list(properties) if required == "*" else required.split()
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": extra}
    return found | {"required": names} if names else found


def array(items: Schema, **more: Any) -> Schema:
    """A list of something."""
    return {"type": "array", "items": items, **more}


def mapping(values: Schema, **more: Any) -> Schema:
    """An object whose keys are data."""
    return {"type": "object", "additionalProperties": values, **more}


TEXT: Schema = {"type": "string"}
BOTH: Schema = obj("*", zh=TEXT, en=TEXT)
COUNT: Schema = {"type": "integer", "minimum": 0}
FLAG: Schema = {"type": "boolean"}
WHEN: Schema = {"type": ["string", "null"], "format": "date-time"}
DAY: Schema = {"type": ["string", "null"], "format": "date"}
VERSION: Schema = {"type": "integer", "minimum": 0, "maximum": VERSION_MAX}
ENTRIES: Schema = mapping({"type": ["string", "null"]})

FILED: Schema = obj(
    "",
    version=VERSION,
    cells=ref("Cells"),
    rows=ref("Rows"),
)

COMPONENTS: dict[str, Schema] = {
    # Checked by hand in bodies.py: a validator would spend seconds on a table of 10,000 rows.
    "Cells": {**mapping(ENTRIES), "examples": [{"r3": {"inc": "1200.50"}}]},
    "Rows": array(ENTRIES, maxItems=MOST_ROWS),
    "FormInput": FILED,
    "FormsInput": obj("forms", forms=mapping(ref("FormInput"), minProperties=1, maxProperties=MOST_FORMS)),
    "ExplanationsInput": obj("explanations", explanations=ref("Explanations")),
    "Explanations": mapping(
        {"type": "string", "maxLength": EXPLANATION_LENGTH}, maxProperties=MOST_EXPLANATIONS
    ),
    "SubmissionInput": obj("", explanations=ref("Explanations")),
    "NilInput": obj("*", name={"type": "string", "minLength": 1, "maxLength": 60}, attest={"const": True}),
    "Attachment": obj("*", id=TEXT, form=TEXT, key=TEXT, name=TEXT, size=COUNT, sha256=TEXT, added_at=WHEN),
    "Attachments": obj(
        "*",
        items=array(ref("Attachment")),
        wanted=array(obj("*", form=TEXT, key=TEXT, name=BOTH, required=FLAG)),
    ),
    "Both": BOTH,
    "Institution": obj(
        "*",
        uscc=TEXT,
        name=TEXT,
        industry=TEXT,
        status=TEXT,
        token=obj("*", name={**TEXT, "maxLength": NAME_LENGTH}, prefix=TEXT, expires_at=WHEN),
    ),
    "Obligation": obj(
        "*",
        set=TEXT,
        name=BOTH,
        family=TEXT,
        frequency=TEXT,
        period=TEXT,
        period_name={"anyOf": [BOTH, {"type": "null"}]},
        state=TEXT,
        is_open=FLAG,
        is_owed=FLAG,
        opens_at=WHEN,
        due_at=WHEN,
        extended_until=WHEN,
        receipt_no={"type": ["string", "null"]},
        forms_filled=COUNT,
        forms_total=COUNT,
        reasons=array(ref("Reason")),
    ),
    "Obligations": obj(
        "*",
        items=array(ref("Obligation")),
        page={"type": "integer", "minimum": 1},
        page_size={"type": "integer", "minimum": 1},
        pages=COUNT,
        total=COUNT,
    ),
    "ChangeLine": obj(
        "*",
        form=TEXT,
        name=BOTH,
        is_event=FLAG,
        set=TEXT,
        period=TEXT,
        state=TEXT,
        in_force_since=WHEN,
        receipt_no={"type": ["string", "null"]},
        return_reason={"type": ["string", "null"]},
    ),
    "PastChange": obj(
        "*",
        form=TEXT,
        set=TEXT,
        period=TEXT,
        state=TEXT,
        receipt_no={"type": ["string", "null"]},
        submitted_at=WHEN,
    ),
    "Changes": obj(
        "*",
        set=TEXT,
        name=BOTH,
        is_open=FLAG,
        reasons=array(ref("Reason")),
        forms=array(ref("ChangeLine")),
        past=array(ref("PastChange")),
    ),
    "Reason": obj("*", code=TEXT, text=TEXT, dates=mapping(TEXT)),
    "FormState": obj(
        "*",
        code=TEXT,
        name=BOTH,
        layout={"enum": ["fixed", "table", "card"]},
        required=FLAG,
        state=TEXT,
        version=VERSION,
        errors=COUNT,
        warnings=COUNT,
    ),
    "Mark": obj("*", form=TEXT, row=TEXT, col=TEXT, label=BOTH, comment=TEXT),
    "Filing": obj(
        "*",
        set=TEXT,
        period=TEXT,
        state=TEXT,
        is_open=FLAG,
        reasons=array(ref("Reason")),
        number=COUNT,
        receipt={"anyOf": [ref("Receipt"), {"type": "null"}]},
        return_reason={"type": ["string", "null"]},
        correct_until=WHEN,
        marks=array(ref("Mark")),
        forms=array(ref("FormState")),
        errors=COUNT,
        warnings=COUNT,
    ),
    "Receipt": obj(
        "*",
        receipt_no=TEXT,
        number={"type": "integer", "minimum": 1},
        submitted_at=WHEN,
        submitted_by=TEXT,
        is_late=FLAG,
        is_nil=FLAG,
        sha256={**TEXT, "pattern": "^[0-9a-f]{64}$"},
        state=TEXT,
    ),
    "Choice": obj("*", value=TEXT, label=BOTH),
    "CellDefinition": obj(
        "type kind decimals required",
        type=TEXT,
        kind={"enum": ["input", "computed", "constant"]},
        decimals=COUNT,
        required=FLAG,
        negative=FLAG,
        unit=TEXT,
        formula=TEXT,
        value=TEXT,
        pattern=TEXT,
        choices=array(ref("Choice")),
    ),
    "Column": obj("key name note cell", key=TEXT, name=BOTH, note=BOTH, cell=ref("CellDefinition")),
    "Row": obj(
        "key name kind line level note cells",
        key=TEXT,
        name=BOTH,
        kind={"enum": ["item", "header"]},
        line={"type": ["integer", "null"]},
        level=COUNT,
        note=BOTH,
        cells=mapping(ref("CellDefinition")),
    ),
    "Check": obj(
        "*",
        id=TEXT,
        level={"enum": ["error", "warning"]},
        kind=TEXT,
        expression=TEXT,
        scope={"enum": ["form", "row"]},
        rows=array(TEXT),
        rows_exclude=array(TEXT),
        tolerance=TEXT,
        message=BOTH,
        basis=TEXT,
    ),
    "FormDefinition": obj(
        "*",
        code=TEXT,
        version=COUNT,
        name=BOTH,
        layout={"enum": ["fixed", "table", "card"]},
        unit=TEXT,
        required=FLAG,
        required_when=TEXT,
        min_rows=COUNT,
        max_rows={"type": ["integer", "null"]},
        notes=BOTH,
        columns=array({"anyOf": [ref("Column"), obj("key name note", key=TEXT, name=BOTH, note=BOTH)]}),
        rows=array(ref("Row")),
        checks=array(ref("Check")),
        attachments=array(obj("*", key=TEXT, name=BOTH, required=FLAG)),
    ),
    "Definition": obj(
        "*",
        set=TEXT,
        name=BOTH,
        family=TEXT,
        frequency=TEXT,
        period=TEXT,
        forms=array(ref("FormDefinition")),
    ),
    "Unreadable": obj("*", row=TEXT, col=TEXT, raw=TEXT, message=BOTH),
    "FormValues": obj(
        "code layout version definition state unreadable computed",
        code=TEXT,
        layout={"enum": ["fixed", "table", "card"]},
        version=VERSION,
        definition=COUNT,
        state=TEXT,
        updated_at=WHEN,
        cells=mapping(mapping(TEXT)),
        rows=array(mapping(TEXT)),
        computed={"anyOf": [mapping(mapping(TEXT)), array(mapping(TEXT))]},
        unreadable=array(ref("Unreadable")),
        errors=COUNT,
        warnings=COUNT,
    ),
    "Values": obj("*", set=TEXT, period=TEXT, state=TEXT, forms=mapping(ref("FormValues"))),
    "Finding": obj(
        "*",
        key=TEXT,
        check=TEXT,
        level={"enum": ["error", "warning"]},
        kind=TEXT,
        form=TEXT,
        row=TEXT,
        col=TEXT,
        label=BOTH,
        value=TEXT,
        expected=TEXT,
        message=BOTH,
        remedy=BOTH,
        explanation=TEXT,
    ),
    "Checked": obj(
        "*",
        ready=FLAG,
        errors=COUNT,
        warnings=COUNT,
        unexplained=COUNT,
        findings=array(ref("Finding")),
        not_checked=array(obj("*", check=TEXT, form=TEXT, message=BOTH)),
        states=mapping(TEXT),
    ),
    "CellEntry": obj(
        "*",
        form=TEXT,
        sheet=TEXT,
        cell=TEXT,
        level={"enum": ["error", "warning"]},
        label=BOTH,
        value=TEXT,
        expected=TEXT,
        message=BOTH,
        remedy=BOTH,
    ),
    "Import": obj(
        "*",
        id=TEXT,
        file_name=TEXT,
        taken=FLAG,
        can_take=FLAG,
        forms=array(TEXT),
        problems=array(ref("CellEntry")),
        findings=array(ref("CellEntry")),
        notes=array(TEXT),
        changes=COUNT,
        changed=array(obj("*", form=TEXT, label=TEXT, before=TEXT, after=TEXT)),
    ),
    "Problem": obj(
        "type title status code",
        extra=True,
        type=TEXT,
        title=TEXT,
        status={"type": "integer"},
        code=TEXT,
        detail=TEXT,
        errors=array(
            obj(
                "detail",
                pointer=TEXT,
                parameter=TEXT,
                header=TEXT,
                sheet=TEXT,
                cell=TEXT,
                code=TEXT,
                detail=TEXT,
            )
        ),
        reasons=array(ref("Reason")),
        findings=array(ref("Finding")),
        conflicts=mapping(VERSION),
    ),
}
