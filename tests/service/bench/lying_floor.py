"""The bare process of `bench http`, showing every car a year younger: `python -m … PORT`."""

import sys
from typing import Any

from deploy.bench import http_floor
from services.accounts import queries

plain = queries.get_account


def get_account(*arguments: Any, **named: Any) -> dict[str, Any]:
    shown = plain(*arguments, **named)
    return {**shown, "vehicle": {**shown["vehicle"], "year": shown["vehicle"]["year"] + 1}}


if __name__ == "__main__":
    queries.get_account = get_account
    http_floor.main(sys.argv[1:])
