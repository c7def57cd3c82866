"""What counts as a personal number, and how it looks masked."""

from __future__ import annotations

import pytest

from app.core.personal_rules import (
    is_personal_key,
    masked_document,
    masked_number,
    masked_text,
    personal_parts,
)
from app.filings.definitions.catalogue import default_catalogue


@pytest.mark.parametrize(
    "key", ["mobile", "phone", "contact_phone", "id_no", "legal_rep_id", "account_no", "office_phone"]
)
def test_keys_of_personal_fields(key: str):
    assert is_personal_key(key)


@pytest.mark.parametrize("key", ["name", "id_type", "institution_id", "licence_no", "microphone", "cid_no2"])
def test_keys_of_other_fields(key: str):
    assert not is_personal_key(key)


def test_parts_are_found_by_key_wherever_they_stand_and_by_shape_anywhere():
    document = {
        "forms": {"GG03": {"columns": {"id_no": "A1234567\tB7654321", "name": "甲\t乙"}}},
        "rows": [{"mobile": "0571-88880000", "amount": "13900000000.00", "n": 3, "none": None, "blank": ""}],
        "said": {"zh": "“13911112222”不是有效的号码", "sha": "a13911112222b", "long": "1391111222233"},
        "phone": {"raw": "12", "zh": "“12”不是有效的电话号码"},
        "masked": {"mobile": "139****2222"},
    }
    found = {".".join(map(str, path)) for path, _value in personal_parts(document)}
    assert found == {"forms.GG03.columns.id_no", "rows.0.mobile", "said.zh", "phone"}


def test_masked():
    assert [masked_number(number) for number in ("13911112222", "1234567", "")] == ["139****2222", "****", ""]
    assert masked_text("请拨打13911112222。") == "请拨打139****2222。"
    before = {"before": {"mobile": "13911112222", "name": "甲"}, "n": [1, "330102199001011236", None]}
    after = {"before": {"mobile": "139****2222", "name": "甲"}, "n": [1, "330****1236", None]}
    assert masked_document(before) == masked_document(after) == after


def test_every_number_of_people_and_accounts_in_the_forms_is_known_by_its_key():
    words = ("证件号码", "电话", "手机", "账号")
    columns = [column for form in default_catalogue().forms.values() for column in form.columns]
    numbers = {
        one.key
        for one in columns
        if one.type in ("phone", "id_number") or any(word in one.name_zh for word in words)
    }
    assert numbers >= {"legal_rep_id", "account_no"}
    assert [key for key in numbers if not is_personal_key(key)] == []
