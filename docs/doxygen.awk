# Makes of the plain comments of our headers those that Doxygen reads. A comment alone on its
# line speaks of what follows, one behind code of what it stands behind; the first one of a file is the file's.
{
  line = $0
  if (inside) {  # a comment goes on
    if ((line ~ /^ \*   /) != verbatim) {  # indented lines stay as they are
      verbatim = !verbatim
      print verbatim ? "@verbatim" : "@endverbatim"
    }
    inside = index(line, "*/") == 0
    sub(/^ \*($| )/, "", line)
    print verbatim ? line : plain(line)
    next
  }
  start = index(line, "/*")
  if (start == 0) {
    print line
    next
  }
  code = substr(line, 1, start - 1)
  text = substr(line, start + 2)
  inside = index(text, "*/") == 0
  if (FNR == 1 && sub(/^ *[a-z_]+\.h - /, "", text)) {
    print "/** @file\n * @brief " plain(text)
  } else if (text ~ /^( ---- |\*)/) {
    print code "/*" text  # a heading, or written for Doxygen
  } else if (code ~ /^[ ]*$/) {
    print code "/**" plain(text)
  } else {
    print code "/**<" plain(text)
  }
}

# Text is text: what these characters mean to Doxygen is never meant.
function plain(text) {
  gsub(/&/, "\\&amp;", text)
  gsub(/</, "\\&lt;", text)
  gsub(/#/, "\\\\#", text)
  gsub(/--/, "\\\\--", text)
  return text
}
