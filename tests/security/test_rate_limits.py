"""Where attempts are limited the number is the configured one, whatever a client writes beside its request."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chassis.clock import FixedClock
from gateway.limits import Limit
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


def holds_the_number(gateway: Gateway, route: Route) -> bool:
    statuses = [attempt(gateway, route) for _ in range(2 * QUOTA)]
    return taken(statuses) == QUOTA and set(statuses[QUOTA:]) == {429}


def sees_through_disguises(gateway: Gateway, route: Route) -> bool:
    headers = [dict.fromkeys(DISGUISES, f"198.51.100.{number}") for number in range(2 * QUOTA)]
    return taken([attempt(gateway, route, headers=each) for each in headers]) == QUOTA


def counts_every_spelling(gateway: Gateway, route: Route) -> bool:
    path = _path(route)
    ways = (path, path.upper(), f"{path}/", f"/{path}", f"{path}?", path.replace("/v1/", "/v1//"), f"{path};a=b")
    return taken([attempt(gateway, route, path=way) for _ in range(QUOTA) for way in ways]) <= QUOTA


def opens_after_its_window(gateway: Gateway, route: Route, *, window_seconds: int) -> bool:
    for _ in range(QUOTA + 1):
        attempt(gateway, route)
    gateway.clock.move_to(gateway.clock.now() + timedelta(seconds=window_seconds + 1))
    return attempt(gateway, route) != 429


def unlimited(routes: Sequence[Route]) -> set[str]:
    """What changes something for whoever comes, as often as they like."""
    return {
        f"{route.method} {route.path}"
        for route in routes
        if route.is_open and route.method != "GET" and route.raw is None and route.limit is None
    }


@pytest.mark.parametrize("route", LIMITED, ids=lambda route: str(route.operation))
class TestALimitedRoute:
    def test_takes_as_many_as_are_configured(self, route: Route, clock: FixedClock) -> None:
        assert holds_the_number(a_gateway(clock=clock, settings=SETTINGS), route)

    def test_does_not_look_at_who_the_client_says_it_is(self, route: Route, clock: FixedClock) -> None:
        assert sees_through_disguises(a_gateway(clock=clock, settings=SETTINGS), route)

    def test_is_one_route_however_its_path_is_written(self, route: Route, clock: FixedClock) -> None:
        assert counts_every_spelling(a_gateway(clock=clock, settings=SETTINGS), route)

    def test_opens_again_after_its_window(self, route: Route, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock, settings=SETTINGS)
        assert opens_after_its_window(gateway, route, window_seconds=limit_of(route).window_seconds)


@pytest.mark.parametrize("route", [route for route in LIMITED if not route.is_open], ids=lambda route: route.operation)
def test_a_person_is_counted_wherever_they_are(route: Route, clock: FixedClock) -> None:
    gateway = a_gateway(clock=clock, settings={**SETTINGS, "TRUSTED_PROXIES": 1})
    statuses = [
        attempt(gateway, route, headers={"X-Forwarded-For": f"198.51.100.{number}"}) for number in range(2 * QUOTA)
    ]
    assert taken(statuses) == QUOTA


def test_what_signs_people_in_or_sends_mails_and_texts_is_limited() -> None:
    """A new route of this sort is limited too."""
    assert unlimited(ROUTES) == set()


class TestTheChecksFail:
    """Each of these is a mistake that somebody can make with a limit, made here on purpose."""

    @pytest.mark.parametrize("check", [holds_the_number, sees_through_disguises, counts_every_spelling])
    @pytest.mark.parametrize("route", LIMITED, ids=lambda route: str(route.operation))
    def test_where_it_is_off(self, route: Route, check: Callable[[Gateway, Route], bool], clock: FixedClock) -> None:
        broken = replace(route, limit=None)
        assert not check(a_gateway_with(clock, broken, in_place_of=route), broken)

    @pytest.mark.parametrize("route", LIMITED, ids=lambda route: str(route.operation))
    def test_where_it_rests_on_another_setting(self, route: Route, clock: FixedClock) -> None:
        broken = replace(route, limit=replace(limit_of(route), setting="REQUESTS_PER_MINUTE"))
        assert not holds_the_number(a_gateway_with(clock, broken, in_place_of=route), broken)

    @pytest.mark.parametrize("quota", [QUOTA - 1, QUOTA + 1])
    def test_where_it_is_one_too_few_or_too_many(self, quota: int, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock, settings=dict.fromkeys(SETTINGS, quota))
        assert not holds_the_number(gateway, named("openSession"))

    def test_where_it_believes_what_the_client_says_of_its_address(self, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock, settings={**SETTINGS, "TRUSTED_PROXIES": 1})
        assert not sees_through_disguises(gateway, named("openSession"))

    def test_where_the_path_leads_to_it_in_another_spelling(self, clock: FixedClock) -> None:
        route = named("openSession")
        twin = replace(route, path=f"{route.path}/", operation="openSessionToo", limit=None)
        gateway = a_gateway(clock=clock, settings=SETTINGS, routes=(*ROUTES, twin))
        assert holds_the_number(gateway, route), "nobody sees it who writes the path as it is"
        gateway.clock.move_to(gateway.clock.now() + timedelta(seconds=limit_of(route).window_seconds + 1))
        assert not counts_every_spelling(gateway, route)

    @pytest.mark.parametrize("route", LIMITED, ids=lambda route: str(route.operation))
    def test_where_its_window_is_longer_than_it_says(self, route: Route, clock: FixedClock) -> None:
        limit = limit_of(route)
        broken = replace(route, limit=replace(limit, window_seconds=10 * limit.window_seconds))
        gateway = a_gateway_with(clock, broken, in_place_of=route)
        assert not opens_after_its_window(gateway, broken, window_seconds=limit.window_seconds)

    def test_where_a_route_that_signs_in_has_none(self) -> None:
        route = named("openSession")
        assert unlimited([replace(each, limit=None) if each is route else each for each in ROUTES]) == {
            "POST /v1/sessions"
        }


def a_gateway_with(clock: FixedClock, broken: Route, *, in_place_of: Route) -> Gateway:
    routes = tuple(broken if each is in_place_of else each for each in ROUTES)
    return a_gateway(clock=clock, settings=SETTINGS, routes=routes)


def named(operation: str) -> Route:
    [route] = [route for route in LIMITED if route.operation == operation]
    return route


def limit_of(route: Route) -> Limit:
    assert route.limit is not None
    return route.limit
