package story

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ambit-authz/ambit/internal/growth"
)

// TestReadGrowth: what story files cost to read and to check grows with them only,
// whatever is in them.
func TestReadGrowth(t *testing.T) {
	p := loadPolicy(t)
	for name, line := range map[string]string{
		"good lines": "deny tom user.invite company", "failing lines": "allow tom user.invite company", "lists": "sees tom us-search us-social",
		"stories": "story S#\ndeny tom user.invite company", "stories of one name": "story S\ndeny tom user.invite company", "the same line": "deny tom user.invite company",
		"unknown users": "deny tim# user.invite company", "unknown actions": "deny tom user.invit# company", "unknown kinds": "deny tom user.invite compani:#",
		"unknown words": "denie tom user.invite company", "comments": "# x#", "spaces": "   ", "quotes": `deny "tom`, "no encoding": "deny \xff",
		"matrices": "matrix\nsubjects tom ann\nactions account.view\nresources account:us-search\nend", "matrices left open": "matrix\nsubjects tom",
		"lists of a team": "team americas sees us-search us-social", "lists at least": "sees tom at least us-search", "unknown teams": "team tim# sees us-search",
		"times": "at 2027-01-01",
	} {
		t.Run(name, func(t *testing.T) {
			growth.Hundredfold(t, 10, func(n int) func() {
				var text strings.Builder
				text.WriteString("story first\n")
				for i := range n {
					text.WriteString(strings.ReplaceAll(line, "#", fmt.Sprint(i)) + "\n")
				}
				files := fstest.MapFS{"s.story": {Data: []byte(text.String())}}
				return func() {
					for _, s := range Read(p, files).Stories {
						Texts(s.Failures(p))
					}
				}
			})
		})
	}
	t.Run("words in a line", func(t *testing.T) {
		growth.Hundredfold(t, 10, func(n int) func() {
			files := fstest.MapFS{"s.story": {Data: []byte("story S\nsees tom" + strings.Repeat(" us-serch", n) + "\n")}}
			return func() {
				for _, s := range Read(p, files).Stories {
					Texts(s.Failures(p))
				}
			}
		})
	})
	for name, line := range map[string]string{"allowed once": "allow # a.b company", "allowed again and again": "allow 1 2 3 4 5 6 7 8 9 10 a.b c.d company kind:x kind:y", "allowed to unknown users": "allow 1 zoe# a.b company", "allowed in unknown places": "allow 1 a.b kind:#"} {
		t.Run(name, func(t *testing.T) {
			growth.Hundredfold(t, 10, func(n int) func() {
				var text strings.Builder
				text.WriteString("story S\nmatrix\nactions a.b c.d\nresources company kind:x kind:y\n")
				for i := range n {
					fmt.Fprintf(&text, "subjects %d\n", i)
				}
				for i := range n {
					text.WriteString(strings.ReplaceAll(line, "#", fmt.Sprint(i)) + "\n")
				}
				return func() {
					stories, _ := parse("s.story", []byte(text.String()))
					Texts(stories[0].mistakes)
				}
			})
		})
	}
	t.Run("files", func(t *testing.T) {
		growth.Hundredfold(t, 5, func(n int) func() {
			files := fstest.MapFS{}
			for i := range n {
				files[fmt.Sprintf("d%d/s.story", i)] = &fstest.MapFile{Data: []byte("story S\ndeny tom user.invite company\n")}
			}
			return func() { Read(p, files) }
		})
	})
}
