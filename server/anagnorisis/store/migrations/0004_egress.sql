-- What went out of the house, and the hosts at home that may be reached by name.
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL, -- unix milliseconds when it began
    purpose TEXT NOT NULL,
    host TEXT NOT NULL,
    method TEXT NOT NULL,
    status INTEGER, -- NULL while under way, or when no answer came
    bytes_out INTEGER NOT NULL, -- of HTTP, before TLS
    bytes_in INTEGER NOT NULL,
    ms INTEGER NOT NULL,
    outcome TEXT NOT NULL -- empty, or why it failed
) STRICT;
CREATE INDEX ledger_by_age ON ledger (at);
CREATE INDEX ledger_under_way ON ledger (id) WHERE status IS NULL AND outcome = '';

CREATE TABLE local_hosts (
    name TEXT PRIMARY KEY,
    added_at INTEGER NOT NULL -- unix seconds
) STRICT, WITHOUT ROWID;
