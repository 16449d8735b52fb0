"""The commands of an operator: what they print, and the exit code that says whether somebody has to look."""

import os
import subprocess
import sys

from deploy.catalogue import SERVICES
from deploy.stack import variable_of
from tests.fixtures.processes import ROOT
from tests.service.lockbox.mail_room import MailRoom


def captive(room: MailRoom, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    urls = {variable_of(name): room.urls.get(name, room.urls["payments"]) for name in SERVICES}
    return subprocess.run(
        [sys.executable, "-m", "deploy.cli", *arguments, "--data", str(room.folder / "data")],
        cwd=ROOT, env={**os.environ, **urls, "KEYS_DIR": str(room.keys), **environment}, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip


def test_a_lockbox_file_is_accounted_for_on_the_screen(room: MailRoom) -> None:
    path = room.file(room.line(1), room.line(2, account_number=""), room.line(3, amount_cents="four"))
    done = captive(room, "lockbox", "take", str(path))
    assert done.returncode == 1, done.stderr
    assert done.stdout.splitlines() == [
        "3 lines, $824.70.",
        "booked            1 lines            $412.35",
        "waiting           1 lines            $412.35",
        "repeated          0 lines              $0.00",
        "refused           1 lines              $0.00",
        "Of 1 refused lines the amount cannot be read: their money is in no sum.",
    ]
    assert done.stderr.startswith("refused lockbox.csv, line 4, amount_cents: must be whole cents")
    again = captive(room, "lockbox", "take", str(path))
    assert again.stdout.startswith("3 lines, $824.70. It was taken before, and nothing has changed.")
    assert len(room.posted()) == 1


def test_a_file_that_is_none_is_refused_in_one_sentence(room: MailRoom) -> None:
    path = room.folder / "notes.csv"
    path.write_text("memo\nhello\n")
    done = captive(room, "lockbox", "take", str(path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("captive: notes.csv, line 1: the column 'memo' is not known.")


def test_ach_needs_an_originator_and_says_which_setting_is_wrong(room: MailRoom) -> None:
    missing = captive(room, "ach", "write", "--out", str(room.folder / "out.ach"))
    assert (missing.returncode, "ACH_BANK_ROUTING_NUMBER" in missing.stderr) == (2, True)
    wrong = captive(
        room, "ach", "write", "--out", str(room.folder / "out.ach"), ACH_BANK_ROUTING_NUMBER="121042883",
        ACH_BANK_NAME="FIRST BANK", ACH_COMPANY_NAME="CAPTIVE", ACH_COMPANY_ID="1234567890",
    )  # fmt: skip
    assert wrong.stderr == "captive: ACH_BANK_ROUTING_NUMBER is no routing number of a US bank.\n"
    nothing = captive(
        room, "ach", "write", "--out", str(room.folder / "out.ach"), ACH_BANK_ROUTING_NUMBER="121042882",
        ACH_BANK_NAME="FIRST BANK", ACH_COMPANY_NAME="CAPTIVE", ACH_COMPANY_ID="1234567890",
    )  # fmt: skip
    assert nothing.stderr == "captive: No debit and no refund waits for a file.\n"
    assert not (room.folder / "out.ach").exists()


def test_a_report_that_differs_is_told_and_ends_with_one(room: MailRoom) -> None:
    path = room.folder / "settled.csv"
    path.write_text("settled_on,reference,amount_cents\n2026-11-23,121042880000001,500\n")
    done = captive(room, "ach", "reconcile", str(path))
    assert (done.returncode, done.stdout.splitlines()) == (
        1,
        ["1 lines; 0 agree, $0.00",
         "DIFFERENCE theirs_not_ours: 121042880000001, line 2: ours nothing, theirs $5.00"],
    )  # fmt: skip


def test_a_file_of_returns_that_breaks_the_format_is_not_taken(room: MailRoom) -> None:
    path = room.folder / "returned.ach"
    path.write_text("101 no\n")
    done = captive(room, "ach", "take", str(path))
    assert (done.returncode, done.stderr) == (
        2, "captive: Nothing was taken. returned.ach, line 1: a line has 94 characters, this one has 6.\n",
    )  # fmt: skip
    assert captive(room, "ach", "notices").stdout == ""
