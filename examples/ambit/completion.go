package main

import (
	"fmt"
	"strings"
)

// shells are those with completion.
var shells = []string{"bash", "zsh", "fish"}

// completion writes a script that completes the commands and flags, made from the
// table of commands.
func completion(c *call) (int, error) {
	switch c.args[0] {
	case "bash":
		c.out.WriteString(bashCompletion())
	case "zsh":
		c.out.WriteString(zshCompletion())
	case "fish":
		c.out.WriteString(fishCompletion())
	default:
		return statusFailed, usageError{"completion", fmt.Errorf("it knows %s: %q is none of them", choice(shells), c.args[0])}
	}
	return statusYes, nil
}

// names returns the names of all commands.
func names() []string {
	var all []string
	for _, c := range commands() {
		all = append(all, c.name)
	}
	return all
}

// takesPolicy reports whether an argument of the command is a path, so that
// files complete it.
func (c command) takesPolicy() bool {
	return strings.Contains(c.args, "POLICY") || strings.Contains(c.args, "LOG") || strings.Contains(c.args, "NEW")
}

func bashCompletion() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# bash completion of ambit: eval \"$(ambit completion bash)\"")
	line("_ambit() {")
	line("  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=")
	line("  COMPREPLY=()")
	line("  if [[ $COMP_CWORD -eq 1 ]]; then")
	line("    COMPREPLY=($(compgen -W %s -- \"$cur\"))", quoted(strings.Join(names(), " ")))
	line("    return")
	line("  fi")
	line("  case ${COMP_WORDS[1]}$prev in")
	for _, c := range commands() {
		for _, f := range c.rows() {
			if f.choices != nil {
				line("  %s-%s) words=%s ;;", c.name, f.name, quoted(strings.Join(f.choices, " ")))
			} else if f.value != "" {
				line("  %s-%s) return ;;", c.name, f.name)
			}
		}
	}
	line("  *)")
	line("    case ${COMP_WORDS[1]}$cur in")
	for _, c := range commands() {
		var flags []string
		for _, f := range c.rows() {
			flags = append(flags, "-"+f.name)
		}
		line("    %s-*) words=%s ;;", c.name, quoted(strings.Join(flags, " ")))
	}
	for _, c := range commands() {
		if c.words != nil {
			line("    %s*) [[ $COMP_CWORD -ne 2 ]] || words=%s ;;", c.name, quoted(strings.Join(c.words, " ")))
		}
	}
	line("    esac ;;")
	line("  esac")
	line("  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))")
	line("}")
	line("complete -o default -F _ambit ambit")
	return b.String()
}

func zshCompletion() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("#compdef ambit")
	line("# zsh completion of ambit: ambit completion zsh >\"${fpath[1]}/_ambit\"")
	line("_ambit() {")
	line("  local -a commands")
	line("  if (( CURRENT == 2 )); then")
	line("    commands=(")
	for _, c := range commands() {
		line("      %s", quoted(c.name+":"+c.summary))
	}
	line("    )")
	line("    _describe command commands")
	line("    return")
	line("  fi")
	line("  local command=$words[2]")
	line("  shift words")
	line("  (( CURRENT-- ))")
	line("  case $command in")
	for _, c := range commands() {
		args := []string{}
		for _, f := range c.rows() {
			arg := "-" + f.name + "[" + strings.NewReplacer("[", `\[`, "]", `\]`).Replace(f.about) + "]"
			if f.value != "" {
				arg += ":" + f.value + ":"
			}
			if f.choices != nil {
				arg += "(" + strings.Join(f.choices, " ") + ")"
			}
			args = append(args, quoted(arg))
		}
		if c.words != nil {
			args = append(args, quoted("1:what:("+strings.Join(c.words, " ")+")"))
		}
		if c.takesPolicy() {
			args = append(args, quoted("*:policy:_files"))
		}
		line("  %s) _arguments %s ;;", c.name, strings.Join(args, " "))
	}
	line("  esac")
	line("}")
	line("[[ $funcstack[1] != _ambit ]] || _ambit \"$@\"")
	line("(( ! $+functions[compdef] )) || compdef _ambit ambit")
	return b.String()
}

func fishCompletion() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# fish completion of ambit: ambit completion fish >~/.config/fish/completions/ambit.fish")
	for _, c := range commands() {
		line("complete -c ambit -n __fish_use_subcommand -f -a %s -d %s", c.name, fishQuoted(c.summary))
	}
	for _, c := range commands() {
		when := fishQuoted("__fish_seen_subcommand_from " + c.name)
		for _, f := range c.rows() {
			how := ""
			if f.choices != nil {
				how = " -x -a " + fishQuoted(strings.Join(f.choices, " "))
			} else if f.value != "" {
				how = " -r"
			}
			line("complete -c ambit -n %s -o %s%s -d %s", when, f.name, how, fishQuoted(f.about))
		}
		if c.words != nil {
			line("complete -c ambit -n %s -a %s", when, fishQuoted(strings.Join(c.words, " ")))
		}
	}
	return b.String()
}

// quoted returns a text in the quotes of bash and zsh.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// fishQuoted returns a text in the quotes of fish.
func fishQuoted(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}
