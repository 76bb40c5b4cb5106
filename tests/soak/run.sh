#!/bin/bash
# Trains drawn configurations over all tables, and checks of each what must hold of every run (tests/soak/soak.h).
# usage: tests/soak/run.sh [SECONDS [SEED [FIRST]]]: so long [60], of this seed [the time], from this configuration
# on [0]; SECONDS 0: that configuration alone, and its files are kept. On one core.
# BUILD names the build folder [build]; one with the address sanitizer finds what others do not, and takes longer.
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
build=$(cd "${BUILD:-$source/build}" && pwd -P)
make -s -C "$build" tests/soak/soak grapevine
# Memory that threads keep for their next request would look like a leak.
export GLIBC_TUNABLES=glibc.malloc.tcache_count=0 GV_SOURCE=$source GV_BUILD=$build
export GRAPEVINE_PLUGIN_PATH=$build/models/.libs GRAPEVINE_DATA_PATH=$build/datasets
export ASAN_OPTIONS="intercept_tls_get_addr=0:${ASAN_OPTIONS:-}" KMP_WARNINGS=0
exec nice "$build/tests/soak/soak" "$@"
