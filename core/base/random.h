/* random.h - counter-based random numbers: every draw is a pure function of its key.
 *
 * Philox 4x32-10 (Salmon et al., SC 2011; Random123). The key is the seed of the run, the counter is
 * (block, round, node, purpose), so any node can be drawn on any worker, in any order.
 */
#ifndef GV_BASE_RANDOM_H
#define GV_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* What a stream is for. Values are part of every run's result: append, never renumber. */
enum gv_purpose {
  GV_RANDOM_MODEL = 1,    /* plugins, through the host table */
  GV_RANDOM_SPLIT = 2,    /* which sample belongs to which node */
  GV_RANDOM_SHUFFLE = 3,  /* order of a node's shard in an epoch */
  GV_RANDOM_TOPOLOGY = 4, /* random graphs */
  GV_RANDOM_CONSENSUS = 5, /* where `grapevine consensus` starts */
  GV_RANDOM_CHURN = 6,    /* which nodes sit out a round */
  GV_RANDOM_LINK = 7,     /* which links fail in a round */
  GV_RANDOM_COMPRESS = 8, /* which elements a compressed message carries */
  GV_RANDOM_FEATURES = 9, /* what a node sees of a sample: noise, permuted pixels */
  GV_RANDOM_LABELS = 10,  /* labels that a node sees wrong */
  GV_RANDOM_DATA = 11,    /* data sets that are made up */
  GV_RANDOM_HOLD = 12,    /* which samples are held out for the test, or left out */
  GV_RANDOM_CLOCK = 13    /* how long a node of the simulated cluster computes */
};

struct gv_stream {
  uint32_t key[2];
  uint32_t counter[4];
  uint32_t block[4];  /* the last four words drawn */
  uint32_t left;      /* how many of them are unused */
};

/* Starts the stream (seed, purpose, node, round). Streams with different keys are independent. */
void gv_stream_start(struct gv_stream *s, uint64_t seed, enum gv_purpose purpose, uint32_t node, uint32_t round);

uint32_t gv_stream_u32(struct gv_stream *s);
double gv_stream_uniform(struct gv_stream *s);                 /* open interval (0, 1), 52 bits */
double gv_stream_normal(struct gv_stream *s);                  /* mean 0, variance 1 (Box-Muller) */
void gv_stream_normals(struct gv_stream *s, float *out, size_t n);  /* the same as floats, four times as fast */
uint32_t gv_stream_below(struct gv_stream *s, uint32_t bound); /* uniform on 0..bound-1, bound >= 1, unbiased */

/* One number of the open interval (0, 1) for a pair in a round: a function of its arguments alone, for what is
 * looked up rather than drawn in order. */
double gv_uniform_of_pair(uint64_t seed, enum gv_purpose purpose, uint32_t a, uint32_t b, uint32_t round);

/* Natural logarithm of a Gamma(shape, 1) variate, shape > 0 (Marsaglia and Tsang, 2000). The logarithm,
 * because for small shapes the variate itself underflows. */
double gv_stream_log_gamma(struct gv_stream *s, double shape);

/* Uniformly random order of items (Fisher-Yates), count < 2^32. */
void gv_stream_shuffle(struct gv_stream *s, int32_t *items, size_t count);

/* p (count) <- one draw of the symmetric Dirichlet(alpha) law; sums to 1, never NaN, down to alpha = 1e-6. */
void gv_stream_dirichlet(struct gv_stream *s, double alpha, double *p, size_t count);

#endif
