package access_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
)

// list writes n entries, each from a format with its number.
func list(n int, entry string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = strings.ReplaceAll(entry, "#", fmt.Sprintf("%06d", i))
	}
	return "[" + strings.Join(all, ",") + "]"
}

// foreignTexts are documents of n entries such as somebody else might write.
var foreignTexts = []struct {
	name string
	text func(n int) string
}{
	{"users", func(n int) string { return `{"users":` + list(n, `{"id":"user-#","email":"u#@x.test"}`) + `}` }},
	{"memberships of one user", func(n int) string {
		return `{"users":[{"id":"u"}],"teams":` + list(n, `{"id":"t#","members":[{"user":"u"}]}`) + `}`
	}},
	{"grants of one user", func(n int) string {
		return `{"users":[{"id":"u"}],"reports":` + list(n, `{"id":"r#","name":"R  #","grants":[{"user":"u","level":"viewer"}]}`) + `}`
	}},
	{"grants of one team", func(n int) string {
		return `{"teams":[{"id":"t"}],"reports":` + list(n, `{"id":"r#","grants":[{"team":"t","level":"viewer"}]}`) + `}`
	}},
	{"links of one user to one report", func(n int) string {
		return `{"users":[{"id":"u"}],"reports":[{"id":"r"}],"links":` + list(n, `{"id":"l#","maker":"u","action":"report.view","resource":{"kind":"report","id":"r"}}`) + `}`
	}},
	{"groups that read an id", func(n int) string {
		return `{"accounts":` + list(n, `{"id":"a#","source":"s"}`) + `,"groups":` + list(n, `{"id":"g#","filter":"id = 'a#'"}`) + `}`
	}},
	{"groups that exclude an id", func(n int) string {
		return `{"accounts":` + list(n, `{"id":"a#","source":"s"}`) + `,"groups":` + list(n, `{"id":"g#","filter":"id not in ('a#')"}`) + `}`
	}},
	{"groups that read the beginning of a name", func(n int) string {
		return `{"accounts":` + list(n, `{"id":"a#","source":"s","name":"n#"}`) + `,"groups":` + list(n, `{"id":"g#","filter":"name prefix 'n#'"}`) + `}`
	}},
	{"groups that read a number", func(n int) string {
		return `{"attributes":{"spend":"number"},"accounts":` + list(n, `{"id":"a#","source":"s","spend":1#}`) + `,"groups":` + list(n, `{"id":"g#","filter":"spend > 1#"}`) + `}`
	}},
	{"groups that read labels", func(n int) string {
		return `{"attributes":{"l":"labels"},"accounts":` + list(n, `{"id":"a#","source":"s","l":["l#","x#"]}`) + `,"groups":` + list(n, `{"id":"g#","filter":"l has any ('x#')"}`) + `}`
	}},
	{"attributes and accounts", func(n int) string {
		fields := list(n/10, `"a#":"string"`)
		return `{"attributes":{` + fields[1:len(fields)-1] + `},"accounts":` + list(n, `{"id":"a#","source":"s"}`) + `}`
	}},
	{"groups that look inside a name", func(n int) string {
		return `{"accounts":` + list(n, `{"id":"a#","source":"s","name":"n#"}`) + `,"groups":` + list(n, `{"id":"g#","filter":"name contains 'n#'"}`) + `}`
	}},
	{"groups of everything in teams", func(n int) string {
		return `{"accounts":` + list(n, `{"id":"a#","source":"s","name":"n#"}`) + `,"groups":[{"id":"g","filter":"name present"}],"teams":` + list(n, `{"id":"t#","groups":["g"]}`) + `}`
	}},
	{"groups of one comparison each", func(n int) string {
		return `{"accounts":` + list(n, `{"id":"a#","source":"s","name":"n#"}`) + `,"groups":` + list(n, `{"id":"g#","filter":"not name prefix 'n1' and (id != 'a#' or name suffix 'x#')"}`) + `}`
	}},
	{"references to nobody", func(n int) string {
		return `{"users":` + list(n, `{"id":"user-#"}`) + `,"teams":[{"id":"t","members":` + list(n, `{"user":"usex-#"}`) + `}]}`
	}},
	{"references of one broken entry", func(n int) string {
		return `{"users":[{"id":"u","role":"king"}],"teams":` + list(n, `{"id":"t#","members":[{"user":"u"}]}`) + `}`
	}},
	{"unknown fields", func(n int) string { return `{"users":` + list(n, `{"id":"user-#","emial":"x"}`) + `}` }},
	{"unknown fields of one entry", func(n int) string {
		fields := list(n, `"emial#":"x"`)
		return `{"users":[{"id":"u",` + fields[1:len(fields)-1] + `}]}`
	}},
	{"names twice below a long name", func(n int) string {
		fields := list(n, `"x":1`)
		return `{"users":[{"id":"u","` + strings.Repeat("x", 10*n) + `":[{` + fields[1:len(fields)-1] + `}]}]}`
	}},
	{"lists below a long name", func(n int) string {
		return `{"users":[{"id":"u","` + strings.Repeat("x", 10*n) + `":` + list(n, `{"x":1,"x":1}`) + `}]}`
	}},
	{"long names of dots", func(n int) string {
		return `{"user":1,"attributes":{"` + strings.Repeat(".", 10*n) + `":"x","` + strings.Repeat("[", 10*n) + `":"x"},"catalog":{"extends":"company","grant":{"` + strings.Repeat(".", 10*n) + `":["x"]}}}`
	}},
	{"ids twice", func(n int) string { return `{"users":` + list(n, `{"id":"u"}`) + `}` }},
	{"addresses twice", func(n int) string { return `{"users":` + list(n, `{"id":"u#","email":"u@x.test"}`) + `}` }},
	{"members twice", func(n int) string {
		return `{"users":[{"id":"u"}],"teams":[{"id":"t","members":` + list(n, `{"user":"u"}`) + `}]}`
	}},
	{"attributes of a near type", func(n int) string {
		fields := list(n, `"a#":"strin"`)
		return `{"attributes":{` + fields[1:len(fields)-1] + `}}`
	}},
}

// TestLoadGrowth reads a hundred times the input, which may cost two hundred
// times the steps: with problems, without, and in part.
func TestLoadGrowth(t *testing.T) {
	for _, tt := range foreignTexts {
		for name, c := range map[string]*access.Config{"": nil, ", in part": {Partial: func(*document.Error) {}}} {
			t.Run(tt.name+name, func(t *testing.T) {
				const small = 60
				var texts [2][]byte
				var steps [2]uint64
				var took [2]time.Duration
				for i, n := range []int{small, 100 * small} {
					texts[i] = []byte(tt.text(n))
				}
				for range 4 {
					for i, text := range texts {
						var before, after runtime.MemStats
						runtime.ReadMemStats(&before)
						began := time.Now()
						_, _ = access.Load(text, c)
						if d := time.Since(began); took[i] == 0 || d < took[i] {
							took[i] = d
						}
						runtime.ReadMemStats(&after)
						steps[i] = after.TotalAlloc - before.TotalAlloc
					}
					if steps[1] <= 200*steps[0] && took[1] <= 400*took[0] {
						break
					}
				}
				t.Logf("%d bytes: %v and %d bytes; %d bytes: %v and %d bytes", len(texts[0]), took[0], steps[0], len(texts[1]), took[1], steps[1])
				if steps[1] > 200*steps[0] {
					t.Errorf("%d bytes of memory for %d, and %d for %d", steps[1], len(texts[1]), steps[0], len(texts[0]))
				}
				if took[1] > 400*took[0] {
					t.Errorf("%v for %d bytes, and %v for %d", took[1], len(texts[1]), took[0], len(texts[0]))
				}
			})
		}
	}
}
