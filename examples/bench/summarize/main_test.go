package main

import (
	"strings"
	"testing"
	"time"
)

const output = `goos: linux
cpu: AMD EPYC
# opa is not measured at L: it is too large
Benchmark/M/Load/hand-2            	 10	 8000000 ns/op	 9000000 cpu-ns/op	 8700000 heap-B
Benchmark/M/Load/ambit-2           	 10	16000000 ns/op	19000000 cpu-ns/op	 4350000 heap-B
Benchmark/M/Decide/floor-2         	 10	 17.25 ns/op	 17.30 cpu-ns/op
Benchmark/M/Decide/hand-2          	 10	 150.0 ns/op	 151.0 cpu-ns/op
Benchmark/M/Decide/hand-int-2      	 10	 50.0 ns/op	 51.0 cpu-ns/op
Benchmark/M/Decide/ambit-2         	 10	 80.0 ns/op	 81.0 cpu-ns/op
Benchmark/M/Decide/hand#01-2       	 10	 140.0 ns/op	 151.0 cpu-ns/op
Benchmark/M/Decide/hand-int#01-2   	 10	 60.0 ns/op	 51.0 cpu-ns/op
Benchmark/M/Decide/ambit#01-2      	 10	 70.0 ns/op	 81.0 cpu-ns/op
Benchmark/M/Who/hand-2             	 10	 1000 ns/op	 10 items/op
Benchmark/M/Who/ambit-2            	 10	 1000 ns/op	 10 items/op
Benchmark/M/Move/ambit-2           	 10	 4000 ns/op	 4096 B/op
Benchmark/M/Readers/ambit-2        	 10	 100.0 ns/op
Benchmark/M/ReadersWriter/ambit-2  	 10	 110.0 ns/op
BenchmarkRivals/M/Decide/opa-2     	 10	 20000 ns/op
Benchmark/L/Decide/floor-2         	 10	 172.5 ns/op
Benchmark/L/Decide/ambit-2         	 10	 350.0 ns/op
Benchmark/L/Who/ambit-2            	 10	 12000 ns/op	 100 items/op
BenchmarkWorst/an_account_in_n_groups/who_sees/1000/hand-2        	 10	 300.0 ns/op
BenchmarkWorst/an_account_in_n_groups/who_sees/1000/ambit-2       	 10	 100.0 ns/op
BenchmarkWorst/an_account_in_n_groups/who_sees#01/10000/hand-2    	 10	 3000 ns/op
BenchmarkWorst/an_account_in_n_groups/who_sees#01/10000/ambit-2   	 10	 210.0 ns/op
BenchmarkWorst/an_account_in_n_groups/who_sees#01/10000/ambit#01-2 	 10	 200.0 ns/op
BenchmarkWorst/ids_of_n_bytes/move/20/ambit-2                   	 10	 200.0 ns/op
BenchmarkWorst/ids_of_n_bytes/move#01/200/ambit-2               	 10	 300.0 ns/op
PASS
`

func TestSummarize(t *testing.T) {
	r, err := read(strings.NewReader(output))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	r.write(&b, time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC))
	_, got, _ := strings.Cut(b.String(), "\n")
	want := `
**M**

| | hand | ambit | floor | hand-int |
|---|---:|---:|---:|---:|
| load | 8.0 ms | 16.0 ms (2.00 ×) |  |  |
| live heap | 8.7 MB | 4.3 MB (0.50 ×) |  |  |
| ` + "`Decide`" + `, cold | 140 ns | 70.0 ns (0.50 ×) | 17.2 ns (0.12 ×) | 50.0 ns (0.36 ×) |
| who sees an account | 1.0 µs | 1.0 µs (1.00 ×) |  |  |
| change of a membership |  | 4.0 µs |  |  |
| each of two readers |  | 100 ns |  |  |
| each of two readers, with a writer |  | 110 ns |  |  |

Bytes allocated by a change: of a membership 4.1 kB.

A reader beside the writer takes, of what it takes without one: ambit 1.10 ×.

**M, with other engines**

| | opa |
|---|---:|
| ` + "`Decide`" + `, cold | 20.0 µs |

**L**

| | floor | ambit |
|---|---:|---:|
| ` + "`Decide`" + `, cold | 172 ns | 350 ns |
| who sees an account |  | 12.0 µs |

| worst case | measure | n | Ambit | for a tenth of n | by hand |
|---|---|---:|---:|---:|---:|
| an account in n groups | who sees | 10,000 | 200 ns | 100 ns | 3.0 µs |
| ids of n bytes | move | 200 | 300 ns | 200 ns |  |

**From M to L**

| | floor | ambit |
|---|---:|---:|
| ` + "`Decide`" + `, cold | 10 × | 5.00 × |
| the accounts of a member, per account |  |  |
| who sees an account, per user |  | 1.20 × |
| change of a membership |  |  |
| change of an account |  |  |

opa is not measured at L: it is too large.
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestFailure(t *testing.T) {
	if _, err := read(strings.NewReader(output + "--- FAIL: Benchmark/M/Who/hand\n")); err == nil {
		t.Error("a table of a run that failed")
	}
}
