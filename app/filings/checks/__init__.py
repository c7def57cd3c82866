"""Checks of filled forms: required entries, declared checks, and findings that people understand."""

from app.filings.checks.engine import check_form, check_set, examine, form_state
from app.filings.checks.finding import CheckResult, Finding, Skipped

__all__ = ["CheckResult", "Finding", "Skipped", "check_form", "check_set", "examine", "form_state"]
