-- What each person sees of the house; whoever is not a child sees what nobody hid from them.
ALTER TABLE people ADD COLUMN child INTEGER NOT NULL DEFAULT 0 CHECK (child IN (0, 1)); -- sees what is ticked

CREATE TABLE departed ( -- numbers of people who left: devices may remember them, so none is given again
    person INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE visibility (
    person INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
    source INTEGER NOT NULL REFERENCES sources ON DELETE CASCADE,
    seen INTEGER NOT NULL CHECK (seen IN (0, 1)),
    PRIMARY KEY (person, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX visibility_of_source ON visibility (source);

CREATE TABLE listeners ( -- who may be chosen on a screen
    person INTEGER PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    pin BLOB -- salt and scrypt of four digits; NULL: none is asked for
) STRICT;
