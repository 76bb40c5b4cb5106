#!/bin/bash
# Installs into a folder that is not the prefix; from there trains, builds a plugin and an embedding program. TAP.
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
  # Names with an underscore first are the compiler's and its sanitizers'.
  nm -D --defined-only "$libdir/libgrapevine.so" | awk '$3 !~ /^_/ { print $3 }' | sort -u >shown
  [ -s declared ] && diff declared shown
}

embedded_trains() {
  local sanitize=()
  # A sanitizer's run time has to come first in a process, so the program must have it too.
  [ "${GV_SANITIZE:-no}" = no ] || sanitize=("-fsanitize=$GV_SANITIZE")
  cat >embed.c <<'END'
#include <grapevine/grapevine.h>
#include <stdio.h>

int main(void)
{
  struct gv_run *run = NULL;
  struct gv_error error;
  if (gv_run_create(&run, &error) != GV_OK || gv_run_set(run, "epochs", "10", &error) != GV_OK ||
      gv_run_set(run, "out", "embedded", &error) != GV_OK || gv_run_train(run, &error) != GV_OK) {
    fprintf(stderr, "%s\n", error.text);
    gv_run_destroy(run);
    return 1;
  }
  printf("%.4f\n", gv_run_result(run)->last.test_accuracy);
  gv_run_destroy(run);
  return 0;
}
END
  local flags
  read -ra flags < <(pkg-config --cflags --libs grapevine)
  # shellcheck disable=SC2086  # CC may be several words
  $CC -std=c11 -Wall -Wextra -Werror "${sanitize[@]}" -o embed embed.c "${flags[@]}" &&
    LD_LIBRARY_PATH=$(pkg-config --variable=libdir grapevine) timeout 300 ./embed && learned embedded
}

leaves_nothing() {
  staged uninstall || return
  find "$prefix" -mindepth 1 -name '*grapevine*' -o ! -type d >left
  cat left
  [ ! -s left ]
}

check 'it installs, and pkg-config finds it' find_installed
check 'plugins lie where pkg-config says, without .la files' models
check 'the program, moved from its prefix, trains with what lies beside it' program_trains
check 'a plugin builds against it, and trains' plugin_trains
check 'what its `model new` writes builds and trains as it says' new_plugin_trains
check 'the library shows its interface only' symbols
check 'a program that embeds it trains' embedded_trains
check 'uninstalling leaves nothing' leaves_nothing
check 'installing again works' find_installed
finish
