-- Of an item that was passed over nothing is begun any more.
DROP INDEX events_that_place;
CREATE INDEX events_that_place ON events (person, item, at DESC, uuid DESC)
    WHERE kind IN ('position', 'finish', 'skip');
DELETE FROM progress WHERE EXISTS (SELECT 1 FROM events AS e WHERE e.person = progress.person
    AND e.kind = 'skip' AND e.value IS NOT NULL AND e.at >= progress.at
    AND (e.item = progress.item OR e.item IN (SELECT old FROM aliases WHERE new = progress.item))
    AND NOT EXISTS (SELECT 1 FROM events AS u WHERE u.target = e.uuid AND u.person = e.person AND u.kind = 'undo'));

-- Why it failed says when it is worth another try; what failed before that was told is tried once more.
ALTER TABLE vector_failures ADD COLUMN again TEXT NOT NULL DEFAULT 'never';
DELETE FROM vector_failures;

-- A disk mounted within a source may be away: what is known on it is kept.
ALTER TABLE places ADD COLUMN mount INTEGER NOT NULL DEFAULT 0;
CREATE INDEX places_on_mounts ON places (source, path) WHERE mount > 0;

-- Folders are told by the name of their source: the later of two of one name gets its number.
UPDATE places SET folder = s.name || ' (' || s.id || ')' || substr(folder, length(s.name) + 1) FROM sources AS s
    WHERE s.id = places.source AND EXISTS (SELECT 1 FROM sources AS o WHERE o.name = s.name AND o.id < s.id);
UPDATE sources SET name = name || ' (' || id || ')'
    WHERE EXISTS (SELECT 1 FROM sources AS o WHERE o.name = sources.name AND o.id < sources.id);
