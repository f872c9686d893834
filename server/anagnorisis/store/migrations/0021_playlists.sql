-- Lists of items that somebody made, in the order they gave them.
CREATE TABLE playlists (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
    name TEXT NOT NULL,
    shared INTEGER NOT NULL CHECK (shared IN (0, 1)), -- whether everybody in the house sees it
    changed_at INTEGER NOT NULL, -- unix milliseconds
    version INTEGER NOT NULL -- one more at each change
) STRICT;
CREATE INDEX playlists_latest ON playlists (changed_at DESC, id DESC);
CREATE TABLE playlist_items (
    playlist INTEGER NOT NULL REFERENCES playlists ON DELETE CASCADE,
    place INTEGER NOT NULL,
    item TEXT NOT NULL, -- stays when the item leaves the house: it may come back
    PRIMARY KEY (playlist, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX places_by_name ON places (name COLLATE NOCASE);
