// Package strictjson reads one JSON text the way a security boundary must:
// every deviation from what the caller asked for is a problem with a path and a
// line; nothing is guessed, merged or dropped.
//
// The caller pulls values in the order of the text and says of each which kind
// it must have. [encoding/json] checks the syntax and resolves escapes; this
// package adds what it lets pass. The rules:
//
//  1. The text is valid UTF-8, one JSON value and nothing after it. An escape
//     that is a lone surrogate is a problem: encoding/json would replace it,
//     and two different ids would become one.
//  2. Names are exact. "ID" is not "id", and a name that occurs twice in one
//     object is a problem wherever it occurs, also in values that are skipped:
//     two readers that resolve it differently would see different subjects.
//  3. A name that is not among those asked for is a problem, with the nearest
//     known name if one is near. Under [Config.AllowUnknown] it is skipped.
//  4. A value of another kind than asked for is a problem, and null is a kind
//     of its own: absent is written by leaving the member out.
//  5. Problems are collected, so that a person can correct a document in one
//     go. After one, reading goes on after the value concerned and the caller
//     gets the zero value for it.
//  6. What makes the text unreadable is fatal: too large, not UTF-8, broken
//     syntax, nesting too deep, too many problems. It is the last problem, its
//     path is empty, and every later read does nothing. The first three leave
//     nothing to read.
//
// A caller reads first and asks afterwards: what was read may be used only if
// [Reader.Close] returns no problem.
//
//	for field := range r.Object("id", "groups") {
//		switch field {
//		case "id":
//			team.ID = r.Text()
//		case "groups":
//			for range r.Array() {
//				team.Groups = append(team.Groups, r.Text())
//			}
//		}
//	}
//	return r.Close()
//
// # Zero values
//
// The zero [Config] allows 100 levels and 100 problems, any size, and no
// unknown name. The zero [Kind] is [None]: no value stands there. A Reader
// comes from [NewReader] only.
//
// # Concurrency
//
// A Reader belongs to one goroutine. [Lines] and [Format] keep no state.
//
// # Errors
//
// [Problem] is the error type; it unwraps to one of the sentinels below or to
// what was given to [Reader.Fail]. Messages quote no value of the text, only
// names of members, and those with control characters escaped.
package strictjson
