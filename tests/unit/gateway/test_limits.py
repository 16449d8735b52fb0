"""Attempts are limited for each address in a moving window; the limit holds whatever the client claims."""

from datetime import timedelta

import pytest

from chassis.clock import FixedClock
from gateway.headers import client_address
from gateway.limits import ADDRESSES_MAX, Limit, MovingWindows, network_of
from tests.unit.gateway.builders import Gateway, a_gateway

LOGIN = {"user_id": "jane@example.com", "password": "correct horse battery staple"}
A_LIMIT = Limit("sessions", "SESSIONS_PER_MINUTE", 60)


def _sign_in(gateway: Gateway, *, address: str = "198.51.100.7", **headers: str) -> int:
    origin = {"REMOTE_ADDR": address}
    answer = gateway.post("/v1/sessions", LOGIN, token=None, headers=headers, environ_overrides=origin)
    return answer.status_code


def test_the_limit_is_hit_at_the_configured_number(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, settings={"SESSIONS_PER_MINUTE": 3})
    assert [_sign_in(gateway) for _ in range(5)] == [201, 201, 201, 429, 429]
    assert len(gateway.neighbours.requests("identity.open_session")) == 3


def test_the_window_moves(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, settings={"SESSIONS_PER_MINUTE": 2})
    assert _sign_in(gateway) == 201
    clock.move_to(clock.now() + timedelta(seconds=40))
    assert [_sign_in(gateway), _sign_in(gateway)] == [201, 429]
    clock.move_to(clock.now() + timedelta(seconds=20))
    assert [_sign_in(gateway), _sign_in(gateway)] == [201, 429]


def test_a_refused_attempt_says_when_to_come_back(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, settings={"SESSIONS_PER_MINUTE": 1})
    first = gateway.post("/v1/sessions", LOGIN, token=None)
    assert first.headers["RateLimit-Policy"] == '"sessions";q=1;w=60'
    assert first.headers["RateLimit"] == '"sessions";r=0;t=60'
    assert "Retry-After" not in first.headers
    clock.move_to(clock.now() + timedelta(seconds=10))
    refused = gateway.post("/v1/sessions", LOGIN, token=None)
    assert (refused.status_code, refused.json["code"]) == (429, "too_many_requests")
    assert refused.headers["Retry-After"] == "50"


def test_one_address_does_not_use_up_the_attempts_of_another(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, settings={"SESSIONS_PER_MINUTE": 1})
    assert [_sign_in(gateway), _sign_in(gateway), _sign_in(gateway, address="198.51.100.8")] == [201, 429, 201]


@pytest.mark.parametrize(
    "claim",
    [
        {"X-Forwarded-For": "203.0.113.1"}, {"X-Real-IP": "203.0.113.1"}, {"Forwarded": "for=203.0.113.1"},
        {"X-Forwarded-For": "203.0.113.1, 203.0.113.2"}, {"User-Agent": "another"}, {"X-Request-Id": "another"},
    ],
    ids=str,
)  # fmt: skip
def test_a_header_does_not_open_a_new_window(claim: dict[str, str], clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, settings={"SESSIONS_PER_MINUTE": 1})
    assert [_sign_in(gateway), _sign_in(gateway, **claim)] == [201, 429]


def test_an_ipv6_neighbour_in_the_same_network_counts_as_the_same(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, settings={"SESSIONS_PER_MINUTE": 1})
    addresses = ["2001:db8::1", "2001:DB8:0:0:ffff::2", "2001:db8:0:1::1"]
    assert [_sign_in(gateway, address=address) for address in addresses] == [201, 429, 201]


def test_registrations_and_sessions_have_their_own_windows(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, settings={"SESSIONS_PER_MINUTE": 1, "REGISTRATIONS_PER_MINUTE": 1})
    _sign_in(gateway)
    verification = {"token": "c3ByaW5nLXRoYXctcm9hZA"}
    answers = [gateway.post("/v1/email-verifications", verification, token=None).status_code for _ in range(2)]
    assert answers == [204, 429]


def test_a_refresh_counts_as_a_sign_in(clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, settings={"SESSIONS_PER_MINUTE": 1})
    gateway.post("/v1/sessions", LOGIN, token=None)
    assert gateway.post("/v1/sessions/refresh", {"refresh_token": "r"}, token=None).status_code == 429


def test_the_memory_of_addresses_is_bounded() -> None:
    windows = MovingWindows()
    for number in range(ADDRESSES_MAX + 50):
        windows.attempt(A_LIMIT, quota=5, address=f"client-{number}", at=0)
    assert len(windows._attempts) == ADDRESSES_MAX


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"), ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("unix", "unix"),
    ],
)  # fmt: skip
def test_an_address_stands_for_its_network(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.1", "10.0.0.1"), (1, "203.0.113.1", "203.0.113.1"), (1, "6.6.6.6, 203.0.113.1", "203.0.113.1"),
        (2, "6.6.6.6, 203.0.113.1, 10.0.0.9", "203.0.113.1"), (2, "203.0.113.1", "10.0.0.1"), (1, "", "10.0.0.1"),
    ],
)  # fmt: skip
def test_only_trusted_proxies_say_who_the_client_is(proxies: int, forwarded: str, address: str) -> None:
    environment = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}
    assert client_address(environment, trusted_proxies=proxies) == address
