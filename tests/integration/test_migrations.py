"""The migrations make what the models say, go up and down, and keep the data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_appbuilder import Model
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from app import create_app
from app.accounts.models import Account
from app.accounts.services import sync_roles
from app.core import clock
from app.core.db import commits, db
from app.core.events import Event, record
from app.core.form_drafts import keep_draft
from app.core.scope import SYSTEM, scoped
from app.extensions import migrate
from app.filings.submissions.facts import Fact
from app.filings.submissions.models import FilingVersion
from app.filings.submissions.rules import sha256
from app.institutions.models import Institution
from app.institutions.register.queries import register_on, version_on
from app.institutions.register.services import Change, Origin, change_register
from config import TestConfig
from tests.databases import PostgresStore
from tests.factories import end_institution, make_account, make_institution, make_registration
from tests.filing_places import ONE_OFF, hand_in, load_catalogue
from tests.raw_database import places_with

TODAY, LONG_AGO = date(2090, 1, 1), date(1999, 1, 1)


@pytest.fixture
def empty_app(tmp_path: Path) -> Iterator[Flask]:
    """The application on an empty database of the kind that this run tests."""
    server = os.environ.get("TEST_DATABASE_URL", "")
    store = PostgresStore(server, f"migrations_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}", tmp_path)
    url = store.url if server else f"sqlite:///{tmp_path / 'empty.db'}"
    if server:
        store._recreate(store.name)
    made = create_app(
        TestConfig, SQLALCHEMY_DATABASE_URI=url, INSTANCE_DIR=tmp_path, FILES_DIR=tmp_path / "files"
    )
    with made.app_context(), scoped(SYSTEM):
        yield made
        db.session.remove()
        db.engine.dispose()
    if server:
        store.close()


@pytest.fixture
def upgraded(empty_app: Flask) -> Flask:
    """The same after all migrations."""
    flask_migrate.upgrade()
    return empty_app


def differences() -> list[Any]:
    """What autogenerate would still change."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": False}
        )
        found = compare_metadata(context, Model.metadata)
    return [change for change in found if not _is_search_index(change)]


def _is_search_index(change: Any) -> bool:
    removed = isinstance(change, tuple) and change[0] in {"remove_table", "remove_index"}
    return removed and change[1].name.startswith("fts_")


def revisions() -> list[str]:
    """All revisions, oldest first."""
    scripts = ScriptDirectory.from_config(migrate.get_config())
    return [script.revision for script in reversed(list(scripts.walk_revisions()))]


def put_data_in() -> dict[str, int]:
    """Something in the parent tables, so that a cascading delete would show."""
    commits(sync_roles)()
    company = make_institution()
    account = make_account("Enterprise", institution=company)
    record("InstitutionOpened", company, actor=account)
    draft = {"account_id": account.id, "institution_id": company.id, "by_staff": False}
    keep_draft("inspection:1:feedback", {"statement": "写到一半"}, clock.now(), **draft)
    db.session.commit()
    return counts()


def counts() -> dict[str, int]:
    """How many rows every table holds."""
    with db.engine.connect() as connection:
        return {
            name: int(connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one())
            for name in inspect(db.engine).get_table_names()
            if not name.startswith(("alembic_", "fts_"))
        }


def test_there_is_one_line_of_migrations(empty_app):
    assert len(revisions()) >= 1


def test_migrations_from_empty_make_exactly_the_models(upgraded):
    assert differences() == []


def test_an_upgrade_that_has_nothing_to_do_keeps_all_data(upgraded):
    before = put_data_in()
    flask_migrate.upgrade()
    assert counts() == before


def test_going_down_to_nothing_leaves_nothing_even_with_data_in(upgraded):
    put_data_in()
    db.session.remove()
    flask_migrate.downgrade(revision="base")
    assert [name for name in inspect(db.engine).get_table_names() if name != "alembic_version"] == []


def test_down_and_up_again_gives_a_working_database(upgraded):
    flask_migrate.downgrade(revision="base")
    flask_migrate.upgrade()
    put_data_in()
    assert db.session.scalar(select(func.count()).select_from(Institution)) == 1
    assert differences() == []


def test_the_register_begins_with_what_the_institutions_said_before_there_was_one(upgraded):
    commits(sync_roles)()
    going, ended = make_institution(), make_institution()
    end_institution(ended, date(2026, 3, 5))
    db.session.commit()
    names = {going.id: going.name, ended.id: ended.name}
    db.session.remove()
    flask_migrate.downgrade(revision=before("0007"))
    flask_migrate.upgrade()
    assert {key: state.institution["name"] for key, state in register_on([*names], TODAY).items()} == names
    statuses = [register_on(ended.id, day)[ended.id].institution.get("status") for day in (TODAY, LONG_AGO)]
    assert statuses == ["deregistered", None]
    version = version_on(going.id, TODAY)
    assert version is not None
    assert (version.name, version.licence_to) == (going.name, going.licence_to)
    change_register(
        going,
        [Change("institution", {"name": "改名公司"})],
        effective_from=clock.today(),
        origin=Origin("application"),
        now=clock.now(),
    )
    assert going.name == "改名公司"


def test_shareholders_and_managers_filed_before_the_register_held_them_enter_it(upgraded):
    commits(sync_roles)()
    load_catalogue()
    company = make_institution()
    rows = {"1": {"name": "示例控股有限公司", "subscribed": "1000.5", "ratio": "60.00", "controlling": "Y"}}
    hand_in(company, ONE_OFF, None, {"GG02": rows})
    key = company.id
    db.session.remove()
    for _time in (1, 2):  # going down keeps what was entered, coming up again enters nobody twice
        flask_migrate.downgrade(revision=before("0021"))
        flask_migrate.upgrade()
    (holder,) = register_on(key, TODAY)[key].all_of("shareholder").values()
    assert (holder["name"], holder["amount"], holder["share"]) == ("示例控股有限公司", 10_005_000, "60")
    assert register_on(key, LONG_AGO)[key].all_of("shareholder") == {}
    told = db.session.scalars(select(Event).where(Event.kind == "RegisterChanged")).one()
    assert [one["key"] for one in told.data["entries"]] == ["示例控股有限公司"]


def before(revision: str) -> str:
    """The revision that comes before this one."""
    return revisions()[revisions().index(revision) - 1]


def test_altering_a_parent_table_keeps_its_children(upgraded, tmp_path):
    before = put_data_in()
    db.session.remove()
    wider = "batch.alter_column('username', type_=sa.String(200), existing_type=sa.String(128))"
    _run_extra_revision(tmp_path, "op.batch_alter_table('ab_user')", wider)  # on SQLite: copy, drop, rename
    assert counts() == before


def test_a_migration_that_fails_half_way_changes_nothing(upgraded, tmp_path):
    before = put_data_in()
    db.session.remove()
    with pytest.raises(ZeroDivisionError):
        _run_extra_revision(
            tmp_path, "op.batch_alter_table('event')", "batch.drop_column('comment')", "1 / 0"
        )
    assert counts() == before
    assert set(db.session.scalars(select(Event.comment))) == {None}


def test_a_migration_that_breaks_references_is_rolled_back(upgraded, tmp_path):
    before = put_data_in()
    db.session.remove()
    # Flask-Migrate turns what our check on SQLite raises into its exit; PostgreSQL refuses by itself.
    with pytest.raises((SystemExit, IntegrityError)):
        _run_extra_revision(
            tmp_path, "op.batch_alter_table('event')", "op.execute('DELETE FROM institution')"
        )
    assert counts() == before


def _run_extra_revision(folder: Path, batch: str, *body: str) -> None:
    """Upgrade by one more revision than there is, written here."""
    extra = folder / "extra"
    extra.mkdir(exist_ok=True)
    lines = "\n        ".join(body)
    extra.joinpath("9999_extra.py").write_text(
        f"import sqlalchemy as sa\nfrom alembic import op\nrevision = '9999'\ndown_revision = {revisions()[-1]!r}\n"
        f"def upgrade():\n    with {batch} as batch:\n        {lines}\n"
        "def downgrade():\n    pass\n",
        encoding="utf-8",
    )

    def look_there_too(config: Any) -> Any:
        config.set_main_option(
            "version_locations", f"{config.get_main_option('script_location')}/versions{os.pathsep}{extra}"
        )
        return config

    migrate.configure_callbacks.append(look_there_too)
    try:
        flask_migrate.upgrade(revision="9999")
    finally:
        migrate.configure_callbacks.remove(look_there_too)


def test_the_first_account_of_an_institution_looks_after_the_others(upgraded):
    commits(sync_roles)()
    company = make_institution()
    first, second = (make_account("Enterprise", institution=company) for _number in range(2))
    staff = make_account("Supervisor")
    ids = (first.id, second.id, staff.id)
    db.session.remove()
    flask_migrate.downgrade(revision=before("0027"))
    flask_migrate.upgrade()
    assert [db.session.get(Account, pk).manages_colleagues for pk in ids] == [True, False, False]


def test_personal_data_is_encrypted_where_it_lies_and_can_be_decrypted_again(upgraded):
    commits(sync_roles)()
    load_catalogue()
    mobile, paper = "13911112222", "330102199001011236"
    company = make_institution(mobile=mobile)
    make_registration(mobile=mobile)
    make_account(institution=company, mobile=mobile)
    hand_in(company, ONE_OFF, None, {"GG03": {"1": {"name": "示例甲", "id_no": paper, "phone": mobile}}})
    (version,) = db.session.scalars(select(FilingVersion))
    key, payload = company.id, version.payload
    db.session.remove()
    assert places_with(mobile, paper) == set()
    flask_migrate.downgrade(revision=before("0035"))
    columns = {f"{table}.mobile" for table in ("ab_user", "institution", "registration")}
    assert places_with(mobile) == columns | {"filing_version.payload"}
    assert places_with(paper) == {"filing_version.payload"}
    flask_migrate.upgrade()
    assert places_with(mobile, paper) == set()
    assert db.session.get_one(Institution, key).mobile == mobile
    (version,) = db.session.scalars(select(FilingVersion))
    assert (version.payload, version.sha256) == (payload, sha256(payload))
    assert db.session.scalar(select(Fact)) is None
