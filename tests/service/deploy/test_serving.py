"""A running stack: what it writes down, how it restarts what dies, how it ends."""

import os
import signal
import time

import pytest

from deploy.supervisor import BACK_OFF_SECONDS_MAX, restart_delay_seconds
from tests.fixtures.processes import eventually
from tests.service.deploy.stacks import STOP_SECONDS_MAX, Stack, is_alive, mode_of, processes_naming

# They start whole stacks of processes: left out of the inner loop.
pytestmark = pytest.mark.slow


class TestRestarts:
    def test_a_killed_program_comes_back_and_one_line_says_so(self, light_stack: Stack) -> None:
        light_stack.start()
        first = light_stack.record()["children"]["payments"]
        os.kill(first, signal.SIGKILL)
        eventually(lambda: "payments is ready again" in light_stack.output(), describe=light_stack.output)
        assert light_stack.record()["children"]["payments"] != first
        told = [line for line in light_stack.output().splitlines() if "payments ended unexpectedly" in line]
        assert len(told) == 1
        assert "killed by SIGKILL" in told[0]

    def test_waits_double_up_to_a_limit_however_often_a_program_fails(self) -> None:
        waits = [restart_delay_seconds(failures=failures, jitter=0) for failures in range(1, 200)]
        assert waits[:4] == [0.25, 0.5, 1.0, 2.0]
        assert max(waits) == BACK_OFF_SECONDS_MAX

    @pytest.mark.parametrize("jitter", [0.0, 0.5, 1.0])
    def test_jitter_takes_off_at_most_half(self, jitter: float) -> None:
        assert 0.5 <= restart_delay_seconds(failures=3, jitter=jitter) <= 1.0

    def test_what_a_dead_program_left_running_goes_with_it(self, light_stack: Stack) -> None:
        light_stack.programs = {"payments": "has-a-child"}
        light_stack.start()
        left = next(int(words[2]) for words in light_stack.notes() if words[1] == "has")
        os.kill(light_stack.record()["children"]["payments"], signal.SIGKILL)
        eventually(lambda: not is_alive(left), describe=light_stack.output)


class TestEnds:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_ends_everything_with_exit_code_0(self, stack: Stack, number: signal.Signals) -> None:
        stack.start()
        assert stack.stop(number) == 0
        assert processes_naming(stack.data) == []
        assert not stack.record_file.exists()

    def test_the_gateway_stops_before_the_services(self, light_stack: Stack) -> None:
        light_stack.programs = {"payments": "serves", "gateway": "serves"}
        light_stack.start()
        light_stack.stop()
        assert [name for name, what, *_ in light_stack.notes() if what == "stopped"] == ["gateway", "payments"]

    def test_a_program_that_will_not_stop_is_killed_in_time(self, light_stack: Stack) -> None:
        light_stack.programs = {"payments": "lingers", "gateway": "serves"}
        light_stack.start()
        began = time.monotonic()
        light_stack.stop()
        assert time.monotonic() - began < STOP_SECONDS_MAX
        assert "payments did not stop in time and is killed" in light_stack.output()
        assert processes_naming(light_stack.data) == []

    def test_a_stop_during_the_start_leaves_nothing_either(self, stack: Stack) -> None:
        stack.begin()
        eventually(lambda: (stack.data / "postgres").exists(), describe=stack.output)
        # The step at hand, making the database files, is ended first: on a busy machine that takes a while.
        assert stack.stop(within_seconds=30) == 0
        assert processes_naming(stack.data) == []

    def test_a_killed_stack_takes_its_programs_along_and_the_next_one_takes_over(self, stack: Stack) -> None:
        stack.start()
        children = stack.record()["children"].values()
        server = (stack.data / "postgres/data/postmaster.pid").read_text().splitlines()[0]
        assert stack.process is not None
        stack.process.kill()
        stack.process.wait(STOP_SECONDS_MAX)
        eventually(lambda: not any(map(is_alive, children)), describe=stack.output)
        stack.start()
        assert (stack.data / "postgres/data/postmaster.pid").read_text().splitlines()[0] == server

    def test_a_program_that_cannot_work_stops_the_start_with_its_reason_above(self, light_stack: Stack) -> None:
        light_stack.programs = {"migrate": "fails", "payments": "serves"}
        sentence = light_stack.refused()
        assert sentence == "migrate did not succeed (exit 1); the lines above say why."
        assert [name for name, *_ in light_stack.notes()] == ["migrate"]
        assert processes_naming(light_stack.data) == []

    def test_a_service_that_keeps_dying_at_the_start_is_given_up(self, light_stack: Stack) -> None:
        light_stack.programs = {"payments": "fails"}
        assert light_stack.refused() == "payments did not come up (exit 1); the lines above say why."
        assert len(light_stack.notes()) == 3

    def test_a_step_that_is_optional_may_fail(self, light_stack: Stack) -> None:
        light_stack.programs = {"payments": "serves", "enrol": "fails"}
        light_stack.start()
        assert "enrol did not succeed (exit 1)" in light_stack.output()


class TestRecords:
    def test_a_serving_stack_tells_the_other_commands_where_it_is(self, light_stack: Stack) -> None:
        light_stack.start()
        record = light_stack.record()
        assert record["url"] == f"http://localhost:{light_stack.port}"
        assert record["is_serving"] is True
        assert set(record["database_urls"]) == {
            "identity",
            "accounts",
            "payments",
            "notifications",
            "leases",
            "gateway",
        }

    def test_what_holds_a_password_is_for_its_owner_alone(self, stack: Stack) -> None:
        stack.start()
        private = [stack.record_file, stack.data / "databases.json", *(stack.data / "keys").iterdir()]
        assert {mode_of(path) for path in private} == {0o600}
        assert mode_of(stack.data / "keys") == 0o700

    def test_programs_never_hear_of_a_real_vendor(self, light_stack: Stack) -> None:
        light_stack.start(TWILIO_BASE_URL="https://api.twilio.com", TWILIO_AUTH_TOKEN="real")
        told = (f"/proc/{light_stack.record()['children']['payments']}/environ", light_stack.record()["sandbox_url"])
        with open(told[0], "rb") as environment:
            lines = environment.read().decode().split("\0")
        assert f"TWILIO_BASE_URL={told[1]}" in lines
        assert "TWILIO_AUTH_TOKEN=real" not in lines
