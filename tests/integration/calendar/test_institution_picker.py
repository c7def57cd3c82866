"""Choosing one of two thousand institutions: a few are offered, words find the others, nobody finds another area's."""

from __future__ import annotations

from typing import Any

from tests.factories import make_account, make_institution, make_region
from tests.filing_places import load_catalogue

PICKER = "/console/extensions/institutions"


def offered(client: Any, words: str = "") -> list[str]:
    answer = client.get(PICKER, query_string={"q": words})
    assert answer.status_code == 200
    return [one["text"] for one in answer.get_json()["results"]]


def test_a_picker_offers_twenty_and_finds_the_rest_by_name_or_code(sign_in: Any) -> None:
    many = [make_institution(name=f"示例{number:02d}号担保有限公司") for number in range(30)]
    staff = sign_in(make_account("Supervisor"))
    assert len(offered(staff)) == 20
    assert offered(staff, "29号") == [f"{many[29].name}（{many[29].uscc}）"]
    assert offered(staff, many[28].uscc[2:].lower()) == [f"{many[28].name}（{many[28].uscc}）"]
    assert offered(staff, "%") == offered(staff, "_") == []


def test_the_form_holds_only_what_is_offered_and_what_was_chosen(sign_in: Any) -> None:
    load_catalogue()
    many = [make_institution(name=f"示例{number:02d}号担保有限公司") for number in range(30)]
    staff = sign_in(make_account("Supervisor"))
    page = staff.get("/console/extensions/grant").get_data(as_text=True)
    assert page.count("号担保有限公司") == 20
    chosen = staff.get(f"/console/extensions/grant?institution={many[29].id}").get_data(as_text=True)
    assert f'<option selected value="{many[29].id}">' in chosen


def test_a_picker_stays_inside_the_readers_area(sign_in: Any) -> None:
    load_catalogue()
    make_region("330200", "另一市")
    mine, other = make_institution("pawn"), make_institution("guarantee")
    staff = sign_in(make_account("Supervisor", industries=["pawn"]))
    assert offered(staff) == [f"{mine.name}（{mine.uscc}）"]
    assert offered(staff, other.uscc) == []
    page = staff.get(f"/console/extensions/grant?institution={other.id}").get_data(as_text=True)
    assert other.uscc not in page
    assert "典当行 ·" in page
    assert "融资担保公司 ·" not in page
    elsewhere = sign_in(make_account("Supervisor", region_prefix="3302"))
    assert offered(elsewhere) == []


def test_without_script_a_form_finds_the_others(sign_in: Any) -> None:
    load_catalogue()
    many = [make_institution(name=f"示例{number:02d}号担保有限公司") for number in range(30)]
    doors = {"/console/extensions/grant": "Supervisor", "/console/inspection-work/new": "Inspector"}
    for path, role in doors.items():
        staff = sign_in(make_account(role))
        page = staff.get(path).get_data(as_text=True)
        assert '<noscript><form method="get"' in page and many[29].uscc not in page
        page = staff.get(path, query_string={"q": "29号"}).get_data(as_text=True)
        assert many[29].uscc in page and many[0].uscc not in page
        assert many[5].uscc not in staff.get(path, query_string={"q": "没有这家"}).get_data(as_text=True)
