"""What all of identity's tables belong to."""

from sqlalchemy import MetaData

metadata = MetaData()
