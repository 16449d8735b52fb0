"""The style that a machine can check, run as tests; each check is also seen failing on a planted line."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOUSE = ("chassis", "services", "gateway", "deploy")
FUNCTION_LINES_MAX, MODULE_LINES_MAX, ARGUMENTS_MAX = 40, 400, 6
BANNED_NAMES = {"utils", "helpers", "common", "manager", "misc", "base_service"}
COMMITTING_FOLDERS = ("chassis", "deploy")


def modules() -> list[Path]:
    found = [path for folder in HOUSE for path in (ROOT / folder).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def long_functions(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES_MAX:
            yield f"{node.name} has {(node.end_lineno or 0) - node.lineno + 1} lines"


def crowded_functions(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and not _is_command_line(node):
            count = len([argument for argument in node.args.args if argument.arg not in ("self", "cls")])
            if count > ARGUMENTS_MAX:
                yield f"{node.name} takes {count} positional arguments"


def _is_command_line(node: ast.FunctionDef) -> bool:
    """click hands over each option by its name; they are no positional arguments to anyone."""
    return any("click.command" in ast.unparse(decorator) for decorator in node.decorator_list)


def missing_docstrings(source: str) -> Iterator[str]:
    if source.strip() and not ast.get_docstring(ast.parse(source)):
        yield "no module docstring"


def clocks_below_the_door(source: str) -> Iterator[str]:
    for match in re.finditer(r"\b(datetime\.now|date\.today|datetime\.utcnow|uuid4|uuid1)\(", source):
        yield f"{match.group(1)} below the door"


def commits(source: str) -> Iterator[str]:
    for match in re.finditer(r"\.(commit|rollback)\(\)", source):
        yield f"{match.group()} outside the chassis"


def floats_of_money(source: str) -> Iterator[str]:
    for match in re.finditer(r"float\([^)]*(cents|amount)|_cents\s*:\s*float|_cents\s*=\s*\d+\.\d", source):
        yield f"money as a binary fraction: {match.group()}"


def silent_handlers(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ExceptHandler) and all(isinstance(line, ast.Pass) for line in node.body):
            yield f"line {node.lineno}: an exception is swallowed"


def unfinished(source: str) -> Iterator[str]:
    for match in re.finditer(r"#.*\b(TODO|FIXME|XXX|HACK)\b", source):
        yield match.group()


Check = Callable[[str], Iterator[str]]
EVERYWHERE: list[Check] = [
    long_functions,
    crowded_functions,
    missing_docstrings,
    floats_of_money,
    silent_handlers,
    unfinished,
]
VERBS: list[Check] = [clocks_below_the_door]
SERVICES: list[Check] = [commits]

PLANTED: list[tuple[Check, str]] = [
    (long_functions, "def f() -> None:\n" + "    print()\n" * 40),
    (crowded_functions, "def f(a, b, c, d, e, f, g, h): ..."),
    (missing_docstrings, "x = 1"),
    (floats_of_money, "fee_cents = 1.5"),
    (silent_handlers, "try:\n    f()\nexcept ValueError:\n    pass"),
    (unfinished, "# " + "TODO later"),
    (clocks_below_the_door, "now = datetime.now()"),
    (commits, "connection.commit()"),
]


def found_by(check: Check, paths: list[Path]) -> list[str]:
    return [f"{path.relative_to(ROOT)}: {text}" for path in paths for text in check(path.read_text())]


@pytest.mark.parametrize("check", EVERYWHERE, ids=lambda check: check.__name__)
def test_the_house_has_no(check: Check) -> None:
    assert found_by(check, modules()) == []


@pytest.mark.parametrize("check", VERBS, ids=lambda check: check.__name__)
def test_verbs_have_no(check: Check) -> None:
    below = {"operations", "queries", "rules", "models"}
    paths = [path for path in (ROOT / "services").rglob("*.py") if below & {*path.parts, path.stem}]
    assert paths
    assert found_by(check, paths) == []


@pytest.mark.parametrize("check", SERVICES, ids=lambda check: check.__name__)
def test_services_and_gateway_have_no(check: Check) -> None:
    paths = [path for path in modules() if path.relative_to(ROOT).parts[0] not in COMMITTING_FOLDERS]
    assert found_by(check, paths) == []


@pytest.mark.parametrize(("check", "source"), PLANTED, ids=lambda value: getattr(value, "__name__", ""))
def test_each_check_sees_its_planted_line(check: Check, source: str) -> None:
    assert list(check(source))


def test_every_check_is_planted() -> None:
    assert {check for check, _ in PLANTED} == {*EVERYWHERE, *VERBS, *SERVICES}


def test_modules_fit_a_sitting() -> None:
    long = [path for path in modules() if len(path.read_text().splitlines()) > MODULE_LINES_MAX]
    assert long == []


def test_no_module_is_called_by_what_it_is_not() -> None:
    assert [path for path in modules() if path.stem in BANNED_NAMES or path.parent.name in BANNED_NAMES] == []


def test_every_service_has_the_same_rooms() -> None:
    rooms = ("README.md", "contract/schemas.py", "contract/events.py", "contract/errors.py", "migrations")
    for service in ("identity", "accounts", "payments", "notifications", "leases"):
        home = ROOT / "services" / service
        assert [room for room in rooms if not (home / room).exists()] == [], service
        for room in ("service", "operations", "queries", "rules", "models"):
            assert (home / f"{room}.py").exists() or (home / room / "__init__.py").exists(), f"{service} lacks {room}"


def test_service_packages_run_nothing_when_imported() -> None:
    for path in (ROOT / "services").glob("*/__init__.py"):
        assert len(ast.parse(path.read_text()).body) <= 1, path


def test_nothing_that_is_imported_makes_a_process_green() -> None:
    """Only running `python -m chassis.host` may: a patched test run or command line would wait in other ways.

    Examples for others are programs, and not imported by anybody.
    """
    patching = [path for path in modules() if "monkey_patch()" in path.read_text() and "examples" not in path.parts]
    assert [path.relative_to(ROOT).as_posix() for path in patching] == ["chassis/host.py"]
    importing = re.compile(
        r"^\s*(from chassis\.host import|import chassis\.host|from chassis import .*\bhost\b)", re.MULTILINE
    )
    assert [path for path in [*modules(), *(ROOT / "tests").rglob("*.py")] if importing.search(path.read_text())] == []
