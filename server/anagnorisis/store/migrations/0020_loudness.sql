-- How loud each track is, as its tags say or as it was measured once; and how each person likes to listen.
CREATE TABLE loudness (
    item TEXT PRIMARY KEY REFERENCES items ON DELETE CASCADE,
    lufs REAL, -- integrated, EBU R 128; NULL: silence, or it could not be told
    peak REAL, -- the largest sample, 1 is full scale
    album_lufs REAL, -- only as tags say; otherwise it follows from the tracks of the album
    album_peak REAL,
    way TEXT NOT NULL CHECK (way IN ('tag', 'measured', 'failed'))
) STRICT, WITHOUT ROWID;
CREATE INDEX items_of_collection ON items (collection) WHERE kind = 'music' AND collection <> '';

CREATE TABLE listening_choices (
    person INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('music', 'image', 'article')),
    speed REAL NOT NULL CHECK (speed BETWEEN 0.25 AND 4),
    level TEXT NOT NULL CHECK (level IN ('off', 'track', 'album')),
    PRIMARY KEY (person, kind)
) STRICT, WITHOUT ROWID;
