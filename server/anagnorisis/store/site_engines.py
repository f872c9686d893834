"""The `site_engines` table: what finds the texts of a site, where somebody said that the usual was wrong."""

import sqlite3

from aiosqlite import Connection

OF = "SELECT engine FROM site_engines WHERE site = ?"
SET = """INSERT INTO site_engines (site, engine) VALUES (?, ?)
    ON CONFLICT (site) DO UPDATE SET engine = excluded.engine"""


def set(db: sqlite3.Connection, site: str, engine: str) -> None:
    """Have the texts of `site` found by `engine` from now on."""
    db.execute(SET, (site, engine))


async def of(read: Connection, site: str) -> str | None:
    """The engine for `site`, None where nobody chose one."""
    for row in await read.execute_fetchall(OF, (site,)):
        return str(row[0])
    return None
