"""What can go wrong in a way that people should read. Services raise these; views render them."""

from __future__ import annotations

from typing import Any


class DomainError(Exception):
    """A refusal with a reason for the user. `message` is already in the user's language (or lazy)."""

    status = 409

    def __init__(self, message: Any, **details: Any) -> None:
        super().__init__(str(message))
        self.message = message
        self.details = details


class NotAllowed(DomainError):
    """The actor may not do this."""

    status = 403


class Conflict(DomainError):
    """Somebody else was faster: the thing changed since the actor saw it."""

    status = 409


class Refused(DomainError):
    """The rules say no; `details['reasons']` holds all reasons."""

    status = 409


class Invalid(DomainError):
    """The input cannot be taken as it is."""

    status = 422
