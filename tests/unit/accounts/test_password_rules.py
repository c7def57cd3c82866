"""What a password must be."""

from __future__ import annotations

import pytest

from app.accounts.rules import is_username, normal_name, password_problems


@pytest.mark.parametrize(
    "password", ["Ceshi-Mima-2468", "丙Qx7-mmvv-ttrr", "correct horse Battery 9", "xK9#mQ2$vL"]
)
def test_good_passwords_have_no_problem(password):
    assert password_problems(password, "danbao01") == []


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Ab1-xyzqk", "too_short"),
        ("Ab1-" + "xkqz" * 40, "too_long"),
        ("abcdefghkqzx1", "few_classes"),
        (" Ab1-xyzqkmm", "spaces"),
        ("My-Danbao01-x", "has_account"),
        ("ＤＡＮＢＡＯ01-Xy9", "has_account"),
        ("Password2026", "common"),
        ("P@ssw0rd-2026", "common"),
        ("Admin@123456", "common"),
        ("Aa12345678", "common"),
        ("Woaini1314!", "common"),
        ("aaaaaaaaaaA1", "common"),
    ],
)
def test_each_weakness_is_named(password, code):
    assert code in [found for found, _values in password_problems(password, "danbao01")]


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("danbao_01", True),
        ("a.b-c", True),
        ("1abc", False),
        ("abc", False),
        ("有名", False),
        ("a" * 33, False),
    ],
)
def test_user_names_are_plain(name, good):
    assert is_username(name) is good


def test_names_are_compared_without_case_and_width():
    assert normal_name(" ＤanBao01 ") == "danbao01"
