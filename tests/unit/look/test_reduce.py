"""The style sheet is reduced by families, and what is kept is kept whole."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"


@pytest.fixture(scope="module")
def reduce() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vendor_reduce", SCRIPTS / "vendor_reduce.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["vendor_reduce"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (".card { color: red; margin: 0 }", ".card{color:red;margin:0}"),
        (".navbar .card{color:red}", ""),
        (".btn,.navbar-brand{color:red}", ".btn{color:red}"),
        (".bg-facebook{color:red}", ""),
        ("a:not(.navbar){color:red}", "a:not(.navbar){color:red}"),
        ("@media print{.modal{color:red}}", ""),
        ("@media print{.card{color:red}}", "@media print{.card{color:red}}"),
        (':is(.btn,.link)::after{content:"a ; b"}', ':is(.btn,.link)::after{content:"a ; b"}'),
        ("@keyframes spin{to{left:0}}", ""),
        (
            ".card{animation:spin 1s}@keyframes spin{to{left:0}}",
            ".card{animation:spin 1s}\n@keyframes spin{to{left:0}}",
        ),
    ],
)
def test_only_unused_families_go(reduce: ModuleType, given: str, kept: str) -> None:
    assert reduce.reduce_css(given).strip() == kept


def test_the_licence_stays_on_top(reduce: ModuleType) -> None:
    assert reduce.reduce_css("/*! Licence */ .card{color:red}").startswith("/*! Licence */")
