CREATE TABLE account (
	id      TEXT PRIMARY KEY,
	source  TEXT NOT NULL,
	name    TEXT,
	country TEXT,
	spend   REAL,
	labels  TEXT -- JSON: an array of strings
) STRICT;

CREATE TABLE visit (
	id      INTEGER PRIMARY KEY,
	account TEXT NOT NULL,
	day     INTEGER NOT NULL,
	clicks  INTEGER NOT NULL
) STRICT;
