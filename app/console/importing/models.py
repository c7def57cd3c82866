"""An uploaded list of institutions, read and checked, waiting for somebody to take it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Moment
from app.core.personal import SealedBytes, SealedJson


class RegisterImport(Model):
    """One upload. `rows` are the good ones, ready to be entered; `problems` say what is wrong with the others.

    Only who uploaded it sees it. It stays after it was taken: the register's entries name it as their source.
    """

    __tablename__ = "register_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(200), nullable=False)
    original: Mapped[bytes] = mapped_column(SealedBytes, nullable=False, deferred=True)
    total: Mapped[int] = mapped_column(nullable=False)
    rows: Mapped[list[dict[str, Any]]] = mapped_column(SealedJson(whole=True), nullable=False, deferred=True)
    problems: Mapped[list[dict[str, Any]]] = mapped_column(
        SealedJson(whole=True), nullable=False, deferred=True
    )
    staged_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    staged_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), nullable=False)
    taken_at: Mapped[datetime | None] = mapped_column(Moment)
    taken: Mapped[int] = mapped_column(nullable=False, default=0)

    @property
    def faults(self) -> list[dict[str, Any]]:
        """What keeps lines from being entered."""
        return [one for one in self.problems if not one.get("note")]

    @property
    def notes(self) -> list[dict[str, Any]]:
        """What the sender should know and that stops nothing; it is kept among the problems, marked."""
        return [one for one in self.problems if one.get("note")]

    def __str__(self) -> str:
        return self.file_name
