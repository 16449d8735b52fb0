"""What a stack runs, and what each of its programs is told."""

from dataclasses import replace
from pathlib import Path
from shutil import rmtree

import pytest

from deploy.catalogue import SERVICES
from deploy.checks import read_scale
from deploy.keys import ensure_keys
from deploy.launch import Layout, Options, lay_out, programs_of
from deploy.migrated import mark_migrated
from deploy.stack import EMBEDDED_BUS, DataFolder, variable_of
from deploy.supervisor import Program

BROKER = "amqp://guest:guest@127.0.0.1:5672/somewhere"


def a_layout(home: Path, *, bus: str = EMBEDDED_BUS, scale: tuple[str, ...] = (), demo: bool = False) -> Layout:
    folder = DataFolder(home / "data")
    folder.prepare()
    return lay_out(
        options=Options(data=folder.path, port=8000, bus=bus, scale=scale, demo=demo),
        folder=folder,
        host="127.0.0.1",
        scale=read_scale(scale, bus=bus),
        database_urls={service: f"postgresql://{service}@localhost/{service}" for service in SERVICES},
        environment={"PATH": "/usr/bin"},
    )


def named(programs: list[Program]) -> dict[str, Program]:
    return {program.name: program for program in programs}


class TestProcesses:
    def test_the_embedded_bus_has_all_services_in_one_process(self, home: Path) -> None:
        assert list(named(programs_of(a_layout(home)))) == ["migrate", "sandbox", "services"]

    def test_on_a_broker_every_service_is_its_own_and_some_are_several(self, home: Path) -> None:
        programs = named(programs_of(a_layout(home, bus=BROKER, scale=("payments=3",))))
        expected = {"migrate", "sandbox", *SERVICES, "payments-2", "payments-3"}
        assert set(programs) == expected
        ports = [program.ready_port for program in programs.values() if program.ready_port]
        assert len(set(ports)) == len(ports)

    def test_the_gateway_opens_last(self, home: Path) -> None:
        programs = named(programs_of(a_layout(home, bus=BROKER)))
        assert all(programs["gateway"].stage > programs[service].stage for service in SERVICES if service != "gateway")

    def test_on_a_broker_each_process_is_told_its_own_database_alone(self, home: Path) -> None:
        programs = named(programs_of(a_layout(home, bus=BROKER)))
        for service in SERVICES:
            told = {name for name in programs[service].environment if name.endswith("_DATABASE_URL")}
            assert told == {variable_of(service)}


class TestSteps:
    def test_the_demo_is_imported_once(self, home: Path) -> None:
        first = a_layout(home, demo=True)
        assert "import" in named(programs_of(first))
        first.folder.mark_demo_imported()
        assert "import" not in named(programs_of(a_layout(home, demo=True)))

    @pytest.mark.parametrize(("code", "migrates"), [("same", False), ("changed since", True)])
    def test_own_databases_are_migrated_again_only_for_other_code(self, home: Path, code: str, migrates: bool) -> None:
        mark_migrated(home=home, state="same")
        layout = replace(a_layout(home), own_databases=home, code=code)
        ensure_keys(folder=layout.folder.keys)
        assert ("migrate" in named(programs_of(layout))) is migrates

    def test_where_keys_are_missing_the_deployment_step_is_run_and_says_so(self, home: Path) -> None:
        mark_migrated(home=home, state="same")
        layout = replace(a_layout(home), own_databases=home, code="same")
        ensure_keys(folder=layout.folder.keys)
        rmtree(layout.folder.keys / "fields-accounts")
        assert "migrate" in named(programs_of(layout))

    def test_databases_of_others_are_migrated_at_every_start(self, home: Path) -> None:
        layout = a_layout(home)
        mark_migrated(home=home, state=layout.code)
        assert "migrate" in named(programs_of(layout))
