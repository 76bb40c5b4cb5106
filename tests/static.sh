#!/bin/bash
# What programs find that read the code and do not run it: clang-tidy (.clang-tidy says what it looks for, and why
# not for more), cppcheck (cppcheck.supp) and gcc's own analysis of conversions. Minutes on one core, so only with
# GV_FULL=yes. FILES: these alone, as in FILES='core/base/option.c'. TAP.
# shellcheck source=tests/tap.sh
. "$GV_SOURCE/tests/tap.sh"
if [ "${GV_FULL:-no}" != yes ]; then
  skip 'static analysis' 'GV_FULL=yes asks for what takes minutes'
  finish
  exit
fi
cd "$GV_SOURCE" || exit 1
if [ -n "${FILES:-}" ]; then
  read -ra files <<<"$FILES"
else
  mapfile -t files < <(find core plugins datasets run cli models tests examples bench -name '*.c' | sort)
fi
flags=$GV_BUILD/compile_flags.txt
make -s -C "$GV_BUILD" compile_flags.txt >/dev/null || exit 1
# bad.c is made so that it does not compile as it stands, faulty.c to crash; what wants oneDNN is there where it is.
kept=()
for file in "${files[@]}"; do
  case $file in
    tests/plugins/bad.c | tests/plugins/faulty.c) ;;
    models/cnn/* | bench/*cnn*) grep -q '^#define HAVE_DNNL' "$GV_BUILD/config.h" && kept+=("$file") ;;
    *) kept+=("$file") ;;
  esac
done
files=("${kept[@]}")

tidy() {
  local told=(--extra-arg=-include --extra-arg="$GV_SOURCE/tests/analyzer.h") found=0
  printf '%s\0' "${files[@]}" | grep -zvx core/base/status.c |  # which is where that function is
    xargs -0 -n 8 -P "$(nproc)" clang-tidy -p "$GV_BUILD" --quiet "${told[@]}" >"$folder/tidy" 2>/dev/null ||
    found=1
  grep -A4 -E ': (error|warning): ' "$folder/tidy" && found=1
  return $found
}
inspect() {
  cppcheck --std=c11 --language=c --enable=warning,performance,portability --quiet --error-exitcode=1 \
    -DHAVE_CONFIG_H -D_GNU_SOURCE -Iinclude -I. -I"$GV_BUILD" --suppress=missingIncludeSystem \
    --suppressions-list=tests/cppcheck.supp --template='{file}:{line}: {severity}: {id}: {message}' "${files[@]}"
}
converts() {
  local mine
  mapfile -t mine < <(grep -v '^-I[.]$' "$flags")
  printf '%s\0' "${files[@]}" | (cd "$GV_BUILD" && sed -z "s,^,$GV_SOURCE/," | xargs -0 -n 8 \
    gcc -fsyntax-only -I. "${mine[@]}" -Wall -Wextra -Wconversion -Wsign-conversion -Werror)
}

if command -v clang-tidy >/dev/null; then
  check "clang-tidy finds nothing in ${#files[@]} files" tidy
else
  skip 'clang-tidy' 'it is not here: Debian package clang-tidy'
fi
if command -v cppcheck >/dev/null; then
  check 'cppcheck finds nothing that cppcheck.supp does not explain' inspect
else
  skip 'cppcheck' 'it is not here: Debian package cppcheck'
fi
if gcc --version 2>/dev/null | grep -q 'Free Software Foundation'; then
  check 'gcc has nothing to say of conversions' converts
else
  skip 'conversions' 'gcc is not here'
fi
finish
