"""Session, engine settings, column types and the one place that commits.

SQLite runs with WAL, foreign keys and a busy timeout. Requests that may write begin with BEGIN IMMEDIATE,
because a deferred transaction that reads first loses updates or fails on upgrade; reads stay deferred.
"""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ParamSpec, TypeVar

from flask import has_request_context, request
from flask_appbuilder import Model
from flask_appbuilder.models.sqla.base import SQLA
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import DateTime, Executable, MetaData, Numeric, event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import ORMExecuteState, with_loader_criteria
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.types import TypeDecorator

from app.core.scope import InstitutionScoped, Scope, current_scope

Model.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound=Executable)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
BUSY_MILLISECONDS = 10_000  # how long to wait for another writer (SQLite) or a locked row (PostgreSQL)
CONNECT_SECONDS = 5  # how long to wait for a server that does not answer
PREPARED = "prepared"  # the mark of statements that are built once
write_intent: ContextVar[bool] = ContextVar("write_intent", default=False)


class ScopedSession(FlaskSession):
    """A session that adds the current scope's condition to every ORM statement."""


class Moment(TypeDecorator[datetime]):
    """An aware datetime, stored as UTC; SQLite has no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Refuse naive datetimes: they hide which clock they came from."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime: take the time from app.core.clock")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Give every stored moment its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Exact(TypeDecorator[Decimal]):
    """A decimal of up to 28 digits before and 10 behind the point, without trailing zeros.

    SQLite has only binary numbers: up to 15 digits come back as they were, and sums are rounded to 10 places.
    """

    impl = Numeric(38, 10)
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        """Plain numbers on SQLite; the way back is ours."""
        native = Numeric(38, 10, asdecimal=dialect.name != "sqlite")
        return dialect.type_descriptor(native)

    def process_result_value(self, value: Any, dialect: Any) -> Decimal | None:
        """The decimal that was meant: repr() gives the shortest one with the same binary value."""
        if value is None:
            return None
        number = value if isinstance(value, Decimal) else Decimal(repr(value))
        number = round(number, 10)
        whole = number.to_integral_value()
        return whole if whole == number else number.normalize()


db: SQLA = SQLA(
    metadata=Model.metadata,
    session_options={"class_": ScopedSession},
    engine_options={"pool_pre_ping": True},
)


@event.listens_for(ScopedSession, "do_orm_execute")
def _apply_scope(state: ORMExecuteState) -> None:
    if state.is_column_load or not (state.is_select or state.is_update or state.is_delete):
        return
    scope = current_scope()
    if scope.kind == "system":
        return
    models = len(InstitutionScoped.registry_of_scoped)
    if state.statement.get_execution_options().get(PREPARED):
        state.statement = _scoped_statement(state.statement, scope, models)
    else:
        state.statement = state.statement.options(*_scope_options(scope, models))


@functools.lru_cache(maxsize=512)
def _scope_options(scope: Scope, _models: int) -> tuple[LoaderCriteriaOption, ...]:
    """The conditions of every scoped model; made once per scope, for a page runs a dozen statements.

    `_models` is how many there are: should one be defined later, its condition is not left out.
    """
    return tuple(
        with_loader_criteria(model, model.scope_condition(scope), include_aliases=True)
        for model in InstitutionScoped.registry_of_scoped
    )


@functools.lru_cache(maxsize=2048)
def _scoped_statement(statement: Any, scope: Scope, models: int) -> Any:
    """A prepared statement under a scope."""
    return statement.options(*_scope_options(scope, models))


def prepared(build: Callable[[], S]) -> Callable[[], S]:
    """A statement that is built once, for what nearly every page asks; what differs are bind parameters.

    Building a statement, adding the scope's conditions and working out its key in SQLAlchemy's cache takes
    several times as long as SQLite takes to answer.
    """

    @functools.cache
    def statement() -> S:
        return build().execution_options(**{PREPARED: True})

    return functools.wraps(build)(statement)


@event.listens_for(Engine, "connect")
def _sqlite_settings(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # we say BEGIN ourselves, below
    waiting = f"busy_timeout={BUSY_MILLISECONDS}"
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", waiting, "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "do_connect")
def _postgres_patience(dialect: Any, _record: Any, _arguments: Any, settings: dict[str, Any]) -> None:
    """Without these a request waits for ever for a row that somebody holds, or for a server that is gone."""
    if dialect.name == "postgresql":
        settings.setdefault("connect_timeout", CONNECT_SECONDS)
        more = settings.get("options", "")
        settings["options"] = f"{more} -c lock_timeout={BUSY_MILLISECONDS}".strip()


@event.listens_for(Engine, "begin")
def _sqlite_begin(connection: Any) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write_intent.get() else "BEGIN")


def commits(view: Callable[P, R]) -> Callable[P, R]:
    """Commit once after the view returned, roll back when it raised. Services below never commit.

    What was read so far (who is asking) is read anew, so that SQLite takes the write lock at once and only
    now: not while an upload is parsed before. A GET neither locks nor commits.
    """

    @functools.wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if has_request_context() and request.method in SAFE_METHODS:
            return view(*args, **kwargs)
        if not write_intent.get():
            db.session.rollback()
        token = write_intent.set(True)
        try:
            result = view(*args, **kwargs)
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise
        finally:
            write_intent.reset(token)
        return result

    return wrapper
