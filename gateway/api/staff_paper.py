"""Statements in the hands of staff: read, printed, and mailed to who wants paper, or gets none of our mails."""

from collections.abc import Iterable, Mapping
from typing import Any

from chassis import logs
from chassis.context import AGENT
from chassis.errors import DependencyDown, NeighbourFailed
from gateway.api import examples, paper_examples, statement_examples
from gateway.api.letters import ZIP, Ask, letters_of
from gateway.api.statements import read_or_printed
from gateway.negotiating import PDF
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import Document, Page
from gateway.staff_schemas import PaperBatch
from services.accounts.contract import paper, statements
from services.identity.contract.schemas import ACCOUNTS_ASKED_MAX

OF_ACCOUNT = "/v1/staff/accounts/{account_id}/statements"
BATCHES = "/v1/staff/paper-batches"
STAFF, TAGS = (AGENT,), ("staff",)
ROLES = ("borrower", "co_borrower")
# So many times a batch of letters without an address may stand before those that have one.
ROUNDS_MAX = 2

log = logs.logger(__name__)


@route(
    "GET", OF_ACCOUNT, operation="listAccountStatements", tags=TAGS, who=STAFF, query=Page,
    gives=statements.IssuedStatements, summary="The statements of an account, newest first",
    example=examples.page_of(statement_examples.ISSUED),
)  # fmt: skip
def list_account_statements(call: HttpCall) -> Reply:
    return call.relay("accounts", "list_statements", account_id=call.path["account_id"], **call.query)


@route(
    "GET", f"{OF_ACCOUNT}/{{statement_id}}", operation="getAccountStatement", tags=TAGS, who=STAFF, has_etag=True,
    gives=statements.Statement, printed=PDF, example=statement_examples.STATEMENT,
    summary="One statement as its holder sees it, or to print", errors=("document_too_long", "not_acceptable"),
    replies=("Content-Disposition",),
)  # fmt: skip
def get_account_statement(call: HttpCall) -> Reply:
    """As JSON, or as a tagged PDF with `Accept: application/pdf`."""
    return read_or_printed(call)


@route(
    "GET", "/v1/staff/paper-mailings", operation="listPaperMailings", tags=TAGS, who=STAFF,
    query=paper.ListPaperMailings, gives=paper.PaperMailings, summary="What has to go out on paper and has not",
    example=examples.page_of(paper_examples.MAILING),
)  # fmt: skip
def list_paper_mailings(call: HttpCall) -> Reply:
    """The oldest first. What has a `batch_id` somebody has taken to print it."""
    return call.relay("accounts", "list_paper_mailings", **call.query)


@route(
    "POST", "/v1/staff/paper-mailings/{statement_id}/mailed", operation="notePaperMailing", tags=TAGS, who=STAFF,
    gives=paper.PaperMailing, summary="Note that one letter was mailed", example=paper_examples.MAILED,
)  # fmt: skip
def note_paper_mailing(call: HttpCall) -> Reply:
    """Noted again, it stays as it was noted first."""
    return call.relay("accounts", "note_paper_mailing", statement_id=call.path["statement_id"])


@route(
    "POST", BATCHES, operation="takePaperBatch", tags=TAGS, who=STAFF, idempotent=True, takes=paper.TakePaperBatch,
    gives=paper.TakenPaperBatch, summary="Take the letters that wait, to print them together", sends={"limit": 50},
    example=paper_examples.TAKEN, errors=("nothing_to_mail",),
)  # fmt: skip
def take_paper_batch(call: HttpCall) -> Reply:
    """The oldest that nobody has taken: two who take at the same time have different letters.

    Letters that have no address to go to are set aside (`without_address_at`), with a work item
    `letter_without_address` for each account; they come into a batch once there is one. Letters of which that could not
    be found out are taken with the others, and leave the batch when it is noted as mailed.
    """
    try:
        _set_aside(call)
    except (DependencyDown, NeighbourFailed) as failure:
        log.warning("a batch is taken without looking for addresses", error=str(failure))
    return call.relay("accounts", "take_paper_batch", **call.body)


@route(
    "GET", f"{BATCHES}/{{batch_id}}", operation="getPaperBatch", has_etag=True, tags=TAGS, who=STAFF, gives=PaperBatch,
    summary="The letters of a batch, with what goes on their envelopes", example=paper_examples.BATCH,
)  # fmt: skip
def get_paper_batch(call: HttpCall) -> Reply:
    """`without_address_count` letters cannot go out: their address has been withdrawn since they were taken, or could
    not be looked for then.
    """
    return Reply(_addressed(call))


@route(
    "GET", f"{BATCHES}/{{batch_id}}/letters", operation="printPaperBatch", tags=TAGS, who=STAFF, gives=Document,
    media=ZIP, summary="The letters of a batch for the print shop, as one archive", example="PK",
    replies=("Content-Disposition",),
)  # fmt: skip
def print_paper_batch(call: HttpCall) -> Reply:
    """A PDF of each letter, numbered in their order, with the address where an envelope has its window; at the end
    `letters.csv` with file, account, names and address of each. A letter that cannot be printed has no file and says
    there why: `already_mailed`, `no_address`, or what refused it. Only what is in the archive that was printed last is
    noted as mailed with its batch.
    """
    batch = _addressed(call)
    shown = f'attachment; filename="letters-{batch["id"]}.zip"'
    # Nothing is printed before somebody reads it.
    stream = () if call.method == "HEAD" else letters_of(batch, ask=call.ask_unkeyed)
    return Reply(stream=stream, headers={"Content-Disposition": shown})


@route(
    "POST", f"{BATCHES}/{{batch_id}}/mailed", operation="notePaperBatch", tags=TAGS, who=STAFF,
    gives=paper.TakenPaperBatch, summary="Note that the letters of a batch were mailed",
    example=paper_examples.ALL_MAILED, errors=("batch_not_printed",),
)  # fmt: skip
def note_paper_batch(call: HttpCall) -> Reply:
    """Those that are in the archive of the batch. The others leave it, and a later batch takes them; a letter that was
    printed in another way is noted by itself before. What was noted before stays as it was.
    """
    return call.relay("accounts", "note_paper_batch", batch_id=call.path["batch_id"])


def _set_aside(call: HttpCall) -> None:
    """Look for the addresses of letters whose contract names none, and keep those without out of the way."""
    found = call.ask_unkeyed("accounts", "find_unaddressed", limit=call.body["limit"]).data
    letters = [*found["next"], *found["aside"]]
    for _ in range(ROUNDS_MAX):
        if not letters:
            return
        told = _told(letters, ask=call.ask_beside)
        has_one = {each["account_id"] for each in told}
        ways: dict[bool, list[str]] = {True: [], False: []}
        for letter in letters:
            ways[letter["account_id"] in has_one].append(letter["statement_id"])
        call.ask_unkeyed("accounts", "set_letters_aside", with_address=ways[True], without_address=ways[False])
        if not ways[False]:
            return
        letters = call.ask_unkeyed("accounts", "find_unaddressed", limit=call.body["limit"]).data["next"]


def _told(letters: Iterable[Mapping[str, Any]], *, ask: Ask) -> list[Mapping[str, Any]]:
    """What the holders of these letters' accounts have told us online of where letters go."""
    account_ids = sorted({letter["account_id"] for letter in letters})
    told: list[Mapping[str, Any]] = []
    for start in range(0, len(account_ids), ACCOUNTS_ASKED_MAX):
        asked = account_ids[start : start + ACCOUNTS_ASKED_MAX]
        told += ask("identity", "list_mailing_addresses", account_ids=asked).data["data"]
    return told


def _addressed(call: HttpCall) -> Mapping[str, Any]:
    """A batch with where each of its letters goes."""
    batch: Mapping[str, Any] = call.ask("accounts", "get_paper_batch", batch_id=call.path["batch_id"]).data
    told = _told(batch["letters"], ask=call.ask)
    letters = [{**letter, **_envelope(letter, told)} for letter in batch["letters"]]
    without = [letter for letter in letters if letter["mailing_address"] is None and letter["mailed_at"] is None]
    return {**batch, "letters": letters, "without_address_count": len(without)}


def _envelope(letter: Mapping[str, Any], told: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Where a letter goes, and who said so; of two people the borrower, of two addresses the person's own."""
    of_account = [each for each in told if each["account_id"] == letter["account_id"]]
    for role in ROLES:
        for source, people in (("profile", of_account), ("contract", letter["addressees"])):
            for person in people:
                if person["role"] == role and person["mailing_address"] is not None:
                    return {"mailing_address": person["mailing_address"], "address_from": source}
    return {"mailing_address": None, "address_from": None}


ROUTES = (
    list_account_statements,
    get_account_statement,
    list_paper_mailings,
    note_paper_mailing,
    take_paper_batch,
    get_paper_batch,
    print_paper_batch,
    note_paper_batch,
)
