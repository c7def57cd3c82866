"""Seeing a contact's whole number: the same on every page of the console that shows one masked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name

from app.accounts.access import current_account
from app.core import clock
from app.core.db import commits
from app.core.errors import Invalid
from app.institutions.services import reveal_mobile


class RevealsMobile:
    """For a SafeModelView whose rows have a mobile number; its `revealed_page` draws the row's page with it."""

    endpoint: str
    _item_or_404: Callable[[str], Any]
    revealed_page: Callable[[Any], Any]

    @expose("/reveal/<pk>", methods=["POST"])
    @has_access
    @permission_name("show")
    @commits
    def reveal(self, pk: str) -> Any:
        """Show the whole number once; who saw it, when and what for is written down."""
        item = self._item_or_404(pk)
        try:
            reveal_mobile(item, request.form.get("reason", ""), actor=current_account(), now=clock.now())
        except Invalid as refusal:
            flash(refusal.message, "warning")
            return redirect(url_for(f"{self.endpoint}.show", pk=pk))
        return self.revealed_page(item)
