package picture

import (
	"bytes"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/team"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares a picture with a file in testdata, after it was read as XML.
func golden(t *testing.T, name string, d Drawing) {
	t.Helper()
	svg := render(t, d)
	file := filepath.Join("testdata", name+".svg")
	if *update {
		if err := os.WriteFile(file, svg, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, svg) {
		t.Errorf("%s is not the picture now; look at it, and run the test with -update:\n%s", file, svg)
	}
}

// element is what a test looks at of an element.
type element struct {
	name  string
	attrs map[string]string
	text  string
}

// render writes a picture, and checks what holds for each.
func render(t *testing.T, d Drawing) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := d.WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	all := elements(t, b.Bytes())
	root := all[0]
	if root.name != "svg" || root.attrs["role"] != "img" || root.attrs["aria-labelledby"] != "t d" {
		t.Errorf("the picture begins with %v", root)
	}
	if all[1].name != "title" || all[1].text == "" || all[2].name != "desc" || all[2].text != visible(d.Words()) {
		t.Errorf("it is called %v, %v", all[1], all[2])
	}
	for _, e := range all {
		if !slices.Contains([]string{"svg", "g", "title", "desc", "style", "rect", "path", "text"}, e.name) {
			t.Errorf("it has an element %s", e.name)
		}
		for name, value := range e.attrs {
			if name == "style" || name == "href" || strings.HasPrefix(name, "on") || strings.Contains(value, "NaN") || strings.Contains(value, "Inf") || strings.Contains(value, "url") {
				t.Errorf("%s has %s=%q", e.name, name, value)
			}
		}
		if size := e.attrs["font-size"]; e.name == "text" && size != "12" && size != "14" && size != "19" {
			t.Errorf("text of size %q", size)
		}
		if e.name == "style" && e.text != style {
			t.Errorf("style %q", e.text)
		}
	}
	return b.Bytes()
}

// visible is text as XML gives it back.
func visible(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	var out struct {
		Text string `xml:",chardata"`
	}
	_ = xml.Unmarshal([]byte("<a>"+b.String()+"</a>"), &out)
	return out.Text
}

// elements reads a picture strictly.
func elements(t *testing.T, svg []byte) (all []element) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	var open []int
	for {
		token, err := d.Token()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatalf("the picture is not XML: %v\n%s", err, svg)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := element{name: token.Name.Local, attrs: make(map[string]string)}
			for _, a := range token.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			open = append(open, len(all))
			all = append(all, e)
		case xml.CharData:
			if len(open) > 0 {
				all[open[len(open)-1]].text += string(token)
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		default:
			t.Fatalf("the picture has %T", token)
		}
	}
}

// world is a company with an account in two data groups, one that lacks an
// attribute, and a team without data.
const world = `{"catalog": "company",
 "attributes": {"country": "string", "labels": "labels"},
 "accounts": [
  {"id": "us-1", "source": "google-ads", "country": "US", "labels": ["brand"]},
  {"id": "us-2", "source": "google-ads", "country": "US"},
  {"id": "us-3", "source": "meta-ads", "country": "US", "labels": []},
  {"id": "uk-1", "source": "google-ads", "country": "UK", "labels": ["brand"]},
  {"id": "uk-2", "source": "tiktok-ads", "country": "UK", "labels": ["brand"]},
  {"id": "new", "source": "meta-ads", "labels": []}],
 "groups": [
  {"id": "us", "name": "United States", "filter": "country = 'US'"},
  {"id": "brand", "name": "Brand", "filter": "labels has 'brand'"},
  {"id": "uk", "name": "United Kingdom", "filter": "country = 'UK'"},
  {"id": "mars", "name": "Mars", "filter": "country = 'Mars'"}],
 "teams": [
  {"id": "marketing", "name": "Marketing", "groups": ["brand", "mars", "uk", "us"]},
  {"id": "uk", "name": "UK", "groups": ["uk"]},
  {"id": "empty", "name": "Nothing yet"}]}`

func drawn(t *testing.T, p *access.Policy, id team.ID, c *Config) Drawing {
	t.Helper()
	d, ok := Team(p, id, c)
	if !ok {
		t.Fatalf("there is no team %s", id)
	}
	return d
}

func TestGolden(t *testing.T) {
	t.Parallel()
	p := access.MustLoad(world)
	golden(t, "team", drawn(t, p, "marketing", nil))
	golden(t, "one_group", drawn(t, p, "uk", nil))
	golden(t, "no_group", drawn(t, p, "empty", nil))
	golden(t, "company", Teams(p, nil))
	golden(t, "few", Teams(p, &Config{Teams: 1, Groups: 2, Sources: 2}))
	golden(t, "zero", Drawing{})
}

func TestCounts(t *testing.T) {
	t.Parallel()
	d := drawn(t, access.MustLoad(world), "marketing", nil)
	got := fmt.Sprintf("%+v", d)
	const want = "{Company:false Teams:[{ID:marketing Name:Marketing Accounts:5 Counted:8 Groups:[0 1 2 3] OtherGroups:0}] " +
		"Groups:[{ID:brand Name:Brand Accounts:3 Only:0 Unknown:1 Sources:[2 1 0]} {ID:us Name:United States Accounts:3 Only:2 Unknown:1 Sources:[2 0 1]} " +
		"{ID:uk Name:United Kingdom Accounts:2 Only:0 Unknown:1 Sources:[1 1 0]} {ID:mars Name:Mars Accounts:0 Only:0 Unknown:1 Sources:[0 0 0]}] " +
		"Sources:[{Name:google-ads Accounts:3} {Name:tiktok-ads Accounts:1} {Name:meta-ads Accounts:1}] OtherTeams:0 OtherGroups:0 OtherSources:0 Uncounted:0}"
	if got != want {
		t.Errorf("it counts\n%s, not\n%s", got, want)
	}
	for _, g := range Teams(access.MustLoad(world), nil).Groups {
		if g.Only != 0 {
			t.Errorf("in the company, %d accounts are only in %s", g.Only, g.ID)
		}
	}
	part := drawn(t, access.MustLoad(world), "marketing", &Config{Budget: 5})
	if len(part.Groups) != 2 || part.Uncounted != 2 || strings.Contains(part.Words(), "several") {
		t.Errorf("with a small budget %+v: %s", part, part.Words())
	}
	if _, ok := Team(access.MustLoad(world), "mars", nil); ok {
		t.Error("there is a drawing of a team that does not exist")
	}
	if d := Teams(nil, nil); len(d.Teams)+len(d.Groups)+len(d.Sources) != 0 {
		t.Errorf("no policy is drawn as %+v", d)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	p := access.MustLoad(world)
	for _, c := range []struct {
		want string
		d    Drawing
	}{
		{"5 accounts by 4 data groups. Some are in several: added up it would be 8." +
			" Data group Brand matches 3 accounts: 2 from google-ads, 1 from tiktok-ads; none only here; 1 more lacks an attribute." +
			" Data group United States (us) matches 3 accounts: 2 from google-ads, 1 from meta-ads; 2 only here; 1 more lacks an attribute." +
			" Data group United Kingdom (uk) matches 2 accounts: 1 from google-ads, 1 from tiktok-ads; none only here; 1 more lacks an attribute." +
			" Data group Mars matches 0 accounts; 1 more lacks an attribute.", drawn(t, p, "marketing", nil)},
		{"2 accounts by 1 data group. Data group United Kingdom (uk) matches 2 accounts: 1 from google-ads, 1 from tiktok-ads; 1 more lacks an attribute.", drawn(t, p, "uk", nil)},
		{"The team has no data group, so by the team its members see no account.", drawn(t, p, "empty", nil)},
		{"5 accounts by 4 data groups. Data group Brand matches 3 accounts: 2 from google-ads, 1 from other sources; 1 more lacks an attribute." +
			" Not drawn: 3 more data groups, 1 more source; 3 of them were not counted.", drawn(t, p, "marketing", &Config{Budget: 1, Sources: 1})},
		{"The 1 team with the most accounts, of 3 teams. Team Marketing sees 5 accounts by 4 data groups." +
			" Data group Brand matches 3 accounts: 2 from google-ads, 1 from other sources; 1 more lacks an attribute." +
			" Not drawn: 2 more teams, 3 more data groups, 1 more source.", Teams(p, &Config{Teams: 1, Groups: 1, Sources: 1})},
		{"3 teams with 4 data groups. Team Marketing sees 5 accounts by 4 data groups. Team UK sees 2 accounts by 1 data group." +
			" Team Nothing yet (empty) sees 0 accounts, as it has no data group.", Teams(p, nil)},
		{"0 teams with 0 data groups.", Drawing{}},
	} {
		if got := c.d.Words(); !strings.HasPrefix(got, c.want) || len(c.d.Groups) < 2 && got != c.want {
			t.Errorf("the words are\n%s, not\n%s", got, c.want)
		}
	}
}
