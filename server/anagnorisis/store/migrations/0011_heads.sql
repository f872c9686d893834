-- Heads: small networks that learned from the ratings of the house and give a second opinion.
CREATE TABLE heads (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- names a folder, so none is given again
    state TEXT NOT NULL CHECK (state IN ('learning', 'ready', 'failed')),
    asked_at INTEGER NOT NULL,
    budget_s INTEGER NOT NULL CHECK (budget_s > 0),
    made_at INTEGER NOT NULL,
    trained_through INTEGER NOT NULL,
    people INTEGER NOT NULL,
    ratings INTEGER NOT NULL,
    phi TEXT NOT NULL, -- JSON: kind -> version of the features it reads
    seconds REAL NOT NULL,
    trials TEXT NOT NULL, -- JSON: what it and the linear taste made of ratings neither had seen
    digest TEXT NOT NULL,
    problem TEXT NOT NULL,
    active INTEGER NOT NULL CHECK (active IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX heads_active ON heads (active) WHERE active = 1;
CREATE UNIQUE INDEX heads_learning ON heads (state) WHERE state = 'learning';

CREATE TABLE head_people ( -- whose ratings a head learned from; the order is that of its embeddings
    head INTEGER NOT NULL REFERENCES heads ON DELETE CASCADE,
    place INTEGER NOT NULL,
    person INTEGER NOT NULL,
    PRIMARY KEY (head, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX head_people_of ON head_people (person);
