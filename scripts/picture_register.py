"""What is in the handbooks' pictures of admission, the register, messages, letters and tokens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select


def admitting(camera: Any, app: Any, folder: Path) -> None:
    """A company's applications and its change of managers; what the regulator sees of one."""
    page = camera.visitor("demo-danbao")
    camera.open("/workspace/admission/")
    camera.shot("admission", 800)
    for account in ("demo-danbao", "demo-diandang", "demo-xiaodai", "demo-zulin"):  # the first that may ask
        page = camera.visitor(account)
        camera.open("/workspace/admission/new/change")
        if page.locator("#change_type").count():
            break
    script = "(box) => { (box.tomselect ? box.tomselect.setValue('senior') : (box.value = 'senior'));"
    page.locator("#change_type").evaluate(
        script + " box.dispatchEvent(new Event('change', { bubbles: true })); }"
    )
    page.wait_for_timeout(400)
    camera.shot("admission-change", 1000)
    camera.visitor("demo-jianguan")
    camera.open("/console/applications/list/")
    camera.page.locator("tbody .row-link").first.click()
    camera.page.wait_for_load_state("networkidle")
    camera.shot("application", 1000)


def registers(camera: Any, app: Any, folder: Path) -> None:
    """The file of one institution: what is registered, filed and told."""
    from app.accounts.models import Account
    from app.core.db import db
    from app.core.scope import SYSTEM, scoped

    with app.app_context(), scoped(SYSTEM):
        number = (
            db.session.scalars(select(Account).where(Account.username == "demo-danbao")).one().institution_id
        )
    camera.visitor("demo-jianguan")
    camera.open(f"/console/institutions/show/{number}")
    camera.shot("institution-file", 1100)


def corresponding(camera: Any, app: Any, folder: Path) -> None:
    """Messages, the template of a letter, and a system's tokens."""
    camera.visitor("demo-danbao")
    camera.open("/workspace/messages/")
    camera.shot("messages", 720)
    camera.open("/workspace/api-tokens/")
    camera.shot("api-tokens", 700)
    camera.visitor("demo-shenpi")
    camera.open("/console/letters/show/inspection_notice")
    camera.shot("letter-template", 1000)
