"""Attempts are limited for each address in a moving window; the limit holds whatever the client claims."""

from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import OKPKey

from chassis.clock import FixedClock
from gateway import limits
from gateway.headers import client_address
from gateway.limits import PLACES_MAX, Limit, MovingWindows, network_of
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
    for number in range(PLACES_MAX + 50):
        windows.attempt(A_LIMIT, quota=5, whom=f"client-{number}", at=0)
    assert len(windows._attempts) == PLACES_MAX


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"), ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("unix", "unix"), ("198.51.100.7:4711", "198.51.100.7"),
        ("[2001:db8:1:2::5]:4711", "2001:db8:1:2::/64"), ("[2001:DB8:1:2::6]", "2001:db8:1:2::/64"),
        ("[::ffff:198.51.100.7]:1", "198.51.100.7"), ("fe80::1%eth0", "fe80::/64"),
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


class TestSomebodyWhoHasSignedIn:
    """Is counted as a person, by whatever token and from wherever."""

    ME = "/v1/me"

    def ask(self, gateway: Gateway, *, token: str = "", address: str = "198.51.100.7", **headers: str) -> int:
        origin = {"REMOTE_ADDR": address}
        return gateway.get(self.ME, token=token, headers=headers, environ_overrides=origin).status_code

    def test_the_limit_is_hit_at_the_configured_number(self, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock, settings={"REQUESTS_PER_MINUTE": 3})
        assert [self.ask(gateway) for _ in range(5)] == [200, 200, 200, 429, 429]
        assert len(gateway.neighbours.requests("identity.get_me")) == 3
        clock.move_to(clock.now() + timedelta(seconds=60))
        assert self.ask(gateway) == 200

    def test_it_is_told_what_is_left(self, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock, settings={"REQUESTS_PER_MINUTE": 1})
        first = gateway.get(self.ME)
        assert first.headers["RateLimit-Policy"] == '"signed-in";q=1;w=60'
        assert first.headers["RateLimit"] == '"signed-in";r=0;t=60'
        refused = gateway.get(self.ME)
        assert (refused.json["code"], refused.headers["Retry-After"]) == ("too_many_requests", "60")

    def test_another_token_of_the_same_person_opens_no_new_window(self, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock, settings={"REQUESTS_PER_MINUTE": 1})
        other: dict[str, Any] = {"sid": "01935840-0000-7000-8000-0000000000ff", "iat": int(clock.now().timestamp()) - 1}
        tokens = ["", gateway.token(**other), gateway.token(roles=["customer", "agent"])]
        assert [self.ask(gateway, token=token) for token in tokens] == [200, 429, 429]

    @pytest.mark.parametrize("address", ["203.0.113.1", "2001:db8::1", "::ffff:203.0.113.2"])
    def test_nor_does_another_address(self, address: str, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock, settings={"REQUESTS_PER_MINUTE": 1})
        assert [self.ask(gateway), self.ask(gateway, address=address)] == [200, 429]

    def test_nor_do_headers_or_another_spelling_of_the_path_or_scheme(self, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock, settings={"REQUESTS_PER_MINUTE": 1})
        assert self.ask(gateway) == 200
        spelt = {"Authorization": f"bEARER  {gateway.token()}", "X-Forwarded-For": "203.0.113.9"}
        assert gateway.get("/v1/%6de?", token=None, headers=spelt).status_code == 429

    def test_another_person_behind_the_same_address_has_their_own(self, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock, settings={"REQUESTS_PER_MINUTE": 1})
        neighbour = gateway.token(sub="01935840-2e10-7b21-a4d3-6c7b8a9f0eff")
        assert [self.ask(gateway), self.ask(gateway, token=neighbour), self.ask(gateway)] == [200, 200, 429]

    def test_a_token_that_is_none_uses_up_nothing(self, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock, settings={"REQUESTS_PER_MINUTE": 1})
        forged = gateway.token(key=OKPKey.generate_key("Ed25519", {"kid": "the-newest"}))
        assert [self.ask(gateway, token=forged), self.ask(gateway)] == [401, 200]

    def test_guessing_at_accounts_is_limited_for_the_person_from_many_addresses(self, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock, settings={"REGISTRATIONS_PER_MINUTE": 2})
        body = {"account_number": "KFA-2000001", "ssn_last4": "1234"}
        answers = [
            gateway.post("/v1/me/accounts", body, environ_overrides={"REMOTE_ADDR": f"198.51.100.{number}"})
            for number in range(4)
        ]
        assert [answer.status_code for answer in answers] == [201, 201, 429, 429]
        assert answers[0].headers["RateLimit"] == (
            '"account-links";r=1;t=60, "signed-in";r=1199;t=60, "account-links-of-one";r=1;t=60'
        )


def test_the_memory_of_attempts_is_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ATTEMPTS_MAX", 1000)
    windows = MovingWindows()
    for number in range(1100):
        windows.attempt(A_LIMIT, quota=100, whom=f"client-{number // 100}", at=0)
        assert sum(map(len, windows._attempts.values())) <= 1000
