"""An application with one invented model in the console, to look at FAB's pages without any feature."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

from flask import Flask
from flask_appbuilder import action
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import Enum as EnumColumn
from sqlalchemy import ForeignKey, Numeric, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class DemoModel(DeclarativeBase):
    """Metadata of its own, so that no migration check sees these tables."""


class DemoState(Enum):
    """As our enumerations: a code that is stored, a label that is shown."""

    draft = "draft"
    approved = "approved"

    @property
    def label(self) -> str:
        """What people read."""
        return {"draft": "草稿", "approved": "已通过"}[self.value]


class DemoOwner(DemoModel):
    __tablename__ = "look_demo_owner"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))

    def __str__(self) -> str:
        return self.name


class DemoRecord(DemoModel):
    __tablename__ = "look_demo_record"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(80))
    amount: Mapped[Decimal] = mapped_column(Numeric(20, 2))
    count: Mapped[int | None]
    on_day: Mapped[date | None]
    at_moment: Mapped[datetime | None]
    is_pinned: Mapped[bool] = mapped_column(default=False)
    state: Mapped[DemoState] = mapped_column(EnumColumn(DemoState, name="look_demo_state"))
    kind: Mapped[str] = mapped_column(String(12), default="notice")
    note: Mapped[str | None] = mapped_column(Text)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("look_demo_owner.id"))
    owner: Mapped[DemoOwner | None] = relationship()

    def __str__(self) -> str:
        return self.title


LABELS = {
    "title": "标题", "amount": "金额（万元）", "count": "笔数", "on_day": "报送日期", "at_moment": "提交时间",
    "is_pinned": "置顶", "kind": "类别", "state": "状态", "note": "备注", "owner": "机构", "name": "名称",
}  # fmt: skip
COLUMNS = ["title", "amount", "count", "on_day", "at_moment", "is_pinned", "kind", "state", "note", "owner"]


def demo_views() -> tuple[type[Any], type[Any]]:
    """Made on demand: a view class belongs to one application."""
    from app.core.fab import SafeInterface, SafeModelView

    class DemoRecordView(SafeModelView):
        datamodel: SQLAInterface = SafeInterface(DemoRecord)
        list_title, show_title, add_title, edit_title = (
            "示例记录",
            "示例记录详情",
            "新增示例记录",
            "编辑示例记录",
        )
        label_columns = LABELS
        list_columns = ["title", "amount", "on_day", "at_moment", "is_pinned", "state", "owner"]
        show_columns = add_columns = edit_columns = search_columns = COLUMNS
        search_choices = {"kind": {"notice": "通知", "guide": "指南", "guide2": "指南二"}}
        description_columns = {"amount": "单位为万元，保留两位小数。"}
        base_order = ("id", "asc")

        @action("publish", "发布", "确定要发布所选记录吗？", "send", single=True)
        def publish(self, items: Any) -> Any:
            return str(len(items) if isinstance(items, list) else 1)

    class DemoOwnerView(SafeModelView):
        datamodel: SQLAInterface = SafeInterface(DemoOwner)
        list_title, show_title, add_title, edit_title = (
            "示例机构",
            "示例机构详情",
            "新增示例机构",
            "编辑示例机构",
        )
        label_columns = LABELS
        list_columns = show_columns = add_columns = edit_columns = search_columns = ["name"]
        related_views = [DemoRecordView]

    return DemoRecordView, DemoOwnerView


def make_demo_app(folder: Path, uri: str, rows: int = 45) -> Flask:
    """The platform with the invented views; everybody may do everything in it, nobody is logged in."""
    import app.filings.calendar.models
    import app.filings.submissions.models
    import app.institutions.models  # the mappers of accounts name these
    from app import create_app
    from app.core.db import db
    from app.core.fab_fields import install
    from app.core.scope import SYSTEM, scoped
    from config import TestConfig

    install()
    app = create_app(TestConfig, INSTANCE_DIR=folder, FILES_DIR=folder / "files", SQLALCHEMY_DATABASE_URI=uri)
    app.jinja_env.globals.setdefault("lang", lambda: "zh")
    with app.app_context(), scoped(SYSTEM):
        DemoModel.metadata.create_all(db.engine)
        records, owners = demo_views()
        builder: Any = app.extensions.get("appbuilder") or getattr(app, "appbuilder", None)
        builder.sm.has_access = lambda *_names: True
        group = {"category": "Demo", "category_label": "示例", "category_icon": "folder"}
        builder.add_view(records, "DemoRecords", label="示例记录", icon="clipboard-list", **group)
        builder.add_view(owners, "DemoOwners", label="示例机构", icon="building", category="Demo")
        for n in range(1, rows + 1):
            db.session.add(demo_row(n))
        db.session.add_all([DemoOwner(name=f"示例{n:02d}融资担保有限公司") for n in range(1, 21)])
        db.session.commit()
    return app


def demo_row(n: int) -> DemoRecord:
    """The n-th invented record."""
    return DemoRecord(
        title=f"示例记录{n:03d}", amount=Decimal(n) * Decimal("1250.5"), count=n, on_day=date(2026, 1, 1 + n % 28),
        at_moment=datetime(2026, 3, 1, n % 24, 30, tzinfo=UTC), is_pinned=n % 5 == 0,
        kind={7: "guide", 8: "guide2"}.get(n, "notice"),
        state=DemoState.approved if n % 3 else DemoState.draft, note="第一行\n第二行" if n % 2 else None,
    )  # fmt: skip
