-- Tags that a model guesses, beside those that files say; how they are guessed, and which of them are wrong.
ALTER TABLE tags ADD COLUMN sure REAL; -- probability; NULL: the file says so
CREATE INDEX tags_guessed ON tags (item) WHERE sure NOTNULL;

CREATE TABLE tagging (
    kind TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    model TEXT NOT NULL, -- digest of the embedder, empty: nothing is guessed
    list TEXT NOT NULL, -- digest of the words
    items INTEGER NOT NULL, -- in the house when the bars were set
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tagged (
    item TEXT PRIMARY KEY REFERENCES items ON DELETE CASCADE,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE wrong_tags (
    item TEXT NOT NULL REFERENCES items ON DELETE CASCADE,
    tag TEXT NOT NULL,
    person INTEGER REFERENCES people ON DELETE SET NULL, -- who said so
    at INTEGER NOT NULL, -- unix seconds
    PRIMARY KEY (item, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX wrong_tags_of_person ON wrong_tags (person);
