package sqlfilter

// SQLite returns the dialect of SQLite 3.38 and later.
func SQLite() Dialect {
	return Dialect{
		Name:  "SQLite",
		Quote: `"`,

		Text:    `CAST({column} AS BLOB)`,
		Literal: `CAST(? AS BLOB)`,
		Plain:   `?`,

		Prefix:   `instr({text}, {literal}) = 1`,
		Suffix:   `length({text}) >= length({literal}) AND coalesce(substr({text}, length({text}) - length({literal}) + 1), X'') = {literal}`,
		Contains: `instr({text}, {literal}) > 0`,

		// The sign takes the affinity away, by which a text could become a number.
		Number:        `CASE WHEN +{column} BETWEEN -9007199254740992 AND 9007199254740992 THEN +{column} END`,
		NumberLiteral: `CAST(? AS REAL)`,

		InList:      `{text} IN (SELECT CAST(value AS BLOB) FROM json_each({list}))`,
		PlainInList: `{column} IN (SELECT value FROM json_each({list}))`,
		ListForm:    JSONList,

		JSON: LabelTemplates{
			Known: `json_type({column}) = 'array'`,
			From:  `json_each({column}) AS ambit_label`,
			Where: `ambit_label.type = 'text'`,
			Value: `ambit_label.value`,
		},
	}
}

// PostgreSQL returns the dialect of PostgreSQL 12 and later.
func PostgreSQL() Dialect {
	return Dialect{
		Name:  "PostgreSQL",
		Quote: `"`,

		// COLLATE refuses columns that are no text, such as a uuid, before a row is
		// read; CAST makes one of citext.
		Text:    `CAST({column} COLLATE "C" AS text)`,
		Literal: `CAST(? AS text)`,
		Plain:   `?`,
		NoNUL:   true,

		Prefix:   `starts_with({text}, {literal})`,
		Suffix:   `right({text}, char_length({literal})) = {literal}`,
		Contains: `strpos({text}, {literal}) > 0`,

		Number:        `CASE WHEN {column} BETWEEN -9007199254740992 AND 9007199254740992 THEN CAST({column} AS float8) END`,
		NumberLiteral: `CAST(? AS float8)`,

		// Not = ANY: the plan of a prepared statement then searches the list from end
		// to end for each row.
		InList:      `{text} IN (SELECT unnest(CAST(CAST({list} AS text) AS text[])))`,
		PlainInList: `{column} IN (SELECT unnest(CAST(CAST({list} AS text) AS text[])))`,
		ListForm:    ArrayList,

		// A column of type json or text is taken as well.
		JSON: LabelTemplates{
			Known: `CASE WHEN jsonb_typeof(to_jsonb({column})) = 'array' THEN jsonb_path_query_array(to_jsonb({column}), '$[*].type()') <@ '["string"]' END`,
			From:  `jsonb_array_elements_text(to_jsonb({column})) AS ambit_label(value)`,
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
		Literal: `CAST(? AS BINARY)`,
		Plain:   `?`,
		// The bytes of an argument are another text then.
		PlainUnless: `@@character_set_connection <> 'utf8mb4'`,

		Prefix:   `LEFT({text}, LENGTH({literal})) = {literal}`,
		Suffix:   `RIGHT({text}, LENGTH({literal})) = {literal}`,
		Contains: `LOCATE({literal}, {text}) > 0`,

		// COERCIBILITY is 5 for numbers only. A text would be read as 0, so it is made
		// an error that there are two rows.
		Number: `CASE WHEN COERCIBILITY({column}) <> 5 THEN (SELECT 1 UNION ALL SELECT 2)` +
			` WHEN {column} BETWEEN -9007199254740992 AND 9007199254740992 THEN {column} + 0e0 END`,
		NumberLiteral: `CAST(? AS DOUBLE)`,

		// Items in hexadecimal come through any character set. Longer ones could not be
		// the key by which the list is searched, and would be cut without a word.
		InList: `{text} IN (SELECT UNHEX(ambit_item.value)` +
			` FROM JSON_TABLE({list}, '$[*]' COLUMNS (value VARCHAR(1000) CHARACTER SET ascii PATH '$')) AS ambit_item)`,
		ListForm:    HexList,
		LongestItem: 500,

		JSON: LabelTemplates{
			Known: `JSON_TYPE({column}) = 'ARRAY' AND NOT EXISTS (SELECT 1 FROM JSON_TABLE({column}, '$[*]' COLUMNS (kind JSON PATH '$')) AS ambit_kind` +
				` WHERE ambit_kind.kind NOT LIKE '"%')`,
			From:  `JSON_TABLE({column}, '$[*]' COLUMNS (value LONGTEXT PATH '$')) AS ambit_label`,
			Value: `ambit_label.value`,
		},
	}
}

// DuckDB returns the dialect of DuckDB 1.4 and later.
func DuckDB() Dialect {
	return Dialect{
		Name:  "DuckDB",
		Quote: `"`,

		Text:    `encode({column})`,
		Literal: `encode(CAST(? AS VARCHAR))`,
		Plain:   `CAST(? AS VARCHAR)`,

		Prefix:   `starts_with({text}, {literal})`,
		Suffix:   `suffix({text}, {literal})`,
		Contains: `contains({text}, {literal})`,

		Number:        `CASE WHEN {column} + 0e0 BETWEEN -9007199254740992 AND 9007199254740992 THEN {column} + 0e0 END`,
		NumberLiteral: `CAST(? AS DOUBLE)`,

		InList:   `{text} IN (SELECT encode(unnest(from_json({list}, '["VARCHAR"]'))))`,
		ListForm: JSONList,

		JSON: LabelTemplates{
			Known: `json_type({column}) = 'ARRAY'`,
			From:  `json_each({column}) AS ambit_label`,
			Where: `ambit_label.type = 'VARCHAR'`,
			Value: `(ambit_label.value ->> '$')`,
		},
		Array: LabelTemplates{
			Known: `{column} IS NOT NULL`,
			From:  `(SELECT unnest({column}) AS value) AS ambit_label`,
			Value: `ambit_label.value`,
		},
	}
}
