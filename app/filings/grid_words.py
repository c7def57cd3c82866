"""Words the grid and the card say in the browser, in the user's language."""

from __future__ import annotations

from flask_babel import gettext as _


def grid_words() -> dict[str, str]:
    """By name; {braces} are filled in by the browser."""
    return {
        **_storing_words(),
        "error": _("错误"),
        "warning": _("提示"),
        "mark": _("审核标注"),
        "noFindings": _("没有发现问题。"),
        "others": _("本套其他报表还有 {count} 条。"),
        "counts": _("{errors} 处错误，{warnings} 条提示。"),
        "computed": _("自动计算，不能修改"),
        "constant": _("固定值，不能修改"),
        "absent": _("此格不填"),
        "prior": _("上期 {value}"),
        "notNumber": _("“{raw}”不是数字。请填写数字，例如 1,234.50。"),
        "negative": _("这里不能填写负数。"),
        "tooLong": _("数字位数过多，请核对。"),
        "decimals": _("最多保留 {n} 位小数。"),
        "notDate": _("“{raw}”不是日期。请填写例如 2026-03-05 或 2026年3月5日。"),
        "notChoice": _("“{raw}”不在可选项中，请从列表选择。"),
        "row": _("第 {n} 行"),
        "removeRow": _("删除第 {n} 行"),
        "rowsFull": _("最多 {n} 行。"),
        "pasted": _("已粘贴 {count} 格"),
        "pastedSkipped": _("已粘贴 {count} 格，跳过 {skipped} 个不可填的格"),
        "copied": _("已复制 {count} 格"),
        "conflictBy": _("{who} 于 {when} 保存了这张报表，您的修改没有覆盖它。"),
        "conflictCell": _("您填 {mine}，最新为 {theirs}"),
        "notFound": _("没有找到“{text}”。"),
        "blank": _("（空）"),
        "choose": _("请选择"),
    }


def _storing_words() -> dict[str, str]:
    """What the line below the grid says about coming from and going to the server."""
    return {
        "saved": _("已保存 {time}"),
        "saving": _("正在保存…"),
        "dirty": _("有未保存的修改"),
        "fetching": _("正在取其余各行，取到后即可填写…"),
        "notFetched": _("其余各行没有取到，正在重试。取到之前不能填写，以免丢失内容。"),
        "failed": _("保存失败，正在重试。您的输入保留在本机，请不要关闭页面。"),
        "offline": _("网络已断开，恢复后自动保存。您的输入保留在本机。"),
        "loggedOut": _("登录已失效。请在新窗口重新登录，本页会自动继续保存。"),
        "logIn": _("重新登录"),
        "refused": _("没有保存："),
        "restored": _("已恢复上次没有保存成功的输入。"),
    }
