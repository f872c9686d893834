-- What people did with items, counted apart from ratings, and which of two they said is better: derived from events.
CREATE INDEX events_that_hint ON events (person, item)
    WHERE kind IN ('play', 'finish', 'skip', 'open', 'dwell', 'remove');
CREATE INDEX pairs_won ON events (person, item) WHERE kind = 'pair';
CREATE INDEX pairs_lost ON events (person, target) WHERE kind = 'pair';
CREATE INDEX questions_passed ON events (person, at) WHERE kind = 'skip' AND value IS NULL;
CREATE TABLE signals (
    person INTEGER NOT NULL,
    item TEXT NOT NULL,
    finished INTEGER NOT NULL, -- heard or read to the end
    skipped INTEGER NOT NULL, -- passed over while it was playing
    chosen INTEGER NOT NULL, -- hours in which it was begun on purpose
    dwelt INTEGER NOT NULL, -- milliseconds on its page
    removed INTEGER NOT NULL, -- taken out of a queue
    PRIMARY KEY (person, item)
) STRICT, WITHOUT ROWID;
CREATE TABLE pairs (
    person INTEGER NOT NULL,
    one TEXT NOT NULL,
    other TEXT NOT NULL CHECK (one < other),
    said INTEGER NOT NULL CHECK (said IN (-1, 0, 1)), -- 1: `one` is better, -1: `other` is, 0: could not say
    at INTEGER NOT NULL,
    uuid TEXT NOT NULL,
    PRIMARY KEY (person, one, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX pairs_from_behind ON pairs (person, other);

-- What each kind of signal says of a person's ratings, frozen in between so that scores stay exact.
CREATE TABLE signal_epochs (
    person INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
    kind TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    learned_at INTEGER NOT NULL,
    ratings INTEGER NOT NULL, -- of the person in the kind when it was learned
    mean REAL NOT NULL, -- of these
    usual REAL NOT NULL, -- seconds of attention for each second of length, or for each picture
    PRIMARY KEY (person, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE signal_weights (
    person INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
    kind TEXT NOT NULL,
    type TEXT NOT NULL,
    cases INTEGER NOT NULL, -- items that were rated after the signal
    effect REAL NOT NULL, -- points above the mean for one whole signal
    low REAL NOT NULL, -- ends of the 95 % interval of the effect
    high REAL NOT NULL,
    weight REAL NOT NULL, -- as a share of a rating; 0: it says nothing
    PRIMARY KEY (person, kind, type)
) STRICT, WITHOUT ROWID;

CREATE TABLE signals_off ( -- what a person does not want to be learned from
    person INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
    type TEXT NOT NULL, -- or 'all'
    PRIMARY KEY (person, type)
) STRICT, WITHOUT ROWID;
CREATE TABLE signals_erased ( -- nothing done up to then is kept any more, however late it arrives
    person INTEGER PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    at INTEGER NOT NULL -- unix milliseconds
) STRICT;

INSERT INTO signals SELECT * FROM (
    SELECT e.person, coalesce(a.new, e.item) AS item, count(*) FILTER (WHERE kind = 'finish') AS finished,
        count(*) FILTER (WHERE kind = 'skip') AS skipped,
        count(DISTINCT at / 3600000) FILTER (WHERE kind = 'open') AS chosen,
        coalesce(sum(CAST(1000 * max(0, min(value, 3600)) AS INTEGER)) FILTER (WHERE kind = 'dwell'), 0) AS dwelt,
        0 AS removed
    FROM events AS e LEFT JOIN aliases AS a ON a.old = e.item
    WHERE kind IN ('finish', 'skip', 'open', 'dwell') AND (kind <> 'skip' OR value IS NOT NULL) AND NOT EXISTS
        (SELECT 1 FROM events AS u WHERE u.target = e.uuid AND u.person = e.person AND u.kind = 'undo')
    GROUP BY 1, 2) WHERE finished OR skipped OR chosen OR dwelt > 0;
