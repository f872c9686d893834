"""Bring a database to the newest schema: numbered files, a transaction each, never changed once released."""

import sqlite3
from pathlib import Path

from anagnorisis.domain import Conflict
from anagnorisis.store.backups import back_up

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(db: sqlite3.Connection, folder: Path = MIGRATIONS, backups: Path | None = None) -> None:
    """Apply what `db` lacks of `folder`'s `NNNN_name.sql`; `PRAGMA user_version` is the number reached.

    What is in `db` is copied to `backups` first, if there is anything. An error inside a file leaves nothing
    of that file. Raises `Conflict` for a database newer than `folder`, and what `back_up` raises.
    """
    files = sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > len(files):
        raise Conflict(
            f"This data was written by a newer version (schema {version}, this one knows {len(files)}). "
            "Start the newer version, or choose another folder with --data."
        )
    if backups is not None and 0 < version < len(files):
        back_up(db, backups, version)
    for number, file in enumerate(files[version:], version + 1):
        if int(file.name[:4]) != number:
            raise ValueError(f"{file.name} stands where migration {number} belongs")
        script = ["BEGIN IMMEDIATE;", file.read_text("utf-8"), f";PRAGMA user_version = {number};", "COMMIT;"]
        try:
            db.executescript("\n".join(script))
        except sqlite3.Error:
            db.rollback()
            raise
