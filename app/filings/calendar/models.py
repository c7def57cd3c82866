"""Reporting periods with their windows."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import Boolean, CheckConstraint, Date, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Moment
from app.filings.calendar.rules import Window


class ReportingPeriod(Model):
    """One month, quarter or year. `due_at` and `closes_at` are exclusive: the first moment that is too late."""

    __tablename__ = "reporting_period"
    __table_args__ = (
        UniqueConstraint("frequency", "code", name="uq_reporting_period_frequency_code"),
        CheckConstraint("start_date <= end_date", name="dates"),
        CheckConstraint("opens_at < due_at AND due_at <= closes_at", name="window"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    frequency: Mapped[str] = mapped_column(String(20), nullable=False)
    code: Mapped[str] = mapped_column(String(20), nullable=False)
    name_zh: Mapped[str] = mapped_column(String(60), nullable=False)
    name_en: Mapped[str] = mapped_column(String(60), nullable=False)
    start_date: Mapped[date] = mapped_column(Date, nullable=False)
    end_date: Mapped[date] = mapped_column(Date, nullable=False, index=True)
    opens_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    due_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    closes_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    allows_late: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)

    @property
    def window(self) -> Window:
        """What the gate judges by."""
        return Window(
            self.name_zh, self.name_en, self.opens_at, self.due_at, self.closes_at, bool(self.allows_late)
        )

    def name(self, lang: str) -> str:
        """The period's name in 'zh' or 'en'."""
        return self.name_en if lang == "en" else self.name_zh

    def __str__(self) -> str:
        return self.name_zh
