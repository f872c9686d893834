-- What people say against what they are shown: "less of this", "wrong reason"; `target` names the reason.
CREATE INDEX events_that_correct ON events (person, at, uuid) WHERE kind IN ('less', 'wrong');
