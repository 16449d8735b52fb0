"""What others build on, made from the declarations and committed: a change shows as a difference to read.

`events/` holds one JSON Schema per event version, `promised/` the shapes that were promised last, against which every
later contract is held.
"""
