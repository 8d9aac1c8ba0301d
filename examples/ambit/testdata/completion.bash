# bash completion of ambit: eval "$(ambit completion bash)"
_ambit() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W 'check fmt decide why who list diff lint picture register verify schema completion help' -- "$cur"))
    return
  fi
  case ${COMP_WORDS[1]}$prev in
  check-at) return ;;
  check-asof) return ;;
  fmt-at) return ;;
  fmt-asof) return ;;
  decide-as) return ;;
  decide-team) return ;;
  decide-link) return ;;
  decide-do) return ;;
  decide-on) return ;;
  decide-asof) return ;;
  decide-at) return ;;
  decide-format) words='text json' ;;
  why-as) return ;;
  why-team) return ;;
  why-link) return ;;
  why-do) return ;;
  why-on) return ;;
  why-asof) return ;;
  why-at) return ;;
  why-format) words='text json' ;;
  who-do) return ;;
  who-on) return ;;
  who-asof) return ;;
  who-at) return ;;
  who-format) words='text json' ;;
  list-as) return ;;
  list-team) return ;;
  list-link) return ;;
  list-do) return ;;
  list-on) return ;;
  list-asof) return ;;
  list-at) return ;;
  list-format) words='text json' ;;
  diff-most) return ;;
  diff-within) return ;;
  diff-asof) return ;;
  diff-at) return ;;
  diff-old-asof) return ;;
  diff-old-at) return ;;
  diff-format) words='text markdown json' ;;
  lint-severity) words='note warning error' ;;
  lint-ignore) return ;;
  lint-days) return ;;
  lint-asked) return ;;
  lint-most) return ;;
  lint-asof) return ;;
  lint-at) return ;;
  lint-format) words='text json github' ;;
  picture-team) return ;;
  picture-o) return ;;
  picture-asof) return ;;
  picture-at) return ;;
  picture-format) words='svg text' ;;
  register-asof) return ;;
  register-at) return ;;
  register-format) words='markdown csv lines html' ;;
  verify-checkpoint) return ;;
  *)
    case ${COMP_WORDS[1]}$cur in
    check-*) words='-at -asof' ;;
    fmt-*) words='-w -d -l -at -asof' ;;
    decide-*) words='-as -team -link -do -on -asof -at -format' ;;
    why-*) words='-as -team -link -do -on -asof -at -format' ;;
    who-*) words='-do -on -asof -at -format' ;;
    list-*) words='-as -team -link -do -on -asof -at -format' ;;
    diff-*) words='-most -within -exit-code -strangers -asof -at -old-asof -old-at -format' ;;
    lint-*) words='-severity -ignore -days -asked -most -asof -at -format' ;;
    picture-*) words='-team -o -asof -at -format' ;;
    register-*) words='-removed -asof -at -format' ;;
    verify-*) words='-checkpoint' ;;
    schema-*) words='' ;;
    completion-*) words='' ;;
    help-*) words='' ;;
    list*) [[ $COMP_CWORD -ne 2 ]] || words='accounts actions reports' ;;
    completion*) [[ $COMP_CWORD -ne 2 ]] || words='bash zsh fish' ;;
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _ambit ambit
