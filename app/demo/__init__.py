"""Demonstration data: deterministic, plausible, relative to today, and put in through the platform's own services."""
