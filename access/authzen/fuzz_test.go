package authzen_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/authzen"
)

// seeds are bodies to begin with.
func seeds() [][]byte {
	open := wholeQuestion[:len(wholeQuestion)-1]
	var all [][]byte
	for _, body := range []string{
		wholeQuestion,
		`{}`, `[]`, `{"subject":{}}`, `{"subject":null,"action":{"name":"read"},"resource":{"type":"book","id":"b1"}}`,
		open + `,"context":{"a":[1,"\ud83d\ude00",null]},"evaluations":[{},{"subject":{"type":"user"}},5],"options":{"evaluations_semantic":"execute_all"}}`,
		open + `,"evaluations":[{"action":{"name":"write","properties":{"soft":true}}},{"context":{}}],"options":{"evaluations_semantic":"deny_on_first_deny"}}`,
		open + `,"evaluations":[{"resource":{"type":"book","id":"b2"}},{}],"options":{"evaluations_semantic":"permit_on_first_permit"}}`,
		open + `,"page":{"limit":1,"token":"AQ"},"x":{"y":1,"y":2}}`,
		open + `,"page":{"limit":2,"properties":{"sort":"x"}}}`,
		`{"ſubject":{"type":"user","id":"ann"},"action":{"name":"read"},"resource":{"type":"book","id":"\ud800"}}`,
	} {
		all = append(all, []byte(body))
	}
	return all
}

func FuzzHandler(f *testing.F) {
	for _, body := range seeds() {
		for i := range endpoints {
			f.Add(uint8(i), body)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		ask(t, endpoints[int(which)%len(endpoints)], body)
	})
}

// TestFuzzedBodies asks what FuzzHandler asks about bodies that differ from a good
// one in a few places, the same ones each time: a million of them if AMBIT_LONG is
// set.
func TestFuzzedBodies(t *testing.T) {
	rounds := 3_000
	if os.Getenv("AMBIT_LONG") != "" {
		rounds = 1_000_000
	}
	random := rand.New(rand.NewPCG(1, 2))
	from := seeds()
	good := slices.DeleteFunc(seeds(), func(body []byte) bool { return !bytes.HasPrefix(body, []byte(wholeQuestion[:20])) })
	statuses := make(map[string]map[int]int)
	for i := range rounds {
		body := slices.Clone(good[random.IntN(len(good))])
		for range 1 + random.IntN(3) {
			body = spoil(random, from, body)
		}
		endpoint := endpoints[i%len(endpoints)]
		if statuses[endpoint] == nil {
			statuses[endpoint] = make(map[int]int)
		}
		statuses[endpoint][ask(t, endpoint, body)]++
	}
	for _, endpoint := range endpoints {
		for _, status := range []int{200, 400, 413} {
			if statuses[endpoint][status] == 0 {
				t.Errorf("%s never answered %d", endpoint, status)
			}
		}
	}
	t.Logf("%d bodies: %v", rounds, statuses)
}

// What is put into bodies: values and names keep them JSON, pieces need not.
var (
	values = []string{`null`, `true`, `0`, `-1`, `1.5`, `1e3`, `18446744073709551616`, `""`, `"x"`, `"\u0061"`, `"\ud800"`, `{}`, `[]`, `[{}]`, `{"id":1}`, `"ann"`, `"book"`}
	names  = []string{`"x"`, `"Subject"`, `"context"`, `"type"`, `"id"`, `"name"`, `"properties"`, `"token"`, `"limit"`, `"\u0069d"`}
	pieces = []string{
		`null`, `0`, `{"id":1}`, `"subject"`, `"Subject"`, `"action"`, `"resource"`, `"context"`, `"evaluations"`, `"options"`, `"page"`, `"type"`, `"id"`, `"name"`, `"properties"`,
		`"token"`, `"limit"`, `"evaluations_semantic"`, `"deny_on_first_deny"`, `"permit_on_first_permit"`,
		`,`, `:`, `{`, `}`, `[`, `]`, `"`, `\`, "\xff", "\x00", "\ufeff", ` `, "\n",
	}
)

// spoil changes a body in one place.
func spoil(random *rand.Rand, from [][]byte, body []byte) []byte {
	if len(body) == 0 {
		return append(body, pieces[random.IntN(len(pieces))]...)
	}
	at := random.IntN(len(body))
	start, end := token(body, at)
	switch random.IntN(15) {
	case 0: // a byte less
		return slices.Delete(body, at, at+1)
	case 1: // another byte
		body[at] = byte(random.IntN(256))
	case 2: // cut off
		return body[:at]
	case 3: // another piece
		return slices.Replace(body, start, end, []byte(pieces[random.IntN(len(pieces))])...)
	case 4: // a piece more
		return slices.Insert(body, start, []byte(pieces[random.IntN(len(pieces))])...)
	case 5: // a part twice
		other := at + random.IntN(len(body)-at)
		return slices.Insert(body, other, slices.Clone(body[at:other])...)
	case 6: // the end of another body
		other := from[random.IntN(len(from))]
		return append(body[:at], other[min(at, len(other)):]...)
	case 7: // as large as may be, or larger
		return append(body, bytes.Repeat([]byte(" "), max(0, judgedBytes+1-random.IntN(2)-len(body)))...)
	default: // another value or name
		some := values
		if bytes.HasPrefix(bytes.TrimLeft(body[end:], " "), []byte(":")) {
			some = names
		}
		return slices.Replace(body, start, end, []byte(some[random.IntN(len(some))])...)
	}
	return body
}

// token returns where the value or the name at a place begins and ends.
func token(body []byte, at int) (start, end int) {
	const apart = "{}[]:, \n"
	for at < len(body)-1 && strings.ContainsRune("}]:, \n", rune(body[at])) {
		at++
	}
	if body[at] == '{' || body[at] == '[' {
		depth := 0
		for end = at; end < len(body); end++ {
			switch body[end] {
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return at, end + 1
				}
			}
		}
		return at, end
	}
	for start = at; start > 0 && !strings.ContainsRune(apart, rune(body[start-1])); start-- {
	}
	for end = at; end < len(body) && !strings.ContainsRune(apart, rune(body[end])); end++ {
	}
	return start, max(end, start)
}

// FuzzToken sends tokens that the server did not make. Each must lead to a list
// that the caller may also get without it.
func FuzzToken(f *testing.F) {
	for _, token := range []string{"", "AA", "AQ", "====", "\u00e9"} {
		f.Add(token, uint64(0))
	}
	shelf := pager(8)
	h, err := authzen.New(authzen.Config{Evaluator: shelf.serves, Searcher: shelf.searcher(), Authenticate: authzen.Unauthenticated})
	if err != nil {
		f.Fatal(err)
	}
	_, answer := post(f, h, "search/resource", `{`+list+`,"page":{"limit":3}}`)
	_, token, _ := strings.Cut(answer, `"next_token":"`)
	token, _, _ = strings.Cut(token, `"`)
	f.Add(token, uint64(3))
	f.Fuzz(func(t *testing.T, token string, limit uint64) {
		quoted, err := json.Marshal(map[string]any{"token": token, "limit": limit})
		if err != nil {
			t.Fatal(err)
		}
		w := serve(h, request("search/resource", `{`+list+`,"page":`+string(quoted)+`}`))
		if w.Code != http.StatusOK && w.Code != http.StatusBadRequest {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		var p pageOf
		if err := json.Unmarshal(w.Body.Bytes(), &p); w.Code == http.StatusOK && (err != nil || len(p.Results) > 8) {
			t.Fatalf("%s %v", w.Body, err)
		}
	})
}
