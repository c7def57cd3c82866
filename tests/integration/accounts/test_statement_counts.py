"""Lists stay cheap however many rows they have."""

from __future__ import annotations

import pytest

from tests.factories import make_account, make_institution, make_registration
from tests.statements import counted_statements

MOST = 12


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("Approver", "/console/registrations/list/"),
        ("Approver", "/console/institutions/list/"),
        ("SystemAdministrator", "/console/accounts/list/"),
        ("SecurityAdministrator", "/console/grants/list/"),
        ("Auditor", "/console/events/list/"),
    ],
)
def test_a_console_list_takes_few_statements(app, sign_in, role, path):
    for _number in range(12):
        make_registration()
        make_institution()
        make_account("Supervisor")
    client = sign_in(make_account(role))
    client.get(path)
    with counted_statements() as seen:
        assert client.get(path).status_code == 200
    assert len(seen) <= MOST, "\n".join(seen)
