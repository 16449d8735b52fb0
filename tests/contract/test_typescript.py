"""The TypeScript types say what the contract says, and the client in one file keeps to both."""

import re
from pathlib import Path
from typing import Any

import pytest

from gateway import openapi
from gateway.contracts import typescript
from gateway.table import ROUTES

CLIENT = (Path(typescript.FILE).parent / "client.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def types() -> str:
    return typescript.FILE.read_text(encoding="utf-8")


def test_the_committed_types_are_what_the_contract_makes(types: str) -> None:
    assert types == typescript.text(openapi.document()), "run: python -m gateway.contracts.typescript"


def test_every_shape_and_every_operation_is_there(types: str) -> None:
    declared = set(re.findall(r"^export interface (\w+) ", types, flags=re.MULTILINE))
    assert declared == {*openapi.document()["components"]["schemas"], "Operations"}
    operations = set(
        re.findall(r"^  (\w+): \{$", types.partition("export interface Operations")[2], flags=re.MULTILINE)
    )
    assert operations == {route.operation for route in ROUTES}


def test_every_name_that_is_used_is_declared(types: str) -> None:
    code = re.sub(r"/\*\*.*?\*/|//[^\n]*|\"[^\"]*\"", "", types, flags=re.DOTALL)
    used = set(re.findall(r"(?<=[:|&<(] )([A-Z]\w+)|(?<=: )([A-Z]\w+)\[", code))
    names = {name for pair in used for name in pair if name}
    declared = set(re.findall(r"export (?:interface|type) (\w+)", code))
    assert names - declared - {"Record", "Status", "Code"} == set()
    assert {"Account", "Payment", "RefusedMoney"} <= names


@pytest.mark.parametrize(
    ("shape", "written"),
    [
        ({"type": "string"}, "string"),
        ({"type": "integer", "minimum": 1}, "number"),
        ({"type": ["string", "null"], "format": "date"}, "string | null"),
        ({"type": "boolean"}, "boolean"),
        ({"enum": ["loan", "lease", None], "type": ["string", "null"]}, '"loan" | "lease" | null'),
        ({"const": 404}, "404"),
        ({"$ref": "#/components/schemas/Account"}, "Account"),
        ({"anyOf": [{"$ref": "#/components/schemas/Decline"}, {"type": "null"}]}, "Decline | null"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Account"}}, "Account[]"),
        ({"type": "array", "items": {"type": ["string", "null"]}}, "(string | null)[]"),
        ({"type": "object", "additionalProperties": {}}, "Record<string, unknown>"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "Record<string, number>"),
        ({"type": "object"}, "Record<string, unknown>"),
        ({}, "unknown"),
        ({"type": "object", "properties": {"a-b": {"type": "string"}}, "required": []}, '{\n  "a-b"?: string;\n}'),
    ],
    ids=str,
)
def test_a_shape_is_written_as(shape: dict[str, Any], written: str) -> None:
    assert typescript.type_of(shape) == written


def test_words_of_the_contract_cannot_end_a_comment() -> None:
    document = {"components": {"schemas": {"A": {"type": "object", "properties": {}, "description": "*/ evil()"}}}}
    assert "/** * / evil() */" in typescript.text({**document, "paths": {}})


def test_the_client_asks_only_what_there_is() -> None:
    asked = set(re.findall(r"[\"`](/v1/[^\"`]*)[\"`]", CLIENT))
    known = {re.sub(r"\{\w+\}", "*", route.path) for route in ROUTES}
    assert {re.sub(r"\$\{[^}]*\}", "*", path) for path in asked} <= known
    assert len(asked) >= 5


def test_the_client_names_only_types_and_fields_that_there_are(types: str) -> None:
    named = set(re.findall(r'import\("\./captive"\)\.(\w+)', CLIENT))
    assert {"Account", "Payment", "Problem", "SubmitPayment"} <= named
    declared = set(re.findall(r"^export interface (\w+) ", types, flags=re.MULTILINE))
    assert named <= declared
    schemas = openapi.document()["components"]["schemas"]
    for variable, shape in {"account": "Account", "payment": "Payment", "method": "PaymentMethod"}.items():
        read = set(re.findall(rf"\b{variable}\.(\w+)", CLIENT))
        assert read
        assert read <= set(schemas[shape]["properties"]), variable


def test_the_client_stands_in_one_file_and_loads_nothing() -> None:
    assert re.findall(r"(?:src|href)=\"(?!data:,)", CLIENT) == []
    assert "innerHTML" not in CLIENT
    assert "localStorage" not in CLIENT
