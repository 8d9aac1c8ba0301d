package picture

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

// nasty are names and ids that try to leave their place.
var nasty = []string{
	`</title><script>alert(1)</script>`,
	`"/><image href="http://evil.example/x.png"/>`,
	`<!-- ]]> &amp; &#x3c; ' " -->`,
	strings.Repeat("W", 128),
	strings.Repeat("i", 128),
	strings.Repeat("漢", 42),
	"مرحبا بالعالم " + strings.Repeat("ا", 40),
	strings.Repeat("e\u0301\u0323", 20),
	"👩👧👦 " + strings.Repeat("🏳️", 12),
	"\ufffe\uffff noncharacters",
}

// TestNasty draws a company of which each name and id is hostile.
func TestNasty(t *testing.T) {
	t.Parallel()
	d := &document.Document{}
	for i, name := range nasty {
		id := fmt.Sprintf("%d \u202e%s", i, name)
		id = strings.ToValidUTF8(id[:min(len(id), 250)], "")
		d.Accounts = append(d.Accounts, document.Account{ID: id, Source: id})
		d.Groups = append(d.Groups, document.Group{ID: id, Name: name, Filter: "source = " + datagroup.Text(id).String()})
		d.Teams = append(d.Teams, document.Team{ID: id, Name: name, Groups: []string{id, d.Groups[0].ID}[:min(i+1, 2)]})
	}
	p, err := access.Compile(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "nasty", Teams(p, nil))
	for team := range p.Directory().Teams() {
		render(t, drawn(t, p, team.ID, nil))
	}
}

// TestHostileDrawing: also a drawing that no policy has made is XML.
func TestHostileDrawing(t *testing.T) {
	t.Parallel()
	for _, name := range append([]string{"\x00\x1b[2J\r\n\t", "\xff\xfe", strings.Repeat("\u202e", 500), strings.Repeat("<", 500)}, nasty...) {
		svg := render(t, Drawing{
			Teams:   []TeamData{{Name: name, Accounts: -1, Groups: []int{0}}},
			Groups:  []GroupData{{Name: name, Accounts: 1 << 50, Only: 1 << 50, Sources: []int{1 << 50}}},
			Sources: []SourceData{{Name: name}},
		})
		if !utf8.Valid(svg) || len(svg) > 40_000 {
			t.Errorf("a picture of %d bytes, or of no UTF-8", len(svg))
		}
	}
}

// TestSmallBars: what is little beside others is still seen.
func TestSmallBars(t *testing.T) {
	t.Parallel()
	l := Drawing{Groups: []GroupData{{Accounts: 1_000_000}, {Accounts: 1}, {}}}.layout()
	if bars := l.groups.boxes; bars[1].bar != 3 || bars[2].bar != 0 {
		t.Errorf("the bars are %v", bars)
	}
}

// TestBounded: a company of any size has a picture of the same size.
func TestBounded(t *testing.T) {
	t.Parallel()
	d := &document.Document{}
	for i := range 300 {
		id := fmt.Sprint("id-", i)
		d.Accounts = append(d.Accounts, document.Account{ID: id, Source: fmt.Sprint("source-", i%40)})
		d.Groups = append(d.Groups, document.Group{ID: id, Name: id, Filter: fmt.Sprintf("id in ('id-%d', 'id-%d', 'id-%d')", i, i*7%300, i*i%300)})
		team := document.Team{ID: id, Name: id}
		for g := range i % 25 {
			team.Groups = append(team.Groups, fmt.Sprint("id-", (i+g*11)%300))
		}
		d.Teams = append(d.Teams, team)
	}
	p, err := access.Compile(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	all := Teams(p, nil)
	if len(all.Teams) != 12 || len(all.Groups) != 16 || len(all.Sources) != 8 || all.OtherTeams != 288 || all.OtherGroups == 0 || all.OtherSources == 0 || all.Uncounted != 0 {
		t.Errorf("%d teams, %d data groups, %d sources, of others %d, %d, %d", len(all.Teams), len(all.Groups), len(all.Sources), all.OtherTeams, all.OtherGroups, all.OtherSources)
	}
	golden(t, "many", all)
	golden(t, "many_of_one", drawn(t, p, "id-24", nil))
	few := Teams(p, &Config{Budget: 40})
	if len(few.Teams) == 0 || few.Uncounted < 280 || len(few.Teams)+few.OtherTeams != 300 {
		t.Errorf("with a small budget %d teams are drawn, %d are not counted, and %d are others", len(few.Teams), few.Uncounted, few.OtherTeams)
	}
	render(t, few)
	a, b := few.Words(), Teams(p, &Config{Budget: 40}).Words()
	if a != b || !strings.Contains(a, "were not counted") {
		t.Errorf("the words are\n%s, and then\n%s", a, b)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.ErrUnsupported }

func TestWriterFails(t *testing.T) {
	t.Parallel()
	if err := (Drawing{}).WriteSVG(broken{}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("the error is %v", err)
	}
}

func TestFit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in     string
		pixels float64
		want   string
	}{
		{"", 100, ""},
		{"Germany", 100, "Germany"},
		{"Germany", 50, "Ger…"},
		{"iiiiiiiiii", 40, "iiii…"},
		{"WWWWWWWWWW", 40, "W…"},
		{"漢漢漢漢漢漢", 40, "漢…"},
		{"e\u0301e\u0301e\u0301e\u0301e\u0301", 40, "e\u0301e\u0301…"},
		{"Germany", 1, "…"},
	} {
		if got := fit(c.in, c.pixels, large); got != c.want {
			t.Errorf("%q fits into %v as %q, not %q", c.in, c.pixels, got, c.want)
		}
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := number(n); got != want {
			t.Errorf("%d is written %s", n, got)
		}
	}
}
