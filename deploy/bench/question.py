"""The one question that every arm answers: the same path, the same arguments, the same bytes of answer.

An answer depends on its question, so that answers that were mixed up or left over are seen.
"""

import json
from typing import Any

NAME = "Maria Alvarez"
PATH = "/numbers/"


def asked(path: str) -> dict[str, Any]:
    """What the gateway of an arm sends to its service for a path."""
    return {"number": int(path.removeprefix(PATH)), "name": NAME}


def answered(*, number: int, name: str) -> dict[str, Any]:
    """What the service of an arm gives back."""
    return {"number": number, "name": name, "remainder": number % 7}


def rendered(answer: Any) -> bytes:
    """What the gateway of an arm sends to its client."""
    return json.dumps({"number": answer["number"], "name": answer["name"], "remainder": answer["remainder"]}).encode()


def expected(number: int) -> bytes:
    """The only right body for a number."""
    return rendered(answered(number=number, name=NAME))


def request(number: int) -> bytes:
    """The whole HTTP request for a number."""
    return f"GET {PATH}{number} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n".encode()
