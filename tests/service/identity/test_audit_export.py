"""What staff did is exported as it was written down, and cannot be rewritten before."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from deploy.catalogue import SERVICES
from deploy.cli.audit import command
from deploy.stack import variable_of
from tests.builders.identity import PASSWORD, Counter
from tests.builders.wiring import call
from tests.service.identity.test_staff import create

Export = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def export(counter: Counter, migrated: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Export:
    for service in SERVICES:
        monkeypatch.setenv(variable_of(service), migrated("identity"))

    def run(*more: str) -> list[dict[str, Any]]:
        arguments = ["export", "--service", "identity", "--data", str(tmp_path), *more]
        done = CliRunner().invoke(command, arguments, catch_exceptions=False)
        return [json.loads(line) for line in done.output.splitlines()]

    return run


@pytest.fixture
def agent(counter: Counter) -> str:
    """Sam has read their own sessions, from a known place."""
    user_id = str(create(counter))
    counter.pass_time(minutes=1)
    sam = counter.as_caller(counter.sign_in(user_id="sam@captive.example", password=PASSWORD))
    here = replace(sam, details={"client_address": "203.0.113.9", "network": "203.0.113.9"})
    call(counter.identity.list_sessions, request={"limit": 5}, context=here)
    return user_id


def test_it_says_who_did_what_when_and_from_where(counter: Counter, agent: str, export: Export) -> None:
    made, read = export()
    assert (made["actor"], made["method"], made["request"]["user_id"]) == (
        "operator:robin", "identity.create_agent", agent
    )  # fmt: skip
    assert (read["actor"], read["role"], read["method"]) == (agent, "agent", "identity.list_sessions")
    assert (read["client_address"], read["request_id"], read["request"]["limit"]) == ("203.0.113.9", "test", 5)
    assert read["at"] == counter.clock.now().isoformat().replace("+00:00", "Z")


def test_it_can_be_cut_by_time(counter: Counter, agent: str, export: Export) -> None:
    now = counter.clock.now()
    assert [row["method"] for row in export("--since", now.isoformat())] == ["identity.list_sessions"]
    assert [row["method"] for row in export("--until", now.isoformat())] == ["identity.create_agent"]
    assert export("--since", (now + timedelta(seconds=1)).isoformat()) == []


def test_what_is_no_instant_is_said_in_a_sentence(export: Export, tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["export", "--since", "yesterday", "--data", str(tmp_path)])
    assert "yesterday is no instant" in str(done.exception)


@pytest.mark.parametrize("change", ["UPDATE audit_log SET actor = 'nobody'", "DELETE FROM audit_log"])
def test_no_row_can_be_changed_or_removed(counter: Counter, agent: str, export: Export, change: str) -> None:
    with counter.identity.store.engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(change))
    assert len(export()) == 2
