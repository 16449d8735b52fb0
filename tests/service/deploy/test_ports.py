"""A port that is chosen now is free a moment later too: nobody else is given it, no connection takes it."""

import socket
import subprocess
import sys

import pytest

from deploy import ports
from deploy.ports import FIRST, LAST, free_ports
from deploy.stack import StackProblem
from tests.fixtures.processes import ROOT


def test_no_outgoing_connection_can_take_them_as_the_system_is_delivered() -> None:
    delivered = 32_768
    assert FIRST <= min(free_ports(50)) <= max(free_ports(50)) < LAST <= delivered


def test_one_that_somebody_is_to_have_is_left() -> None:
    first = free_ports(1)[0]
    assert free_ports(1, without=(first + 1, first + 2))[0] > first + 2


def test_none_is_given_twice() -> None:
    given = free_ports(30) + free_ports(30)
    assert len(set(given)) == len(given)


def test_two_programs_that_choose_at_once_choose_others() -> None:
    program = [sys.executable, "-c", "from deploy.ports import free_ports; print(free_ports(30))"]
    running = [subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    told = [process.communicate()[0] for process in running]
    chosen = [int(port) for line in told for port in line.strip("[]\n").split(", ")]
    assert len(set(chosen)) == len(chosen) == 90


def test_one_that_somebody_has_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_ports(1)[0]
    with socket.create_server(("127.0.0.1", port)):
        monkeypatch.setattr(ports, "_numbers", iter(range(port - FIRST, port - FIRST + 3)))
        assert free_ports(1) == [port + 1]


def test_where_none_is_left_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_ports(1)[0]
    monkeypatch.setattr(ports, "FIRST", port)
    monkeypatch.setattr(ports, "LAST", port + 1)
    with socket.create_server(("127.0.0.1", port)), pytest.raises(StackProblem, match="no 1 free ports"):
        free_ports(1)
