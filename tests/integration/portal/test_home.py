"""The first page."""

from __future__ import annotations

import html
import re

import pytest

from app.core import clock
from app.core.db import db
from app.portal.labels import CATEGORY_LABELS, LIST_LABELS
from app.portal.seed import seed_portal
from tests.factories import make_account, make_institution
from tests.integration.portal.portal_helpers import PERSON, announce
from tests.statements import counted_statements


def test_home_shows_six_categories_four_lists_interaction_and_both_doors(client):
    seed_portal(clock.now())
    make_institution("guarantee")
    make_institution("pawn")
    db.session.commit()
    page = client.get("/").text
    for label in [*CATEGORY_LABELS.values(), *LIST_LABELS.values()]:
        assert str(label) in page
    for words in ("局长信箱", "投诉渠道", "意见建议", "登录", "更多", "全省融资担保公司监管工作座谈会召开"):
        assert words in page
    assert 'href="/registry/guarantee/"' in page and 'href="/news/risk-alerts/"' in page


def test_home_needs_at_most_eight_statements_for_visitors_and_for_staff(client, sign_in):
    seed_portal(clock.now())
    db.session.commit()
    with counted_statements() as seen:
        assert client.get("/").status_code == 200
    assert len(seen) <= 8, seen
    staff = sign_in(make_account("Supervisor"))
    db.session.remove()
    with counted_statements() as seen:
        assert staff.get("/").status_code == 200
    assert len(seen) <= 8, seen


def test_an_empty_home_says_so_and_does_not_break(client):
    page = client.get("/")
    assert page.status_code == 200
    assert page.text.count("暂无公告") == 6


def test_home_counts_only_listed_institutions(client):
    for _index in range(3):
        make_institution("leasing")
    make_institution("leasing", opened=False)
    page = client.get("/").text
    card = page[page.index('data-card" href="/registry/leasing/"') :]
    assert ">3<" in card[: card.index("</a>")].replace(" ", "")


@pytest.mark.parametrize("url", ["/", "/news/all/", "/news/guides/", "/search?q=a"])
def test_public_pages_can_be_cached_and_set_no_cookie(client, url):
    answer = client.get(url, headers=PERSON)
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert "Cookie" in answer.headers["Vary"]
    assert "Set-Cookie" not in answer.headers
    again = client.get(url, headers={**PERSON, "If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_what_a_logged_in_person_sees_is_never_stored(sign_in):
    answer = sign_in(make_account("Supervisor")).get("/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "监管控制台" in answer.text


def test_home_is_english_at_a_click(client):
    client.set_cookie("lang", "en")
    assert '<html lang="en">' in client.get("/").text


def test_the_newest_come_first_and_pinned_ones_before_them(client):
    announce("置顶的旧闻", pinned=True)
    announce("普通的新闻")
    page = client.get("/").text
    assert page.index("置顶的旧闻") < page.index("普通的新闻")


def test_every_link_of_a_new_installation_leads_somewhere(app, client):
    """Without the demonstration: menu, footer and interaction lead to pages that the first load brings."""
    told = app.test_cli_runner().invoke(args=["load-catalogue"]).output
    assert "pages of the portal: 4 new" in told
    assert "pages of the portal: 0 new" in app.test_cli_runner().invoke(args=["load-catalogue"]).output
    links = set(re.findall(r'href="(/(?!static|language)[^"#]*)"', client.get("/").text))
    assert len(links) > 15
    assert [link for link in links if client.get(html.unescape(link)).status_code != 200] == []
    assert "还没有公告" in client.get("/news/all/").text
