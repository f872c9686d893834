"""Everything the house remembers, in one SQLite file: `db` opens it, and each table has a file of verbs."""
