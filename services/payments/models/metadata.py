"""The one list of tables that the modules of this room add to."""

from sqlalchemy import MetaData

metadata = MetaData()
