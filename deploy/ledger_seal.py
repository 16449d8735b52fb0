"""A signed digest of what one day added to the books: kept elsewhere, it proves later what the books were.

Whoever can write to the database can seal a whole chain anew. A digest that has left the machine cannot be changed with
it: it holds the last seal of every account that something was posted to on that day, and each seal holds all before it.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from sqlalchemy import text

from chassis.keys import SigningKeys
from chassis.store import Database
from deploy.ledger_check import Difference

PURPOSE = "ledger"
CHANGED = "books of a sealed day are not what was sealed"
FORGED = "seal of a day is not one of ours"

# One digest over the last seals of the day's accounts, made where they are: only its figures travel.
STATEMENT = text("""
    SELECT count(*) AS accounts, coalesce(sum(added), 0)::bigint AS entries,
           encode(sha256(convert_to(coalesce(string_agg(
               account_id || ' ' || number || ' ' || seal, chr(10) ORDER BY account_id), ''), 'UTF8')), 'hex') AS digest
    FROM (SELECT account_id, count(*) AS added, max(chain_number) AS number,
                 (array_agg(encode(chain_digest, 'hex') ORDER BY chain_number DESC))[1] AS seal
          FROM journal_entries WHERE posted_on = :posted_on AND chain_number IS NOT NULL GROUP BY account_id) AS heads
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySeal:
    """What was posted on a day: to how many accounts, in how many entries, and the digest of their last seals."""

    posted_on: str
    accounts: int
    entries: int
    digest: str


def seal_of(database: Database, *, posted_on: date) -> DaySeal:
    """The seal of a day that is over: what is posted from then on bears a later date."""
    with database.reading() as transaction:
        transaction.connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        row: dict[str, Any] = dict(transaction.all(STATEMENT.bindparams(posted_on=posted_on))[0])
    return DaySeal(posted_on=posted_on.isoformat(), **row)


def signed(seal: DaySeal, *, keys: SigningKeys) -> str:
    """The seal as a compact JWS: one line, which anybody with the public key can verify."""
    key = keys.signing_key()
    header = {"alg": SigningKeys.algorithm, "kid": key.kid}
    payload = json.dumps(asdict(seal), sort_keys=True)
    return jws.serialize_compact(header, payload, key, algorithms=[SigningKeys.algorithm])


def opened(line: str, *, keys: SigningKeys) -> DaySeal:
    """The seal that a line holds. Raises ValueError where our keys did not sign it."""
    try:
        found = jws.deserialize_compact(line.strip(), keys.key_set, algorithms=[SigningKeys.algorithm])
        return DaySeal(**json.loads(found.payload))
    except (JoseError, TypeError, ValueError) as error:
        raise ValueError("The signature does not belong to our keys.") from error


def seal_differences(database: Database, *, folder: Path, keys: SigningKeys) -> Iterator[Difference]:
    """Every sealed day compared with what the books say of it now, the oldest first."""
    for path in sorted(folder.glob("*.jws")):
        try:
            sealed = opened(path.read_text(), keys=keys)
        except ValueError as error:
            yield Difference(FORGED, path.name, str(error))
            continue
        found = seal_of(database, posted_on=date.fromisoformat(sealed.posted_on))
        if found != sealed:
            yield Difference(CHANGED, sealed.posted_on, f"sealed {_words(sealed)}; now {_words(found)}")


def _words(seal: DaySeal) -> str:
    return f"{seal.entries} entries of {seal.accounts} accounts under {seal.digest[:12]}"
