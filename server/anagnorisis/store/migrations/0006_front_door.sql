-- The front door: roles, tokens apart from devices so that they can be replaced, devices that only play.
ALTER TABLE people ADD COLUMN role TEXT NOT NULL DEFAULT 'member' CHECK (role IN ('guest', 'member', 'owner'));
UPDATE people SET role = 'owner' WHERE id = (SELECT min(id) FROM people);

CREATE TABLE tokens (
    hash BLOB PRIMARY KEY, -- SHA-256 of the session cookie
    device INTEGER NOT NULL REFERENCES housed ON DELETE CASCADE,
    issued_at INTEGER NOT NULL,
    used INTEGER NOT NULL, -- 0 until the device shows that it got it
    ends_at INTEGER -- set once a newer one is used
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_of_device ON tokens (device);

CREATE TABLE housed (
    id INTEGER PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    screen INTEGER NOT NULL DEFAULT 0 CHECK (screen IN (0, 1)),
    address TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO housed (id, person, name, created_at, seen_at)
    SELECT id, person, name, created_at, seen_at FROM devices;
INSERT INTO tokens SELECT token, id, created_at, 1, NULL FROM devices;
DROP TABLE devices;
ALTER TABLE housed RENAME TO devices; -- the reference of tokens follows
CREATE INDEX devices_of_person ON devices (person, id);

ALTER TABLE codes ADD COLUMN ends_at INTEGER; -- NULL: until it is used
ALTER TABLE codes ADD COLUMN screen INTEGER NOT NULL DEFAULT 0;

-- A device that asks to be let in, until somebody of the house answers.
CREATE TABLE pairings (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE, -- shown on both screens; opens nothing by itself
    secret BLOB NOT NULL, -- SHA-256 of what only the asking device knows
    name TEXT NOT NULL,
    agent TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    person INTEGER REFERENCES people ON DELETE CASCADE, -- NULL until approved
    screen INTEGER NOT NULL,
    device INTEGER REFERENCES devices ON DELETE CASCADE -- NULL until it came
) STRICT;

-- How a person shows that it is them, beyond holding the device.
CREATE TABLE passwords (
    person INTEGER PRIMARY KEY REFERENCES people ON DELETE CASCADE,
    hash TEXT NOT NULL, -- argon2id, with its parameters and salt
    set_at INTEGER NOT NULL
) STRICT;
CREATE TABLE passkeys (
    id INTEGER PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
    credential BLOB NOT NULL UNIQUE,
    public_key BLOB NOT NULL,
    uses INTEGER NOT NULL, -- the authenticator's own count, which may only grow
    host TEXT NOT NULL, -- the name it is bound to
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL
) STRICT;
CREATE INDEX passkeys_of_person ON passkeys (person, id);

-- Append-only and bounded: who did what at the door. Names, not numbers: it outlives whom it tells of.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    person TEXT NOT NULL,
    device TEXT NOT NULL,
    address TEXT NOT NULL,
    what TEXT NOT NULL,
    outcome TEXT NOT NULL
) STRICT;
