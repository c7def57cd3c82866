"""Words for kinds, blocks and problems of templates, in the reader's language."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.i18n import lang
from app.letters.rules import LINES, Problem

LINE_WORDS: dict[str, Any] = {
    "head": _l("发文机关标志"),
    "number": _l("发文字号"),
    "title": _l("标题"),
    "addressee": _l("主送机关"),
    "sign": _l("落款"),
}
BLOCK_WORDS: dict[str, Any] = {
    "paragraph": _l("正文段落（首行缩进）"),
    "heading": _l("小标题"),
    "line": _l("顶格行"),
    "table": _l("表格"),
    "signature": _l("落款和日期"),
    "page_break": _l("换页"),
}


def own(thing: Any) -> str:
    """The Chinese or English word of a kind, field, table or column."""
    return str(thing.en if lang() == "en" else thing.zh)


def _where(place: str | int) -> str:
    if isinstance(place, int):
        return _("第 %(n)s 段", n=place)
    return str(LINE_WORDS[place]) if place in LINES else _("正文")


def problem_text(problem: Problem) -> str:
    """Where, why and what to do."""
    where, detail = _where(problem.place), problem.detail
    texts = {
        "unknown": _(
            "%(where)s：没有名为“%(name)s”的占位符。请从占位符列表中选用，或改正写法。",
            where=where,
            name=detail,
        ),
        "braces": _("%(where)s：双花括号没有成对。占位符请写成 {{名称}}。", where=where),
        "empty": _("%(where)s：没有内容。请填写，或删除这一段。", where=where),
        "long": _("%(where)s：超过 %(n)s 字，请缩短或拆成几段。", where=where, n=detail),
        "year": _("%(where)s：按年编号时须同时写明 {{year}} 和 {{n}}。", where=where),
        "uncounted": _("%(where)s：须含序号 {{n}}，或含本类文书自带的编号。", where=where),
        "type": _("%(where)s：段落类型无法识别，请重新选择。", where=where),
        "table": _("%(where)s：请选择要插入的表格。", where=where),
        "no_blocks": _("%(where)s：至少要有一段。", where=where),
        "too_many": _("%(where)s：最多 %(n)s 段，请合并一些段落。", where=where, n=detail),
        "signatures": _("%(where)s：落款和日期只能出现一次。", where=where),
    }
    return texts[problem.code]
