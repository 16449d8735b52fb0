"""The bare process of `bench http`, showing every car a year younger; runs in a process that is green already."""

from typing import Any

from deploy.bench import http_floor
from services.accounts import queries


def main(arguments: list[str]) -> None:
    plain = queries.get_account

    def get_account(*given: Any, **named: Any) -> dict[str, Any]:
        shown = plain(*given, **named)
        return {**shown, "vehicle": {**shown["vehicle"], "year": shown["vehicle"]["year"] + 1}}

    queries.get_account = get_account
    http_floor.main(arguments)
