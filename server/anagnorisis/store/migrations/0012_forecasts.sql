-- What each model of a taste said of a rating before it was learned, and from where on it has to be said again.
CREATE TABLE forecasts (
    person INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL, -- of the event
    uuid TEXT NOT NULL, -- the rating event
    candidate TEXT NOT NULL,
    item TEXT NOT NULL,
    mean REAL NOT NULL,
    scale REAL NOT NULL, -- points: that of the rating itself, noise included
    degrees REAL, -- of freedom of Student's t; NULL: normal
    replayed INTEGER NOT NULL CHECK (replayed IN (0, 1)), -- 1: worked out afterwards, from what came before
    made_at INTEGER, -- of a challenger: it was trained on nothing that was received later
    PRIMARY KEY (person, kind, at, uuid, candidate)
) STRICT, WITHOUT ROWID;

CREATE TABLE replays ( -- due: what the models said from `at` on no longer follows from the log
    person INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    asked INTEGER NOT NULL, -- how often; moves while one is under way
    PRIMARY KEY (person, kind)
) STRICT, WITHOUT ROWID;
