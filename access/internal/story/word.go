package story

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

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
	switch err := text.Visible(strings.ReplaceAll(line, "\t", " ")); {
	case err == nil:
		return nil
	case !utf8.ValidString(line):
		return fmt.Errorf("the line %w: save the file as UTF-8", err)
	case strings.Contains(line, "\r"):
		return fmt.Errorf("the line %w: save the file with a line feed at the end of each line", err)
	default:
		return fmt.Errorf("the line %w: type the line again", err)
	}
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
				return nil, notQuoted(line)
			}
			line = line[len(quoted):]
			if line != "" && line[0] != ' ' && line[0] != '\t' {
				return nil, fmt.Errorf("a space is missing after %s: write one", quoted)
			}
			unquoted, err := strconv.Unquote(quoted)
			if err != nil || unquoted == "" {
				return nil, errors.New(`there is nothing between the quotes "": write an id, or remove them`)
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

// notQuoted is the error about a quoted word that cannot be read.
func notQuoted(line string) error {
	closed := strings.Contains(strings.ReplaceAll(line[1:], `\"`, ""), `"`)
	if closed {
		return errors.New(`a word in quotes has a backslash that means nothing: write \" for a quote and \\ for a backslash`)
	}
	return errors.New(`a quote is not closed: write " at the end of the word, as in "account:my shop"`)
}

// quotes are the marks that look like quotes and are none here.
const quotes = "'`´‘’‚“”„«»"

// checkBare refuses a word without quotes that does not mean what it looks like.
func checkBare(text string) error {
	_, id, _ := strings.Cut(text, ":")
	begin, _ := utf8.DecodeRuneInString(text)
	beginID, _ := utf8.DecodeRuneInString(id)
	switch {
	case strings.Contains(text, `"`):
		return fmt.Errorf("there is a quote within %s: put the whole word in quotes, as in \"account:my shop\"", text)
	case strings.ContainsRune(quotes, begin), id != "" && strings.ContainsRune(quotes, beginID), strings.ContainsAny(text, "“”„"):
		return fmt.Errorf(`%s has a quote that is not read as one: write straight double quotes, as in "account:my shop"`, text)
	case text == "," || text == ";":
		return fmt.Errorf("there is a %q between words: remove it", text)
	case strings.HasSuffix(text, ","), strings.HasSuffix(text, ";"):
		return fmt.Errorf("there is a %q after %s: write only a space between words", text[len(text)-1:], strings.TrimRight(text, ",;"))
	}
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			return fmt.Errorf("%q has the character %U, which looks like a space: type a space instead, or put the word in quotes if it is an id", text, r)
		case !unicode.IsPrint(r):
			return fmt.Errorf("%q has the invisible character %U: type the word again, or put it in quotes", text, r)
		}
	}
	return nil
}
