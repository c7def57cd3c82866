"""The icons in use and the sprite made of them. A test fails when a template asks for one that is not here."""

from __future__ import annotations

import re
from pathlib import Path

ICONS = tuple(
    ["adjustments", "alert-circle", "alert-triangle", "arrow-back-up", "arrow-left", "arrow-right", "arrows-diff", "arrows-sort", "ban", "bell", "book", "bookmark", "briefcase", "building", "building-bank", "building-community", "building-skyscraper", "bulb", "calendar", "calendar-due", "calendar-event", "calendar-off", "calculator", "chart-bar", "chart-line", "check", "checklist", "checks", "chevron-down", "chevron-left", "chevron-right", "chevron-up", "chevrons-left", "chevrons-right", "circle-check", "circle-dashed", "circle-x", "clipboard-check", "clipboard-list", "clock", "cloud-upload", "coins", "copy", "corner-down-right", "database", "device-floppy", "dots", "download", "edit", "external-link", "eye", "eye-off", "file", "file-certificate", "file-check", "file-description", "file-download", "file-export", "file-import", "file-off", "file-plus", "file-spreadsheet", "file-text", "file-upload", "files", "filter", "filter-off", "flag", "folder", "folder-open", "forms", "gavel", "history", "hierarchy", "home", "hourglass", "id", "inbox", "info-circle", "key", "language", "layout-dashboard", "link", "list", "list-check", "list-details", "lock", "lock-open", "login", "logout", "mail", "map-pin", "menu-2", "message", "message-circle", "message-report", "minus", "news", "note", "paperclip", "pencil", "phone", "photo", "player-play", "plus", "printer", "progress-check", "question-mark", "receipt", "refresh", "report", "report-analytics", "rotate", "rubber-stamp", "scale", "school", "search", "selector", "send", "settings", "shield", "shield-check", "shield-lock", "sitemap", "sort-ascending", "sort-descending", "speakerphone", "square-check", "star", "table", "table-import", "tag", "tags", "template", "tool", "trash", "trending-up", "upload", "user", "user-check", "user-circle", "user-plus", "users", "volume", "world", "x", "zoom-in"]
)


def build_sprite(folder: Path, names: tuple[str, ...]) -> str:
    """One <symbol> per icon, id = its name; the invisible bounding path of each is dropped."""
    symbols = []
    for name in sorted(names):
        source = (folder / f"{name}.svg").read_text(encoding="utf-8")
        paths = [p for p in re.findall(r"<(?:path|circle|rect|line|ellipse)[^>]*/>", source) if 'stroke="none"' not in p]
        body = "".join(re.sub(r"\s*/>$", "/>", p) for p in paths)
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
            f'stroke-linecap="round" stroke-linejoin="round">{body}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
