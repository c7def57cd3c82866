"""What the workspace shows about extensions of one filing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.i18n import lang
from app.filings.calendar.extension_queries import extensions_of
from app.filings.calendar.extensions import reasons_against
from app.filings.calendar.models import Extension
from app.filings.calendar.rules import describe
from app.filings.submissions.models import Filing
from app.filings.submissions.place import Place

NEAR = timedelta(days=3)  # as long before its end the set's page offers to ask


@dataclass(frozen=True)
class ExtensionPage:
    """`held`: newest first. `against`: why no (further) extension can be asked for, in words."""

    held: list[Extension]
    against: list[str]
    ends_at: datetime
    now: datetime

    @property
    def latest(self) -> Extension | None:
        """The last one that counts: what the institution took back is left aside."""
        return next((one for one in self.held if one.status != "withdrawn"), None)

    @property
    def may_ask(self) -> bool:
        """Whether an extension can be asked for now."""
        return not self.against

    @property
    def is_running(self) -> bool:
        """Whether the last one still reaches beyond now."""
        latest = self.latest
        return bool(latest and latest.granted_until and self.now < latest.granted_until)

    @property
    def is_offered(self) -> bool:
        """Whether the set's page shows the button: the window is over or nearly so."""
        return self.may_ask and not self.is_running and self.now >= self.ends_at - NEAR


def extension_page(place: Place, filing: Filing | None) -> ExtensionPage | None:
    """One statement; None for filings without a period."""
    if place.period is None:
        return None
    held = extensions_of(place.institution.id, place.report_set.id, place.period.id)
    against = [describe(reason, lang()) for reason in reasons_against(place, filing, held)]
    return ExtensionPage(held, against, place.period.window.ends_at, place.now)
