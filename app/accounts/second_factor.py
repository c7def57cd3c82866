"""The second factor: codes of RFC 6238 from a device, and recovery codes for the day it is lost.

A code works once: accepting it moves `last_step` forward in one conditional UPDATE. Failures are counted like those
of the password and lock for the same time, on every worker.
"""

from __future__ import annotations

import hmac
import secrets
from contextlib import suppress
from datetime import datetime
from typing import Any

import pyotp
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import delete, func, or_, select, update

from app.accounts.authentication import Attempt, end_sessions, one_more_failure
from app.accounts.models import STAFF, Account, RecoveryCode, SecondFactor
from app.accounts.notices import tell_owner
from app.accounts.rules import link_hash
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotAllowed
from app.core.events import record
from app.core.sealed import Unreadable, is_newest, seal, unseal

STEP_SECONDS = 30
DRIFT = 1  # steps that a device's clock may be off, either way
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without what is read as something else
_HALF = 5


def is_required(account: Account) -> bool:
    """Staff need one, unless the demonstration's setting leaves it open."""
    return account.kind == STAFF and not current_app.config["SECOND_FACTOR_OPTIONAL"]


def factor_of(account: Account) -> SecondFactor | None:
    """The account's second factor."""
    return db.session.get(SecondFactor, account.id, populate_existing=True)


def step_after_password(account: Account) -> str:
    """What a log-in still needs: 'code', 'enrol' (staff without a factor) or nothing."""
    if factor_of(account) is not None:
        return "code"
    return "enrol" if is_required(account) else ""


def new_secret() -> str:
    """160 random bits in base 32, as authenticator apps read them."""
    return pyotp.random_base32()


def setup_address(account: Account, secret: str) -> str:
    """The otpauth: address that the QR code holds."""
    issuer = str(_("地方金融监管平台"))
    return str(pyotp.TOTP(secret).provisioning_uri(name=account.username, issuer_name=issuer))


def enable(account: Account, secret: str, code: str, *, now: datetime) -> list[str]:
    """Take the secret after a first right code; returns the recovery codes, which are never shown again.

    Raises Invalid when the code is not right, Conflict when there is a factor already.
    """
    step = _matching_step(secret, code, now)
    if step is None:
        raise Invalid(_("动态口令不正确。请核对手机时间是否准确，等出现新的口令后再输入。"), field="code")
    if factor_of(account) is not None:
        raise Conflict(_("该账号已启用动态口令。"))
    sealed = seal(secret, _purpose(account))
    db.session.add(
        SecondFactor(account_id=account.id, secret=sealed, since=now, last_step=step, failed_logins=0)
    )
    record("SecondFactorEnabled", account, actor=account, now=now)
    tell_owner(account, "factor_enabled", now=now)
    return _fresh_codes(account)


def renew_codes(account: Account, *, now: datetime) -> list[str]:
    """New recovery codes; the former ones are worth nothing."""
    record("RecoveryCodesRenewed", account, actor=account, now=now)
    tell_owner(account, "codes_renewed", now=now)
    return _fresh_codes(account)


def codes_left(account: Account) -> int:
    """How many recovery codes have not been used."""
    query = select(func.count()).where(RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(query) or 0


def check_code(account: Account, typed: str, *, now: datetime) -> Attempt:
    """Check and use up a code of either kind; nothing is raised, the caller must commit a failure too.

    Problems: 'code' (wrong or used before, with tries left), 'code_locked' (until when), 'unreadable'.
    """
    factor = factor_of(account)
    if factor is None:
        return Attempt(problem="code")
    if factor.locked_until is not None and factor.locked_until > now:
        record("LoginFailed", account, actor=account, now=now, data={"reason": "code_locked"})
        return Attempt(problem="code_locked", locked_until=factor.locked_until)
    try:
        secret = unseal(factor.secret, _purpose(account))
    except Unreadable:
        current_app.logger.error("the second factor of account %s cannot be decrypted", account.id)
        return Attempt(problem="unreadable")
    tidy = "".join(typed.split()).replace("-", "").lower()
    step = _matching_step(secret, tidy, now)
    if (step is not None and _use_step(account, step, now)) or _use_recovery(account, tidy, now):
        return Attempt(account=account)
    return _count_failure(account, now)


def disable(account: Account, *, now: datetime) -> None:
    """Switch one's own off; the caller has checked password and code. Staff cannot where it is required."""
    if is_required(account):
        raise NotAllowed(_("监管人员必须使用动态口令，不能停用。"))
    _remove(account)
    record("SecondFactorDisabled", account, actor=account, now=now)
    tell_owner(account, "factor_disabled", now=now)


def reset(account: Account, *, actor: Any, now: datetime) -> None:
    """By the system administrator, for somebody who lost device and codes; ends the account's sessions."""
    if account.id == actor.id:
        raise NotAllowed(_("不能重置自己的动态口令，请由另一位系统管理员办理。"))
    if factor_of(account) is None:
        raise Conflict(_("该账号没有启用动态口令。"))
    _remove(account)
    end_sessions(account, now)
    record("SecondFactorReset", account, actor=actor, now=now)
    tell_owner(account, "factor_reset", now=now)


def reseal_secrets() -> int:
    """Encrypt under the first key the secrets that lie under another; how many. One that no key opens stays."""
    number = 0
    for factor in db.session.scalars(select(SecondFactor).with_for_update()):
        purpose = _purpose_of(factor.account_id)
        with suppress(Unreadable):
            if not is_newest(factor.secret, purpose):
                factor.secret = seal(unseal(factor.secret, purpose), purpose)
                number += 1
    return number


def _purpose(account: Account) -> str:
    return _purpose_of(account.id)


def _purpose_of(account_id: int) -> str:
    return f"second factor of account {account_id}"


def _matching_step(secret: str, typed: str, now: datetime) -> int | None:
    """The step around now whose code this is; the newest when two agree."""
    present, totp = int(now.timestamp()) // STEP_SECONDS, pyotp.TOTP(secret)
    tidy = "".join(typed.split()).encode("utf-8", "replace")
    steps = range(present + DRIFT, present - DRIFT - 1, -1)
    return next((step for step in steps if hmac.compare_digest(totp.generate_otp(step).encode(), tidy)), None)


def _use_step(account: Account, step: int, now: datetime) -> bool:
    """One UPDATE that lets each code in once, and none while locked."""
    open_now = or_(SecondFactor.locked_until.is_(None), SecondFactor.locked_until <= now)
    statement = update(SecondFactor).where(
        SecondFactor.account_id == account.id, SecondFactor.last_step < step, open_now
    )
    return _ran(statement.values(last_step=step, failed_logins=0, locked_until=None))


def _use_recovery(account: Account, tidy: str, now: datetime) -> bool:
    statement = update(RecoveryCode).where(
        RecoveryCode.account_id == account.id,
        RecoveryCode.code_hash == link_hash(tidy),
        RecoveryCode.used_at.is_(None),
    )
    if len(tidy) != 2 * _HALF or not _ran(statement.values(used_at=now)):
        return False
    _ran(
        update(SecondFactor)
        .where(SecondFactor.account_id == account.id)
        .values(failed_logins=0, locked_until=None)
    )
    record("RecoveryCodeUsed", account, actor=account, now=now, data={"left": codes_left(account)})
    return True


def _count_failure(account: Account, now: datetime) -> Attempt:
    open_now = or_(SecondFactor.locked_until.is_(None), SecondFactor.locked_until <= now)
    statement = update(SecondFactor).where(SecondFactor.account_id == account.id, open_now)
    _ran(statement.values(**one_more_failure(SecondFactor, now)))
    record("LoginFailed", account, actor=account, now=now, data={"reason": "code"})
    factor = factor_of(account)
    if factor is None or factor.locked_until is None:
        failed = factor.failed_logins if factor else 0
        return Attempt(problem="code", tries_left=current_app.config["LOGIN_MAX_FAILURES"] - failed)
    until = factor.locked_until
    record("AccountLocked", account, now=now, data={"until": until.isoformat(), "factor": "code"})
    return Attempt(problem="code_locked", locked_until=until)


def _fresh_codes(account: Account) -> list[str]:
    """Ten codes of 49 random bits each; only hashes are stored."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    made = {
        "".join(secrets.choice(_ALPHABET) for _letter in range(2 * _HALF)) for _code in range(RECOVERY_CODES)
    }
    db.session.add_all(
        RecoveryCode(account_id=account.id, code_hash=link_hash(code)) for code in sorted(made)
    )
    db.session.flush()
    return [f"{code[:_HALF]}-{code[_HALF:]}" for code in sorted(made)]


def _remove(account: Account) -> None:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    db.session.execute(delete(SecondFactor).where(SecondFactor.account_id == account.id))


def _ran(statement: Any) -> bool:
    result: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(result.rowcount) == 1
