"""The sandbox as a process: what survives a kill, how it ends, and how it refuses to start."""

import json
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from tests.fixtures.sandbox import (
    ANSWER_SECONDS_MAX,
    CLIENT_TIMEOUT_SECONDS,
    RunningSandbox,
    a_bank_account,
    a_card,
    a_mail,
    start_sandbox,
)

MEMORY_KILOBYTES_MAX = 45 * 1024

Start = Callable[..., RunningSandbox]


def refusal_to_start(state: Path, *options: str, port: int = 0) -> str:
    process = start_sandbox(state, *options, port=port)
    _, said = process.communicate(timeout=ANSWER_SECONDS_MAX)
    assert process.returncode == 2
    assert said.count("\n") == 1
    return said


def test_charges_mails_texts_and_opt_outs_survive_a_kill(start: Start) -> None:
    before = start()
    before.sendgrid().send(a_mail())
    before.twilio().messages.create(to="+12125552368", from_="+15005550006", body="Hello")
    before.post("/_sandbox/numbers/stop", {"number": "+12125552368"})
    returned = before.charge("key-1", a_bank_account()).json()
    before.post(f"/_sandbox/charges/{returned['id']}/return", {"code": "R01"})
    declined = before.charge("key-2", a_card("tok_declined")).json()
    before.fault("sendgrid", "down")
    kept = {kind: before.listed(kind) for kind in ("mails", "texts", "charges", "faults")}

    before.kill()
    after = start()

    assert {kind: after.listed(kind) for kind in kept} == kept
    assert kept["charges"][1]["return_code"] == "R01"
    assert after.charge("key-2", a_card("tok_declined")).json() == declined
    assert after.charge("key-2", a_card()).status_code == 409
    with pytest.raises(TwilioRestException) as refusal:
        after.twilio().messages.create(to="+12125552368", from_="+15005550006", body="Hello")
    assert refusal.value.code == 21610


def test_a_charge_whose_answer_was_held_back_survives_a_kill(start: Start) -> None:
    before = start("--hang-seconds", "60")
    with pytest.raises(requests.ReadTimeout):
        before.charge("key-1", a_card("tok_timeout_charged"), timeout=CLIENT_TIMEOUT_SECONDS)

    before.kill()

    (charge,) = start().get("/processor/charges", key="key-1")["data"]
    assert charge["status"] == "approved"


def test_a_line_cut_short_by_a_kill_is_dropped_and_the_rest_kept(start: Start) -> None:
    before = start()
    before.charge("key-1", a_card())
    before.kill()
    with before.state.open("a") as state:
        state.write('{"kind": "charges", "id": "ch_cut')

    middle = start()
    middle.charge("key-2", a_card())
    middle.kill()

    assert [charge["key"] for charge in start().listed("charges")] == ["key-2", "key-1"]


def test_a_reset_forgets_everything_for_good(start: Start) -> None:
    before = start()
    before.charge("key-1", a_card())
    before.post("/_sandbox/reset")
    before.charge("key-2", a_card())
    before.kill()

    after = start()

    assert [charge["key"] for charge in after.listed("charges")] == ["key-2"]
    assert len([json.loads(line) for line in after.state.read_text().splitlines()]) == 1


def test_it_says_that_it_is_alive(start: Start) -> None:
    assert start().get("/health/live") == {"status": "alive"}


def test_it_ends_cleanly_on_sigterm_while_an_answer_is_held_back(start: Start) -> None:
    running = start("--hang-seconds", "60")
    with pytest.raises(requests.ReadTimeout):
        running.charge("key-1", a_card("tok_timeout_charged"), timeout=CLIENT_TIMEOUT_SECONDS)

    running.process.terminate()

    assert running.process.wait(timeout=ANSWER_SECONDS_MAX) == 0


def test_it_ends_when_its_parent_does(start: Start) -> None:
    running = start("--parent-pipe")

    running.end_standard_input()

    assert running.process.wait(timeout=ANSWER_SECONDS_MAX) == 0


def test_without_a_parent_pipe_the_end_of_standard_input_means_nothing(start: Start) -> None:
    running = start()

    running.end_standard_input()

    with pytest.raises(subprocess.TimeoutExpired):
        running.process.wait(timeout=CLIENT_TIMEOUT_SECONDS)
    assert running.get("/health/live") == {"status": "alive"}


def test_a_port_in_use_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refusal_to_start(tmp_path / "state.jsonl", port=port)

    assert str(port) in said


def test_two_sandboxes_cannot_share_a_state_file(start: Start) -> None:
    running = start()

    assert "in use by another sandbox" in refusal_to_start(running.state)


def test_a_state_file_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "notes.txt"
    state.write_text("dear diary\n")

    assert "Line 1" in refusal_to_start(state)
    assert state.read_text() == "dear diary\n"


def test_a_state_file_in_no_folder_is_refused(tmp_path: Path) -> None:
    assert "cannot be opened" in refusal_to_start(tmp_path / "absent" / "state.jsonl")


def test_it_listens_on_the_loopback_address_only(start: Start) -> None:
    running = start()
    port = int(running.url.rsplit(":", 1)[1])

    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", port), timeout=CLIENT_TIMEOUT_SECONDS)


def test_it_stays_small_after_work(start: Start) -> None:
    running = start()
    running.sendgrid().send(a_mail())
    running.twilio().messages.create(to="+12125552368", from_="+15005550006", body="Hello")
    for number in range(50):
        running.charge(f"key-{number}", a_card())
    running.page()

    status = Path(f"/proc/{running.process.pid}/status").read_text()
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))

    assert int(resident.split()[1]) < MEMORY_KILOBYTES_MAX
