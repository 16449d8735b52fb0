"""Alembic calls this; the chassis does the rest."""

from chassis.migrating import run_environment

run_environment()
