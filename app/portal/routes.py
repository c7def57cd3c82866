"""The portal's blueprint with all its views, for the registry."""

from __future__ import annotations

from app.portal import feed_views, media_views, registry_views, suggestion_views
from app.portal.views import blueprint

__all__ = ["blueprint", "feed_views", "media_views", "registry_views", "suggestion_views"]
