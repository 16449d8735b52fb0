"""Answer one question of arithmetic or law by the rules that the services use; needs no stack."""

import sys

import click

from deploy.stack import StackProblem


@click.command(name="calculate")
@click.argument("what")
def command(what: str) -> None:
    """Answer one question of arithmetic or law by the rules that the services use; needs no stack.

    Reads one JSON object from standard input and prints one. Money is whole cents, rates are text. What each
    calculator takes and gives is described in deploy/calculators/README.md. Bad input: one sentence, exit code 2.
    """
    from deploy.calculators.catalogue import CALCULATORS, TEXT_MAX, calculated
    from deploy.calculators.fields import Refused

    if what not in CALCULATORS:
        raise StackProblem(f"There is no calculator {what!r}; there are {', '.join(CALCULATORS)}.")
    try:
        click.echo(calculated(what, text=sys.stdin.buffer.read(TEXT_MAX + 1)))
    except Refused as refusal:
        raise StackProblem(str(refusal)) from refusal
