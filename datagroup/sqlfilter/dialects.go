package sqlfilter

// SQLite returns the dialect of SQLite 3.45 and later. A column of text may also
// keep blobs and integers: then their bytes and digits are the text.
func SQLite() Dialect {
	return Dialect{
		Name:  "SQLite",
		Quote: `"`,

		// A cast to TEXT would keep the collation of the column, and COLLATE keeps
		// every index out of an OR.
		Text:    `CAST({column} AS BLOB)`,
		Literal: `CAST(? AS BLOB)`,
		// A column without a type, or with blobs, has more than texts.
		Plain: `CAST(? AS TEXT), CAST(? AS BLOB), CAST(? AS NUMERIC)`,

		// On texts, since bytes would be found across characters of UTF-16. No
		// collation has a say in instr, and a byte 0 ends no text there.
		Prefix:   `instr({column}, ?) = 1`,
		Contains: `instr({column}, ?) > 0`,
		// Of an empty blob, substr is NULL.
		Suffix: `coalesce(substr({text}, -length({literal}), length({literal})), {text}) = {literal}`,

		// The sign takes the affinity away, by which numbers would compare as texts.
		Number:        `CASE WHEN +{column} BETWEEN -9007199254740992 AND 9007199254740992 THEN {column} END`,
		NumberLiteral: `?`,

		InList: `{text} IN (SELECT CAST(value AS BLOB) FROM json_each({list}))`,
		PlainInList: `{column} IN (SELECT CASE form WHEN 1 THEN value WHEN 2 THEN CAST(value AS BLOB) ELSE CAST(value AS NUMERIC) END` +
			` FROM json_each({list}), (SELECT 1 AS form UNION ALL SELECT 2 UNION ALL SELECT 3))`,
		ListForm: JSONList,

		JSON: LabelTemplates{
			Known: `json_type(CASE WHEN json_valid({column}, 9) THEN {column} END) = 'array' AND NOT EXISTS (SELECT 1 FROM ` + sqliteLabels + ` WHERE ambit_label.type <> 'text')`,
			From:  sqliteLabels,
			Value: `ambit_label.value`,
		},
	}
}

// sqliteLabels has the column in a SELECT of its own, where json_each has no column
// that an expression of the host could mean.
const sqliteLabels = `(SELECT {column} AS labels) AS ambit_set, json_each(ambit_set.labels) AS ambit_label`

// PostgreSQL returns the dialect of PostgreSQL 12 and later.
func PostgreSQL() Dialect {
	return Dialect{
		Name:  "PostgreSQL",
		Quote: `"`,

		// COLLATE refuses columns that are no text, such as a uuid, before a row is
		// read; CAST makes one of citext.
		Text:    `CAST({column} COLLATE "C" AS text)`,
		Literal: `?`,
		Plain:   `?`,
		NoNUL:   true,

		Prefix:   `starts_with({text}, {literal})`,
		Suffix:   `right({text}, char_length({literal})) = {literal}`,
		Contains: `strpos({text}, {literal}) > 0`,

		Number:        `CASE WHEN {column} BETWEEN -9007199254740992 AND 9007199254740992 THEN CAST({column} AS float8) END`,
		NumberLiteral: `?`,

		// Not = ANY: the plan of a prepared statement then searches the list from end
		// to end for each row.
		InList: `{text} IN (SELECT unnest(CAST({list} AS text[])))`,
		// Not IN (SELECT …): where the collation of the column takes different texts for
		// equal, a row is selected twice. ANY is only for short lists here.
		PlainInList: `{column} = ANY({list})`,
		ListForm:    ArrayList,

		// A column of type json, or of text with JSON, is taken as well.
		JSON: LabelTemplates{
			Known: `CASE WHEN jsonb_typeof(CAST({column} AS jsonb)) = 'array' THEN jsonb_path_query_array(CAST({column} AS jsonb), '$[*].type()') <@ '["string"]' END`,
			From:  `jsonb_array_elements_text(CAST({column} AS jsonb)) AS ambit_label(value)`,
			Value: `ambit_label.value`,
		},
		Array: LabelTemplates{
			Known: `{column} IS NOT NULL AND array_position({column}, NULL) IS NULL`,
			From:  `unnest({column}) AS ambit_label(value)`,
			Value: `ambit_label.value`,
		},
	}
}

// MariaDB returns the dialect of MariaDB 10.6 and later. It is not that of MySQL,
// which nobody has tried.
func MariaDB() Dialect {
	return Dialect{
		Name:  "MariaDB",
		Quote: "`",

		Text:    `CAST(CONVERT({column} USING utf8mb4) AS BINARY)`,
		Literal: `?`,
		Plain:   `?`,
		// Elsewhere an argument is taken for another text, or becomes one on its way, and
		// 'Ä' would be unequal to itself. Two rows are an error.
		Connection: `CASE WHEN @@character_set_client = 'utf8mb4' AND @@character_set_connection = 'utf8mb4' THEN 1 ELSE (SELECT 1 UNION ALL SELECT 2) END = 1`,

		Prefix:   `LEFT({text}, LENGTH({literal})) = {literal}`,
		Suffix:   `RIGHT({text}, LENGTH({literal})) = {literal}`,
		Contains: `LOCATE({literal}, {text}) > 0`,

		// COERCIBILITY is 5 for numbers only. A text would be read as 0, so it is made
		// an error that there are two rows.
		Number: `CASE WHEN COERCIBILITY({column}) <> 5 THEN (SELECT 1 UNION ALL SELECT 2)` +
			` WHEN {column} BETWEEN -9007199254740992 AND 9007199254740992 THEN {column} + 0e0 END`,
		NumberLiteral: `?`,

		// The server keeps the answers of a subquery by the columns that it reads, under
		// their collation: that for the account a would be taken for the account A.
		Uncached: `RAND() < 1`,

		// Items in hexadecimal come through any character set. Longer ones could not be
		// the key by which the list is searched, and would be cut without a word. The
		// comparison with 1 keeps the database from making a join of a list within a
		// sub-select, for which it reads the whole list again for each row.
		InList: `({text} IN (SELECT UNHEX(ambit_item.value)` +
			` FROM JSON_TABLE({list}, '$[*]' COLUMNS (value VARCHAR(1000) CHARACTER SET ascii PATH '$')) AS ambit_item)) = 1`,
		ListForm:    HexList,
		LongestItem: 500,

		JSON: LabelTemplates{
			Known: `CASE WHEN JSON_TYPE({column}) = 'ARRAY' THEN NOT EXISTS (SELECT 1` +
				` FROM JSON_TABLE({column}, '$[*]' COLUMNS (kind JSON PATH '$')) AS ambit_kind WHERE ambit_kind.kind NOT LIKE '"%') END`,
			// Otherwise a label would be in the character set of the column, and then in
			// that of the database, of which each may lack it.
			From:  `JSON_TABLE(CONVERT({column} USING utf8mb4), '$[*]' COLUMNS (value LONGTEXT CHARACTER SET utf8mb4 PATH '$')) AS ambit_label`,
			Value: `ambit_label.value`,
		},
	}
}

// DuckDB returns the dialect of DuckDB 1.4 and later. No index helps its
// comparisons, which read a column as quickly without.
func DuckDB() Dialect {
	return Dialect{
		Name:  "DuckDB",
		Quote: `"`,

		// No cast of a text to VARCHAR leaves the collation behind. Go's driver ends a
		// string at its first byte 0.
		Text:         `encode({column})`,
		Literal:      `unhex(?)`,
		HexArguments: true,

		// Not for blobs, and on the column these follow its collation, but for suffix.
		Prefix:   `starts_with(decode({text}), decode({literal}))`,
		Suffix:   `suffix(decode({text}), decode({literal}))`,
		Contains: `contains(decode({text}), decode({literal}))`,

		// A DECIMAL is rounded twice on its way to DOUBLE, unless it goes as text.
		Number: `CASE WHEN {column} BETWEEN -9007199254740992 AND 9007199254740992 THEN` +
			` CASE WHEN typeof({column}) LIKE 'DECIMAL%' THEN CAST(CAST({column} AS VARCHAR) AS DOUBLE) ELSE {column} END END`,
		NumberLiteral: `?`,

		InList:   `{text} IN (SELECT encode(unnest(from_json({list}, '["VARCHAR"]'))))`,
		ListForm: JSONList,

		// The labels are taken apart for every row, also where they are not known.
		JSON: LabelTemplates{
			Known: `json_type(` + duckdbJSON + `) = 'ARRAY' AND list_unique(list_append(json_type(` + duckdbJSON + `, '$[*]'), 'VARCHAR')) = 1`,
			From:  `(SELECT unnest(` + duckdbJSON + ` -> '$[*]') AS value) AS ambit_label`,
			Value: `(ambit_label.value ->> '$')`,
		},
		Array: LabelTemplates{
			// Which do not count a NULL among the labels.
			Known: `len({column}) = list_count({column})`,
			From:  `(SELECT unnest({column}) AS value) AS ambit_label`,
			Value: `ambit_label.value`,
		},
	}
}

const duckdbJSON = `CASE WHEN json_valid({column}) THEN {column} END`
