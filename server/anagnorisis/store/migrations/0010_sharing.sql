-- Who lets their ratings speak to the others, and who listens to them; without a row what `store.sharing` says.
CREATE TABLE sharing (
    person INTEGER PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    gives INTEGER NOT NULL CHECK (gives IN (0, 1)),
    receives INTEGER NOT NULL CHECK (receives IN (0, 1))
) STRICT;
ALTER TABLE consensus_epochs ADD COLUMN sharing TEXT NOT NULL DEFAULT ''; -- who gave and who received in it
