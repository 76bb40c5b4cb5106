/* mix.h - the averaging kernels: weighted averages of a few vectors, and the mean of many.
 *
 * Both keep consensus exactly: where all inputs hold the same float, so does the output.
 */
#ifndef GV_EXCHANGE_MIX_H
#define GV_EXCHANGE_MIX_H

#include <stdbool.h>
#include <stddef.h>

enum { GV_MIX_TOGETHER = 64 };  /* neighbours that gv_mix_stream takes; with more it is gv_mix */

/* out (n) <- self + sum_j weight[j] (from[j] - self), in this order: the row of W whose own weight is what the
 * others leave of 1, so that its weights sum to 1 exactly. One neighbour of weight 1/2 is (self + from)/2,
 * which both sides of a pair compute to the same bits. out overlaps nothing. */
void gv_mix(float *out, const float *self, int degree, const float *const *from, const float *weight, size_t n);

/* out (n) <- sum_j weight[j] (from[j] - self): how far gv_mix moves, to an error that is as small as the
 * differences are. Where the weights are symmetric two ends of an edge add exactly opposite terms. */
void gv_mix_apart(float *out, const float *self, int degree, const float *const *from, const float *weight,
                  size_t n);

/* out (n) <- out + factor v; overlaps nothing. */
void gv_mix_add(float *out, const float *v, float factor, size_t n);

/* out (n) <- mean of count vectors, each at from[i] + first, summed in double in order of i.
 * Independent of how [0, dim) is cut into calls. */
void gv_mean(float *out, int count, const float *const *from, size_t first, size_t n);

/* rest (n) <- what float took from that mean: the mean of from[i] less mean + first. */
void gv_mean_rest(float *rest, const float *mean, int count, const float *const *from, size_t first, size_t n);

/* The same bits, written past the caches: saves reading what is overwritten, and leaves the caches to others; but
 * who reads the result next reads it from memory. On return it is complete for whoever sees what the caller then
 * publishes. */
void gv_mix_stream(float *out, const float *self, int degree, const float *const *from, const float *weight,
                   size_t n);
void gv_mean_stream(float *out, int count, const float *const *from, size_t first, size_t n);

/* Whether that pays for vectors of `bytes` in all that are read and written again and again: they do not stay in
 * the last-level caches anyway. */
bool gv_mix_streams(size_t bytes);

#endif
