"""What an error means when nobody said anything more exact: the same sentence on the page and in JSON."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

ERROR_WORDS: dict[int, Any] = {
    400: _l("提交的内容不完整、格式不对，或页面已过期。"),
    403: _l("您的账号不能查看或办理这项内容。"),
    404: _l("地址可能有误，内容可能已撤下，或不在您可查看的范围内。"),
    405: _l("这个地址只接受页面上的按钮提交，不能直接打开或刷新。"),
    409: _l("在您操作期间，这项内容的状态或数据已经改变，您的操作没有保存。"),
    413: _l("上传的内容超过了允许的大小，没有保存。"),
    429: _l("短时间内的请求太多，为保护账号和系统，暂停受理。"),
    500: _l("处理您的请求时出现意外，本次操作没有保存。问题已记录。"),
    503: _l("系统繁忙或正在维护，本次操作没有保存。"),
}
