#!/usr/bin/env bash
# Builds and tests the last commit on whole systems: Debian releases in throw-away roots. See --help.
set -uo pipefail

usage() {
  cat <<'END_OF_USAGE'
usage: tests/systems/run.sh [--folder FOLDER] [--tests 'TEST ...'] [--only VARIANT] [--keep] [SUITE ...]

As root: makes a root of each suite [bookworm trixie] with debootstrap, puts the last commit into it, and there runs

  gcc     ./quickstart check, in a system that has nothing but what quickstart installs
  clang   the same, built with clang and without a warning
  package the Debian package: built, looked at by lintian, installed, and used as debian/tests/use does
  bare    without oneDNN, hwloc, gnuplot, Graphviz, fashion-mnist and Python; what is missing must be said

  --folder FOLDER     roots and logs go there, SUITE and SUITE.log [/var/tmp/grapevine-systems]
  --tests 'TEST ...'  as in make check TESTS='tests/install.sh tests/test_base'; not given: all of them
  --only VARIANT      one of the four
  --keep              the root stays afterwards, to look around with chroot

The mirror is the one of this machine where it is a Debian; else debootstrap's own.
END_OF_USAGE
}

say() { printf '%s\n' "systems: $*"; }
die() { say "$@" >&2; exit 2; }

folder=/var/tmp/grapevine-systems tests='' only='' keep=no suites=() arguments=("$@")
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit ;;
    --folder | --tests | --only)
      [ $# -ge 2 ] || die "$1 wants a value"
      case $1 in --folder) folder=$2 ;; --tests) tests=$2 ;; --only) only=$2 ;; esac
      shift ;;
    --keep) keep=yes ;;
    -*) die "unknown option '$1'; --help lists all" ;;
    *[!a-z]*) die "'$1' is no suite: they are named as bookworm is" ;;
    *) suites+=("$1") ;;
  esac
  shift
done
case $only in '' | gcc | clang | package | bare) ;; *) die "--only is '$only'; accepted: gcc, clang, package, bare" ;; esac
[ ${#suites[@]} -gt 0 ] || suites=(bookworm trixie)
[ "$(id -u)" = 0 ] || die 'roots are made by root'
for program in debootstrap git unshare findmnt; do
  command -v $program >/dev/null || die "$program is not here: install debootstrap, git, util-linux and mount"
done

# What is mounted below is mounted for this script alone, and is gone when it ends, however that comes.
if [ -z "${GRAPEVINE_SYSTEMS_APART:-}" ]; then
  GRAPEVINE_SYSTEMS_APART=yes exec unshare --mount --propagation private -- "$0" "${arguments[@]}"
fi

source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
git -C "$source" rev-parse --verify -q HEAD >/dev/null || die "$source is no git repository"
[ -z "$(git -C "$source" status --porcelain --untracked-files=no)" ] ||
  say 'changes that are not committed are not tested'
mkdir -p "$folder" && folder=$(cd "$folder" && pwd -P) || exit 2
[ -O "$folder" ] || die "'$folder' is another user's, who could put anything in place of a root"
case $folder in / | /*[[:space:]]*) die "'$folder' is no folder for roots" ;; esac

# ---- roots ----

# The address from which this machine has its Debian; nothing where it is none.
mirror() {
  local ID='' VERSION_CODENAME=''
  # shellcheck disable=SC1091  # it is that of this machine
  . /etc/os-release
  [ "$ID" = debian ] || return 0
  # shellcheck disable=SC2016  # apt-get puts them in
  apt-get indextargets --no-release-info --format '$(CREATED_BY) $(RELEASE) $(COMPONENT) $(REPO_URI)' |
    awk -v release="$VERSION_CODENAME" '$1 == "Packages" && $2 == release && $3 == "main" { print $4; exit }'
}

mount_all() {
  local root=$1
  mount -t proc proc "$root/proc" && mount --bind -o ro /sys "$root/sys" && mount --bind /dev "$root/dev" &&
    mount --bind /dev/pts "$root/dev/pts" && mount -t tmpfs tmpfs "$root/dev/shm"
}

# mounted ROOT: the places below it where something is mounted, deepest first
mounted() { findmnt -rn -o TARGET | awk -v root="$1/" 'index($0, root) == 1' | sort -r; }

# clear ROOT: unmounts what is below, and removes it; nothing is removed while anything is mounted there
clear_root() {
  local root=$1 place
  [ -d "$root" ] || return 0
  for place in $(mounted "$root"); do umount "$place" || umount -l "$place"; done
  [ -z "$(mounted "$root")" ] || { say "something is still mounted below $root: it stays"; return 1; }
  if [ ! -e "$root/.grapevine-root" ]; then
    say "$root is no root of ours: it stays"
    return 1
  fi
  rm -rf --one-file-system "$root"
}

make_root() {
  local suite=$1 root=$2 from
  clear_root "$root" || return
  mkdir "$root" && touch "$root/.grapevine-root" || return
  from=$(mirror)
  debootstrap --variant=minbase "$suite" "$root" ${from:+"$from"} && mount_all "$root" && mkdir "$root/source" &&
    git -C "$source" archive HEAD | tar -x -C "$root/source"
}

# inside ROOT COMMAND...: in the root's /source, with an environment of its own
inside() {
  local root=$1
  shift
  chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    ${http_proxy:+http_proxy="$http_proxy"} bash -c 'cd /source && "$@"' inside "$@" </dev/null
}

# ---- variants ----
# shellcheck disable=SC2317  # they are called by their names

# check_with ROOT BUILD FLAGS COMPILER-OR-EMPTY: quickstart check; what failed is told whole
check_with() {
  local root=$1 build=$2 flags=$3 wanted=()
  [ -z "$tests" ] || wanted=("TESTS=$tests")
  inside "$root" env BUILD="/source/$build" GRAPEVINE_CONFIGURE="$flags" ./quickstart check "${wanted[@]}" && return
  # Its counts are in the output already.
  sed -E '/^# +[A-Z]+: /d' "$root/source/$build/test-suite.log" "$root/source/$build/quickstart.log" 2>/dev/null
  return 1
}

versions() {
  inside "$1" bash -c '. /etc/os-release && echo "$PRETTY_NAME"; for compiler in gcc clang; do
    command -v $compiler >/dev/null && $compiler --version | head -n 1; done
    dpkg-query -W -f "\${Package} \${Version}\n" libc6 libdnnl-dev libopenblas-dev libarpack2-dev libhwloc-dev \
      libzip-dev libjansson-dev libomp-dev gnuplot-nox graphviz 2>/dev/null'
}

variant_gcc() { check_with "$1" build --enable-werror; }

variant_clang() {
  inside "$1" apt-get -qq -y --no-install-recommends install clang libomp-dev &&
    check_with "$1" build-clang '--enable-werror CC=clang'
}

variant_package() {
  local root=$1
  mkdir -p "$root/package/grapevine" && git -C "$source" archive HEAD | tar -x -C "$root/package/grapevine" &&
    inside "$root" apt-get -qq -y --no-install-recommends install dpkg-dev lintian &&
    inside "$root" bash -ec 'cd /package/grapevine
      apt-get -qq -y --no-install-recommends build-dep ./
      DEB_BUILD_OPTIONS=nocheck dpkg-buildpackage -us -uc -b
      lintian --fail-on error,warning ../*.changes
      apt-get -qq -y --no-install-recommends install /package/{grapevine,libgrapevine0,libgrapevine-dev}_*.deb
      debian/tests/use
      apt-get -qq -y purge --autoremove grapevine libgrapevine0 libgrapevine-dev'
}

absent=(libdnnl-dev libhwloc-dev gnuplot-nox graphviz dataset-fashion-mnist python3)
# says ROOT STATUS WORD ARGUMENT...: grapevine ends with that status and has the word in the line that it says
says() {
  local root=$1 status=$2 word=$3 code=0 said
  shift 3
  said=$(inside "$root" /source/build-bare/grapevine "$@" 2>&1) || code=$?
  echo "grapevine $*: $said"
  [ "$code" = "$status" ] && grep -qF -e "$word" <<<"$said" && return
  echo "not ok - grapevine $*: status $code, not $status, or '$word' is not said"
  return 1
}
variant_bare() {
  local root=$1 failed=0
  # quickstart would install them anew; apt is told that there is no version of them.
  printf 'Package: %s\nPin: release *\nPin-Priority: -1\n' "${absent[*]}" >"$root/etc/apt/preferences.d/absent"
  inside "$root" apt-get -qq -y purge --autoremove "${absent[@]}" || failed=1
  check_with "$root" build-bare --enable-werror || failed=1
  inside "$root" /source/build-bare/grapevine train --quiet --epochs 1 --out bare-run || failed=1
  says "$root" 1 dataset-fashion-mnist train --data fashion-mnist --out none || failed=1
  says "$root" 2 libdnnl-dev train --model cnn --out none || failed=1
  says "$root" 1 gnuplot-nox plot bare-run --out picture.svg || failed=1
  says "$root" 1 graphviz topology ring --draw picture.png || failed=1
  return "$failed"
}

# ---- a suite ----

# counted FROM LOG: what make check has counted in the log behind that line
counted() {
  tail -n "+$1" "$2" | awk '
    $1 == "#" && $2 == "PASS:" { pass += $3 } $1 == "#" && $2 == "SKIP:" { skip += $3 }
    $1 == "#" && $2 ~ /^(FAIL|ERROR|XPASS):$/ { fail += $3 }
    END { printf "%d passed, %d failed, %d skipped", pass, fail, skip }'
}

test_suite() {
  local suite=$1 root=$folder/$1 log=$folder/$1.log variant start from result system='' failed=0
  say "$suite: making $root; log: $log"
  if ! make_root "$suite" "$root" >"$log" 2>&1; then
    tail -n 5 "$log"
    say "$suite: there is no root"
    return 1
  fi
  for variant in gcc clang package bare; do
    [ -z "$only" ] || [ "$only" = $variant ] || continue
    start=$SECONDS from=$(($(wc -l <"$log") + 1)) result=passed
    echo "== $suite $variant" >>"$log"
    "variant_$variant" "$root" >>"$log" 2>&1 || result=FAILED failed=1
    say "$suite $variant: $result; $(counted "$from" "$log"), $((SECONDS - start)) s"
    [ $result = passed ] || tail -n "+$from" "$log" | grep -E '^(not ok|FAIL: |ERROR: |quickstart: .*failed)' | head -n 20
    # Before the bare one takes some of it away.
    if [ $variant != bare ] || [ -z "$system" ]; then system=$(versions "$root"); fi
  done
  sed 's/^/  /' <<<"$system" | tee -a "$log"
  [ $keep = yes ] || clear_root "$root" || failed=1
  return "$failed"
}

main() {
  local suite status=0
  trap 'for suite in "${suites[@]}"; do [ $keep = yes ] || clear_root "$folder/$suite"; done' EXIT
  trap 'exit 130' INT TERM HUP
  eval "$(apt-config shell http_proxy Acquire::http::Proxy 2>/dev/null)"
  for suite in "${suites[@]}"; do test_suite "$suite" || status=1; done
  exit $status
}
main; exit  # one line: bash has read all of this file by then, which may change meanwhile
