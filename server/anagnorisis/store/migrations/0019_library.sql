-- The library by when things were made, which is not when the house first saw them.
CREATE INDEX items_by_made ON items (coalesce(made_at, added_at) DESC, id DESC) WHERE gone_at IS NULL;
CREATE INDEX items_by_made_of_kind ON items (kind, coalesce(made_at, added_at) DESC, id DESC) WHERE gone_at IS NULL;
