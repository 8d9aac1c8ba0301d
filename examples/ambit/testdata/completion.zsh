#compdef ambit
# zsh completion of ambit: ambit completion zsh >"${fpath[1]}/_ambit"
_ambit() {
  local -a commands
  if (( CURRENT == 2 )); then
    commands=(
      'check:say whether policies are in order, and list all that is wrong'
      'fmt:write a policy in its canonical form'
      'decide:say whether somebody may do something, with the reason'
      'why:say why, with every route that was tried and what would help'
      'who:list who may do something, and by which route'
      'list:list the accounts, actions or reports that somebody has'
      'diff:compare two policies: who gains and who loses what, and by which route'
      'lint:say what looks wrong in a policy: what is allowed, and probably not meant'
      'picture:draw the data of a team, or of the teams that see most'
      'register:write who has access, since when, given by whom, why and until when'
      'verify:say whether a log is as it was written: nothing edited, missing, moved or cut off'
      'schema:write the JSON Schema of a policy document, for editors'
      'completion:write a script that completes commands and flags in your shell'
      'help:describe ambit, or one of its commands'
    )
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
  check) _arguments '-at[the company after that event of its log]:EVENT:' '-asof[as of when, such as 2027-03-01T00:00:00Z or 2027-03-01; without it, now]:TIME:' '*:policy:_files' ;;
  fmt) _arguments '-w[write the result back to the file]' '-d[show what would change; the exit status is 1 if anything would]' '-l[list the files that would change; the exit status is 1 if there are any]' '-at[the company after that event of its log]:EVENT:' '-asof[as of when, such as 2027-03-01T00:00:00Z or 2027-03-01; without it, now]:TIME:' '*:policy:_files' ;;
  decide) _arguments '-as[who asks]:USER:' '-team[the one team they act within; without it they act at company level]:TEAM:' '-link[the share link that asks, in the place of a user]:LINK:' '-do[the action, such as account.view or report.edit]:ACTION:' '-on[of what: company, or kind:id such as account:de-search, report:q3, user:mia, team:uk, "campaign:c1 in account:us-app"]:RESOURCE:' '-asof[as of when, such as 2027-03-01T00:00:00Z or 2027-03-01; without it, now]:TIME:' '-at[the company after that event of its log]:EVENT:' '-format[of the answer: text or json]:FORMAT:(text json)' '*:policy:_files' ;;
  why) _arguments '-as[who asks]:USER:' '-team[the one team they act within; without it they act at company level]:TEAM:' '-link[the share link that asks, in the place of a user]:LINK:' '-do[the action, such as account.view or report.edit]:ACTION:' '-on[of what: company, or kind:id such as account:de-search, report:q3, user:mia, team:uk, "campaign:c1 in account:us-app"]:RESOURCE:' '-asof[as of when, such as 2027-03-01T00:00:00Z or 2027-03-01; without it, now]:TIME:' '-at[the company after that event of its log]:EVENT:' '-format[of the answer: text or json]:FORMAT:(text json)' '*:policy:_files' ;;
  who) _arguments '-do[the action, such as account.view or report.edit]:ACTION:' '-on[of what: company, or kind:id such as account:de-search, report:q3, user:mia, team:uk, "campaign:c1 in account:us-app"]:RESOURCE:' '-asof[as of when, such as 2027-03-01T00:00:00Z or 2027-03-01; without it, now]:TIME:' '-at[the company after that event of its log]:EVENT:' '-format[of the answer: text or json]:FORMAT:(text json)' '*:policy:_files' ;;
  list) _arguments '-as[who asks]:USER:' '-team[the one team they act within; without it they act at company level]:TEAM:' '-link[the share link that asks, in the place of a user]:LINK:' '-do[the action, such as account.view or report.edit]:ACTION:' '-on[of what: company, or kind:id such as account:de-search, report:q3, user:mia, team:uk, "campaign:c1 in account:us-app"]:RESOURCE:' '-asof[as of when, such as 2027-03-01T00:00:00Z or 2027-03-01; without it, now]:TIME:' '-at[the company after that event of its log]:EVENT:' '-format[of the answer: text or json]:FORMAT:(text json)' '1:what:(accounts actions reports)' '*:policy:_files' ;;
  diff) _arguments '-most[list at most so many of each sort; 0 is all of them]:N:' '-within[look for so long at most, such as 30s; without it, to the end]:DURATION:' '-exit-code[the exit status is 1 if there is a difference]' '-strangers[compare policies of two companies all the same, by the ids in them]' '-asof[as of when, such as 2027-03-01T00:00:00Z or 2027-03-01; without it, now]:TIME:' '-at[the company after that event of its log]:EVENT:' '-old-asof[as -asof, for OLD]:TIME:' '-old-at[as -at, for OLD]:EVENT:' '-format[of the answer: text, markdown or json]:FORMAT:(text markdown json)' '*:policy:_files' ;;
  lint) _arguments '-severity[the exit status is 1 if something is as bad as note, warning or error; warning by default]:SEVERITY:(note warning error)' '-ignore[codes that are not looked for]:CODE,…:' '-days[an end within so many days is soon; 30 by default, 0 is none]:N:' '-asked[the actions that your code asks: others that a role holds are findings]:ACTION,…:' '-most[list at most so many of each sort; 0 is all of them]:N:' '-asof[as of when, such as 2027-03-01T00:00:00Z or 2027-03-01; without it, now]:TIME:' '-at[the company after that event of its log]:EVENT:' '-format[of the answer: text, json or github]:FORMAT:(text json github)' '*:policy:_files' ;;
  picture) _arguments '-team[the one team they act within; without it they act at company level]:TEAM:' '-o[write to a file in the place of standard output]:FILE:' '-asof[as of when, such as 2027-03-01T00:00:00Z or 2027-03-01; without it, now]:TIME:' '-at[the company after that event of its log]:EVENT:' '-format[of the answer: svg or text]:FORMAT:(svg text)' '*:policy:_files' ;;
  register) _arguments '-removed[also people who were removed]' '-asof[as of when, such as 2027-03-01T00:00:00Z or 2027-03-01; without it, now]:TIME:' '-at[the company after that event of its log]:EVENT:' '-format[of the answer: markdown, csv, lines or html]:FORMAT:(markdown csv lines html)' '*:policy:_files' ;;
  verify) _arguments '-checkpoint[a checkpoint that was kept elsewhere, as "ambit-checkpoint v1 31 4f2a…", or a file that has it]:TEXT:' '*:policy:_files' ;;
  schema) _arguments  ;;
  completion) _arguments '1:what:(bash zsh fish)' ;;
  help) _arguments  ;;
  esac
}
[[ $funcstack[1] != _ambit ]] || _ambit "$@"
(( ! $+functions[compdef] )) || compdef _ambit ambit
