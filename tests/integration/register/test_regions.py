"""The divisions of the province: complete, right, and kept by a command."""

from __future__ import annotations

import pytest
import yaml

from app.core.db import db
from app.institutions.models import Region
from app.institutions.regions import REGIONS_FILE, RegionProblem, load_regions

# Zhejiang: counties, districts and county-level cities of each city, by the Ministry of Civil Affairs.
CITIES = {
    "3301": ("杭州市", 13), "3302": ("宁波市", 10), "3303": ("温州市", 12), "3304": ("嘉兴市", 7),
    "3305": ("湖州市", 5), "3306": ("绍兴市", 6), "3307": ("金华市", 9), "3308": ("衢州市", 6),
    "3309": ("舟山市", 4), "3310": ("台州市", 9), "3311": ("丽水市", 9),
}  # fmt: skip


def test_the_province_is_complete():
    entries = {one["code"]: one["zh"] for one in yaml.safe_load(REGIONS_FILE.read_text("utf-8"))["regions"]}
    assert len(entries) == 1 + 11 + 90
    for prefix, (name, below) in CITIES.items():
        assert entries[f"{prefix}00"] == name
        assert sum(code.startswith(prefix) for code in entries) == below + 1
    kinds = [name[-1] for code, name in entries.items() if not code.endswith("00")]
    assert (kinds.count("区"), kinds.count("市"), kinds.count("县")) == (37, 20, 33)


def test_every_division_hangs_under_the_one_above(app):
    load_regions()
    for region in db.session.query(Region):
        assert (region.parent_code is None) == (region.code == "330000")
    assert db.session.get(Region, "330106").parent_code == "330100"
    assert load_regions() == 0


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ("[{code: '33010', zh: 甲, en: A}]", "33010"),
        ("[{code: '330106', zh: 甲, en: A}]", "330100"),
        ("[{code: '330000', zh: 甲, en: A}, {code: '330000', zh: 乙, en: B}]", "330000"),
        ("[{code: '330000', zh: '', en: A}]", "330000"),
        ("just text", "regions"),
    ],
)
def test_a_wrong_file_changes_nothing_and_says_where(app, tmp_path, entries, message):
    path = tmp_path / "regions.yaml"
    path.write_text(f"regions: {entries}", encoding="utf-8")
    with pytest.raises(RegionProblem, match=message):
        load_regions(path)
    assert db.session.query(Region).count() == 0


def test_the_command_tells_what_it_did(app, tmp_path):
    path = tmp_path / "regions.yaml"
    path.write_text("regions: [{code: '330000', zh: 示例省, en: Example}]", encoding="utf-8")
    runner = app.test_cli_runner()
    assert "regions: 1 changes" in runner.invoke(args=["load-regions", "--file", str(path)]).output
    path.write_text("regions: [{code: '330199', zh: 错, en: Wrong}]", encoding="utf-8")
    result = runner.invoke(args=["load-regions", "--file", str(path)])
    assert result.exit_code != 0
    assert "330100" in result.output
