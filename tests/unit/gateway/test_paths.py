"""A path leads to the routes that are declared for it, and to no others."""

import pytest

from gateway.routing import HttpCall, Paths, Reply, Route
from gateway.schemas import Document
from gateway.table import ROUTES


def a_route(path: str, *, method: str = "GET") -> Route:
    def answer(_: HttpCall) -> Reply:
        return Reply()

    return Route(method=method, path=path, operation=f"{method} {path}", handler=answer, gives=Document)


MINE, ANY, NAMED_HISTORY = a_route("/a/mine"), a_route("/a/{a_id}"), a_route("/a/{a_id}/history")
PATHS = Paths([NAMED_HISTORY, ANY, MINE, a_route("/a/{a_id}", method="PUT")])


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/a/mine", MINE),
        ("/a/7", ANY),
        ("/a/7/history", NAMED_HISTORY),
        # Begins like one path, and is another.
        ("/a/mine/history", NAMED_HISTORY),
    ],
)
def test_a_part_as_it_is_goes_before_any_text(path: str, found: Route) -> None:
    assert PATHS.routes_of(path)["GET"] is found


@pytest.mark.parametrize(
    "path", ["", "/", "/a", "/a/", "/a//history", "/a/7/", "/a/7/history/", "a/7", "/b/7", "//a/7"]
)
def test_what_is_not_declared_leads_nowhere(path: str) -> None:
    assert PATHS.routes_of(path) == {}


def test_head_is_answered_where_get_is() -> None:
    assert set(PATHS.routes_of("/a/7")) == {"GET", "HEAD", "PUT"}
    assert set(Paths([a_route("/a", method="PUT")]).routes_of("/a")) == {"PUT"}


@pytest.mark.parametrize("declared", ROUTES, ids=lambda declared: declared.operation)
def test_every_route_is_found_by_its_own_path(declared: Route) -> None:
    assert Paths(ROUTES).routes_of(declared.path)[declared.method] is declared
