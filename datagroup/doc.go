// Package datagroup says what a data group means: a named filter over the
// attributes of accounts. It denotes the accounts that match now.
//
//	schema, err := datagroup.NewSchema(datagroup.Attribute{Name: "country", Type: datagroup.StringType})
//	filter, err := schema.Parse("country in ('US', 'CA')")
//	account, err := schema.Account("us-1", "google", map[string]datagroup.Value{"country": datagroup.Text("US")})
//	filter.Match(account) // datagroup.True
//
// # Where to begin
//
// Most programs need the types only, as fields and results of package access,
// and the filter language below. The package stores no accounts and no groups.
//
//   - Attributes: [Schema], [NewSchema], [Attribute], [Type], [ParseType].
//   - Accounts: [Account], [AccountID], [Schema.Account], [Value] ([Text],
//     [Number], [Labels]).
//   - Filters: [Filter], [Schema.Parse], [Filter.Match] with [Truth], [Any].
//   - For translators of filters: [Filter.Root] with [Node], [Filter.Size]; into
//     SQL, package sqlfilter.
//   - For people who write filters: [NewPreview] of [Filter.Truths], [Filter.Explain].
//   - To prove something of filters for all accounts that there may be: [Implies].
//   - Groups: [Group], [ID].
//   - For stores that match many accounts at once, such as package access:
//     [Batch], [Filter.Bind], [Account.Rebind], [Schema.Row],
//     [Account.With], and positions ([Schema.Position],
//     [Schema.At], [Schema.Len], [Account.At]).
//
// # Rules
//
//  1. An account has the built-in attributes id and source, which are always
//     present, and name, which may be missing. A [Schema] declares further
//     ones: a string, a number (finite, an integer within ±2^53) or labels (a
//     set of strings).
//  2. Missing means no value. The empty string and the empty set are values.
//  3. A filter is written as text in the language below, and in no other way.
//     The word everything must be written out; the empty text is an error.
//  4. Logic is three-valued. A leaf over a missing attribute is [Unknown],
//     and/or/not follow Kleene as SQL does, and only [True] is a match. The
//     leaves missing and present are always definite. So for a filter without
//     these two, a match never depends on what a missing value might be:
//     filling it in never takes the match away.
//  5. Comparison is exact: by byte, case-sensitive, no trimming, no Unicode
//     normalisation, no patterns.
//  6. Data groups work at account level. A name finer than an account
//     (campaign, ad group, keyword …) is refused with [ErrBelowAccount], as a
//     declared attribute and inside a filter.
//  7. What is parsed is limited: 256 KiB of text (as written and as printed
//     canonically), 100 levels of parentheses and not, 10,000 items in a list.
//     So is an account: 4,096 bytes in a string, 1,000 labels; and a schema:
//     256 attributes, 64 bytes in a name. Whatever is parsed prints as a text
//     that parses to an equal filter. Composition by [Any] has no limits.
//
// # Language
//
//	everything | nothing                       each only on its own, also not in parentheses
//	country = 'US'      country != 'US'      country in ('US', 'CA')    country not in ('US')
//	name prefix 'US '   name suffix '.de'    name contains 'brand'
//	spend >= 1000       spend < 5e6          numbers: = != < <= > >=
//	labels has 'vip'    labels has any ('a', 'b')    labels has all ('a', 'b')
//	country missing     country present
//	not F     F and G     F or G     ( F )   precedence: not, and, or
//
// Strings stand in single or double quotes; a quote inside is doubled. Words
// are lower-case. [Filter.String] is the canonical text: single quotes and
// single spaces, the fewest parentheses, the shortest numbers, operands and
// lists in the author's order.
//
// # Zero values
//
// The zero [Filter] is nothing. The zero [Value] is missing. The zero [Account]
// has no id and matches no filter, not even everything. The zero [Truth] is
// [False]; the zero [Implication] and the zero [Answer] say [Maybe]. The zero [Type] and the zero [Operator] are invalid. A nil and a zero
// [Schema] know the built-in attributes only.
//
// # Concurrency
//
// Every value of this package is immutable, and safe to share between
// goroutines and to copy.
//
// # Errors
//
// Every error is an [*Error], or several joined where all problems are reported
// at once. It wraps one of the sentinels of this package, and has the position
// in the filter's text where there is one, and a suggestion for a near miss.
package datagroup
