"""Every operation of the contract as an attacker reads it: which ids it takes, and how to send it with others'."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from tests.builders.authenticators import Telephone
from tests.security.people import Answer, Attacked, Visitor, is_id

JSON, PLAIN = "application/json", "text/plain"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# Ids that belong to nobody: who has one shows it by a signature, or the id names no thing of a person's.
NOBODYS = {
    "message_id": "vendors report about a message, and sign what they report",
    "cursor": "a place in a list of one's own things, and no thing",
}
# Words that stand in a path where ids do.
WORDS = {"code": "not_found", "file": "docs.css", "schema": "payments.payment_posted.v1.json"}


def home_of(name: str) -> str:
    """Under which name the account of a thing is kept beside the thing's own id."""
    return f"account_id of {name}"


@dataclass(frozen=True)
class IdParameter:
    """Where an operation takes an id, and under which name."""

    place: str
    name: str


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    declared: Mapping[str, Any]
    document: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_open(self) -> bool:
        return not self.declared["security"]

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(self.declared["x-roles"])

    @property
    def last_noun(self) -> str:
        """What the last part of the path names that is no parameter."""
        return [part for part in self.path.split("/") if part and not part.startswith("{")][-1]

    @property
    def names_in_path(self) -> list[str]:
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]

    @property
    def example(self) -> Any:
        content = self.declared.get("requestBody", {}).get("content", {})
        return _of_these_days(content.get(JSON, {}).get("example"))

    @property
    def file(self) -> tuple[str, bytes] | None:
        """Where the body is a file: plain text, whose example is whole, and its type."""
        content = self.declared.get("requestBody", {}).get("content", {})
        is_taken = JSON not in content and PLAIN in content
        return (PLAIN, content[PLAIN]["example"].encode()) if is_taken else None

    def id_parameters(self) -> Iterator[IdParameter]:
        for declared in self.declared.get("parameters", ()):
            is_word = declared["name"] in WORDS
            if declared["in"] == "path" and not is_word:
                yield IdParameter("path", declared["name"])
            if declared["in"] == "query" and declared["schema"].get("format") == "uuid":
                yield IdParameter("query", declared["name"])
        for name in self._ids_of_body():
            yield IdParameter("body", name)

    def send(self, visitor: Visitor, ids: Mapping[str, str], *, changed: Mapping[str, str] | None = None) -> Answer:
        """With these ids by name; `changed` are those under attack."""
        home = next((ids[home_of(name)] for name in self.names_in_path if home_of(name) in ids), None)
        used = {**WORDS, **ids, **({"account_id": home} if home else {}), **(changed or {})}
        path = self.path
        for name in self.names_in_path:
            path = path.replace("{" + name + "}", used[name])
        body = self.example
        if isinstance(body, dict):
            body |= {name: used[name] for name in self._ids_of_body() if name in used and (name in body or changed)}
        query = {
            parameter.name: used[parameter.name]
            for parameter in self.id_parameters()
            if parameter.place == "query" and parameter.name in used
        }
        for declared in self.declared.get("parameters", ()):
            if declared["in"] == "query" and declared.get("required"):
                query.setdefault(declared["name"], "example")
        return visitor.send(self.method, path, body=body, query=query, file=self.file)

    def _ids_of_body(self) -> list[str]:
        content = self.declared.get("requestBody", {}).get("content", {})
        schema = content.get(JSON, {}).get("schema", {})
        if "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        properties = schema.get("properties", {})
        return [name for name, shape in properties.items() if shape.get("format") == "uuid"]


def _of_these_days(value: Any) -> Any:
    """A copy of an example with its dates moved to a few days from now: documents are older than stacks."""
    if isinstance(value, dict):
        return {name: _of_these_days(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_of_these_days(inner) for inner in value]
    if isinstance(value, str) and _DATE.fullmatch(value):
        return (datetime.now(UTC).date() + timedelta(days=5)).isoformat()
    return value


def operations_of(document: Mapping[str, Any]) -> list[Operation]:
    return [
        Operation(method.upper(), path, declared, document)
        for path, methods in document["paths"].items()
        for method, declared in methods.items()
    ]


def belongings_of(attacked: Attacked, visitor: Visitor, role: str) -> dict[str, str]:
    """By the name of the parameter, the id of a thing that is this visitor's: found, or made by the examples.

    What a path calls `/things/{thing_id}` is listed by `GET …/things`, or made by `POST …/things`; so a route that is
    added is tried without a word about it here.
    """
    operations = operations_of(attacked.document)
    name_of = {
        noun: parameter[1:-1]
        for operation in operations
        for noun, parameter in zip(operation.path.split("/"), operation.path.split("/")[1:], strict=False)
        if parameter.startswith("{") and not noun.startswith("{")
    }
    found = {name: made for name, make in MAKERS.items() if (made := make(visitor)) is not None}
    accounts = accounts_of(visitor) if role == "customer" else []
    found |= {"account_id": accounts[0]} if accounts else {}
    tried: set[str] = set()
    while True:
        ready = [
            operation for operation in operations
            if role in operation.roles and operation.method in ("GET", "POST") and str(operation) not in tried
            and set(operation.names_in_path) <= found.keys() | WORDS.keys() and operation.last_noun in name_of
        ]  # fmt: skip
        if not ready:
            return found | {same: found[name] for same, name in SAME.items() if name in found}
        for operation in sorted(ready, key=lambda operation: operation.method):
            tried.add(str(operation))
            _find(operation, visitor, found, accounts, name=name_of[operation.last_noun], operations=operations)


def accounts_of(visitor: Visitor) -> list[str]:
    return [account["id"] for account in visitor.send("GET", "/v1/accounts").json["data"]]


def _find(
    operation: Operation, visitor: Visitor, found: dict[str, str], accounts: list[str], *, name: str,
    operations: list[Operation],
) -> None:  # fmt: skip
    """Ask with each account until one has such a thing. A lease has room for one way out, so a new one is closed."""
    for account in accounts or [""]:
        changed = {"account_id": account} if account and "account_id" in operation.names_in_path else {}
        identifier = id_in(operation.send(visitor, found, changed=changed).json)
        if identifier is None or name in found:
            continue
        found[name] = identifier
        found |= {home_of(name): account} if changed else {}
        closing = f"DELETE {operation.path}/{{{name}}}"
        if operation.method == "POST" and operation.path.startswith("/v1/leases/"):
            for other in operations:
                if str(other) == closing:
                    other.send(visitor, found)
        return


def _a_passkey(visitor: Visitor) -> str | None:
    """Examples cannot sign a challenge; a telephone can."""
    options = visitor.send("POST", "/v1/me/passkeys/options").json["options"]
    parts, site = urlsplit(visitor.url), options["rp"]["id"]
    telephone = Telephone(origin=f"{parts.scheme}://{site}:{parts.port}", site=site)
    sent = {"label": "Pixel 9", "credential": telephone.make(options)}
    answer = visitor.send("POST", "/v1/me/passkeys", body=sent)
    assert answer.status == 201, answer.text
    return id_in(answer.json)


# The same id under another name.
SAME = {"approval_id": "extension_id"}
# Things that no example makes.
MAKERS: Mapping[str, Callable[[Visitor], str | None]] = {"passkey_id": _a_passkey}


def id_in(answered: Any) -> str | None:
    """The id of the thing, or of the first one in a list of them."""
    if not isinstance(answered, dict):
        return None
    things = answered.get("data") if isinstance(answered.get("data"), list) else [answered]
    for thing in things or ():
        if isinstance(thing, dict) and is_id(thing.get("id")):
            return str(thing["id"])
    return None
