package strictjson

import (
	"iter"
	"slices"
)

// Object reads an object whose members may only have the known names, and
// ranges over those that are there, in the order of the text. The loop's body
// must read or skip the value; a known name whose value it leaves unread is
// reported as unknown, so a name that is listed but not handled does not go
// unnoticed. Unknown and duplicate names do not reach the body. After a break
// the rest of the object is skipped, and only duplicates are looked for in it.
//
// Anything but an object is a problem and gives no members.
func (r *Reader) Object(known ...string) iter.Seq[string] {
	return func(yield func(string) bool) { r.members(known, false, yield) }
}

// Map reads an object whose members may have any name, and ranges over the
// names in the order of the text, each once. It is otherwise as
// [Reader.Object].
func (r *Reader) Map() iter.Seq[string] {
	return func(yield func(string) bool) { r.members(nil, true, yield) }
}

// Array reads an array and ranges over the positions of its items, from 0.
// Anything but an array is a problem and gives no items. After a break the rest
// is skipped.
func (r *Reader) Array() iter.Seq[int] {
	return func(yield func(int) bool) {
		if !r.open(Array) {
			return
		}
		wanted := true
		for i := 0; r.more(); i++ {
			r.enter(frame{at: r.next(), index: i})
			if wanted {
				wanted = yield(i)
			}
			r.Skip()
		}
		r.close()
	}
}

// members ranges over the members of an object that may have the known names
// or, if free, any.
func (r *Reader) members(known []string, free bool, yield func(string) bool) {
	if !r.open(Object) {
		return
	}
	var seen names
	wanted := true
	for r.more() {
		at := r.next()
		name, whole := r.quoted()
		r.enter(frame{at: at, key: name, index: -1})
		switch {
		case !whole:
			r.report(errLone)
		case !seen.add(name):
			r.report(ErrDuplicate)
		case !wanted:
		case free || slices.Contains(known, name):
			wanted = yield(name)
			if !free && wanted && r.ready {
				r.report(ErrUnknown)
			}
		case !r.config.AllowUnknown:
			r.report(didYouMean(name, known))
		}
		r.Skip()
	}
	r.close()
}

// open takes the opening bracket of a container of the wanted kind.
func (r *Reader) open(want Kind) bool {
	if !r.take(want) {
		return false
	}
	if len(r.frames) > r.config.MaxDepth {
		r.stop(r.next(), ErrDepth)
		return false
	}
	r.at++
	r.frames = append(r.frames, frame{})
	return true
}

// more reports whether a member or an item is left.
func (r *Reader) more() bool {
	if r.dead {
		return false
	}
	c := r.data[r.next()]
	return c != '}' && c != ']'
}

// enter moves to the next member or item.
func (r *Reader) enter(f frame) {
	r.frames[len(r.frames)-1] = f
	r.ready = true
}

// close takes the closing bracket.
func (r *Reader) close() {
	if r.dead {
		return
	}
	r.at++
	r.frames = r.frames[:len(r.frames)-1]
}

// names is the set of names seen in one object. Nearly every object has few,
// and those need no allocation.
type names struct {
	few  [12]string
	n    int
	many map[string]bool
}

// add reports whether name is new.
func (s *names) add(name string) bool {
	if slices.Contains(s.few[:s.n], name) || s.many[name] {
		return false
	}
	if s.n < len(s.few) {
		s.few[s.n] = name
		s.n++
		return true
	}
	if s.many == nil {
		s.many = make(map[string]bool)
	}
	s.many[name] = true
	return true
}
