-- Models that were installed, and which of them read the items of a kind; without a row the built-in one does.
CREATE TABLE models (
    digest TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    installed_at INTEGER NOT NULL, -- unix seconds
    body BLOB NOT NULL -- JSON: its description
) STRICT, WITHOUT ROWID;
CREATE TABLE model_uses (
    kind TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'candidate', 'previous')),
    models TEXT NOT NULL, -- JSON list of digests whose vectors are joined; empty: the built-in one
    since INTEGER NOT NULL, -- unix seconds
    PRIMARY KEY (kind, state)
) STRICT, WITHOUT ROWID;
