-- The consensus speaks of every item through the features, no longer only of those somebody rated.
ALTER TABLE consensus_epochs ADD COLUMN phi INTEGER NOT NULL DEFAULT 0; -- version of the features it was fitted on
CREATE TABLE consensus_weights (
    person INTEGER NOT NULL,
    kind TEXT NOT NULL,
    weights BLOB NOT NULL, -- little-endian f8
    PRIMARY KEY (kind, person)
) STRICT, WITHOUT ROWID;
