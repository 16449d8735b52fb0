"""Where attempts are limited the number is the configured one, whatever a client writes beside its request."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.clock import FixedClock
from gateway.routing import Route
from gateway.table import ROUTES
from tests.unit.gateway.builders import Gateway, a_gateway
from tests.unit.gateway.test_routes import A_STATE, _path

QUOTA = 7
SETTINGS = dict.fromkeys(
    ("SESSIONS_PER_MINUTE", "REGISTRATIONS_PER_MINUTE", "TYPING_PER_MINUTE", "TEST_MESSAGES_PER_HOUR"), QUOTA
)
LIMITED = [route for route in ROUTES if route.limit]
# What proxies write, and clients who want to look like somebody else.
DISGUISES = (
    "X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP",
    "X-Originating-IP", "X-Remote-Addr", "Via",
)  # fmt: skip


def attempt(gateway: Gateway, route: Route, *, path: str | None = None, **options: Any) -> int:
    headers = {"Idempotency-Key": "one", **A_STATE, **options.pop("headers", {})}
    token = options.pop("token", None if route.is_open else "")
    answer = gateway.send(
        route.method, path or _path(route), json=route.sends if route.takes else None, headers=headers, token=token,
        **options,
    )  # fmt: skip
    return int(answer.status_code)


def taken(statuses: list[int]) -> int:
    """How many reached the route: neither refused by its limit, nor sent to a path or a method that there is not."""
    return len([status for status in statuses if status not in (429, 404, 405)])


@pytest.mark.parametrize("route", LIMITED, ids=lambda route: str(route.operation))
class TestALimitedRoute:
    def test_takes_as_many_as_are_configured(self, route: Route, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock, settings=SETTINGS)
        statuses = [attempt(gateway, route) for _ in range(2 * QUOTA)]
        assert taken(statuses) == QUOTA
        assert set(statuses[QUOTA:]) == {429}

    def test_does_not_look_at_who_the_client_says_it_is(self, route: Route, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock, settings=SETTINGS)
        statuses = [
            attempt(gateway, route, headers=dict.fromkeys(DISGUISES, f"198.51.100.{number}"))
            for number in range(2 * QUOTA)
        ]
        assert taken(statuses) == QUOTA

    def test_is_one_route_however_its_path_is_written(self, route: Route, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock, settings=SETTINGS)
        path = _path(route)
        ways = (path, path.upper(), f"{path}/", f"/{path}", f"{path}?", path.replace("/v1/", "/v1//"), f"{path};a=b")
        statuses = [attempt(gateway, route, path=way) for _ in range(QUOTA) for way in ways]
        assert taken(statuses) <= QUOTA

    def test_opens_again_after_its_window(self, route: Route, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock, settings=SETTINGS)
        for _ in range(QUOTA + 1):
            attempt(gateway, route)
        assert route.limit is not None
        gateway.clock.move_to(gateway.clock.now() + timedelta(seconds=route.limit.window_seconds + 1))
        assert attempt(gateway, route) != 429


@pytest.mark.parametrize("route", [route for route in LIMITED if not route.is_open], ids=lambda route: route.operation)
def test_a_person_is_counted_wherever_they_are(route: Route, clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, settings={**SETTINGS, "TRUSTED_PROXIES": 1})
    statuses = [
        attempt(gateway, route, headers={"X-Forwarded-For": f"198.51.100.{number}"}) for number in range(2 * QUOTA)
    ]
    assert taken(statuses) == QUOTA


def test_what_signs_people_in_or_sends_mails_and_texts_is_limited() -> None:
    """A new route of this sort is limited too."""
    open_writers = {
        f"{route.method} {route.path}"
        for route in ROUTES
        if route.is_open and route.method != "GET" and route.raw is None and route.limit is None
    }
    assert open_writers == set()
