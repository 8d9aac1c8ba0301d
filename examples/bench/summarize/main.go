// Command summarize reads what `go test -bench` of this module prints, and
// prints it as tables in Markdown: minima over the turns, ratios to hand.
//
//	go test -run '^$' -bench . -turns 5 . | go run ./summarize
//
// The worst cases get a table of their own: Ambit's figures at a number and at a
// tenth of it, and those of hand.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// result has the minima of one benchmark by unit.
type result map[string]float64

// report is a run: what was measured, in the order in which it was.
type report struct {
	cpu     string
	groups  []string // sizes, or sets of worst cases
	rows    map[string][]string
	columns map[string][]string
	results map[[3]string]result
	notes   []string
}

var (
	line = regexp.MustCompile(`^Benchmark(\w*)/(\S+?)(?:-\d+)?\s+\d+\s+(\S.*)$`)
	turn = regexp.MustCompile(`#\d+`)
)

var unit = flag.String("unit", "ns/op", "of times; cpu-ns/op is what the process used, all goroutines and the collector included")

func main() {
	flag.Parse()
	r, err := read(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	r.write(os.Stdout, time.Now())
}

// read takes the lines of benchmarks and the notes between them.
func read(from io.Reader) (*report, error) {
	r := &report{rows: make(map[string][]string), columns: make(map[string][]string), results: make(map[[3]string]result)}
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		text := lines.Text()
		if cpu, ok := strings.CutPrefix(text, "cpu: "); ok {
			r.cpu = cpu
		}
		if note, ok := strings.CutPrefix(text, "# "); ok && !slices.Contains(r.notes, note) {
			r.notes = append(r.notes, note)
		}
		if strings.HasPrefix(text, "--- FAIL") || strings.HasPrefix(text, "FAIL") {
			return nil, fmt.Errorf("the benchmark failed: %s", text)
		}
		if m := line.FindStringSubmatch(text); m != nil {
			r.add(m[1], strings.Split(turn.ReplaceAllString(m[2], ""), "/"), strings.Fields(m[3]))
		}
	}
	return r, lines.Err()
}

// add takes the figures of one benchmark: of size/measure/engine, or of worst
// case/measure/number/engine, which is a group with a row for each measure. Those
// of module rivals are groups of their own.
func (r *report) add(kind string, parts, figures []string) {
	if len(parts) == 4 && kind == "Worst" {
		parts = []string{kind, words(parts[0]) + " | " + words(parts[1]), parts[2] + " " + parts[3]}
	}
	if len(parts) != 3 {
		return
	}
	if kind == "Rivals" {
		parts[0] += ", with other engines"
	}
	group, row, column := parts[0], parts[1], parts[2]
	r.groups = with(r.groups, group)
	r.rows[group] = with(r.rows[group], row)
	r.columns[group] = with(r.columns[group], column)
	key := [3]string{group, row, column}
	if r.results[key] == nil {
		r.results[key] = make(result)
	}
	for i := 0; i+1 < len(figures); i += 2 {
		v, err := strconv.ParseFloat(figures[i], 64)
		if old, ok := r.results[key][figures[i+1]]; err == nil && (!ok || v < old) {
			r.results[key][figures[i+1]] = v
		}
	}
}

func words(name string) string { return strings.ReplaceAll(name, "_", " ") }

func with(all []string, s string) []string {
	if slices.Contains(all, s) {
		return all
	}
	return append(all, s)
}

// write prints a table for each group.
func (r *report) write(to io.Writer, now time.Time) {
	fmt.Fprintf(to, "%s, %s, %s.\n", r.cpu, runtime.Version(), now.Format("2 January 2006"))
	for _, group := range r.groups {
		if group == "Worst" {
			r.writeWorst(to)
		} else {
			r.writeGroup(to, group)
		}
	}
	r.writeGrowth(to)
	for _, note := range r.notes {
		fmt.Fprintf(to, "\n%s.\n", note)
	}
}

func (r *report) writeGroup(to io.Writer, group string) {
	columns := r.columns[group]
	fmt.Fprintf(to, "\n**%s**\n\n| | %s |\n|---|%s\n", group, strings.Join(columns, " | "), strings.Repeat("---:|", len(columns)))
	for _, row := range r.rows[group] {
		r.writeRow(to, group, label(row), row, *unit, duration)
		if row == "Load" {
			r.writeRow(to, group, "live heap", row, "heap-B", size)
		}
	}
	var changes []string
	for _, row := range r.rows[group] {
		if bytes, ok := r.results[[3]string{group, row, "ambit"}]["B/op"]; ok && slices.Contains(changeRows, row) {
			changes = append(changes, strings.TrimPrefix(label(row), "change ")+" "+size(bytes))
		}
	}
	if changes != nil {
		fmt.Fprintf(to, "\nBytes allocated by a change: %s.\n", strings.Join(changes, "; "))
	}
	var beside []string
	for _, column := range columns {
		alone, writing := r.results[[3]string{group, "Readers", column}][*unit], r.results[[3]string{group, "ReadersWriter", column}][*unit]
		if alone > 0 && writing > 0 {
			beside = append(beside, column+" "+ratio(writing/alone))
		}
	}
	if beside != nil {
		fmt.Fprintf(to, "\nA reader beside the writer takes, of what it takes without one: %s.\n", strings.Join(beside, "; "))
	}
}

// writeRow prints the figures of one unit, with ratios to hand.
func (r *report) writeRow(to io.Writer, group, name, row, unit string, format func(float64) string) {
	var cells []string
	hand := r.results[[3]string{group, row, "hand"}][unit]
	for _, column := range r.columns[group] {
		v, ok := r.results[[3]string{group, row, column}][unit]
		switch {
		case !ok:
			cells = append(cells, "")
		case hand > 0 && column != "hand":
			cells = append(cells, fmt.Sprintf("%s (%s)", format(v), ratio(v/hand)))
		default:
			cells = append(cells, format(v))
		}
	}
	fmt.Fprintf(to, "| %s | %s |\n", name, strings.Join(cells, " | "))
}

// labels say what the measures are; others speak for themselves.
var labels = map[string]string{
	"Decide":        "`Decide`, cold",
	"DecideHot":     "`Decide`, hot",
	"ViewSees":      "`View.Sees`",
	"Accounts":      "the accounts of a member",
	"AllAccounts":   "all accounts",
	"Who":           "who sees an account",
	"Move":          "change of a membership",
	"SetRole":       "change of a role",
	"SetEnd":        "change of an end of access",
	"SetAccount":    "change of an account",
	"Attach":        "change of a team's groups",
	"RemoveTeam":    "removal of a team of 100,000",
	"SetFilter":     "change of a filter over attributes",
	"SetNameFilter": "change of a filter over names",
	"Preview":       "preview of a filter over attributes",
	"PreviewName":   "preview of a filter over names",
	"Explain":       "`Explain` of a denial",
	"Load":          "load",
	"Readers":       "each of two readers",
	"ReadersWriter": "each of two readers, with a writer",
}

func label(row string) string {
	if l, ok := labels[row]; ok {
		return l
	}
	return row
}

var changeRows = []string{"Move", "SetRole", "SetEnd", "SetAccount", "Attach", "RemoveTeam"}

// writeGrowth prints what figures at L are times those at M.
func (r *report) writeGrowth(to io.Writer) {
	columns := r.columns["L"]
	if columns == nil || r.columns["M"] == nil {
		return
	}
	fmt.Fprintf(to, "\n**From M to L**\n\n| | %s |\n|---|%s\n", strings.Join(columns, " | "), strings.Repeat("---:|", len(columns)))
	for _, row := range []struct{ name, row, per string }{
		{"`Decide`, cold", "Decide", ""},
		{"the accounts of a member, per account", "Accounts", "items/op"},
		{"who sees an account, per user", "Who", "items/op"},
		{"change of a membership", "Move", ""},
		{"change of an account", "SetAccount", ""},
	} {
		var cells []string
		for _, column := range columns {
			cost := func(group string) float64 {
				figures := r.results[[3]string{group, row.row, column}]
				if row.per != "" && figures != nil {
					return figures[*unit] / figures[row.per]
				}
				return figures[*unit]
			}
			cell := ""
			if m, l := cost("M"), cost("L"); m > 0 && l > 0 {
				cell = ratio(l / m)
			}
			cells = append(cells, cell)
		}
		fmt.Fprintf(to, "| %s | %s |\n", row.name, strings.Join(cells, " | "))
	}
}

// writeWorst prints a row for each measure of each worst case.
func (r *report) writeWorst(to io.Writer) {
	fmt.Fprint(to, "\n| worst case | measure | n | Ambit | for a tenth of n | by hand |\n|---|---|---:|---:|---:|---:|\n")
	for _, row := range r.rows["Worst"] {
		figure := func(n int, engine string) float64 {
			return r.results[[3]string{"Worst", row, fmt.Sprintf("%d %s", n, engine)}][*unit]
		}
		n := 0
		for _, column := range r.columns["Worst"] {
			first, _, _ := strings.Cut(column, " ")
			if v, err := strconv.Atoi(first); err == nil && v > n && figure(v, "ambit") > 0 {
				n = v
			}
		}
		cell := func(n int, engine string) string {
			if v := figure(n, engine); v > 0 {
				return duration(v)
			}
			return ""
		}
		fmt.Fprintf(to, "| %s | %s | %s | %s | %s |\n", row, number(n), cell(n, "ambit"), cell(n/10, "ambit"), cell(n, "hand"))
	}
}

// number prints a number with commas.
func number(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", number(n/1000), n%1000)
}

func ratio(v float64) string {
	if v < 10 {
		return fmt.Sprintf("%.2f ×", v)
	}
	return fmt.Sprintf("%.0f ×", v)
}

func duration(ns float64) string { return scaled(ns, []string{"ns", "µs", "ms", "s"}) }

func size(bytes float64) string { return scaled(bytes, []string{"B", "kB", "MB", "GB"}) }

// scaled prints three digits or so.
func scaled(v float64, units []string) string {
	i := 0
	for ; v >= 1000 && i < len(units)-1; i++ {
		v /= 1000
	}
	digits := 0
	if v < 100 {
		digits = 1
	}
	return fmt.Sprintf("%.*f %s", digits, v, units[i])
}
