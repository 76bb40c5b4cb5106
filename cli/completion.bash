
# _grapevine_path d|f TEXT: folders, or files of all kinds, that begin so; behind what is in COMPREPLY
_grapevine_path()
{
  local found
  compopt -o filenames 2>/dev/null
  mapfile -t found < <(compgen "-$1" -- "$2")
  COMPREPLY+=("${found[@]}")
}

# _grapevine_words TEXT BEFORE WORD...: those words that, BEFORE put in front of each, begin so
_grapevine_words()
{
  local text=$1 before=$2 word
  for word in "${@:3}"; do
    [[ $before$word == "$text"* ]] && COMPREPLY+=("$before$word")
  done
}

# _grapevine_options_of PROGRAM KIND NAME: words= "key=" or "key=word|word" for each option of that name
_grapevine_options_of()
{
  words=
  case $2 in
    model) words=$("$1" help "$3" 2>/dev/null | sed -n '1,/^Options/d; s/^  \([a-z][a-z0-9-]*\)  .*/\1=/p') ;;
    data) _grapevine_keys "data set:$3"; _grapevine_keys "reader:$3" ;;
    *) _grapevine_keys "$2:$3" ;;
  esac
}

# _grapevine_spec PROGRAM KIND TEXT BEFORE: TEXT is NAME:KEY=VALUE,..., of which the last part is to be completed
_grapevine_spec()
{
  local name=${3%%:*} parts=${3#*:} before=$4 words row part
  part=${parts##*,}
  before+=$name:${parts%"$part"}
  _grapevine_options_of "$1" "$2" "$name"
  for row in $words; do
    if [[ $part != *=* ]]; then
      [[ ,$parts != *",${row%%=*}="* ]] && _grapevine_words "$4$3" "$before" "${row%%=*}="
    elif [[ $row == "${part%%=*}="?* ]]; then
      # shellcheck disable=SC2046  # words
      _grapevine_words "$4$3" "$before${part%%=*}=" $(tr '|' ' ' <<<"${row#*=}")
    fi
  done
  [[ $part == *=* ]] || compopt -o nospace 2>/dev/null
}

# _grapevine_offer PROGRAM TAKES TEXT BEFORE: what TEXT may become where TAKES is wanted; BEFORE stands in front of it
_grapevine_offer()
{
  local program=$1 takes=$2 text=$3 before=$4 words=''
  case $takes in
    word) compopt +o default +o bashdefault 2>/dev/null; return ;;
    =*) words=${takes#=} ;;
    folder | file) ;;
    *:* | '') return ;;
    *)
      if [[ $text == *:* ]]; then
        _grapevine_spec "$program" "$takes" "$text" "$before"
        return
      fi
      case $takes in
        model) ;;
        data) _grapevine_names reader; local readers=$words; _grapevine_names 'data set'; words+=$readers ;;
        name) _grapevine_names name; words+=" $_grapevine_commands" ;;
        *) _grapevine_names "$takes" ;;
      esac ;;
  esac
  [[ $takes == model || $takes == name ]] &&
    words+=" $("$program" model list 2>/dev/null | sed -n 's/^  \([^ ][^ ]*\) .*/\1/p')"
  # shellcheck disable=SC2086  # words
  _grapevine_words "$before$text" "$before" $words
  case $takes in
    folder) _grapevine_path d "$text" ;;
    file) _grapevine_path f "$text" ;;
    model) [[ $text != *[./]* ]] || _grapevine_path f "$text" ;;
    data) [[ -z $text ]] || _grapevine_path f "$text" ;;
  esac
}

_grapevine()
{
  local typed=() current='' command='' commands='' options='' takes='' at word given='' last='' _grapevine_commands
  COMPREPLY=()
  # Bash has split the words also at ':' and '=', which stand within ours.
  # shellcheck disable=SC2162  # a backslash keeps the blank behind it
  read -a typed <<<"${COMP_LINE:0:COMP_POINT}"
  while [[ ${typed[0]} == *=* ]]; do typed=("${typed[@]:1}"); done
  if [[ ${COMP_LINE:0:COMP_POINT} != *[^\\][[:blank:]] ]]; then
    current=${typed[-1]}
    unset 'typed[-1]'
  fi
  local program=${typed[0]}

  _grapevine_command ''
  _grapevine_commands=$commands
  for ((at = 1; at < ${#typed[@]}; at++)); do
    [[ " $commands" == *" ${typed[at]} "* ]] || break
    command+=${command:+ }${typed[at]}
    commands=
    _grapevine_command "$command"
  done
  for word in "${typed[@]:at}"; do
    if [[ $word != -* && " $options" != *" $last= "* ]]; then given=$word; fi
    last=${word/#-o/--out}
  done

  local wants=$takes before=''
  if [[ $current == --*=* ]]; then
    before=${current%%=*}=
    takes=word
    _grapevine_value "$command" "${current%%=*}"
    _grapevine_offer "$program" "$takes" "${current#*=}" "$before"
  elif [[ -n $last && " $options" == *" $last= "* ]]; then
    takes=word
    _grapevine_value "$command" "$last"
    _grapevine_offer "$program" "$takes" "$current" ''
  elif [[ $current == -* ]]; then
    # shellcheck disable=SC2086  # words
    _grapevine_words "$current" '' ${options//= / }
  else
    # shellcheck disable=SC2086  # words
    [[ -n $given ]] || _grapevine_words "$current" '' $commands
    [[ -n $given && $wants != folder ]] || _grapevine_offer "$program" "$wants" "$current" ''
    # shellcheck disable=SC2086  # words
    [[ -n $current || ${#COMPREPLY[@]} -gt 0 ]] || _grapevine_words '' '' ${options//= / }
  fi

  # Bash puts an answer in the place of what stands behind the last ':' or '='.
  local breaks=''
  [[ $COMP_WORDBREAKS != *:* ]] || breaks+=':'
  [[ $COMP_WORDBREAKS != *=* ]] || breaks+='='
  [[ -z $breaks ]] || COMPREPLY=("${COMPREPLY[@]#"${current%"${current##*["$breaks"]}"}"}")
}
complete -o bashdefault -o default -F _grapevine grapevine
