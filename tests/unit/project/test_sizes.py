"""Modules and functions stay short enough to be read."""

from __future__ import annotations

from tests.unit.project.sources import functions_in, name_of, python_files

LINES_OF_A_MODULE = 400
LINES_OF_A_FUNCTION = 40


def test_no_module_is_longer_than_400_lines():
    sizes = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    assert {name: size for name, size in sizes.items() if size > LINES_OF_A_MODULE} == {}


def test_no_function_is_longer_than_40_lines():
    long = {}
    for path in python_files():
        for function in functions_in(path):
            size = (function.end_lineno or function.lineno) - function.lineno + 1
            if size > LINES_OF_A_FUNCTION:
                long[f"{name_of(path)}:{function.lineno} {function.name}"] = size
    assert long == {}
