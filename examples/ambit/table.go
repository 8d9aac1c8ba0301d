package main

import "slices"

// command is one row of the table of commands.
type command struct {
	name     string
	args     string        // as usage shows them
	min, max int           // how many there are; a max of -1 is any number
	words    []string      // what the first argument may be, if it is one of a few
	flags    string        // the names of rows of flagRows, separated by spaces
	needs    string        // those of them that say what is asked
	formats  []string      // of the answer, the default first
	summary  string        // one line
	about    string        // more lines, with all that help says
	statuses string        // what each exit status means that is not as everywhere
	example  string        // a command line, without ambit
	more     func(*output) // writes what else help says
	run      func(*call) (int, error)
}

// textJSON are the formats of most answers.
var textJSON = []string{"text", "json"}

// commands returns the table of commands, in the order in which help lists them.
func commands() []command {
	return []command{
		{
			name: "check", args: "POLICY…", min: 1, max: -1, flags: "at asof",
			summary:  "say whether policies are in order, and list all that is wrong",
			about:    "Each mistake is told with its file, line and path. The log of a company is replayed:\nits chain of hashes and every change are checked.",
			statuses: "0 in order, 1 with mistakes, 2 if it could not be read",
			example:  "check policy.json", run: check,
		},
		{
			name: "fmt", args: "POLICY…", min: 1, max: -1, flags: "w d l at asof",
			summary:  "write a policy in its canonical form",
			about:    "It is sorted by id and laid out for reading: the same policy always has the same bytes.\nOf a log it writes the document that its events come to.",
			statuses: "0 written or canonical already, 1 if -d or -l found something, 2 with mistakes",
			example:  "fmt -w policy.json", run: format,
		},
		{
			name: "decide", args: "POLICY", min: 1, max: 1, flags: "as team link do on asof at", needs: "as do on", formats: textJSON,
			summary:  "say whether somebody may do something, with the reason",
			about:    "The reason names roles, teams and data groups: it is for you, not for the user.",
			statuses: "0 allowed, 1 denied, as for a name that does not exist",
			example:  "decide -as mia -do account.view -on account:us-search policy.json", run: decide,
		},
		{
			name: "why", args: "POLICY", min: 1, max: 1, flags: "as team link do on asof at", needs: "as do on", formats: textJSON,
			summary:  "say why, with every route that was tried and what would help",
			about:    "A denial lists changes that would take its reason away, and who may make them.",
			statuses: "0 allowed, 1 denied, as for a name that does not exist",
			example:  "why -as mia -do account.view -on account:de-search policy.json", run: why,
		},
		{
			name: "who", args: "POLICY", min: 1, max: 1, flags: "do on asof at", needs: "do on", formats: textJSON,
			summary:  "list who may do something, and by which route",
			statuses: "0 somebody may, 1 nobody may, as for a name that does not exist",
			example:  "who -do report.edit -on report:europe policy.json", run: who,
		},
		{
			name: "list", args: "accounts|actions|reports POLICY", min: 2, max: 2, words: listed,
			flags: "as team link do on asof at", needs: "as", formats: textJSON,
			summary:  "list the accounts, actions or reports that somebody has",
			about:    "Of accounts it lists those they see, of actions those they may take at -on, and of reports\nthose at which they may take the action -do, report.view by default.",
			statuses: "0 there are some, 1 there are none",
			example:  "list accounts -as mia policy.json", run: listItems,
		},
		{
			name: "diff", args: "OLD NEW", min: 2, max: 2, flags: "most within exit-code strangers asof at old-asof old-at", formats: []string{"text", "markdown", "json"},
			summary:  "compare two policies: who gains and who loses what, and by which route",
			about:    "Everything either policy allows at any time is compared, whatever the order, layout and\nnames in the documents. Lines with + are gains, lines with - losses, and lines with ~\nsay whether the change of a filter can only narrow or widen, whatever accounts there will\nbe. Lines with ! say what makes the comparison doubtful. Markdown is for a comment on a pull\nrequest: no name in it is markup.",
			statuses: "0 compared; with -exit-code 0 no difference, 1 a difference, 3 none found -within the time",
			example:  "diff old.json new.json", run: difference,
		},
		{
			name: "lint", args: "POLICY…", min: 1, max: -1, flags: "severity ignore days asked most asof at", formats: []string{"text", "json", "github"},
			summary:  "say what looks wrong in a policy: what is allowed, and probably not meant",
			about:    "Each finding has its file and line, and a code that stays the same. The format github is\nfor its workflows: the findings show at the lines of a pull request.",
			statuses: "0 nothing as bad as -severity, 1 something is",
			example:  "lint -severity error policy.json", more: lintCodes, run: lintPolicies,
		},
		{
			name: "picture", args: "POLICY", min: 1, max: 1, flags: "team o asof at", formats: []string{"svg", "text"},
			summary:  "draw the data of a team, or of the teams that see most",
			about:    "The drawing has teams, data groups and accounts by source. As text it is a few sentences.",
			statuses: "0 drawn, 1 there is no such team",
			example:  "picture -team americas -o americas.svg policy.json", run: draw,
		},
		{
			name: "register", args: "file:LOG", min: 1, max: 1, flags: "removed asof at", formats: []string{"markdown", "csv", "lines", "html"},
			summary: "write who has access, since when, given by whom, why and until when",
			about:   "CSV is safe to open in a spreadsheet: no text in it is a formula. Lines are JSON, a row on\neach, with all there is.",
			example: "register -format csv -asof 2026-06-30 file:acme.log", run: register,
		},
		{
			name: "verify", args: "file:LOG", min: 1, max: 1, flags: "checkpoint",
			summary:  "say whether a log is as it was written: nothing edited, missing, moved or cut off",
			about:    "Without a checkpoint that was kept elsewhere nobody can tell whether the end of the log is\nmissing, or all of it was written again.",
			statuses: "0 it is, and contains the checkpoint; 1 it is not; 3 it fits together, but no checkpoint proves it",
			example:  "verify -checkpoint acme.checkpoint file:acme.log", run: verify,
		},
		{
			name: "schema", summary: "write the JSON Schema of a policy document, for editors",
			about:   "It is of draft 2020-12, and accepts every document that is in order. References and filters\nare beyond it: ambit check has those.",
			example: "schema", run: schema,
		},
		{
			name: "completion", args: "bash|zsh|fish", min: 1, max: 1, words: shells,
			summary: "write a script that completes commands and flags in your shell",
			about:   "For bash put eval \"$(ambit completion bash)\" into ~/.bashrc; the script of each shell\nbegins with how to use it.",
			example: "completion bash", run: completion,
		},
		{
			name: "help", args: "[COMMAND]", max: 1,
			summary: "describe ambit, or one of its commands",
			example: "help diff", run: help,
		},
	}
}

// find returns the command with a name.
func find(name string) (command, bool) {
	all := commands()
	if i := slices.IndexFunc(all, func(c command) bool { return c.name == name }); i >= 0 {
		return all[i], true
	}
	return command{}, false
}
