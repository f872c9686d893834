-- What people say of their taste in words, each time they did; the last of a person is in force.
CREATE TABLE words (
    id INTEGER PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
    text TEXT NOT NULL,
    at INTEGER NOT NULL -- unix seconds
) STRICT;
CREATE INDEX words_of_person ON words (person, id DESC);

CREATE TABLE phrases ( -- derived: what embedders made of the parts of words in force
    model TEXT NOT NULL, -- digest of the embedder
    phrase TEXT NOT NULL,
    vector BLOB NOT NULL, -- little-endian f16; empty: none could be made
    reason TEXT NOT NULL, -- why none could be made
    PRIMARY KEY (model, phrase)
) STRICT, WITHOUT ROWID;
