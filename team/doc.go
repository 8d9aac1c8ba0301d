// Package team puts users in teams and unites what their teams may see.
//
//  1. A user is one person: one id, one e-mail address, exactly one role.
//  2. A user is active unless suspended or past the end of his access.
//  3. A team is a name, a description and the data groups assigned to it.
//     There is no hierarchy and all members are equal.
//  4. A membership puts a user in a team, for good or until an end. Both
//     ways it is many to many, without limits.
//  5. An end is exclusive: at that very instant it is over.
//  6. A team sees the union of its data groups; several teams see the union
//     of what each of them sees. No team and no group is no data.
//  7. An e-mail address is bare ASCII, and two are one mailbox if they differ
//     in the case of ASCII letters only.
//
// The package knows meaning, not storage: package access keeps users and teams
// by the million and answers questions about them with the rules from here.
//
// # Addresses
//
// What [ParseAddress] says of texts that have made two mailboxes one, or one
// mailbox two, in some product: ok, or what is wrong. They are escaped as in a Go
// string, "" is the empty one, and <a*64> is an a 64 times.
//
//	ok      ann@example.com
//	ok      Ann.Lee@Example.COM              kept as written
//	ok      ann+us@example.com               not the mailbox of ann
//	ok      a.n.n@mail.eu.example.com
//	ok      42@4.example
//	ok      !#$%&'*+-/=?^_`{|}~@example.com  every sign of an atom
//	ok      root@localhost                   a host needs no dot
//	ok      a@b-c--d.e-f.com                 hyphens inside a label
//	ok      a@xn--mnchen-3ya.example         an encoded label, compared as bytes
//	ok      a@XN--MNCHEN-3YA.example         the same in capitals
//	ok      a@xn--a.example                  not decoded, so not judged
//	ok      a@xna.example                    only looks encoded
//	ok      <a*64>@example.com               the longest local part
//	ok      a@<b*63>.com                     the longest label
//	ok      <a*64>@<c*61>.<b*63>.<d*63>      the longest, 254 bytes
//	no-at   ""                               empty; the zero address
//	no-at   ann.example.com
//	no-at   ann\uff20example.com             full-width at sign
//	local   @
//	local   @example.com
//	local   .ann@example.com
//	local   ann.@example.com
//	local   a..n@example.com
//	local   \x20ann@example.com              a blank before is not trimmed
//	local   a\x20nn@example.com
//	local   a\tnn@example.com
//	local   ann\r\nBcc:eve@example.com       injection of a header
//	local   ann\x00@example.com
//	local   Ann\x20<ann@example.com>         display name
//	local   <ann@example.com>                angle brackets
//	local   \x22ann\x22@example.com          quoted local part
//	local   \x22a@b\x22@example.org          a parser that strips quotes makes it a@b@example.org
//	local   ann(home)@example.com            comment
//	local   an\\n@example.com                escape
//	local   ann,eve@example.com              list
//	local   mailto:ann@example.com
//	local   mi\u212ae@example.com            KELVIN SIGN; its lower case is k
//	local   \u017fam@example.com             LONG S; its upper case is S
//	local   m\u0131ke@example.com            dotless i; its upper case is I
//	local   M\u0130KE@example.com            dotted capital I; its lower case begins with i
//	local   b\u043eb@example.com             Cyrillic o
//	local   e\u0301ve@example.com            combining accent
//	local   \uff41nn@example.com             full-width a
//	local   an\u200dn@example.com            zero-width joiner
//	local   ann\xff@example.com              not UTF-8
//	local   <a*65>@example.com
//	domain  ann@
//	domain  ann@home@example.com             two at signs
//	domain  ann@example.com.                 trailing dot
//	domain  ann@.example.com
//	domain  ann@example..com
//	domain  ann@example.com\x20
//	domain  ann@example.com\n
//	domain  ann@example.com\r\nBcc:eve       injection of a header
//	domain  ann@example.com(home)            comment
//	domain  ann@[192.0.2.1]                  address literal
//	domain  ann@[IPv6:2001:db8::1]
//	domain  ann@example.com:25               port
//	domain  ann@ex_ample.com
//	domain  ann@-example.com
//	domain  ann@example-.com
//	domain  ann@xn--.example                 decodes to nothing
//	domain  ann@XN--.example
//	domain  ann@xn--example-.com             decodes to example
//	domain  ann@example.xn--com-
//	domain  ann@\u212aim.example
//	domain  ann@\u0435xample.com             Cyrillic e
//	domain  ann@m\u00fcnchen.example         only its encoded label is an address
//	domain  ann@example\u3002com             ideographic full stop
//	domain  ann@exam\u00adple.com            soft hyphen
//	domain  ann@\xffexample.com
//	domain  ann@<b*64>.com
//	long    <a*64>@a<c*61>.<b*63>.<d*63>     255 bytes
//
// Which two are one mailbox for [Address.Equal]. What is no address equals none.
//
//	same    ann@example.com                  Ann@EXAMPLE.com
//	same    ann@xn--mnchen-3ya.de            ann@XN--Mnchen-3YA.de
//	other   ann@example.com                  ann+us@example.com
//	other   ann@example.com                  a.nn@example.com
//	other   ann@example.com                  ann@mail.example.com
//	other   ann@xn--mnchen-3ya.de            ann@munchen.de
//	other   kim@example.com                  \u212aim@example.com
//	other   sam@example.com                  \u017fam@example.com
//	other   mike@example.com                 m\u0131ke@example.com
//	other   mike@example.com                 M\u0130KE@example.com
//	other   bob@example.com                  b\u043eb@example.com
//	other   {x@example.com                   [x@example.com
//	other   ~x@example.com                   ^x@example.com
//	other   `x@example.com                   @x@example.com
//	other   ann@example.com                  ""
//	other   ""                               ""
//
// # Zero values
//
// The zero [User] has no id and no role, the zero [Team] holds no group, and a
// zero end means "for good". The zero [Address] is no address and equals none,
// not even another zero one.
//
// # Concurrency
//
// Everything here is a value. Functions keep nothing and change none of their
// arguments.
//
// # Errors
//
// Only [ParseAddress] and [Address.UnmarshalText] fail; their errors wrap
// [ErrAddress].
package team
