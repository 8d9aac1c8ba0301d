package invite_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/ambit-authz/ambit/invite"
)

// largeFile is a file of so many rows, every tenth of them a duplicate.
func largeFile(rows int) []byte {
	var b bytes.Buffer
	b.WriteString("email,name,role,teams,reason,until\r\n")
	for i := range rows {
		fmt.Fprintf(&b, "Person.%d@example.com,Person %d,team-member,team-%06d; team-%06d,\"new in, the %dth team\",2027-03-01\r\n", i-i%10/9, i, i%500, i%500+1, i%500)
	}
	return b.Bytes()
}

// BenchmarkReadCSV reads as many rows as a file may have.
func BenchmarkReadCSV(b *testing.B) {
	file := largeFile(100_000)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		rows, err := invite.ReadCSV(bytes.NewReader(file), nil)
		if err != nil || len(rows) != 100_000 || rows[99_998].Code != invite.OK || rows[99_999].Code != invite.DuplicateInFile {
			b.Fatal(len(rows), err)
		}
	}
}
