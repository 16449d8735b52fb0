"""Registering over HTTP: in the language that is chosen, else in that of the browser where we write it."""

import pytest

from chassis.clock import FixedClock
from tests.unit.gateway.builders import a_gateway

CLAIM = {
    "account_number": "5500123456", "first_name": "Jane", "last_name": "Driver", "email": "jane@example.com",
    "ssn_last4": "1234", "password": "correct horse battery staple", "accepted_terms": "2026-01",
}  # fmt: skip


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        ({}, "es-MX,es;q=0.9,en;q=0.8", "es"), ({}, "fr,en;q=0.5,es;q=0.4", "en"), ({}, "fr", None), ({}, "", None),
        ({}, "*", "en"), ({}, ";;q=,", None), ({"language": "en"}, "es", "en"), ({"language": None}, "es", "es"),
    ],
)  # fmt: skip
def test_the_language_is_the_chosen_one_or_the_browsers(
    chosen: dict[str, str | None], accepted: str, language: str | None, clock: FixedClock
) -> None:
    gateway = a_gateway(clock=clock)
    headers = {"Accept-Language": accepted}
    answer = gateway.post("/v1/registrations", {**CLAIM, **chosen}, token=None, headers=headers)
    assert answer.status_code == 202
    (asked,) = gateway.neighbours.requests("identity.register")
    assert asked["language"] == language


def test_a_language_in_which_nothing_is_written_is_refused(clock: FixedClock) -> None:
    answer = a_gateway(clock=clock).post("/v1/registrations", {**CLAIM, "language": "fr"}, token=None)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/language")
