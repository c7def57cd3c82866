"""Calls as people type them, and every problem code with what to do about it."""

from __future__ import annotations

Words = tuple[str, str]
_AT = "/filings/guarantee-business-monthly/2026-05"
_JSON = '-H "Content-Type: application/json"'

EXAMPLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "institution": ("/institution", ()),
    "obligations": ("/obligations?open=true", ()),
    "changes": ("/changes", ()),
    "filing": (_AT, ()),
    "definition": (f"{_AT}/definition", ()),
    "values": (f"{_AT}/values", ()),
    "form_values": (f"{_AT}/forms/DB01", ()),
    "checks": (f"{_AT}/checks", ()),
    "save_form": (
        f"{_AT}/forms/DB01",
        (_JSON, """-d '{"version": 0, "cells": {"r3": {"inc": "1200.50"}}}'"""),
    ),
    "save_values": (
        f"{_AT}/values",
        (_JSON, """-d '{"forms": {"DB01": {"version": 0, "cells": {"r3": {"inc": "1200.50"}}}}}'"""),
    ),
    "explain": (f"{_AT}/explanations", (_JSON, """-d '{"explanations": {"KEY": "……"}}'""")),
    "workbook": (f"{_AT}/workbook", ("-OJ",)),
    "import_workbook": (f"{_AT}/workbook?take=true", ("-F workbook=@DB.xlsx",)),
    "preview": (f"{_AT}/imports/$IMPORT", ()),
    "take_import": (f"{_AT}/imports/$IMPORT/take", ()),
    "annotated_workbook": (f"{_AT}/imports/$IMPORT/annotated.xlsx", ("-OJ",)),
    "attachments": (f"{_AT}/attachments", ()),
    "attach": (f"{_AT}/forms/DB01/attachments/$KEY", ("-F file=@report.pdf",)),
    "detach": (f"{_AT}/attachments/$ATTACHMENT", ()),
    "submit_nil": (
        f"{_AT}/nil",
        ('-H "Idempotency-Key: $(uuidgen)"', _JSON, """-d '{"name": "……", "attest": true}'"""),
    ),
    "submit": (f"{_AT}/submission", ('-H "Idempotency-Key: $(uuidgen)"',)),
    "receipt": (f"{_AT}/submission", ()),
    "withdraw": (f"{_AT}/withdrawal", ()),
    "cancel": ("/filings/guarantee-change/GG01-02/cancellation", ()),
}

PROBLEMS: dict[str, tuple[int, Words]] = {
    "bad_json": (
        400,
        ("内容不是有效的 JSON（含重复的名称）。", "The body is not valid JSON (duplicate names included)."),
    ),
    "idempotency_key": (
        400,
        ("缺少 Idempotency-Key，或格式不对。", "Idempotency-Key is missing or malformed."),
    ),
    "no_workbook": (400, ("没有 workbook 字段。", "There is no field “workbook”.")),
    "no_file": (400, ("没有 file 字段。", "There is no field “file”.")),
    "token_missing": (401, ("没有出示令牌。", "No token was shown.")),
    "token_unknown": (401, ("令牌不正确。", "The token is not right.")),
    "token_expired": (401, ("令牌已过期，请新建。", "The token has expired; make another one.")),
    "token_revoked": (401, ("令牌已撤销，请新建。", "The token was revoked; make another one.")),
    "account_disabled": (
        401,
        ("创建令牌的账号已停用。", "The account that made the token was switched off."),
    ),
    "institution_terminated": (401, ("机构已终止。", "The institution was terminated.")),
    "not_allowed": (403, ("账号没有报送权限。", "The account may not file.")),
    "no_such_set": (404, ("本机构没有这个报表集。", "The institution has no such report set.")),
    "no_such_period": (404, ("没有这个报告期。", "There is no such period.")),
    "no_such_form": (404, ("报表集中没有这张报表。", "The set has no such form.")),
    "no_such_import": (404, ("没有这次导入。", "There is no such import.")),
    "no_such_attachment": (404, ("没有这个附件。", "There is no such attachment.")),
    "never_submitted": (404, ("还没有上报过。", "Nothing has been submitted yet.")),
    "gate_closed": (
        409,
        (
            "现在不能填报或上报；reasons 列出全部原因和日期。",
            "Filing is not possible now; “reasons” holds all reasons with their dates.",
        ),
    ),
    "findings_left": (
        409,
        (
            "还有错误未改正，或提示未说明；见 findings。",
            "Errors are left, or warnings without an explanation; see “findings”.",
        ),
    ),
    "idempotency_key_used": (
        409,
        ("这个编号已用于以前的上报，请换一个。", "The key belongs to an earlier submission; use a new one."),
    ),
    "refused": (409, ("现在不能办理，见 detail。", "Not possible now; see “detail”.")),
    "changed_meanwhile": (
        409,
        (
            "内容已被别人保存过（用 If-Match 时为 412）。请重新取得后再保存。",
            "Somebody else has saved meanwhile (412 with If-Match). Fetch the values again, then save.",
        ),
    ),
    "too_large": (413, ("内容过大。", "The body is too large.")),
    "wrong_media_type": (415, ("Content-Type 不受支持。", "The Content-Type is not supported.")),
    "invalid": (
        422,
        (
            "内容或参数不符合说明；errors 给出每一处的位置。",
            "Body or arguments are not as described; “errors” points at every fault.",
        ),
    ),
    "unreadable_cells": (
        422,
        (
            "有不能识别的单元格；errors 给出每一处（pointer，或工作表和单元格）。什么都没有保存。",
            "Cells cannot be read; “errors” names each (pointer, or sheet and cell). Nothing was stored.",
        ),
    ),
    "unknown_warning": (
        422,
        ("没有这条提示；请先取得最新校验结果。", "There is no such warning; run the checks again."),
    ),
    "too_many_requests": (429, ("请求过于频繁，请稍候。", "Too many requests; wait a little.")),
}
