"""Units as they are printed in either language."""

from __future__ import annotations

_ENGLISH = {
    "元": "CNY",
    "万元": "CNY 10,000",
    "元/股": "CNY/share",
    "户": "clients",
    "笔": "contracts",
    "份": "documents",
    "人": "persons",
    "名": "rank",
    "家": "entities",
    "年": "years",
    "倍": "times",
    "件": "cases",
    "次": "occurrences",
    "分": "points",
}


def unit_name(unit: str, lang: str) -> str:
    """The unit in `lang`; one the platform does not know stays as the form declares it."""
    return _ENGLISH.get(unit, unit) if lang == "en" else unit
