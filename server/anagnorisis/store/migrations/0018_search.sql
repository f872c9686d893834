-- What is written of items, to be searched: an index without the words themselves, and what it is behind with.
CREATE VIRTUAL TABLE search USING fts5 (
    title, creator, collection, tags, folder, said, text,
    content = '', prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TABLE search_docs (
    doc INTEGER PRIMARY KEY AUTOINCREMENT, -- rowid in `search`, given once: what no row names any more is dead
    item TEXT NOT NULL UNIQUE REFERENCES items ON DELETE CASCADE
) STRICT;
CREATE TABLE search_due (item TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
INSERT INTO search_due SELECT id FROM items;

-- The words that names are made of, with their trigrams, for what was written almost like one.
CREATE TABLE spelling (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT;
CREATE VIRTUAL TABLE spelling_trigrams USING fts5 (word, content = '', tokenize = 'trigram');

CREATE TABLE sayings ( -- what a file says beyond its title, and what a person wrote beside it
    source INTEGER NOT NULL,
    path BLOB NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (source, path),
    FOREIGN KEY (source, path) REFERENCES places ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Not INSERT OR IGNORE: within an upsert SQLite takes that for the upsert's own way, and refuses.
CREATE TRIGGER search_items_new AFTER INSERT ON items
BEGIN INSERT INTO search_due SELECT new.id
    WHERE NOT EXISTS (SELECT 1 FROM search_due WHERE item = new.id); END;
CREATE TRIGGER search_items AFTER UPDATE OF title, creator, collection ON items
WHEN (old.title, old.creator, old.collection) <> (new.title, new.creator, new.collection)
BEGIN INSERT INTO search_due SELECT new.id
    WHERE NOT EXISTS (SELECT 1 FROM search_due WHERE item = new.id); END;
CREATE TRIGGER search_items_gone AFTER DELETE ON items
BEGIN DELETE FROM search_due WHERE item = old.id; END;
CREATE TRIGGER search_tags_new AFTER INSERT ON tags
BEGIN INSERT INTO search_due SELECT new.item
    WHERE NOT EXISTS (SELECT 1 FROM search_due WHERE item = new.item); END;
CREATE TRIGGER search_tags_gone AFTER DELETE ON tags
BEGIN INSERT INTO search_due SELECT old.item
    WHERE NOT EXISTS (SELECT 1 FROM search_due WHERE item = old.item); END;
CREATE TRIGGER search_texts_new AFTER INSERT ON texts
BEGIN INSERT INTO search_due SELECT new.item
    WHERE NOT EXISTS (SELECT 1 FROM search_due WHERE item = new.item); END;
CREATE TRIGGER search_texts AFTER UPDATE OF plain ON texts WHEN old.plain <> new.plain
BEGIN INSERT INTO search_due SELECT new.item
    WHERE NOT EXISTS (SELECT 1 FROM search_due WHERE item = new.item); END;
CREATE TRIGGER search_sayings_new AFTER INSERT ON sayings
BEGIN INSERT INTO search_due SELECT p.item FROM places AS p WHERE p.source = new.source AND p.path = new.path
    AND p.item IS NOT NULL AND NOT EXISTS (SELECT 1 FROM search_due WHERE item = p.item); END;
CREATE TRIGGER search_sayings AFTER UPDATE OF words ON sayings WHEN old.words <> new.words
BEGIN INSERT INTO search_due SELECT p.item FROM places AS p WHERE p.source = new.source AND p.path = new.path
    AND p.item IS NOT NULL AND NOT EXISTS (SELECT 1 FROM search_due WHERE item = p.item); END;
CREATE TRIGGER search_sayings_gone AFTER DELETE ON sayings
BEGIN INSERT INTO search_due SELECT p.item FROM places AS p WHERE p.source = old.source AND p.path = old.path
    AND p.item IS NOT NULL AND NOT EXISTS (SELECT 1 FROM search_due WHERE item = p.item); END;
CREATE TRIGGER search_places_new AFTER INSERT ON places WHEN new.item IS NOT NULL
BEGIN INSERT INTO search_due SELECT new.item
    WHERE NOT EXISTS (SELECT 1 FROM search_due WHERE item = new.item); END;
CREATE TRIGGER search_places AFTER UPDATE OF item, folder, name ON places
WHEN old.item IS NOT new.item OR (old.folder, old.name) <> (new.folder, new.name)
BEGIN
    INSERT INTO search_due SELECT old.item WHERE old.item IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM search_due WHERE item = old.item);
    INSERT INTO search_due SELECT new.item WHERE new.item IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM search_due WHERE item = new.item);
END;
CREATE TRIGGER search_places_gone AFTER DELETE ON places WHEN old.item IS NOT NULL
BEGIN INSERT INTO search_due SELECT old.item
    WHERE NOT EXISTS (SELECT 1 FROM search_due WHERE item = old.item); END;
