"""Letters that an earlier release left in a batch that was mailed are free for the next one."""

import shutil
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text

from chassis.migrating import upgrade
from deploy.postgres.cluster import Cluster
from tests.fixtures.postgres import trees_of

LAST_BEFORE = "0020"
BATCH, LEFT, IN_WORK, MAILED = (UUID(int=number) for number in range(1, 5))
# Only letters are of interest here: what they tell of is not there.
AS_BEFORE = f"""
    ALTER TABLE paper_mailings
        DROP CONSTRAINT fk_paper_mailings_statement, DROP CONSTRAINT fk_paper_mailings_account;
    INSERT INTO paper_batches (id, taken_by, taken_at) VALUES ('{BATCH}', 'a clerk', now());
    INSERT INTO paper_mailings
        (statement_id, account_id, reason, requested_at, batch_id, mailed_at, mailed_by, without_address_at)
    VALUES
        ('{LEFT}', '{LEFT}', 'mail_bounced', now(), '{BATCH}', NULL, NULL, now()),
        ('{IN_WORK}', '{IN_WORK}', 'mail_bounced', now(), '{BATCH}', NULL, NULL, NULL),
        ('{MAILED}', '{MAILED}', 'mail_bounced', now(), '{BATCH}', now(), 'a clerk', NULL);
"""


@pytest.fixture
def before(cluster: Cluster, tmp_path: Path) -> str:
    """A database as the migrations before this one built it."""
    url = cluster.ensure_service_databases(["leftletters"])["leftletters"]
    tree = tmp_path / "migrations"
    shutil.copytree(trees_of("accounts")["accounts"], tree)
    for migration in (tree / "versions").glob("*.py"):
        if migration.name[: len(LAST_BEFORE)] > LAST_BEFORE:
            migration.unlink()
    upgrade(url=url, trees={"accounts": tree})
    return url


def test_those_that_are_in_work_or_mailed_stay_where_they_are(before: str) -> None:
    engine = create_engine(before)
    with engine.begin() as connection:
        connection.execute(text(AS_BEFORE))
    upgrade(url=before, trees=trees_of("accounts"))
    with engine.begin() as connection:
        batches = {row.statement_id: row.batch_id for row in connection.execute(text("SELECT * FROM paper_mailings"))}
    engine.dispose()
    assert batches == {LEFT: None, IN_WORK: BATCH, MAILED: BATCH}
