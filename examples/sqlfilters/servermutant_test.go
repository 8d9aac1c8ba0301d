package sqlfilters

var postgresqlMutants = []mutant{
	// The collation of the column, and citext, which compares by a function of its own.
	{"Text", `{column} COLLATE "C"`, "{column}", "PostgreSQL nondeterministic ICU"},
	{"Text", `CAST({column} COLLATE "C" AS text)`, `{column} COLLATE "C"`, "PostgreSQL citext"},
	// What is no text is otherwise compared as it is written.
	{"Text", ` COLLATE "C"`, "", "odd"},
	// An index.
	{"Plain", "", "", "plan"},
	{"PlainInList", "", "", "plan"},
	// A row that is selected twice, where the column takes texts for equal.
	{"PlainInList", "= ANY({list})", "IN (SELECT unnest(CAST({list} AS text[])))", "plan"},
	// The function needs to know which array it is.
	{"InList", "CAST({list} AS text[])", "{list}", "PostgreSQL"},
	// Wildcards, and the end of a text.
	{"Prefix", "", "{text} LIKE {literal} || '%'", "PostgreSQL"},
	{"Suffix", "", "{text} LIKE '%' || {literal}", "PostgreSQL"},
	{"Contains", "", "{text} LIKE '%' || {literal} || '%'", "PostgreSQL"},
	{"Suffix", "char_length", "octet_length", "PostgreSQL"},
	// NaN, infinity, 2^53 + 1, and columns that are no numbers.
	{"Number", "{column} BETWEEN -9007199254740992 AND 9007199254740992", "{column} IS NOT NULL", "odd"},
	{"Number", "{column} BETWEEN", "CAST({column} AS float8) BETWEEN", "odd"},
	// A numeric is exact, and an account's number is not.
	{"Number", "CAST({column} AS float8)", "{column}", "odd"},
	// json has other functions than jsonb.
	{"JSON.Known", "CAST({column} AS jsonb)", "{column}", "PostgreSQL domains, simple protocol"},
	{"JSON.From", "CAST({column} AS jsonb)", "{column}", "PostgreSQL domains, simple protocol"},
	// JSON that is no array, or not one of strings.
	{"JSON.Known", "jsonb_typeof(CAST({column} AS jsonb)) = 'array'", "{column} IS NOT NULL", "odd"},
	{"JSON.Known", ` <@ '["string"]'`, " IS NOT NULL", "odd"},
	// The label is in quotes.
	{"JSON.From", "jsonb_array_elements_text", "jsonb_array_elements", "PostgreSQL ICU en-US, types by Go"},
	// NULL for an array, and in one.
	{"Array.Known", "{column} IS NOT NULL AND ", "", "PostgreSQL"},
	{"Array.Known", " AND array_position({column}, NULL) IS NULL", "", "odd"},
}

var mariadbMutants = []mutant{
	// The collation of the column, spaces at the end, and its character set.
	{"Text", "CAST(CONVERT({column} USING utf8mb4) AS BINARY)", "{column}", "MariaDB unicode_ci"},
	{"Text", "CAST(CONVERT({column} USING utf8mb4) AS BINARY)", "CONVERT({column} USING utf8mb4)", "MariaDB bin, interpolated"},
	{"Text", "CONVERT({column} USING utf8mb4)", "{column}", "odd"},
	// An index.
	{"Plain", "", "", "plan"},
	// Characters of several bytes, and wildcards.
	{"Prefix", "LENGTH", "CHAR_LENGTH", "MariaDB general_ci"},
	{"Suffix", "LENGTH", "CHAR_LENGTH", "MariaDB general_ci"},
	{"Prefix", "", "{text} LIKE CONCAT({literal}, '%')", "MariaDB general_ci"},
	{"Suffix", "", "{text} LIKE CONCAT('%', {literal})", "MariaDB general_ci"},
	{"Contains", "", "{text} LIKE CONCAT('%', {literal}, '%')", "MariaDB general_ci"},
	// A text that would be 0, 2^53 + 1, and a decimal, which is exact.
	{"Number", "COERCIBILITY({column}) <> 5", "false", "odd"},
	{"Number", "{column} BETWEEN -9007199254740992 AND 9007199254740992", "{column} IS NOT NULL", "odd"},
	{"Number", "WHEN {column} BETWEEN", "WHEN {column} + 0e0 BETWEEN", "odd"},
	{"Number", "{column} + 0e0", "{column}", "odd"},
	// A list that is found by no key is searched from end to end for each row.
	{"InList", " CHARACTER SET ascii", "", "plan"},
	{"InList", "VARCHAR(1000)", "VARCHAR(8192)", "plan"},
	{"InList", " = 1", "", "plan"},
	{"InList", "UNHEX(ambit_item.value)", "ambit_item.value", "MariaDB general_ci"},
	// The answer for one account as that for another.
	{"Uncached", "", "", "MariaDB unicode_ci"},
	// A label that the character set of the column or of the database lacks.
	{"JSON.From", "CONVERT({column} USING utf8mb4)", "{column}", "MariaDB nopad"},
	{"JSON.From", " CHARACTER SET utf8mb4", "", "MariaDB general_ci"},
	// JSON that is no array, or not one of strings.
	{"JSON.Known", "CASE WHEN JSON_TYPE({column}) = 'ARRAY' THEN ", "CASE WHEN {column} IS NOT NULL THEN ", "odd"},
	{"JSON.Known", " NOT LIKE '\"%'", " IS NULL", "odd"},
	{"JSON.Known", "kind JSON", "kind LONGTEXT", "MariaDB general_ci"},
}
