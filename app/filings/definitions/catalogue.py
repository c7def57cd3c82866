"""Reads the catalogue of forms. A broken catalogue is refused as a whole, with every problem and its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

import yaml

from app.filings.definitions.codec import form_from_dict, formula_texts, indicator_from_dict
from app.filings.definitions.schema import Catalogue, Choice, Form, Named
from app.filings.definitions.semantics import check_catalogue
from app.filings.definitions.shape import Issue, Path, check_document
from app.filings.expressions.errors import ExpressionError
from app.filings.expressions.parser import parse, parse_formula

DEFAULT_PATH = FilePath(__file__).parents[2] / "data" / "catalogue" / "forms.yaml"
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class CatalogueError(ValueError):
    """The catalogue cannot be used; `problems` are lines "file:line: what is wrong"."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def load_catalogue(path: FilePath | str | None = None) -> Catalogue:
    """The catalogue of the file (the platform's own when none is given). Raises CatalogueError, OSError."""
    file = FilePath(path) if path else DEFAULT_PATH
    root, data = _read(file)
    issues = list(_repeated_keys(root)) or check_document(data)
    if not issues:
        issues = _expression_issues(data)
    if issues:
        raise CatalogueError(_told(file, root, issues))
    catalogue, issues = _build(data)
    issues += check_catalogue(catalogue)
    if issues:
        raise CatalogueError(_told(file, root, issues))
    return catalogue


@lru_cache(maxsize=1)
def default_catalogue() -> Catalogue:
    """The platform's own catalogue, read once per process."""
    return load_catalogue()


def _read(file: FilePath) -> tuple[yaml.Node | None, Any]:
    loader = _Loader(file.read_bytes())
    try:
        root = loader.get_single_node()
        return root, loader.construct_document(root) if root else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise CatalogueError([f"{file.name}:{line}: {getattr(error, 'problem', None) or error}"]) from None
    finally:
        loader.dispose()


def _repeated_keys(node: yaml.Node | None, path: Path = ()) -> Iterator[Issue]:
    """Keys that stand twice in one entry: YAML would quietly take the last."""
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            if not isinstance(item, yaml.ScalarNode):
                yield from _repeated_keys(item, (*path, index))
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield Issue((*path, key.value), f"key {key.value!r} occurs twice")
            seen.add(key.value)
            if not isinstance(value, yaml.ScalarNode):
                yield from _repeated_keys(value, (*path, key.value))


def _expression_issues(data: Mapping[str, Any]) -> list[Issue]:
    """Every formula and condition that cannot be parsed, so that they are all told at once."""
    issues: list[Issue] = []
    for parser, text, path in _expressions(data):
        try:
            parser(text)
        except ExpressionError as error:
            issues.append(Issue(path, str(error)))
        except TypeError:
            issues.append(Issue(path, f"an expression must be text, found {text!r}"))
    return issues


def _expressions(data: Mapping[str, Any]) -> Iterator[tuple[Callable[[str], object], Any, Path]]:
    """Every expression of the catalogue with its parser and its place."""
    for index, form in enumerate(data["forms"]):
        if form.get("required_when"):
            yield parse, form["required_when"], ("forms", index, "required_when")
        for number, column in enumerate(form["columns"]):
            if column.get("formula"):
                yield parse_formula, column["formula"], ("forms", index, "columns", number, "formula")
        for number, row in enumerate(form.get("rows") or ()):
            for text in formula_texts(row):
                yield parse_formula, text, ("forms", index, "rows", number, "formula")
        for number, check in enumerate(form.get("checks") or ()):
            yield parse, check["expr"], ("forms", index, "checks", number, "expr")
    for index, indicator in enumerate(data["indicators"]):
        yield parse, indicator["expr"], ("indicators", index, "expr")


def _build(data: Mapping[str, Any]) -> tuple[Catalogue, list[Issue]]:
    enums = {
        name: tuple(Choice(item["v"], item["zh"], item["en"]) for item in choices)
        for name, choices in data["enums"].items()
    }
    forms: dict[str, Form] = {}
    issues: list[Issue] = []
    for index, raw in enumerate(data["forms"]):
        columns = []
        for number, column in enumerate(raw["columns"]):
            where: Path = ("forms", index, "columns", number, "choices")
            columns.append(_with_choices(column, data["enums"], where, issues))
        forms[raw["code"]] = form_from_dict({**raw, "columns": columns})
    catalogue = Catalogue(
        version=data["version"],
        forms=forms,
        industries=_named(data["industries"]),
        families=_named(data["families"]),
        org_attributes=_named(data["org_attributes"]),
        period_attributes=_named(data["period_attributes"]),
        enums=enums,
        indicators=tuple(indicator_from_dict(item) for item in data["indicators"]),
    )
    return catalogue, issues


def _with_choices(
    column: Mapping[str, Any], enums: Mapping[str, Any], path: Path, issues: list[Issue]
) -> dict[str, Any]:
    """The column with the entries of its list written out."""
    name = column.get("choices")
    if name is None:
        return dict(column)
    if not isinstance(name, str) or name not in enums:
        issues.append(Issue(path, f"there is no list of choices {name!r}"))
        return {**column, "choices": None}
    return {**column, "choices": enums[name]}


def _named(items: Sequence[Mapping[str, Any]]) -> tuple[Named, ...]:
    return tuple(
        Named(
            item["key"],
            item["name_zh"],
            item["name_en"],
            item.get("type", "text"),
            item.get("choices", ""),
            tuple(item.get("nil", ())),
        )
        for item in items
    )


def _told(file: FilePath, root: yaml.Node | None, issues: Sequence[Issue]) -> list[str]:
    """Issues as "file:line: entry: message", in the order of the file."""
    found = [(_line(root, issue.path), issue.message) for issue in issues]
    return [f"{file.name}:{line}: {message}" for line, message in sorted(found)]


def _line(node: yaml.Node | None, path: Path) -> int:
    """The line of the entry at `path`, or of the nearest one around it."""
    line = 1
    for part in path:
        if node is not None:
            line = node.start_mark.line + 1
        node = _below(node, part)
        if node is None:
            return line
    return node.start_mark.line + 1 if node is not None else line


def _below(node: yaml.Node | None, part: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        found: yaml.Node = node.value[part]
        return found
    if isinstance(node, yaml.MappingNode):
        # The last of them, where a key stands twice.
        return next((value for key, value in reversed(node.value) if key.value == part), None)
    return None
