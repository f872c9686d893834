-- Vectors move into stores of the core beside the database; what stays here is which item has which.
DROP INDEX vectors_as_written;
ALTER TABLE vectors RENAME TO first_vectors; -- emptied, then dropped, by store/moving.py when the house is opened
CREATE TABLE vectors (
    item TEXT NOT NULL REFERENCES items ON DELETE CASCADE,
    model TEXT NOT NULL, -- digest of the embedder
    key INTEGER NOT NULL, -- id of the vector in the store of its model; never given twice
    PRIMARY KEY (model, item)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX vectors_as_written ON vectors (model, key);
CREATE INDEX vectors_of_item ON vectors (item);
