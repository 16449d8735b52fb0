"""The live stream: what happens to the caller's accounts, and to the caller, as server-sent events.

told.py     which events are told, which of their fields, and to whom
memory.py   the events of the last seven days, and positions among them
tail.py     reads what is new once for all the open streams of a process
feed.py     the open streams
passing.py  what is told at once to whoever listens, and remembered nowhere
frames.py   one stream: catches up, then tells what the tail hands it
"""
