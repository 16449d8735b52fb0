"""Where the services' databases are: named by the environment, or in the data folder's own cluster."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.catalogue import SERVICES
from deploy.postgres.cluster import Cluster
from deploy.stack import DataFolder, StackProblem, database_urls_from, variable_of

CONNECT_SECONDS_MAX = 5
STOP_SECONDS_MAX = 2


@dataclass(frozen=True)
class Databases:
    """Addresses by service, and, where all are kept by our own server, the folder in which they live and die."""

    urls: Mapping[str, str]
    home: Path | None


@contextmanager
def served_databases(*, folder: DataFolder, environment: Mapping[str, str], fresh: bool) -> Iterator[Databases]:
    """Every service's database, while the stack runs; a server started for it stops with it.

    Raises StackProblem where a named database does not answer, or where `fresh` would empty one that is not ours.
    """
    named = database_urls_from(environment)
    if fresh and named:
        raise StackProblem(
            "--fresh empties only databases of the data folder's own; unset the *_DATABASE_URL variables."
        )
    for service, url in named.items():
        refuse_silent_database(variable=variable_of(service), url=url)
    missing = [service for service in SERVICES if service not in named]
    cluster = Cluster(data=folder.path) if missing or fresh else None
    if cluster is not None and fresh:
        cluster.destroy()
        folder.empty()
        folder.prepare()
    try:
        urls = dict(named)
        if cluster is not None:
            cluster.start()
            urls.update(cluster.ensure_service_databases(missing))
        folder.write_database_urls(urls)
        yield Databases(urls=urls, home=cluster.folder if cluster is not None and not named else None)
    finally:
        if cluster is not None:
            cluster.stop(seconds_max=STOP_SECONDS_MAX)


@contextmanager
def reachable_databases(*, folder: DataFolder, environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The same databases for a command beside or without a running stack. Raises StackProblem where there are none."""
    named = database_urls_from(environment)
    if len(named) == len(SERVICES):
        yield named
        return
    record = folder.find_record()
    if folder.is_held and record is not None:
        yield {**record.database_urls, **named}
        return
    if not folder.path.exists() or not Cluster(data=folder.path).exists:
        raise StackProblem(f"{folder.path} holds no databases yet; start a stack with deploy/up first.")
    with folder.held(), served_databases(folder=folder, environment=environment, fresh=False) as databases:
        yield dict(databases.urls)


def refuse_silent_database(*, variable: str, url: str) -> None:
    """Raises StackProblem where nothing answers at the address; its password is not repeated."""
    import psycopg2

    scheme, separator, rest = url.partition("://")
    if not separator or scheme.partition("+")[0] not in ("postgresql", "postgres"):
        raise StackProblem(f"{variable} must be an address like postgresql://user:password@host:5432/name.")
    try:
        psycopg2.connect(f"postgresql://{rest}", connect_timeout=CONNECT_SECONDS_MAX).close()
    except (psycopg2.Error, UnicodeError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise StackProblem(f"The database that {variable} names does not answer: {reason}") from error
