"""FAB's pages on our look: nothing of the old one, changes by POST, bad addresses answered calmly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.look_demo import make_demo_app

OLD_LOOK = re.compile(
    r"data-toggle|glyphicon|[\"' ]panel-|[\"' ]fa-|[\"' ]fa[\"' ]|select2|jquery|btn-default|/appbuilder/static",
    re.I,
)
LIST = "/demorecordview/list/"


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder: Path = tmp_path_factory.mktemp("look")
    yield make_demo_app(folder, f"sqlite:///{folder / 'look.db'}").test_client()


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "address",
    [
        LIST, "/demorecordview/show/1", "/demorecordview/edit/1", "/demorecordview/add",
        "/demoownerview/show/1", "/demoownerview/list/",
    ],
)  # fmt: skip
def test_no_page_of_fab_shows_the_old_look_or_inline_code(console: FlaskClient, address: str) -> None:
    shown = page(console, address)
    assert not OLD_LOOK.search(shown), OLD_LOOK.search(shown)
    assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style", shown)
    assert all(" src=" in tag for tag in re.findall(r"<script[^>]*>", shown))
    assert len(re.findall(r"<h1", shown)) == 1
    ids = re.findall(r'\sid="([^"]+)"', shown)
    assert len(ids) == len(set(ids))


def test_a_list_says_how_many_and_shows_values_for_people(console: FlaskClient) -> None:
    shown = page(console, LIST)
    assert "共 45 条" in shown
    assert re.search(r'class="num"[^>]*><span>1,250\.50', shown)
    assert "2026-03-01 09:30" in shown  # held as 01:30 UTC
    assert "已通过" in shown
    assert not re.search(r"approved(</span>)?</td>", shown)
    assert '<tr class="opens">' in shown


def test_deleting_is_a_post_with_a_question(console: FlaskClient) -> None:
    shown = page(console, LIST)
    button = re.search(r"<button[^>]*formaction=\"/demorecordview/delete/1\"[^>]*>", shown)
    assert button
    assert "data-confirm" in button.group()
    assert 'form="post-DemoRecordView"' in button.group()
    form = r'<form method="post" id="post-DemoRecordView"[^>]*><input type="hidden" name="csrf_token" value="\S+"'
    assert re.search(form, shown)
    assert page(console, "/demorecordview/delete/1", 405)


def test_active_filters_are_chips_that_take_themselves_off(console: FlaskClient) -> None:
    shown = page(console, LIST + "?_flt_2_title=记录001&_flt_0_state=approved")
    assert "共 1 条" in shown
    assert re.search(r'class="chip" href="/demorecordview/list/\?_flt_0_state=approved"', shown)
    assert '<option value="approved" selected>已通过</option>' in shown


def test_a_code_is_filtered_by_a_list_of_words_and_exactly(console: FlaskClient) -> None:
    shown = page(console, LIST)
    name = re.search(r'<select class="form-select" id="filter-kind" name="(\w+)"', shown)
    assert name
    found = page(console, f"{LIST}?{name.group(1)}=guide")
    assert "共 1 条" in found
    assert '<span class="chip-label">类别</span> 指南' in found


def test_a_range_of_moments_is_read_in_shanghai(console: FlaskClient) -> None:
    # 08:30 in Shanghai is 00:30 UTC: of the rows at 00:30 UTC only those after it count.
    inside = page(console, LIST + "?_flt_1_at_moment=2026-03-01T08:29&_flt_2_at_moment=2026-03-01T08:31")
    assert "共 1 条" in inside


def test_no_means_no_in_a_yes_or_no_filter(console: FlaskClient) -> None:
    assert "共 36 条" in page(console, LIST + "?_flt_0_is_pinned=n")
    assert "共 9 条" in page(console, LIST + "?_flt_0_is_pinned=y")


def test_an_empty_list_says_why_and_what_to_do(console: FlaskClient) -> None:
    shown = page(console, LIST + "?_flt_2_title=没有这样的")
    assert "没有符合条件的记录" in shown
    assert "清除全部条件" in shown


@pytest.mark.parametrize(
    "arguments",
    [
        "_flt_0_count=abc", "_flt_1_count=99999999999999999999999", "_flt_1_amount=NaN", "_flt_1_amount=1e999",
        "_flt_1_on_day=gestern", "_flt_1_at_moment=2026-99-99", "_flt_0_state=nonsense", "_flt_0_is_pinned=?",
        "endpoint=x&_scheme=y&_external=1&_method=z", "page_DemoRecordView=99999",
        "_flt_9_title=x", "_flt_0_owner=abc", "_flt_0_owner=999999999999999999999", "_flt_0_title=", "_flt_8_count=a",
        "_oc_DemoRecordView=nope&_od_DemoRecordView=up",
    ],
)  # fmt: skip
def test_a_bad_address_is_answered_with_a_page(console: FlaskClient, arguments: str) -> None:
    assert "示例记录" in page(console, f"{LIST}?{arguments}")


def test_a_form_has_native_inputs_labels_help_and_stars(console: FlaskClient) -> None:
    shown = page(console, "/demorecordview/edit/1")
    assert re.search(r'type="date"[^>]*value="2026-01-02"', shown)
    assert re.search(r'type="datetime-local"[^>]*value="2026-03-01T09:30"', shown)
    assert "单位为万元，保留两位小数。" in shown
    assert re.search(r'<label class="form-row-label" for="title">标题<span class="required"', shown)
    assert re.search(r'type="checkbox"', shown)


def test_wrong_input_is_summed_up_linked_and_kept(console: FlaskClient) -> None:
    token = re.search(
        r'name="csrf_token" type="hidden" value="([^"]+)"', page(console, "/demorecordview/add")
    )
    assert token
    answer = console.post(
        "/demorecordview/add",
        data={"csrf_token": token.group(1), "title": "保留的标题", "amount": "很多", "state": "draft"},
    )
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert 'id="error-summary"' in shown
    assert '<a href="#amount">金额（万元）</a>' in shown
    assert 'value="保留的标题"' in shown
    assert 'value="很多"' in shown
    assert (
        re.search(r'aria-invalid="true"[^>]*id="amount"|id="amount"[^>]*aria-invalid="true"', shown)
        or "amount-error" in shown
    )


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 429, 500, 503])
def test_an_error_page_says_what_happened_and_what_to_do(console: FlaskClient, status: int) -> None:
    app = console.application
    with app.test_request_context("/nowhere"):
        shown = app.jinja_env.get_template(f"errors/{status}.html").render()
        told = app.jinja_env.get_template(f"errors/{status}.html").render(message="具体的原因")
    assert str(status) in shown
    assert "您可以" in shown
    assert "具体的原因" in told
    assert "<h1>" in shown
