#!/bin/bash
# Installs into a folder that is not the prefix; from there trains, builds a plugin and examples/embed; and takes
# all away. TAP.
# shellcheck source=tests/tap.sh
. "$GV_SOURCE/tests/tap.sh"
cd "$folder" || exit 1
# What is installed must be enough; and libtool's and the outer make's words are not for the makes in here.
unset GRAPEVINE_PLUGIN_PATH GRAPEVINE_DATA_PATH MAKEFLAGS MAKELEVEL MFLAGS DESTDIR

staged() { make -s -C "$GV_BUILD" "$1" "DESTDIR=$folder/stage"; }

# What is moved as a whole still works: grapevine.pc looks for the prefix from where it lies now.
find_installed() {
  staged install || return
  local pc
  pc=$(find "$folder/stage" -name grapevine.pc)
  [ -n "$pc" ] || { echo 'no grapevine.pc'; return 1; }
  prefix=$folder/stage$(sed -n 's/^prefix = //p' "$GV_BUILD/Makefile")
  export PKG_CONFIG_PATH=${pc%/*}
  [ -x "$prefix/bin/grapevine" ] && pkg-config --exists grapevine &&
    [ "$(pkg-config --variable=prefix grapevine)" -ef "$prefix" ]
}

models() {
  local models
  models=$(pkg-config --variable=modelsdir grapevine)
  ls -l "$models"
  [ -e "$models/logreg.so" ] && ! ls "$models"/*.la
}

# Its model and data are the staged ones, wherever else there may be some.
program_trains() {
  timeout 300 "$prefix/bin/grapevine" train --epochs 10 --out trained --quiet && learned trained || return
  [ "$(grep -cE "\"(model_file|data_found)\": \"$prefix" trained/config.json)" -eq 2 ] ||
    { cat trained/config.json; return 1; }
}

# A project's folder: who may write to it may change the program as well, so its models are as good as that.
# The program is nobody else's to change, its models are: they are asked as those of others are.
open_models() {
  local place
  place=$(dirname "$(find "$prefix" -name logreg.so)") && chmod o+w "$place" || return
  timeout 300 "$prefix/bin/grapevine" train --rounds 3 --out open --quiet 2>said
  local code=$?
  chmod o-w "$place"
  cat said
  [ $code = 2 ] && grep -q 'is passed over: everybody may write to' said && [ ! -e open ]
}
shared_trains() {
  chmod -R o+w "$folder/stage" &&
    timeout 300 "$prefix/bin/grapevine" train --rounds 3 --out shared --quiet 2>said || { cat said; return 1; }
  cat said
  [ ! -s said ]
}

plugin_trains() {
  mkdir own && cp "$GV_SOURCE"/examples/own_model/* own && chmod u+w own/* &&
    make -C own "CC=$CC" 'CFLAGS=-O2 -Wall -Wextra -Werror' &&
    timeout 300 "$prefix/bin/grapevine" train --plugin-dir own --model svm --epochs 5 --out plugged --quiet &&
    learned plugged
}

# The commands that it prints are typed as they stand, in a shell that has been told of nothing.
new_plugin_trains() {
  (
    unset PKG_CONFIG_PATH
    "$prefix/bin/grapevine" model new mine >printed && cat printed && new_commands printed >commands &&
      [ "$(grep -c . commands)" -ge 3 ] && grep -q "^PKG_CONFIG_PATH=$prefix/.* make\$" commands &&
      timeout 300 bash -ec "$(sed 's/ train / train --quiet --out ran /' commands)" && learned mine/ran &&
      grep -q "\"data_found\": \"$prefix" mine/ran/config.json
  )
}

# The library shows what the headers declare with GV_API, and nothing more.
symbols() {
  local include libdir
  include=$(pkg-config --variable=includedir grapevine) libdir=$(pkg-config --variable=libdir grapevine)
  sed -nE 's/^GV_API[^(]*[ *](gv_[a-z0-9_]+)\(.*/\1/p' "$include"/grapevine/*.h | sort -u >declared
  # Names with an underscore first are the compiler's and its sanitizers', mangle_path is that of what counts lines.
  nm -D --defined-only "$libdir/libgrapevine.so" | awk '$3 !~ /^_|^mangle_path$/ { print $3 }' | sort -u >shown
  [ -s declared ] && diff declared shown
}

# With no word about libraries to the system: the example's makefile puts the library's path into the program.
embedded_trains() {
  local flags='-O2 -Wall -Wextra -Werror'
  # A sanitizer's run time has to come first in a process, so the program must have it too.
  [ "${GV_SANITIZE:-no}" = no ] || flags+=" -fsanitize=$GV_SANITIZE"
  mkdir embed && cp "$GV_SOURCE"/examples/embed/* embed && chmod u+w embed/* &&
    make -C embed "CC=$CC" "CFLAGS=$flags" &&
    timeout 300 embed/embed epochs=10 out=embedded && learned embedded
}
embedded_refuses() {
  local code=0
  embed/embed epochs=none out=refused 2>said || code=$?
  cat said
  [ $code = 2 ] && [ "$(wc -l <said)" = 1 ] && grep -q '^embed: .*epochs' said && [ ! -e refused ]
}

# What man and bash look for.
documents() {
  local pages
  pages=$(find "$prefix" -path '*/man/man1/grapevine*.1' | wc -l)
  [ "$pages" -eq "$(find "$GV_BUILD/manual" -name '*.1' | wc -l)" ] && [ "$pages" -ge 20 ] &&
    bash -n "$prefix/share/bash-completion/completions/grapevine"
}

leaves_nothing() {
  staged uninstall || return
  # Of folders those may stay that any program installs into.
  {
    find "$folder/stage" ! -type d
    find "$prefix" -mindepth 1 \( -name '*grapevine*' -o -path "$prefix/share/*" \)
  } >left
  cat left
  [ ! -s left ]
}

check 'it installs, and pkg-config finds it' find_installed
check 'plugins lie where pkg-config says, without .la files' models
check 'the program, moved from its prefix, trains with what lies beside it' program_trains
check 'not when others may write to its models alone' open_models
check 'and when others may write to all of it' shared_trains
check 'a plugin builds against it, and trains' plugin_trains
check 'what its `model new` writes builds and trains as it says' new_plugin_trains
check 'the library shows its interface only' symbols
check 'the example that embeds it builds and trains' embedded_trains
check 'and says in one line what it does not accept' embedded_refuses
check 'man pages and completion are where man and bash look' documents
check 'uninstalling leaves nothing' leaves_nothing
check 'installing again works' find_installed
finish
