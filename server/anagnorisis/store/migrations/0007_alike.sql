-- Near-duplicates: the marks of pictures, and which items form groups.
CREATE TABLE marks (
    item TEXT PRIMARY KEY REFERENCES items ON DELETE CASCADE,
    mark INTEGER NOT NULL -- perceptual hash, 64 bit; 0: it looks like nothing
) STRICT, WITHOUT ROWID;

-- Derived from marks, texts and vectors. Every item of a group of two or more, its leader too.
CREATE TABLE alike (
    item TEXT PRIMARY KEY REFERENCES items ON DELETE CASCADE,
    leader TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alike_by_leader ON alike (leader, item);
