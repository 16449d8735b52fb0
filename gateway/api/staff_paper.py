"""Statements in the hands of staff: read, printed, and mailed to who wants paper, or gets none of our mails."""

from collections.abc import Iterable, Mapping
from typing import Any

from chassis.context import AGENT
from gateway.api import examples, paper_examples, statement_examples
from gateway.api.statements import read_or_printed
from gateway.negotiating import PDF
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import Page
from gateway.staff_schemas import PaperBatch
from services.accounts.contract import paper, statements

OF_ACCOUNT = "/v1/staff/accounts/{account_id}/statements"
BATCHES = "/v1/staff/paper-batches"
STAFF, TAGS = (AGENT,), ("staff",)
ROLES = ("borrower", "co_borrower")


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
    """The oldest that nobody has taken: two who take at the same time have different letters."""
    return call.relay("accounts", "take_paper_batch", **call.body)


@route(
    "GET", f"{BATCHES}/{{batch_id}}", operation="getPaperBatch", has_etag=True, tags=TAGS, who=STAFF, gives=PaperBatch,
    summary="The letters of a batch, with what goes on their envelopes", example=paper_examples.BATCH,
)  # fmt: skip
def get_paper_batch(call: HttpCall) -> Reply:
    """`without_address_count` letters cannot go out yet: nobody has told us where to."""
    return Reply(_addressed(call))


@route(
    "POST", f"{BATCHES}/{{batch_id}}/mailed", operation="notePaperBatch", tags=TAGS, who=STAFF,
    gives=paper.TakenPaperBatch, summary="Note that the letters of a batch were mailed",
    example=paper_examples.ALL_MAILED,
)  # fmt: skip
def note_paper_batch(call: HttpCall) -> Reply:
    """Those that were noted before stay as they were, and those without an address keep waiting in the batch."""
    left = [letter["statement_id"] for letter in _addressed(call)["letters"] if letter["mailing_address"] is None]
    return call.relay("accounts", "note_paper_batch", batch_id=call.path["batch_id"], left_statement_ids=left)


def _addressed(call: HttpCall) -> Mapping[str, Any]:
    """A batch with where each of its letters goes."""
    batch: Mapping[str, Any] = call.ask("accounts", "get_paper_batch", batch_id=call.path["batch_id"]).data
    account_ids = sorted({letter["account_id"] for letter in batch["letters"]})
    told = call.ask("identity", "list_mailing_addresses", account_ids=account_ids).data["data"]
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
    note_paper_batch,
)
