"""Take over a portfolio: every account with its terms, its opening balance and the journal entry of that balance."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import batched
from typing import Any
from uuid import UUID
