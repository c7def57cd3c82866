"""Three small forms of our own, so that the golden workbooks do not age with the catalogue."""

from __future__ import annotations

from app.filings.definitions.schema import Form

_COMMON = {"industry": "all", "family": "business", "frequency": "monthly", "unit": "万元", "required": True}
_YES_NO = [{"v": "Y", "zh": "是", "en": "Yes"}, {"v": "N", "zh": "否", "en": "No"}]


def _column(key: str, zh: str, en: str, kind: str = "decimal", **more: object) -> dict[str, object]:
    return {"key": key, "name_zh": zh, "name_en": en, "type": kind, "required": True, **more}


def _row(line: int, zh: str, en: str, level: int = 1, **more: object) -> dict[str, object]:
    return {"key": f"r{line}", "name_zh": zh, "name_en": en, "line": line, "level": level, **more}


FIXED = Form.from_dict(
    {
        "code": "TX01",
        "name_zh": "示例业务月报表",
        "name_en": "Sample business",
        "layout": "fixed",
        **_COMMON,
        "columns": [
            _column("open", "期初余额", "Opening"),
            _column("inc", "本期增加", "Increase", allow_negative=True),
            _column("close", "期末余额", "Closing", formula="close = @open + @inc"),
        ],
        "rows": [
            {"key": "h1", "kind": "header", "name_zh": "一、余额", "name_en": "I. Balances"},
            _row(1, "贷款合计", "Loans, total", 0, formula="r1 = r2 + r3"),
            _row(2, "其中：小微企业", "of which: small"),
            _row(3, "其中：农户", "of which: farmers"),
            {"key": "h2", "kind": "header", "name_zh": "二、户数", "name_en": "II. Clients"},
            _row(4, "客户户数", "Clients", 0, type="integer", unit="户", na_cols=["inc"]),
            _row(5, "其中：小微企业", "of which: small", type="integer", unit="户"),
        ],
    }
)
TABLE = Form.from_dict(
    {
        "code": "TX02",
        "name_zh": "示例客户明细表",
        "name_en": "Sample clients",
        "layout": "table",
        **_COMMON,
        "columns": [
            _column("name", "客户名称", "Client", "text"),
            _column("small", "是否小微", "Small", "choice", choices=_YES_NO),
            _column("signed", "合同日期", "Contract date", "date"),
            _column("amount", "合同金额", "Amount"),
            _column("rate", "年利率", "Rate", "percent"),
            _column("interest", "年利息", "Interest", formula="interest = @amount * @rate / 100"),
        ],
    }
)
CARD = Form.from_dict(
    {
        "code": "TX03",
        "name_zh": "示例机构信息表",
        "name_en": "Sample institution",
        "layout": "card",
        **_COMMON,
        "columns": [
            _column("name", "机构名称", "Name", "text"),
            _column("founded", "成立日期", "Founded", "date"),
            _column("capital", "注册资本", "Capital"),
            _column("phone", "联系电话", "Telephone", "phone"),
            _column("listed", "是否上市", "Listed", "choice", choices=_YES_NO),
        ],
    }
)
SMALL = {form.code: form for form in (FIXED, TABLE, CARD)}
