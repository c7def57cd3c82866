"""Seeing a contact's whole number: the same on every page of the console that shows one masked."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name

from app.accounts.access import current_account
from app.core import clock
from app.core.db import commits
from app.institutions.services import reveal_mobile


class RevealsMobile:
    """For a SafeModelView whose rows have a mobile number; the view draws its page in `revealed_page`."""

    _item_or_404: Any

    @expose("/reveal/<pk>", methods=["POST"])
    @has_access
    @permission_name("show")
    @commits
    def reveal(self, pk: str) -> Any:
        """Show the whole number once; that it was seen is written down."""
        item = self._item_or_404(pk)
        reveal_mobile(item, actor=current_account(), now=clock.now())
        return self.revealed_page(item)

    def revealed_page(self, item: Any) -> Any:
        """The row's page with the whole number."""
        raise NotImplementedError
