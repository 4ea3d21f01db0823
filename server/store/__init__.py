"""What we remember: runs and calls, in SQLite or PostgreSQL.

* sql          SqlStore, the asynchronous face; reaching it imports no SQLAlchemy
* recording    CallBuffer, between the wire and the store
* database     the statements, blocking
* opening      from an address to an engine whose schema is this program's
* schema       the tables
* failures     every failure as a StoreUnusable that a person understands
* migrations   the steps from one schema version to the next (Alembic)
"""
