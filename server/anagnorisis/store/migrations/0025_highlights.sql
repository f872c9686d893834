-- What people marked in texts, with a little of the text around it to find it again, and what they wrote beside it.
CREATE TABLE highlights (
    uuid TEXT PRIMARY KEY, -- from the device, so that one that is told twice is kept once
    person INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
    item TEXT NOT NULL, -- stays when the item leaves the house: it may come back
    quote TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    note TEXT NOT NULL, -- empty without one
    made_at INTEGER NOT NULL, -- unix milliseconds
    changed_at INTEGER NOT NULL, -- the same: of two changes the later counts
    gone INTEGER NOT NULL CHECK (gone IN (0, 1)) -- taken out, its words too; kept so that none told late brings it back
) STRICT, WITHOUT ROWID;
CREATE INDEX highlights_latest ON highlights (person, made_at DESC, uuid DESC) WHERE gone = 0;
CREATE INDEX highlights_of_item ON highlights (person, item) WHERE gone = 0;
