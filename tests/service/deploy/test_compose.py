"""deploy/compose.yaml: valid by the official schema, and every process in it gets what it needs and no more."""

import copy
import importlib.util
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from chassis.assembly import declared_settings, service_class
from chassis.settings import REQUIRED, Setting, read
from deploy.catalogue import ROOT, SERVICES
from deploy.cli.secrets import command as secrets_command
from tests.service.deploy.compose_file import FILE, compose, secret_file, targets

SCHEMA = json.loads((Path(__file__).parent / "compose_spec" / "schema.json").read_text())
BESIDE = {"postgres", "rabbitmq", "migrate", "sandbox"}
OURS = [*SERVICES, "migrate", "sandbox"]


def declared(name: str) -> dict[str, Setting]:
    """The settings of a container's process."""
    classes = SERVICES.values() if name == "migrate" else [SERVICES[name]]
    return {setting.name: setting for setting in declared_settings(service_class(path) for path in classes)}


def given(entry: dict[str, Any]) -> set[str]:
    return {*entry["environment"], *targets(entry)}


def complaints(found: dict[str, Any]) -> list[str]:
    validator = jsonschema.validators.validator_for(SCHEMA)(SCHEMA)
    return [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(found)]


def test_it_is_valid_by_the_official_schema() -> None:
    assert complaints(compose()) == []


@pytest.mark.parametrize(
    "break_it",
    [
        lambda found: found["services"]["payments"].update(comand=["python"]),
        lambda found: found["services"]["payments"].update(ports=[{"target": []}]),
        lambda found: found["services"]["payments"]["depends_on"]["migrate"].update(condition="finished"),
        lambda found: found["networks"].update(bus={"internal": []}),
    ],
)
def test_the_schema_sees_a_mistake(break_it: Callable[[dict[str, Any]], None]) -> None:
    found = copy.deepcopy(compose())
    break_it(found)
    assert complaints(found)


def test_every_service_of_the_catalogue_has_its_container() -> None:
    services = compose()["services"]
    assert set(services) - BESIDE == set(SERVICES)
    for name, path in SERVICES.items():
        assert services[name]["command"] == ["python", "-m", "chassis.host", path]
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        # Nothing that only one of several can have.
        assert not {"container_name", "hostname"} & set(services[name])


def test_every_program_is_a_module_that_exists() -> None:
    for name in OURS:
        interpreter, option, module, *_ = compose()["services"][name]["command"]
        assert (interpreter, option) == ("python", "-m")
        assert importlib.util.find_spec(module) is not None, name


@pytest.mark.parametrize("name", [*SERVICES, "migrate"])
def test_a_process_is_given_every_setting_it_needs_and_none_that_is_not_its_own(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry, settings = compose()["services"][name], declared(name)
    required = {setting.name for setting in settings.values() if setting.default is REQUIRED}
    assert required - given(entry) == set()
    assert given(entry) - set(settings) == set()
    for variable in settings:
        monkeypatch.delenv(variable, raising=False)
    for variable in given(entry):
        monkeypatch.setenv(variable, entry["environment"].get(variable, "a secret"))
    values = read(settings.values())
    assert values["BUS_USER_PER_SERVICE"] is True
    assert entry["environment"]["KEYS_DIR"] == next(
        volume.split(":")[1] for volume in entry["volumes"] if volume.startswith("keys:")
    )


@pytest.mark.parametrize("name", [*SERVICES, "migrate"])
def test_secrets_come_as_files_and_each_service_has_only_its_own(name: str) -> None:
    entry, settings = compose()["services"][name], declared(name)
    secret = {setting.name for setting in settings.values() if setting.secret} | {"BUS_URL"}
    assert set(entry["environment"]) & secret == set()
    user = "deployer" if name == "migrate" else name
    assert targets(entry)["BUS_URL"] == f"{user}_bus_url"
    for target, source in targets(entry).items():
        assert target == "BUS_URL" or source == target.lower()


def test_the_command_makes_every_secret_of_the_file_and_no_other(tmp_path: Path) -> None:
    done = CliRunner().invoke(secrets_command, [str(tmp_path / "secrets")], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    made = {file.name for file in (tmp_path / "secrets").iterdir()}
    found = compose()
    assert {secret_file(definition) for definition in found["secrets"].values()} == made
    used = {source for entry in found["services"].values() for source in targets(entry).values()}
    assert used == set(found["secrets"])
    assert all(
        definition["file"] == f"../.captive/secrets/{secret_file(definition)}"
        for definition in found["secrets"].values()
    )


def test_images_are_pinned_and_come_from_no_host_of_ours() -> None:
    for name, entry in compose()["services"].items():
        repository, _, version = entry["image"].partition(":")
        assert re.fullmatch(r"\d+(\.\d+)+", version), name
        assert "/" not in repository, name


def test_our_programs_have_no_rights_beyond_their_own_folders() -> None:
    for name in OURS:
        entry = compose()["services"][name]
        assert entry["read_only"] is True, name
        assert entry["cap_drop"] == ["ALL"], name
        assert entry["security_opt"] == ["no-new-privileges:true"], name
        assert not {"privileged", "cap_add", "devices", "network_mode", "pid", "user"} & set(entry), name
    writers = [name for name in SERVICES if compose()["services"][name]["volumes"] != ["keys:/keys:ro"]]
    assert writers == []


def test_only_the_gateway_and_the_sandbox_are_reached_and_only_from_this_machine() -> None:
    found = compose()["services"]
    published = {name: entry["ports"] for name, entry in found.items() if "ports" in entry}
    assert set(published) == {"gateway", "sandbox"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_a_service_reaches_the_outside_only_where_it_has_a_vendor() -> None:
    found = compose()
    for network in ("bus", "databases"):
        assert found["networks"][network]["internal"] is True
    for name in SERVICES:
        has_vendor = any(variable.endswith("_BASE_URL") for variable in declared(name))
        expected = {
            "bus",
            "databases",
            *(["vendors"] if has_vendor else []),
            *(["public"] if name == "gateway" else []),
        }
        assert set(found["services"][name]["networks"]) == expected, name


def test_every_container_is_watched_where_it_answers() -> None:
    for name, entry in compose()["services"].items():
        if name == "migrate":
            continue
        assert entry["restart"] == "unless-stopped", name
        probe = " ".join(entry["healthcheck"]["test"])
        if name in SERVICES:
            assert f"127.0.0.1:{entry['environment']['OPS_PORT']}/health/ready" in probe
        if name == "sandbox":
            assert "--port=8090" in entry["command"]
            assert "127.0.0.1:8090/health/live" in probe


def test_what_is_mounted_is_there() -> None:
    found = compose()
    for name, entry in found["services"].items():
        for volume in entry.get("volumes", ()):
            source = volume.split(":")[0]
            is_file = source.startswith(".") and (FILE.parent / source).is_file()
            assert is_file or source in found["volumes"], f"{name}: {volume}"
    assert (ROOT / "deploy" / found["services"]["migrate"]["build"]["dockerfile"].partition("/")[2]).is_file()
