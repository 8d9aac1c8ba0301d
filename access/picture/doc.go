// Package picture draws who gets which data from where: teams, their data groups,
// and the accounts of these by source, as an SVG made on the server.
//
//	drawing, ok := picture.Team(policy, "americas", nil)
//	if ok {
//		err = drawing.WriteSVG(w)
//	}
//
// # Where to begin
//
//   - One team: [Team]. The largest teams of a company: [Teams].
//   - The numbers in a drawing, for a table beside it: the fields of [Drawing].
//   - The same in a sentence or two, for people who cannot see it: [Drawing.Words].
//   - How much is drawn and counted: [Config].
//
// # Rules
//
//  1. An account that several data groups of a team match counts once for the
//     team, and once for each of these data groups. A drawing says both numbers.
//  2. What is drawn is bounded by [Config], however large the company is: the
//     largest come first, and those of equal size in byte order of their ids. How
//     many were left out is said in the picture.
//  3. Equal policies give equal bytes.
//  4. The picture is one file, which refers to no other and has no script. Names
//     are escaped, and cut to the width there is; the whole name is the tooltip.
//  5. Colours are attributes, for a light page. A style element in the file
//     replaces them where the reader prefers dark, so serve the picture as an
//     image of its own: <img src="…">. Where a Content-Security-Policy blocks the
//     style, the picture stays light, and can be read as well.
//  6. Anyone who gets a drawing sees all of this, so the caller decides who may
//     have it.
//
// # Zero values
//
// A nil Config is the zero Config. The zero Drawing has no team, and is drawn as
// such. A nil policy has no team.
//
// # Concurrency
//
// Everything may be used by several goroutines at once, as long as nobody writes
// to the fields of a Drawing.
//
// # Errors
//
// [Drawing.WriteSVG] returns the error of the writer, and nothing else fails.
package picture
