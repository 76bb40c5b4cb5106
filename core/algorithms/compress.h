/* compress.h - what comes through of a vector that is sent in fewer bytes, and how many those are. */
#ifndef GV_ALGORITHMS_COMPRESS_H
#define GV_ALGORITHMS_COMPRESS_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/option.h"

/* Values of an option `compress`; top-k and random-k look at an option `share`. */
#define GV_COMPRESS_WORDS "top-k|random-k|sign|8-bit|identity"

enum { GV_COMPRESS_CHUNK = 256 };  /* elements that share a scale, 8-bit */

/* v (n) <- what arrives of it; returns the bytes that a node would send. scratch (n): anything; overlaps not v.
 *   top-k     the k = max(1, round(share n)) largest |v_i|, equal ones in ascending order; k indices and values
 *   random-k  k elements drawn by (seed, node, round) without repetition, as the receiver draws them: k values
 *   sign      sign(v_i) ||v||_1/n: a bit an element, and the scale
 *   8-bit     round(v_i/s) s, s = max|v|/127 of each 256 elements: a byte an element, and the scales
 *   identity  v: 4 bytes an element
 * Non-finite elements stay so. */
double gv_compress(const struct gv_options *options, uint64_t seed, int node, uint64_t round, float *v, size_t n,
                   float *scratch);

/* How far choco had better go towards the neighbours for this `compress` and `share`, 1 at most. */
double gv_compress_gamma(const struct gv_options *options);

#endif
