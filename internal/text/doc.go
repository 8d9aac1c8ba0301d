// Package text has the rules for text that all packages of the module share:
// each rule once, so that no two packages accept different things.
//
//	if err := text.Line(name, 128); err != nil {
//		return fmt.Errorf("the name %w", err) // the name has U+202E, which …
//	}
//
// What is accepted: [Line], [Lines], [Visible], [ID], [End], [ParseEnd],
// [Challenge]. How outside text is shown in a message: [Quote], [Plain],
// [Nearest]; in a table: [Shown]. An error in another message: [Cause]. How words
// are compared: [Lower], [Fold].
//
// 1. A line is UTF-8 without control characters, line breaks, characters that
// change the direction of text, and invisible formatting characters. So two
// lines that look the same are not told apart by what nobody sees, and a line
// cannot end a header, a cell or a log entry. Variation selectors are the one
// exception, as names and emoji need them: directly after a visible character.
//
// 2. A line has no space at either end, so it is never only spaces. The empty
// line is valid; a caller who requires text compares it with "".
//
// 3. An id is opaque to Ambit, so it may have every character but control
// characters. It is compared byte by byte.
//
// Errors: those of this package are predicates without a subject, to be put
// after the name of what was checked. They never repeat the text itself, so
// they are short whatever came in.
//
// Concurrency: all functions are pure.
package text
