"""Reads about regions, institutions and registrations."""

from __future__ import annotations

from sqlalchemy import exists, func, or_, select

from app.accounts.models import Account
from app.accounts.rules import normal_name
from app.core.db import db
from app.core.files import StoredFile
from app.core.i18n import lang
from app.core.scope import SYSTEM, current_scope, scoped
from app.institutions.models import Institution, Region, Registration
from app.institutions.rules import ATTACHMENTS

RegionChoices = dict[str, list[tuple[str, str]]]


def region_name(region: Region) -> str:
    """A region in the reader's language."""
    return region.name_en if lang() == "en" else region.name_zh


def region_choices() -> RegionChoices:
    """Cities, each with itself and its counties: what an institution may be registered in."""
    regions = list(db.session.scalars(select(Region).order_by(Region.code)))
    known = {region.code: region for region in regions}
    groups: RegionChoices = {}
    for region in regions:
        if len(region.prefix) == 2:
            continue
        city = known.get(f"{region.code[:4]}00", region)
        groups.setdefault(region_name(city), []).append((region.code, region_name(region)))
    return groups


def region_path(region: Region) -> str:
    """City and county in one line."""
    city = db.session.get(Region, f"{region.code[:4]}00")
    parts = [region] if city is None or city.code == region.code else [city, region]
    return " ".join(region_name(part) for part in parts)


def region_names() -> dict[str, str]:
    """City and county in one line, by code; for long lists."""
    known = {region.code: region_name(region) for region in db.session.scalars(select(Region))}
    found = {}
    for code, name in known.items():
        city = known.get(f"{code[:4]}00", name)
        found[code] = name if city == name else f"{city} {name}"
    return found


_STEP = "　"  # an ideographic space: ordinary ones are dropped at the beginning of an option


def region_tree() -> list[tuple[str, str]]:
    """(code, name) of the divisions inside the reader's area, each followed by those below it and indented."""
    prefix = current_scope().region_prefix
    regions = db.session.scalars(select(Region).order_by(Region.code))
    shown = [region for region in regions if region.code.startswith(prefix)]
    top = min((len(region.prefix) for region in shown), default=2)
    return [
        (region.code, _STEP * ((len(region.prefix) - top) // 2) + region_name(region)) for region in shown
    ]


OFFERED = 20


def offered_institutions(words: str = "", chosen: int = 0) -> list[Institution]:
    """The first institutions in the reader's scope whose name or code holds the words, for a picker.

    `chosen` is among them even when it is not one of the first.
    """
    query = select(Institution).order_by(Institution.id != chosen, Institution.name).limit(OFFERED)
    if words:
        holds = (column.icontains(words, autoescape=True) for column in (Institution.name, Institution.uscc))
        query = query.where(or_(*holds))
    return list(db.session.scalars(query))


def code_is_taken(code: str, *, but_registration: int = 0) -> bool:
    """Whether an institution with an account, one that is gone, or a waiting registration has this code.

    One that was imported from the regulator's list has no account yet: its registration is linked to it.
    """
    waiting = exists().where(
        Registration.uscc == code, Registration.status == "submitted", Registration.id != but_registration
    )
    account = exists().where(Account.institution_id == Institution.id)
    known = exists().where(Institution.uscc == code, or_(account, Institution.status == "deregistered"))
    with scoped(SYSTEM):
        return bool(db.session.scalar(select(or_(known, waiting))))


def known_institution(code: str) -> Institution | None:
    """The institution of a code, wherever it is; for decisions that must not make a second one."""
    with scoped(SYSTEM):
        return db.session.scalars(select(Institution).where(Institution.uscc == code)).first()


def has_account(institution: Institution) -> bool:
    """Whether somebody can log in for it; one that was imported has nobody yet."""
    query = select(exists().where(Account.institution_id == institution.id))
    with scoped(SYSTEM):
        return bool(db.session.scalar(query))


def is_in_scope(institution: Institution) -> bool:
    """Whether the present reader may see it."""
    return db.session.scalar(select(Institution.id).where(Institution.id == institution.id)) is not None


def name_is_taken(username: str, *, but_registration: int = 0) -> bool:
    """Whether an account or a waiting registration has this user name."""
    return _is_taken("username", username, but_registration)


def email_is_taken(email: str, *, but_registration: int = 0) -> bool:
    """Whether an account or a waiting registration has this address."""
    return _is_taken("email", email, but_registration)


def _is_taken(column: str, value: str, but: int) -> bool:
    wanted = normal_name(value)
    account = exists().where(func.lower(getattr(Account, column)) == wanted)
    waiting = exists().where(
        func.lower(getattr(Registration, column)) == wanted,
        Registration.status == "submitted",
        Registration.id != but,
    )
    with scoped(SYSTEM):
        return bool(db.session.scalar(select(or_(account, waiting))))


def find_registration(receipt_no: str, code: str) -> Registration | None:
    """The registration with both this receipt number and this code: what its applicant alone knows."""
    query = select(Registration).where(Registration.receipt_no == receipt_no, Registration.uscc == code)
    with scoped(SYSTEM):
        return db.session.scalars(query).first()


def registration_by_id(registration_id: int) -> Registration | None:
    """For an applicant who has just shown receipt number and code."""
    with scoped(SYSTEM):
        return db.session.get(Registration, registration_id)


def registration_files(registration: Registration) -> dict[str, StoredFile]:
    """The attachments of a registration that the caller may see; before approval they belong to no institution."""
    ids = {name: getattr(registration, f"{name}_id") for name in ATTACHMENTS}
    query = select(StoredFile).where(StoredFile.id.in_([key for key in ids.values() if key]))
    with scoped(SYSTEM):
        found = {file.id: file for file in db.session.scalars(query)}
    return {name: found[key] for name, key in ids.items() if key in found}


def stored_file(file_id: int) -> StoredFile | None:
    """A file by id, for callers that hold the thing that it belongs to."""
    with scoped(SYSTEM):
        return db.session.get(StoredFile, file_id)
