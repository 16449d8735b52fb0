"""Heavy computation must not stop the event loop, and must fail as if it had run in place."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from chassis.offload import AT_ONCE_MAX, run_in_thread

ON_THE_LOOP = """
import warnings
warnings.simplefilter("ignore")
import eventlet
eventlet.monkey_patch()
import hashlib, threading
from chassis.offload import run_in_thread

ticks = 0

def tick():
    global ticks
    while True:
        eventlet.sleep(0.001)
        ticks += 1

def heavy():
    hashlib.scrypt(b"x", salt=b"y", n=2**14, r=8, p=4, maxmem=2**26)
    return "done"

eventlet.spawn(tick)
assert list(eventlet.GreenPool().imap(lambda _: run_in_thread(heavy), range(6))) == ["done"] * 6
print(ticks)
try:
    run_in_thread(lambda: 1 / 0)
except ZeroDivisionError:
    print("raised")
"""


def test_gives_what_the_function_gives() -> None:
    assert run_in_thread(divmod, 7, 2) == (3, 1)


def test_raises_what_the_function_raises_and_frees_its_turn() -> None:
    for _ in range(AT_ONCE_MAX + 1):
        with pytest.raises(ZeroDivisionError):
            run_in_thread(lambda: 1 // 0)


def test_runs_no_more_at_once_than_there_are_spare_cores() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def work(_: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.01)
        with lock:
            running -= 1

    with ThreadPoolExecutor(AT_ONCE_MAX + 4) as pool:
        list(pool.map(lambda number: run_in_thread(work, number), range(AT_ONCE_MAX * 3 + 3)))
    assert 1 <= most <= AT_ONCE_MAX


def test_lets_the_loop_turn_while_it_computes() -> None:
    run = subprocess.run([sys.executable, "-c", ON_THE_LOOP], capture_output=True, text=True, timeout=60, check=True)
    ticks, raised = run.stdout.split()
    assert int(ticks) > 20
    assert raised == "raised"
