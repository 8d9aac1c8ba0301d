package sqlfiltertest

import (
	"math"
	"strconv"
	"strings"
)

// texts are what databases and the programs around them take for one another, or
// for something else than a text. Similar ones stand side by side, since a filter
// with one is meant to leave out an account with the next.
var texts = []string{
	// Case.
	"US", "us", "Us", "a", "A", "b", "ab", "aB", "AB", "ba", "k", "K", "\u212a", "s", "S", "\u017f", "ss", "SS", "\u00df", "\u1e9e",
	"i", "I", "\u0131", "\u0130", "i\u0307", "\u03c3", "\u03c2", "\u03a3", "\u01c4", "\u01c5", "\u01c6",
	// Accents, combining characters, compatible ones and width.
	"\u00e9", "e\u0301", "e", "\u00c9", "\u00e4", "a\u0308", "\u00c4", "\u00e5", "\u00c5", "\u212b", "\u1e69", "s\u0323\u0307", "s\u0307\u0323", "\u0301",
	"\uff21", "\uff41", "\uff11", "1", "\u00b2", "2", "\u2163", "IV", "\ufb01", "fi", "oe", "\u0153", "\u00f6", "\uff76", "\u30ab", "\u304b", "\u304c", "\u304b\u3099",
	"\u4e2d", "\u570b", "\ud55c", "\u1112\u1161\u11ab", "\u05d0", "\u0430", "\u03bf", "o",
	// Spaces at the ends, and what collations do not look at.
	"", " ", "  ", "US ", "US  ", " US", "a ", "a  ", " a", "a\t", "a\n", "\ta", "\n", "\r\n", "\r", "\t", "\u00a0", "a\u00a0", "\u3000", "a\u3000",
	"a\u200b", "\u200b", "\ufeff", "\ufeffa", "a\u00ad", "a\u00adb", "a-b", "a b", "a'b", "a.b", "\u202ea", "\x01", "a\x01", "\x1f", "\x7f",
	// Quotes, comments, placeholders, marks, wildcards and escapes.
	"'", "''", "it's", "\"", "`", "a'--", "--", "#", "/*", "*/", ";", "'; drop table accounts; --", "' or ''='",
	"?", "??", "$1", "$$", ":a", "@a", "%s", "{?}", "{c}", "{e}", "{n}", "{", "}", "{}", "{{", "%", "_", "%%", "a%", "%a", "a_", "_b", "a%b", "axb", "*", "a*", "[a]", "[", "^a", ".*",
	"\\", "\\\\", "a\\", "\\a", "\\%", "\\_", "a\\%", "\\'", "\\n", "\\0", "\\u0061", "\\x61", "X'61'", "0x61", "\\x",
	// What reads as a number, a constant, a list or JSON.
	"0", "-0", "00", "01", "1.0", "1e0", "+1", " 1", "1 ", "10", "9", "0.1", ".1", "9007199254740993", "nan", "inf", "true", "TRUE", "t", "false", "null", "NULL",
	"a,b", ",", "(", ")", "('a')", "[]", "[\"a\"]", "\"a\"", "{a}", "{\"a\": 1}", "&", "&amp;", "<b>", "$.a",
	// Characters of four bytes, and the last there are.
	"\U0001f600", "\U0001f601", "\U0001f600\U0001f600", "\U0001f44d\U0001f3fd", "\U0001f44d", "\U0001d54c", "\ufffd", "\ue000", "\U0010ffff",
}

// nuls are texts with the character that PostgreSQL cannot store.
var nuls = []string{"\x00", "a\x00", "\x00a", "a\x00b"}

// longs are as long as a text may be, or as columns and indexes like it.
var longs = []string{
	strings.Repeat("a", 4096), strings.Repeat("a", 4095) + "b", "b" + strings.Repeat("a", 4095), strings.Repeat("a", 4094) + " ",
	strings.Repeat("\u00e9", 2048), strings.Repeat("\U0001f600", 1024),
	strings.Repeat("a", 254), strings.Repeat("a", 255), strings.Repeat("a", 256), strings.Repeat("a", 255) + "B", strings.Repeat("a", 768),
}

// numbers are where float64, float32, decimals and integers differ, and where a
// text or an integer in place of a number is noticed.
var numbers = []float64{
	0, 1, -1, 2, 3, 9, 10, 11, 100, -10, -9, 0.5, -0.5, 1.5, 2.5,
	0.1, 0.2, 0.1 + 1.0/(1<<56), 0.3, 0.30000000000000004, 1.0 / 3, 0.33333334, 1e-7, 1e-15, -1e-15,
	16777216, 16777217, 2147483647, 2147483648, -2147483649, 1e10, 1e15, 1e15 + 0.5, 123456789.123456789, 1234567890123456,
	1<<53 - 1, 1 << 53, -(1<<53 - 1), -(1 << 53), 1<<52 + 0.5, 1<<52 + 1,
	math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, 2.2250738585072014e-308, 1e-300, 2e-300, -1e-300, 1.1754944e-38, 1e-45,
}

// filler returns the nth of the items that make a list long. No account has one
// of a number that is negative.
func filler(n int) string { return "item-" + strconv.Itoa(n) }
