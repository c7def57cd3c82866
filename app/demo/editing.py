"""What the content editors of the demonstration have on their desk: a notice with picture, table and attachments, one that
was withdrawn, and suggestions in every state. Nobody here exists.
"""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

from PIL import Image, ImageDraw
from werkzeug.datastructures import FileStorage

from app.core.db import db
from app.core.events import record
from app.demo.attachments import pdf
from app.portal import media
from app.portal.models import Announcement
from app.portal.services import (
    clean_announcement,
    publish_announcement,
    reply_to_suggestion,
    submit_suggestion,
    take_up_suggestion,
    withdraw_announcement,
)

QUARTERS = (("第一季度", 182.4), ("第二季度", 196.7), ("第三季度", 203.1), ("第四季度", 217.9))
SUGGESTIONS = (
    (9, "孟示例", "13900000001", "service", "建议在名单公示中增加按许可证到期时间排序，方便核对合作机构的资质是否有效。",
     "感谢您的建议。名单公示已显示许可证有效期，并可下载为 Excel 后排序；在线排序已列入下一期改进计划。"),
    (5, "白示例", "bai@example.invalid", "institution", "某典当行门店公示的息费标准看不清楚，希望督促其在显著位置公示。", None),
    (2, "柳示例", "13900000003", "website", "手机上查看公告附件很方便，希望办事指南里的表格也能直接下载可编辑的版本。", ""),
)  # fmt: skip


def tell_editing(editor: Any, now: datetime) -> None:
    """Announcements and suggestions as an editor has left them."""
    _illustrated(editor, now - timedelta(days=3))
    _withdrawn(editor, now - timedelta(days=20))
    for number, (days, name, contact, topic, text, reply) in enumerate(SUGGESTIONS, start=1):
        moment = now - timedelta(days=days)
        item = submit_suggestion(name=name, contact=contact, topic=topic, text=text, now=moment)
        item.receipt = f"{item.receipt[:10]}-DEM{number}A-{number}BCDE"  # the same in every demonstration
        if reply != "":
            take_up_suggestion(item, actor=editor, now=moment + timedelta(hours=5))
        if reply:
            reply_to_suggestion(item, reply, actor=editor, now=moment + timedelta(days=2))


def _upload(data: bytes, name: str) -> FileStorage:
    return FileStorage(io.BytesIO(data), name)


def _illustrated(editor: Any, now: datetime) -> None:
    shown = media.take_picture(_upload(_chart(), "在保余额.png"), actor=editor, now=now)
    rows = "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in QUARTERS)
    item = _written(
        Announcement(
            title="全省融资担保行业运行情况简报（附图表）",
            summary="在保余额稳步增长，小微企业和“三农”担保占比继续提高。",
            category="work-updates",
            source="监管信息处",
            publish_at=now,
            body=f"<p>近一年全省融资担保行业运行平稳，各季末在保余额见下图和下表。</p>"
            f'<p><img src="{media.address(shown)}" alt="各季末在保余额柱形图，由 182.4 亿元升至 217.9 亿元"></p>'
            f"<table><thead><tr><th>季末</th><th>在保余额（亿元）</th></tr></thead><tbody>{rows}</tbody></table>"
            f"<h2>下一步安排</h2><ul><li>按期报送月度、季度业务数据；</li><li>核对代偿与追偿台账。</li></ul>",
        ),
        editor,
        now,
    )
    files = [
        _upload(pdf("DEMONSTRATION  quarterly brief"), "运行情况简报.pdf"),
        _upload(_chart(), "在保余额图.png"),
    ]
    media.change_attachments(item, files, (), actor=editor, now=now)
    publish_announcement(item, actor=editor, now=now)


def _withdrawn(editor: Any, now: datetime) -> None:
    item = _written(
        Announcement(
            title="关于调整培训时间的通知（已撤回）",
            category="training",
            source="监管信息处",
            publish_at=now,
            body="因会场调整，原定培训时间另行通知。",
        ),
        editor,
        now,
    )
    publish_announcement(item, actor=editor, now=now)
    withdraw_announcement(item, actor=editor, now=now + timedelta(days=1))


def _written(item: Announcement, editor: Any, now: datetime) -> Announcement:
    clean_announcement(item, now)
    db.session.add(item)
    record("AnnouncementWritten", item, actor=editor, now=now, states=(None, "draft"))
    media.note_uses("announcement", item.id, item.body)
    return item


def _chart() -> bytes:
    """Four plain columns; what they mean stands in the text beside them."""
    picture = Image.new("RGB", (960, 420), "white")
    draw = ImageDraw.Draw(picture)
    draw.line((60, 360, 900, 360), fill=(90, 100, 112), width=2)
    for index, (_name, value) in enumerate(QUARTERS):
        left = 120 + index * 200
        draw.rectangle((left, 360 - int(value * 1.4), left + 110, 359), fill=(29, 79, 140))
        draw.text((left + 34, 340 - int(value * 1.4)), f"{value}", fill=(16, 48, 87))
        draw.text((left + 46, 370), f"Q{index + 1}", fill=(90, 100, 112))
    packed = io.BytesIO()
    picture.save(packed, "PNG", optimize=True)
    return packed.getvalue()
