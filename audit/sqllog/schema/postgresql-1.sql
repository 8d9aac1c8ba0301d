CREATE TABLE IF NOT EXISTS ambit_schema (
	version integer PRIMARY KEY,
	kind text NOT NULL
);
CREATE TABLE IF NOT EXISTS ambit_event (
	log text COLLATE "C" NOT NULL,
	seq bigint NOT NULL CHECK (seq > 0),
	prev bytea NOT NULL CHECK (octet_length(prev) = 32),
	hash bytea NOT NULL CHECK (octet_length(hash) = 32),
	line bytea NOT NULL,
	PRIMARY KEY (log, seq)
);
CREATE TABLE IF NOT EXISTS ambit_key (
	entry bytea NOT NULL,
	log text COLLATE "C" NOT NULL,
	PRIMARY KEY (entry, log)
);
CREATE TABLE IF NOT EXISTS ambit_checkpoint (
	log text COLLATE "C" NOT NULL PRIMARY KEY,
	seq bigint NOT NULL CHECK (seq > 0),
	hash bytea NOT NULL CHECK (octet_length(hash) = 32)
);
