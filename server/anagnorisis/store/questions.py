"""What a person was asked and passed over: questions that rest for a while."""

from aiosqlite import Connection

from anagnorisis.domain import ItemId

PASSED = """SELECT DISTINCT coalesce(a.new, e.item) FROM events AS e INDEXED BY questions_passed
    LEFT JOIN aliases AS a ON a.old = e.item
    WHERE e.person = ? AND e.kind = 'skip' AND e.value IS NULL AND e.at > ? AND NOT EXISTS
    (SELECT 1 FROM events AS u WHERE u.target = e.uuid AND u.person = e.person AND u.kind = 'undo')"""


async def passed(read: Connection, person: int, since_ms: int) -> set[ItemId]:
    """The items the person passed over after `since_ms` (unix milliseconds) when asked to rate them."""
    return {row[0] for row in await read.execute_fetchall(PASSED, (person, since_ms))}
