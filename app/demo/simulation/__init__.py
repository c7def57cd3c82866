"""Companies simulated month by month: one set of books each, from which every form it owes is read.

Pure: a company and a date in, entries as a person would type them out. Business forms are in 万元, statements
in 元; figures of different forms agree because they come from the same movements, never by adjustment.
"""

from __future__ import annotations

from app.demo.companies import Company
from app.demo.simulation.base import Simulation
from app.demo.simulation.guarantee import Guarantee

INDUSTRIES = {"guarantee": Guarantee}


def simulate(company: Company, first_year: int) -> Simulation:
    """The company's simulation from January of `first_year` on; one of `INDUSTRIES`."""
    return INDUSTRIES[company.industry](company, first_year)
