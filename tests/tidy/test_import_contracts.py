"""Each import contract holds, and each is seen failing on a violation planted in a copy of the house."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]

PLANTED = [
    ("Rooms point one way", "services/payments/models/__init__.py", "from services.payments import operations"),
    ("Rooms point one way", "services/payments/helpers.py", ""),
    (
        "Services know each other only by contract",
        "services/leases/queries/lease.py",
        "from services.accounts import models",
    ),
    ("The gateway knows services only by contract", "gateway/auth.py", "from services.identity import rules"),
    ("The chassis knows no business", "chassis/clock.py", "import services.payments.contract"),
    ("Nothing that serves knows how it is deployed", "services/payments/rules.py", "import deploy.catalogue"),
    ("Rules are pure", "services/leases/rules/ending.py", "import sqlalchemy"),
    ("Vendors are touched only by providers", "services/notifications/queries.py", "import twilio"),
    ("The bus library could be changed", "services/leases/operations/readings.py", "import eventlet"),
]


@pytest.fixture(scope="module")
def copy_of_the_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("house")
    for folder in ("chassis", "services", "gateway", "deploy"):
        shutil.copytree(ROOT / folder, home / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", home)
    return home


@pytest.mark.slow
@pytest.mark.parametrize(("contract", "file", "line"), PLANTED)
def test_contract_is_broken_by(copy_of_the_house: Path, contract: str, file: str, line: str) -> None:
    path = copy_of_the_house / file
    before = path.read_text() if path.exists() else None
    path.write_text(f"{before or ''}\n{line}\n")
    try:
        found = subprocess.run(LINT, cwd=copy_of_the_house, capture_output=True, text=True, check=False)
    finally:
        path.write_text(before) if before is not None else path.unlink()
    assert found.returncode != 0
    assert f"{contract} BROKEN" in found.stdout, found.stdout


def test_every_contract_has_a_planted_violation() -> None:
    configured = [
        line.partition('"')[2].rstrip('"')
        for line in (ROOT / "pyproject.toml").read_text().splitlines()
        if line.startswith('name = "') and "captive" not in line
    ]
    assert set(configured) == {contract for contract, _, __ in PLANTED}
