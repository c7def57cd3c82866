"""Finds, for any check, a filing in which it holds and a change or two after which it fails.

The start is a simulated company's filings, which are in order. From the tree of the check follow the cells
that it reads, through computed cells down to what people enter; each is tried with other values, and a value
is kept when it brings the condition nearer to failing. Nothing is drawn by lot: the same case every time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from app.filings.definitions.catalogue import default_catalogue
from app.filings.definitions.schema import CellSpec, Check, Form, Value
from app.filings.environment import Surroundings
from app.filings.expressions.ast import And, AttrRef, Call, FieldRef, Node, Not, Number, Or
from app.filings.expressions.evaluate import evaluate
from app.filings.expressions.walk import attributes, column_references, nodes, references
from app.filings.values import parse_cell, plain
from tests.unit.checks.world import COPIES, Place, World

INDUSTRIES = ("guarantee", "microloan", "pawn", "leasing")
ENDS = (date(2025, 12, 31), date(2026, 3, 31), date(2026, 1, 31), date(2025, 6, 30))
ORG_TYPES = {"guarantee": ("reguarantee",), "microloan": ("online_microloan",)}
MOST_CHANGES = 4


@dataclass(frozen=True)
class Flip:
    """One check with a filing in which it holds and one in which it does not."""

    check: Check
    form: Form
    row: str
    holds: World
    fails: World
    changes: tuple[tuple[Place, Value], ...]
    is_forced: bool


def flip(form: Form, check: Check) -> Flip | None:
    """The first case found; None when there is none.

    What people can enter is tried first. Some conditions nobody can break that way, because the entry itself is
    refused or the figure is calculated: those are for filings that came about otherwise (an earlier definition).
    """
    return _first(form, check, is_forced=False) or _first(form, check, is_forced=True)


def _first(form: Form, check: Check, *, is_forced: bool) -> Flip | None:
    for industry in INDUSTRIES if form.industry == "all" else (form.industry,):
        for end in ENDS:
            world = World(industry, end)
            if world.filing(form.code) is None:
                continue
            for row in world.rows_of(check, form)[:12]:
                if judge(check, form, row, world) is True:
                    found = _search(form, check, row, world, is_forced)
                    if found is not None:
                        return found
    return None


def judge(check: Check, form: Form, row: str, world: World) -> object:
    return evaluate(check.expr, _at(form, row, world), check.tol)


def _at(form: Form, row: str, world: World) -> Surroundings:
    env = world.surroundings(form)
    env.stand_at(row, (world.filing(form.code) or {}).get(row) or {})
    return env


def _search(form: Form, check: Check, row: str, start: World, is_forced: bool) -> Flip | None:
    world, changes = start, []
    best = _distance(check.expr, False, _at(form, row, world), check.tol)
    for _ in range(MOST_CHANGES):
        for place, value in _candidates(form, check, row, world, is_forced):
            other = world.with_change(place, value)
            env = _at(form, row, other)
            distance = _distance(check.expr, False, env, check.tol)
            if distance < best:
                world, best = other, distance
                changes.append((place, value))
                break
        else:
            return None
        if judge(check, form, row, world) is False:
            return Flip(check, form, row, start, world, tuple(changes), is_forced)
    return None


def _distance(node: Node, wanted: bool, env: Surroundings, tol: Decimal) -> int:
    """How many parts of the condition still have to change for it to be as wanted."""
    if isinstance(node, Not):
        return _distance(node.operand, not wanted, env, tol)
    if isinstance(node, And | Or):
        each = [_distance(item, wanted, env, tol) for item in node.items]
        return sum(each) if isinstance(node, And) is wanted else min(each)
    if isinstance(node, Call) and node.name == "IF":
        condition = evaluate(node.args[0], env)
        if isinstance(condition, bool):
            return _distance(node.args[1 if condition else 2], wanted, env, tol)
    return 0 if evaluate(node, env, tol) is wanted else 1


def _candidates(
    form: Form, check: Check, row: str, world: World, is_forced: bool
) -> Iterator[tuple[Place, Value]]:
    for attribute in attributes(check.expr):
        yield from _attribute_changes(attribute, world)
    known = {node.value for node in nodes(check.expr) if isinstance(node, Number)}
    for place, spec in _readable(form, check, row, world):
        if spec.is_input or (spec.const is None and (place[1] != "current" or is_forced)):
            for value in _other_values(place, spec, world, known):
                if is_forced or _may_stand(spec, value):
                    yield place, value
    for ref, shift in column_references(check.expr):
        if isinstance(ref, FieldRef) and "1" in (world.filing(ref.form, shift) or {}):
            yield from (((ref.form, shift, "1", COPIES), Decimal(count)) for count in (1, 24))


def _attribute_changes(ref: AttrRef, world: World) -> Iterator[tuple[Place, Value]]:
    if (ref.scope, ref.name) == ("ORG", "org_type"):
        for value in ORG_TYPES.get(world.industry, ()):
            yield ("ORG", "", "", "org_type"), value
    if (ref.scope, ref.name) == ("PERIOD", "today"):
        yield ("PERIOD", "", "", "today"), world.end + timedelta(400)


def _readable(form: Form, check: Check, row: str, world: World) -> Iterator[tuple[Place, CellSpec]]:
    """The cells that the check depends on, the nearest first."""
    waiting: list[tuple[Node, Form, str, str]] = [(check.expr, form, row, "")]
    seen: set[Place] = set()
    while waiting:
        node, home, at, col = waiting.pop(0)
        for place in _read(node, home, at, col, world):
            code, shift, key, name = place
            target = default_catalogue().form(code)
            spec = target.cell_spec(key, name)
            if place in seen or spec is None:
                continue
            seen.add(place)
            yield place, spec
            if spec.computed is not None and shift == "current":
                waiting.append((spec.computed.expr, target, key, name))


def _read(node: Node, home: Form, row: str, col: str, world: World) -> Iterator[Place]:
    env = world.surroundings(home)
    env.stand_at(row, {}, col)
    columns = set(column_references(node))
    for reference in references(node):
        ref, shift = reference
        target, key, name = env.place(ref)
        if target is None:
            continue
        filing = world.filing(target.code, shift) or {}
        whole = reference in columns and isinstance(ref, FieldRef) and target.layout == "table"
        for each in list(filing)[:4] if whole else [key]:
            yield target.code, shift, each, name


def _other_values(place: Place, spec: CellSpec, world: World, known: set[Decimal]) -> Iterator[Value]:
    code, shift, row, col = place
    filing = world.filing(code, shift) or {}
    now = (filing.get(row) or {}).get(col)
    options: list[Value]
    if spec.type == "choice":
        options = [choice.v for choice in spec.choices]
    elif spec.type == "date":
        day = now if isinstance(now, date) else world.end
        options = [day + timedelta(days) for days in (1, -1, 40, -40, 4000, -4000)] + [None]
    elif spec.is_numeric:
        numbers = _other_numbers(now if isinstance(now, Decimal) else Decimal(0), known)
        options = [number.quantize(Decimal(1).scaleb(-spec.decimals)) for number in numbers]
    else:
        options = ["", *(value for value in (filing.get(row) or {}).values() if isinstance(value, str))]
    others = [cells.get(col) for key, cells in filing.items() if key != row]
    yield from (value for value in [*options, *others[:2]] if value != now)


def _other_numbers(now: Decimal, known: set[Decimal]) -> Iterator[Decimal]:
    yield from (now + 5, now - 5, now * 2, Decimal(0), now / 2, now * 40, now + 10**5, -now)
    for number in sorted(known):
        yield from (number, number + 1, number * 2, number / 2)
    yield from (now + 10**7, now - 10**10, Decimal(-1))


def _may_stand(spec: CellSpec, value: Value) -> bool:
    """Nothing that could not have been entered."""
    return value in (None, "") or parse_cell(spec, plain(value) or "").problem is None
