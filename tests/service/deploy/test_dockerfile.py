"""deploy/Dockerfile, read by the official parser: it copies what there is, installs by hash, runs as a plain user."""

import importlib.util
import json
import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import dockerfile
import pytest

from deploy.catalogue import ROOT

FILE = ROOT / "deploy" / "Dockerfile"


@dataclass(frozen=True)
class Instruction:
    """One line of the file: COPY, its flags (--from=…) and its words."""

    name: str
    flags: tuple[str, ...]
    words: tuple[str, ...]


def parsed(text: str) -> list[Instruction]:
    return [Instruction(command.cmd.upper(), command.flags, command.value) for command in dockerfile.parse_string(text)]


@pytest.fixture(scope="module")
def instructions() -> list[Instruction]:
    return parsed(FILE.read_text())


@pytest.fixture(scope="module")
def last_stage(instructions: list[Instruction]) -> list[Instruction]:
    starts = [place for place, instruction in enumerate(instructions) if instruction.name == "FROM"]
    return instructions[starts[-1] :]


def ignored(path: str) -> bool:
    """As .dockerignore has it: the last pattern that fits the path, or a folder above it, decides."""
    answer = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = re.escape(line.removeprefix("!")).replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*")
        if re.fullmatch(f"{pattern}(/.*)?", path):
            answer = not line.startswith("!")
    return answer


def test_the_parser_sees_a_mistake() -> None:
    with pytest.raises(dockerfile.GoParseError):
        parsed("FROM python:3.11.14\nENV PATH")


def test_every_stage_starts_from_a_pinned_image_of_no_host_of_ours(instructions: list[Instruction]) -> None:
    images = [instruction.words[0] for instruction in instructions if instruction.name == "FROM"]
    assert len(images) == 2
    for image in images:
        repository, _, version = image.partition(":")
        assert "/" not in repository
        assert version.count(".") == 2, image


def test_what_is_copied_is_there_and_reaches_the_build(instructions: list[Instruction]) -> None:
    copied = [
        source
        for instruction in instructions
        if instruction.name == "COPY" and not instruction.flags
        for source in instruction.words[:-1]
    ]
    assert len(copied) == 5
    for source in copied:
        assert (ROOT / source).exists(), source
        assert not ignored(source), source
    assert not [instruction for instruction in instructions if instruction.name == "ADD"]


def test_the_image_holds_all_that_serves_and_no_tests(last_stage: list[Instruction]) -> None:
    folders = {
        instruction.words[0] for instruction in last_stage if instruction.name == "COPY" and not instruction.flags
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert folders == set(project["tool"]["importlinter"]["root_packages"])


@pytest.mark.parametrize(
    ("path", "is_ignored"),
    [
        ("tests/conftest.py", True), (".git/config", True), (".captive/secrets/postgres_password", True),
        (".venv/bin/python", True), ("requirements/dev.txt", True), ("requirements/runtime.txt", False),
        ("deploy/__pycache__/keys.pyc", True), ("deploy/bench/load.py", True), ("deploy/keys.py", False),
        ("services/payments/service.py", False), ("README.md", True),
    ],
)  # fmt: skip
def test_what_does_not_belong_in_an_image_never_reaches_the_build(path: str, is_ignored: bool) -> None:
    assert ignored(path) is is_ignored


def test_packages_are_installed_by_their_hashes(instructions: list[Instruction]) -> None:
    installs = [instruction.words[0] for instruction in instructions if "pip install" in instruction.words[0]]
    assert len(installs) == 1
    assert "--require-hashes" in installs[0]
    assert "requirements/runtime.txt" in installs[0]
    assert "apt-get" not in FILE.read_text()


def test_it_runs_as_a_plain_user_by_number(last_stage: list[Instruction]) -> None:
    users = [instruction.words[0] for instruction in last_stage if instruction.name == "USER"]
    assert users == ["10001:10001"]
    names = [instruction.name for instruction in last_stage]
    assert "RUN" not in names[names.index("USER") :]
    for folder in ("/keys", "/state"):
        assert any(folder in instruction.words[0] for instruction in last_stage if instruction.name == "RUN")


def test_the_programs_it_names_are_there(last_stage: list[Instruction]) -> None:
    by_name = {instruction.name: instruction.words for instruction in last_stage}
    (entrypoint,) = by_name["ENTRYPOINT"]
    place = ROOT / Path(entrypoint).relative_to("/captive")
    assert os.access(place, os.X_OK)
    assert by_name["CMD"][:2] == ("python", "-m")
    assert importlib.util.find_spec(by_name["CMD"][2]) is not None
    assert by_name["WORKDIR"] == ("/captive",)
    assert json.dumps(by_name["ENV"]).count("/captive") == 2
