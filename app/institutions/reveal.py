"""Seeing a contact's whole number: the same on every page of the console that shows one masked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name

from app.accounts.access import current_account
from app.core import clock
from app.core.db import commits
from app.institutions.services import reveal_mobile


class RevealsMobile:
    """For a SafeModelView whose rows have a mobile number; its `revealed_page` draws the row's page with it."""

    _item_or_404: Callable[[str], Any]
    revealed_page: Callable[[Any], Any]

    @expose("/reveal/<pk>", methods=["POST"])
    @has_access
    @permission_name("show")
    @commits
    def reveal(self, pk: str) -> Any:
        """Show the whole number once; that it was seen is written down."""
        item = self._item_or_404(pk)
        reveal_mobile(item, actor=current_account(), now=clock.now())
        return self.revealed_page(item)
