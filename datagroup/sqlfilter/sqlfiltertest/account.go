package sqlfiltertest

import (
	"fmt"

	"github.com/ambit-authz/ambit/datagroup"
)

const (
	accountCount = 640 // so many accounts at least
	longestID    = 64  // bytes: ids are keys of tables
)

// Accounts returns the accounts of the corpus, some 640 with distinct ids. They
// have every hostile text in each attribute that is a text or a set, every hostile
// number, every attribute missing now and then, and beside the missing ones empty
// texts and empty sets. Some thirty have the character NUL, which PostgreSQL
// cannot store. The random ones among them depend on the seed, and are the same
// for the same seed.
func Accounts(c *Config) []datagroup.Account {
	b := &builder{draw: newDraw(c.seed()), schema: Schema(), used: make(map[string]bool)}
	b.addTexts()
	b.addSets()
	b.addRare()
	b.addGaps()
	for len(b.accounts) < accountCount {
		b.addRandom()
	}
	return b.accounts
}

// builder makes accounts.
type builder struct {
	draw     draw
	schema   *datagroup.Schema
	accounts []datagroup.Account
	used     map[string]bool // the ids
	ids      int             // of texts that were tried as an id
}

// values are those of an account. "id" and "source" may be among them.
type values map[string]datagroup.Value

// add adds an account, under an id and from a source of its own choice if the
// values have none.
func (b *builder) add(v values) {
	id, source := v["id"].Text(), v["source"].Text()
	if id == "" {
		id = b.nextID()
	}
	if source == "" {
		source = oneOf(b.draw, []string{"google", "Google", "google ", "meta", "m\u00e9ta", "me\u0301ta", "meta%", "m_ta", "US", "us"})
	}
	delete(v, "id")
	delete(v, "source")
	b.used[id] = true
	a, err := b.schema.Account(datagroup.AccountID(id), source, v)
	if err != nil {
		panic(err) // the values are within the limits of an account, as the tests show for many seeds
	}
	b.accounts = append(b.accounts, a)
}

// nextID returns an id, which for every sixth account is a hostile text.
func (b *builder) nextID() string {
	for len(b.accounts)%6 == 0 && b.ids < len(texts) {
		id := texts[b.ids]
		b.ids++
		if id != "" && len(id) <= longestID && !b.used[id] {
			return id
		}
	}
	return fmt.Sprintf("acc-%03d", len(b.accounts))
}

// addTexts adds an account for each text, with different ones in its attributes,
// so that each attribute has each of them once, also in sets of one and of three.
func (b *builder) addTexts() {
	n := len(texts)
	for i := range texts {
		at := func(shift int) string { return texts[(i+shift)%n] }
		b.add(values{
			"name": datagroup.Text(at(0)), "country": datagroup.Text(at(31)), "note": datagroup.Text(at(62)),
			"labels": datagroup.Labels(at(93)), "tags": datagroup.Labels(at(124), at(125), at(127)),
			"rate": datagroup.Number(numbers[i%len(numbers)]), "spend": datagroup.Number(numbers[(i*7+1)%len(numbers)]),
		})
	}
}

// addSets adds accounts with sets of labels that look alike when they are kept as
// JSON, as an array or as rows of another table.
func (b *builder) addSets() {
	long := make([]string, 1000)
	for i := range long {
		long[i] = filler(i)
	}
	for _, set := range [][]string{
		{}, {""}, {" "}, {"a"}, {"A"}, {"a "}, {"a", "b"}, {"a", "b", "ab"}, {"a,b"}, {"ab"}, {"b"}, {"a", "A", "a "}, {"[\"a\"]"}, {"[\"a\",\"b\"]"},
		{"{a,b}"}, {"{\"a\": 1}"}, {"\"a\""}, {"1"}, {"1", "2"}, {"1.0"}, {"null"}, {"NULL"}, {"true"}, {"US", "us"}, {"US"}, {"us"},
		{"", "a"}, {"a%"}, {"a_"}, {"\\"}, {"\\\\"}, {"\u00e9"}, {"e\u0301"}, {"\u212a", "k"}, texts[:20], long[:2], long[:100], long[:101], long[1:101], long,
	} {
		b.add(values{"labels": datagroup.Labels(set...), "tags": datagroup.Labels()})
		b.add(values{"tags": datagroup.Labels(set...)})
	}
}

// addRare adds accounts that not every database can hold: few, since those of a
// database that cannot are not compared.
func (b *builder) addRare() {
	for i, s := range longs {
		b.add(values{"name": datagroup.Text(s), "note": datagroup.Text(longs[(i+1)%len(longs)]), "labels": datagroup.Labels(s, "a")})
		b.add(values{"country": datagroup.Text(s), "tags": datagroup.Labels(s)})
	}
	for i, s := range nuls {
		b.add(values{"id": datagroup.Text(s)})
		b.add(values{"source": datagroup.Text(s)})
		b.add(values{"name": datagroup.Text(s), "country": datagroup.Text(nuls[(i+1)%len(nuls)])})
		b.add(values{"note": datagroup.Text(s)})
		b.add(values{"labels": datagroup.Labels(s)})
		b.add(values{"tags": datagroup.Labels(s, "a")})
	}
}

// addGaps adds accounts that have one attribute only, or all but one, or no
// value, or the empty value, in all of them.
func (b *builder) addGaps() {
	all := func(value func(datagroup.Attribute) datagroup.Value) values {
		v := make(values)
		for _, a := range attributes {
			v[a.Name] = value(a)
		}
		return v
	}
	b.add(values{})
	b.add(all(empty))
	for _, a := range attributes[2:] {
		b.add(values{a.Name: empty(a)})
		b.add(values{a.Name: b.value(a)})
		v := all(b.value)
		delete(v, "id")
		delete(v, a.Name)
		b.add(v)
	}
}

// empty returns the value that programs take for a missing one.
func empty(a datagroup.Attribute) datagroup.Value {
	switch a.Type {
	case datagroup.NumberType:
		return datagroup.Number(0)
	case datagroup.LabelsType:
		return datagroup.Labels()
	default:
		return datagroup.Text("")
	}
}

// addRandom adds an account that lacks about a quarter of the attributes.
func (b *builder) addRandom() {
	v := make(values)
	for _, a := range attributes[2:] {
		if !b.draw.oneIn(4) {
			v[a.Name] = b.value(a)
		}
	}
	b.add(v)
}

// value returns a random value.
func (b *builder) value(a datagroup.Attribute) datagroup.Value {
	d := b.draw
	switch a.Type {
	case datagroup.NumberType:
		return datagroup.Number(d.number())
	case datagroup.LabelsType:
		set := make([]string, d.IntN(5))
		for i := range set {
			set[i] = d.text()
		}
		return datagroup.Labels(set...)
	default:
		return datagroup.Text(d.text())
	}
}
