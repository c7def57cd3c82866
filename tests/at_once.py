"""Several people press a button at the same moment: pages open first, then all posts start together."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.core.db import db


@dataclass(frozen=True)
class Answer:
    """What one of them got."""

    status: int
    text: str


def at_once(posts: list[Callable[[], Any]]) -> list[Answer]:
    """Send all of them together, each from a thread of its own; the answers in the order of the posts.

    A post is a closure over a client that is logged in and data that is complete: nothing is prepared after the start.
    """
    start = threading.Barrier(len(posts))
    found: dict[int, Answer] = {}
    db.session.rollback()  # what the test holds open would be waited for

    def run(at: int) -> None:
        start.wait()
        answer = contextvars.Context().run(posts[at])
        found[at] = Answer(answer.status_code, answer.get_data(as_text=True))

    threads = [threading.Thread(target=run, args=(at,)) for at in range(len(posts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    db.session.expire_all()
    assert len(found) == len(posts), "one of the threads died"
    return [found[at] for at in range(len(posts))]


def one_winner(answers: list[Answer], words: str, *, won: int = 302) -> None:
    """Exactly one was taken; the others were told with 409 and in these words that theirs was not."""
    assert sorted(one.status for one in answers) == [won] + [409] * (len(answers) - 1), [
        one.status for one in answers
    ]
    assert all(words in one.text for one in answers if one.status == 409)
