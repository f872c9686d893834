-- How each person wants their feed chosen; who has no row has it as always.
CREATE TABLE feed_controls (
    person INTEGER PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    discovery REAL NOT NULL CHECK (discovery BETWEEN 0 AND 1),
    familiarity REAL NOT NULL CHECK (familiarity BETWEEN -1 AND 1),
    recency REAL NOT NULL CHECK (recency BETWEEN 0 AND 1),
    variety REAL NOT NULL CHECK (variety BETWEEN 0 AND 1),
    minutes INTEGER NOT NULL CHECK (minutes BETWEEN 0 AND 600), -- 0: as long as it takes
    temperature REAL NOT NULL CHECK (temperature BETWEEN 0.01 AND 100),
    seed INTEGER -- NULL: another at each draw
) STRICT;
