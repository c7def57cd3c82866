"""The parts of pages: what they say, and that they let nothing through unescaped."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

UI = "{% import 'macros/ui.html' as ui %}"
LISTS = "{% import 'macros/list.html' as lists %}"


@pytest.mark.parametrize(
    ("state", "tone"),
    [
        ("draft", "neutral"),
        ("open", "open"),
        ("submitted", "pending"),
        ("approved", "done"),
        ("returned", "attention"),
        ("overdue", "problem"),
        ("something-new", "neutral"),
    ],
)
def test_a_state_has_its_word_and_one_of_six_colours(render: Any, state: str, tone: str) -> None:
    shown = render(UI + "{{ ui.state_badge(state, '词') }}", state=state)
    assert shown == f'<span class="state state-{tone}">词</span>'


@pytest.mark.parametrize(
    ("due", "words"),
    [
        ((2026, 3, 8, 12), "还有 3 天"),
        ((2026, 3, 5, 17), "还有 5 小时"),
        ((2026, 3, 5, 12, 30), "不足 1 小时"),
        ((2026, 3, 5, 11), "已截止"),
        ((2026, 3, 1, 12), "已逾期 4 天"),
    ],
)
def test_a_deadline_says_the_moment_and_how_long_is_left(
    render: Any, moment: Any, due: Any, words: str
) -> None:
    shown = render(UI + "{{ ui.deadline(due, now) }}", due=moment(*due), now=moment(2026, 3, 5, 12))
    assert words in shown
    # Exclusive, as stored: people read the last minute that still counts.
    assert f"{moment(*due) - timedelta(microseconds=1):%Y-%m-%d %H:%M}" in shown


def test_a_window_that_is_not_open_yet_says_when_it_opens(render: Any, moment: Any) -> None:
    shown = render(
        UI + "{{ ui.deadline(due, now, opens) }}",
        due=moment(2026, 3, 15), now=moment(2026, 2, 20), opens=moment(2026, 3, 1),
    )  # fmt: skip
    assert "2026-03-01 00:00 开放" in shown
    assert 'value="0"' in shown


def test_what_people_wrote_is_escaped_in_a_course(render: Any) -> None:
    items = [
        {"title": "<b>审核</b>", "opinion": "<script>x</script>", "state": "returned", "label": "已退回"}
    ]
    shown = render(UI + "{{ ui.timeline(items) }}", items=items)
    assert "<script>" not in shown
    assert "&lt;b&gt;审核" in shown
    assert "course-attention" in shown


def test_a_change_is_posted_with_a_token_and_a_question(render: Any) -> None:
    shown = render(UI + "{{ ui.post_button('/x', '删除', confirm='确定吗？', danger=true) }}")
    assert 'method="post"' in shown
    assert 'name="csrf_token" value="token"' in shown
    assert 'data-confirm="确定吗？"' in shown


def test_links_of_a_list_keep_the_filters_and_take_any_argument_name(render: Any) -> None:
    args = [("q", "担保 & 典当"), ("endpoint", "x"), ("_scheme", "javascript"), ("page", "2"), ("q", "b")]
    shown = render(LISTS + "{{ lists.here({'page': 3}, ['sort']) }}", args=args)
    assert shown.startswith("/list/?q=%E6%8B%85%E4%BF%9D+%26+%E5%85%B8%E5%BD%93&amp;q=b&amp;endpoint=x")
    assert shown.endswith("page=3")
    assert "page=2" not in shown


@pytest.mark.parametrize(
    ("page", "pages", "steps"),
    [(1, 1, []), (1, 9, [1, 2, 3, 4, 5]), (5, 9, [3, 4, 5, 6, 7]), (9, 9, [5, 6, 7, 8, 9])],
)
def test_pages_show_where_one_is_and_its_neighbours(
    render: Any, page: int, pages: int, steps: list[int]
) -> None:
    shown = render(LISTS + "{{ lists.pagination(page, pages, 1204) }}", page=page, pages=pages)
    assert "共 1,204 条" in shown
    assert [n for n in range(1, 20) if f">{n}</" in shown] == steps


def test_a_sorted_column_says_its_direction_and_turns_it(render: Any) -> None:
    shown = render(LISTS + "{{ lists.sort_th('name', '名称', 'name', 'asc') }}", args=[("page", "4")])
    assert 'aria-sort="ascending"' in shown
    assert "sort=name&amp;dir=desc" in shown
    assert "page=4" not in shown
