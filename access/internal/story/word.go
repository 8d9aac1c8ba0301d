package story

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/ambit-authz/ambit/internal/text"
)

// word is one word of a line. A quoted word is never a keyword.
type word struct {
	text   string
	quoted bool
}

// is reports whether w is the keyword.
func (w word) is(keyword string) bool { return !w.quoted && w.text == keyword }

// checkLine refuses what does not mean what it looks like, as [text.Visible]
// does, but for tabs.
func checkLine(line string) error {
	if err := text.Visible(strings.ReplaceAll(line, "\t", " ")); err != nil {
		return fmt.Errorf("the line %w", err)
	}
	return nil
}

// splitWords splits a line at spaces and tabs, and drops the comment.
func splitWords(line string) ([]word, error) {
	var words []word
	for {
		line = strings.TrimLeft(line, " \t")
		switch {
		case line == "" || line[0] == '#':
			return words, nil
		case line[0] == '"':
			quoted, err := strconv.QuotedPrefix(line)
			if err != nil {
				return nil, errors.New(`a quote " is not closed, or it has an escape that Go does not know`)
			}
			line = line[len(quoted):]
			if line != "" && line[0] != ' ' && line[0] != '\t' {
				return nil, fmt.Errorf("a space is missing after %s", quoted)
			}
			unquoted, err := strconv.Unquote(quoted)
			if err != nil || unquoted == "" {
				return nil, errors.New(`"" is not a word`)
			}
			words = append(words, word{unquoted, true})
		default:
			end := strings.IndexAny(line, " \t")
			if end < 0 {
				end = len(line)
			}
			if err := checkBare(line[:end]); err != nil {
				return nil, err
			}
			words = append(words, word{line[:end], false})
			line = line[end:]
		}
	}
}

// checkBare refuses a word without quotes that does not mean what it looks like.
func checkBare(text string) error {
	if strings.Contains(text, `"`) {
		return fmt.Errorf("there is a quote within %s: put the whole word in quotes", text)
	}
	for _, r := range text {
		if !unicode.IsPrint(r) {
			return fmt.Errorf("%q has the invisible character %U: retype the word, or put it in quotes", text, r)
		}
	}
	return nil
}
