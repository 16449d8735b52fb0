"""Signing in, staying signed in by rotation, signing out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import aliased

from chassis.context import CallContext
from chassis.errors import NotFound
from chassis.ids import new_id
from chassis.store import Database, Row, Transaction
from services.identity.contract import events
from services.identity.contract.errors import InvalidCredentials, RefreshTokenNotValid
from services.identity.models import ACTIVE, refresh_tokens, sessions, user_accounts, users
from services.identity.providers import Keyring, Passwords
from services.identity.providers.keyring import token_hash
from services.identity.rules import sessions as rules
from services.identity.rules.names import sign_in_name
from services.identity.rules.sessions import Standing
