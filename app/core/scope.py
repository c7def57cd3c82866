"""Who may see which rows.

Every model that belongs to an institution inherits `InstitutionScoped`. Each ORM statement gets the
current scope's condition added by the session (`app.core.db`), so that a forgotten filter shows nothing
rather than everything: without a scope the condition is false.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, false, true


@dataclass(frozen=True, slots=True)
class Scope:
    """What the present actor may see.

    kind: 'none' (nothing), 'institution' (one institution's rows), 'staff' (industries × region subtree),
    'system' (everything: commands, jobs and the named public queries).
    An empty `industries` or `region_prefix` on a staff scope means all of them.
    """

    kind: str = "none"
    institution_id: int | None = None
    industries: tuple[str, ...] = ()
    region_prefix: str = ""


NOTHING = Scope()
SYSTEM = Scope("system")
_current: ContextVar[Scope] = ContextVar("scope", default=NOTHING)


def current_scope() -> Scope:
    """The scope that statements run under now."""
    return _current.get()


def set_scope(scope: Scope) -> None:
    """Set the scope for the rest of this request or task."""
    _current.set(scope)


@contextmanager
def scoped(scope: Scope) -> Iterator[None]:
    """Run a block under another scope; the former one returns afterwards."""
    token = _current.set(scope)
    try:
        yield
    finally:
        _current.reset(token)


class InstitutionScoped:
    """Mixin for models with an `institution_id`; `scope_condition` is added to every statement."""

    registry_of_scoped: ClassVar[list[type[InstitutionScoped]]] = []

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__tablename__" in cls.__dict__:
            InstitutionScoped.registry_of_scoped.append(cls)

    @classmethod
    def scope_condition(cls, scope: Scope) -> ColumnElement[bool]:
        """The condition that this scope puts on this model's rows; false when nothing fits."""
        if scope.kind == "system":
            return true()
        column = cls.institution_id  # type: ignore[attr-defined]
        if scope.kind == "institution" and scope.institution_id is not None:
            return column == scope.institution_id
        if scope.kind == "staff":
            return column.in_(_institutions_of(scope))
        return false()


def _institutions_of(scope: Scope) -> Any:
    """Sub-select of the institutions inside a staff scope, by table so that core imports no feature."""
    from flask_appbuilder import Model
    from sqlalchemy import select

    table = Model.metadata.tables["institution"]
    query = select(table.c.id)
    if scope.industries:
        query = query.where(table.c.industry.in_(scope.industries))
    if scope.region_prefix:
        query = query.where(table.c.region_code.startswith(scope.region_prefix, autoescape=True))
    return query
