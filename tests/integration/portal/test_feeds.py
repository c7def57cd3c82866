"""What programs read."""

from __future__ import annotations

from defusedxml.ElementTree import fromstring

from tests.integration.portal.portal_helpers import announce

ATOM = "{http://www.w3.org/2005/Atom}"


def test_the_feed_of_a_category_holds_its_released_announcements_as_text(client):
    announce("<新> & 旧", category="training")
    announce("别的分类", category="guides")
    announce("还没发布", category="training", state="draft")
    answer = client.get("/news/training/feed.atom", headers={"Host": "evil.invalid"})
    feed = fromstring(answer.data)
    assert answer.mimetype == "application/atom+xml"
    assert [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")] == ["<新> & 旧"]
    assert b"evil.invalid" not in answer.data


def test_an_empty_feed_is_valid_and_an_unknown_one_is_not_found(client):
    assert fromstring(client.get("/news/all/feed.atom").data).findtext(f"{ATOM}updated")
    assert client.get("/news/unknown/feed.atom").status_code == 404


def test_the_site_map_names_public_pages_and_no_unreleased_announcement(client):
    shown, hidden = announce("公开的"), announce("草稿", state="draft")
    page = client.get("/sitemap.xml").text
    assert f"/news/{shown.id}<" in page and f"/news/{hidden.id}<" not in page
    assert "/registry/pawn/" in page
    fromstring(page.encode())
