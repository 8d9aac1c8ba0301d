CREATE TABLE account (
	id      text PRIMARY KEY,
	source  text NOT NULL,
	name    text,
	country text,
	spend   double precision,
	labels  text[]
);

CREATE TABLE visit (
	id      bigint PRIMARY KEY,
	account text NOT NULL,
	day     integer NOT NULL,
	clicks  bigint NOT NULL
);
