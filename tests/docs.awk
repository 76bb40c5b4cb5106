# What a Markdown document shows: a line each, LINE <tab> KIND <tab> TEXT. KIND is `command` for lines that are
# indented by four or stand in a block of sh; else the language of the fenced block whose end is at LINE, and TEXT the file
# that its content went to, `into`/N.LANGUAGE.
function finish_block() {
  if (language != "sh")
    print FNR "\t" language "\t" file
  if (file != "")
    close(file)
  fenced = 0
}
/^ *```/ && fenced {
  finish_block()
  next
}
/^ *```/ {
  fenced = 1
  language = $0
  sub(/^ *```/, "", language)
  if (language == "")
    language = "unnamed"
  file = language == "sh" ? "" : into "/" ++count "." language
  if (file != "")
    printf "" >file
  next
}
fenced && language == "sh" || !fenced && /^    / {
  line = $0
  if (!fenced)
    sub(/^    /, "", line)
  while (sub(/ *\\$/, "", line) && (getline more) > 0) {
    sub(/^ +/, " ", more)
    line = line more
  }
  if (line !~ /^ *(#.*)?$/)
    print FNR "\tcommand\t" line
  next
}
fenced { print >file }
