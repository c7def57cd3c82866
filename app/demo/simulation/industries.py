"""Which simulation plays which industry."""

from __future__ import annotations

from app.demo.companies import Company
from app.demo.simulation.base import Simulation
from app.demo.simulation.guarantee import Guarantee
from app.demo.simulation.leasing import Leasing
from app.demo.simulation.microloan import Microloan
from app.demo.simulation.pawn import Pawn

INDUSTRIES: dict[str, type[Simulation]] = {
    "guarantee": Guarantee,
    "microloan": Microloan,
    "pawn": Pawn,
    "leasing": Leasing,
}


def simulate(company: Company, first_year: int) -> Simulation:
    """The company's simulation from January of `first_year` on; one of `INDUSTRIES`."""
    return INDUSTRIES[company.industry](company, first_year)
