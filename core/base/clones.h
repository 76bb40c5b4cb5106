/* clones.h - kernels compiled once a processor generation, the loader picks: a portable binary at full speed. */
#ifndef GV_BASE_CLONES_H
#define GV_BASE_CLONES_H

#include "config.h"

#ifdef HAVE_TARGET_CLONES
#define GV_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define GV_CLONES
#endif

#endif
