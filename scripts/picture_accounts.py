"""What is in the handbooks' pictures of log-in and accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def own_accounts(camera: Any, app: Any, folder: Path) -> None:
    """The log-in window over the portal, a forgotten password, colleagues, and where one is logged in."""
    page = camera.visitor()
    camera.open("/")
    page.locator(".portal-account a[data-login]").click()
    page.locator("dialog.login-window .captcha-image").wait_for()
    page.wait_for_load_state("networkidle")
    camera.shot("login-window", 800)
    camera.open("/login/forgotten")
    camera.shot("forgotten", 620)
    page = camera.visitor("demo-danbao")
    camera.open("/workspace/colleagues/")
    page.fill("#display_name", "测试丙")
    page.fill("#email", "bing@example.invalid")
    camera.press("发送邀请")
    camera.shot("colleagues", 760)
    camera.open("/workspace/profile")
    camera.shot("profile", 690)
