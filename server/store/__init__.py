"""What we remember, in SQLite or PostgreSQL.

* sql          SqlStore, the asynchronous face; reaching it imports no SQLAlchemy
* recording    CallBuffer, between the wire and the store
* step         what a cancelled caller began, taken back
* window       SharedWindow, one budget of calls for all processes of a connection
* runs, calls, breakers, plans, journal, tuning, budget, mirror
               the statements by concern, blocking: functions over an open engine
* state        what the store says of itself
* retention    how long what is kept
* opening      from an address to an engine whose schema is this program's
* schema       the tables
* failures     every failure as a StoreUnusable that a person understands
* migrations   the steps from one schema version to the next (Alembic)
"""
