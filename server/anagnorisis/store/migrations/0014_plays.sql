-- How often and when each person last heard, saw or read an item: derived from events, can be rebuilt from them.
CREATE INDEX events_that_play ON events (person, item) WHERE kind IN ('play', 'open', 'finish', 'skip');
CREATE TABLE plays (
    person INTEGER NOT NULL,
    item TEXT NOT NULL,
    times INTEGER NOT NULL, -- begun and not passed over
    full INTEGER NOT NULL, -- to the end
    skips INTEGER NOT NULL, -- passed over while it was playing
    last_at INTEGER NOT NULL,
    PRIMARY KEY (person, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX plays_latest ON plays (person, last_at DESC, item DESC);
CREATE INDEX plays_most ON plays (person, times DESC, item DESC);
INSERT INTO plays SELECT person, item, max(begun - skips, full), full, skips, last_at FROM (
    SELECT e.person, coalesce(a.new, e.item) AS item, count(*) FILTER (WHERE kind IN ('play', 'open')) AS begun,
        count(*) FILTER (WHERE kind = 'finish') AS full, count(*) FILTER (WHERE kind = 'skip') AS skips,
        max(at) AS last_at
    FROM events AS e LEFT JOIN aliases AS a ON a.old = e.item
    WHERE kind IN ('play', 'open', 'finish', 'skip') AND (kind <> 'skip' OR value IS NOT NULL) AND NOT EXISTS
        (SELECT 1 FROM events AS u WHERE u.target = e.uuid AND u.person = e.person AND u.kind = 'undo')
    GROUP BY 1, 2);

-- Orders by length walk an index too.
CREATE INDEX items_by_length ON items (seconds DESC, id DESC) WHERE gone_at IS NULL;
CREATE INDEX items_by_length_of_kind ON items (kind, seconds DESC, id DESC) WHERE gone_at IS NULL;
