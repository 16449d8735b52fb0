"""Statements as JSON and as a PDF, and whether they come without paper."""

from base64 import b64decode
from typing import Any

from chassis.context import CUSTOMER
from gateway.admission import Rank
from gateway.api import examples, statement_examples
from gateway.negotiating import PDF, chosen_media
from gateway.routing import HttpCall, Printed, Reply, route
from gateway.schemas import Page, Paperless, PutPaperless
from services.accounts.contract import statements

OF_ACCOUNT = "/v1/accounts/{account_id}"
PUT_REFUSALS = ("disclosure_not_in_force", "paperless_proof_wrong")


@route(
    "GET", f"{OF_ACCOUNT}/statements", operation="listStatements", tags=("accounts",), who=(CUSTOMER,), query=Page,
    gives=statements.IssuedStatements, summary="Monthly statements and yearly summaries of interest, newest first",
    example=examples.page_of(statement_examples.ISSUED),
)  # fmt: skip
def list_statements(call: HttpCall) -> Reply:
    return call.relay("accounts", "list_statements", account_id=call.path["account_id"], **call.query)


@route(
    "GET", f"{OF_ACCOUNT}/statements/{{statement_id}}", operation="getStatement", rank=Rank.READ, tags=("accounts",),
    who=(CUSTOMER,), has_etag=True, gives=statements.Statement, printed=PDF, example=statement_examples.STATEMENT,
    summary="One statement, with the arithmetic of each payment", errors=("document_too_long", "not_acceptable"),
    replies=("Content-Disposition",),
)  # fmt: skip
def get_statement(call: HttpCall) -> Reply:
    """As JSON, or as a tagged PDF with `Accept: application/pdf`. It never changes.

    What is learnt later about its period is shown among the `adjustments` of the next one.
    """
    return read_or_printed(call)


@route(
    "GET", f"{OF_ACCOUNT}/paperless", operation="getPaperless", tags=("accounts",), who=(CUSTOMER,), has_etag=True,
    gives=Paperless, printed=PDF, example=statement_examples.PAPERLESS, errors=("not_acceptable",),
    summary="Whether statements come without paper, and the disclosure to agree to", replies=("Content-Disposition",),
)  # fmt: skip
def get_paperless(call: HttpCall) -> Reply:
    """With `Accept: application/pdf` the disclosure in the form of our statements, with the code that is the proof."""
    asked = {"account_id": call.path["account_id"]}
    if chosen_media(call.headers) == PDF:
        return _printed(call.ask("accounts", "print_disclosure", **asked).data)
    return call.relay("accounts", "get_paperless", **asked)


@route(
    "PUT", f"{OF_ACCOUNT}/paperless", operation="putPaperless", tags=("accounts",), who=(CUSTOMER,), conditional=True,
    takes=PutPaperless, gives=Paperless, example=statement_examples.PAPERLESS, errors=PUT_REFUSALS,
    sends={"enabled": True, "consent_version": "2026-11-01", "proof": "K7HT-4MQC"},
    summary="Agree to statements without paper, or take it back",
)  # fmt: skip
def put_paperless(call: HttpCall) -> Reply:
    """`proof` is the code in the PDF of the disclosure. Taking it back needs neither version nor proof.

    If-Match is the ETag of the answer that you changed, of GET as JSON or of the last PUT.
    """
    return call.relay(
        "accounts", "put_paperless", account_id=call.path["account_id"], if_versions=list(call.versions), **call.body
    )


def read_or_printed(call: HttpCall) -> Reply:
    """A statement in the form that the client asks for."""
    asked = {"account_id": call.path["account_id"], "statement_id": call.path["statement_id"]}
    if chosen_media(call.headers) == PDF:
        return _printed(call.ask("accounts", "print_statement", **asked).data)
    return call.relay("accounts", "get_statement", **asked)


def _printed(document: Any) -> Reply:
    shown = f'inline; filename="{document["file_name"]}"'
    content = b64decode(document["content_base64"])
    return Reply(printed=Printed(content, document["media"]), headers={"Content-Disposition": shown})


ROUTES = (list_statements, get_statement, get_paperless, put_paperless)
