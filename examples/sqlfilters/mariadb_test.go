package sqlfilters

import "github.com/ambit-authz/ambit/datagroup/sqlfilter"

// The database itself has latin1, which is the default of the server.
var mariadbSetups = []setup{
	{name: "MariaDB general_ci", dialect: sqlfilter.MariaDB, open: serverKind{
		server: sharedMariaDB, driver: "mysql", text: "text COLLATE utf8mb4_general_ci", key: "varchar(100) COLLATE utf8mb4_general_ci", number: "double", set: "json", labels: labelsJSON, tags: tagsRows}.open},
	{name: "MariaDB bin, interpolated", dialect: sqlfilter.MariaDB, rare: true, open: serverKind{
		server: sharedMariaDB, driver: "mysql", options: []string{"interpolateParams=true"},
		text: "text COLLATE utf8mb4_bin", key: "varchar(100) COLLATE utf8mb4_bin", number: "double", set: "json", labels: labelsRows, tags: tagsJSON}.open},
	{name: "MariaDB unicode_ci", dialect: sqlfilter.MariaDB, random: 2000, open: serverKind{
		server: sharedMariaDB, driver: "mysql", text: "text COLLATE utf8mb4_unicode_ci", key: "varchar(100) COLLATE utf8mb4_unicode_ci", number: "double",
		set: "longtext COLLATE utf8mb4_general_ci", labels: labelsJSON, tags: tagsRows}.open},
	{name: "MariaDB nopad", dialect: sqlfilter.MariaDB, rare: true, open: serverKind{
		server: sharedMariaDB, driver: "mysql", text: "text COLLATE utf8mb4_unicode_nopad_ci", key: "varchar(100) COLLATE utf8mb4_unicode_nopad_ci", number: "double",
		set: "varchar(15000) CHARACTER SET latin1", ascii: true, labels: labelsRows, tags: tagsJSON}.open},
	{name: "MariaDB connection in latin1", dialect: sqlfilter.MariaDB, rare: true, open: serverKind{
		server: sharedMariaDB, driver: "mysql", options: []string{"charset=latin1"},
		text: "text COLLATE utf8mb4_bin", key: "varchar(100) COLLATE utf8mb4_unicode_ci", number: "double", set: "json", labels: labelsJSON, tags: tagsRows}.open},
	{name: "MariaDB connection in latin1, interpolated", dialect: sqlfilter.MariaDB, rare: true, open: serverKind{
		server: sharedMariaDB, driver: "mysql", options: []string{"charset=latin1", "interpolateParams=true"},
		text: "text COLLATE utf8mb4_general_ci", key: "varchar(100) COLLATE utf8mb4_bin", number: "double", set: "json", labels: labelsRows, tags: tagsJSON}.open},
}

func init() { setups = append(setups, mariadbSetups...) }
