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
 * What is not finite is sent first by top-k and left as it is by identity, and by 8-bit with its 256; it makes all
 * that sign sends infinite or NAN; random-k leaves it out where it is not drawn. */
double gv_compress(const struct gv_options *options, uint64_t seed, int node, uint64_t round, float *v, size_t n,
                   float *scratch);

/* Elements that it can tell apart, at most: the places of those picked are 32 bits. */
size_t gv_compress_max(const struct gv_options *options);

/* How far choco had better go towards the neighbours for this `compress` and `share`, 1 at most. */
double gv_compress_gamma(const struct gv_options *options);

#endif
