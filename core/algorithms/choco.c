/* choco: CHOCO-SGD (Koloskova et al., ICML 2019, Algorithm 2), gossip with compressed messages: x' = x - a d; q =
 * Q(x' - xh), which is all that is sent; xh += q; x+ = x' + gamma sum_j W[i,j] (xh_j - xh_i). What a message
 * leaves out stays in x' - xh and comes later. Q the identity and gamma = 1 is dsgd.
 * One state: xh, the public copy of x, which every neighbour keeps as well, so links must not fail.
 * Passes: read x and d, write x; those of Q over x - xh; read and write xh, write the message; read degree + 1
 * messages, xh and x, write x. */
#include <string.h>

#include "core/algorithms/compress.h"
#include "core/algorithms/descent.h"
#include "core/algorithms/tables.h"
#include "core/base/clones.h"

GV_CLONES
static void move(float *restrict x, const float *restrict mixed, const float *restrict known, float gamma, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    x[i] = x[i] + gamma * (mixed[i] - known[i]);
}

static void combine(const struct gv_options *options, const struct gv_block *block)
{
  double gamma = gv_options_is_word(options, "gamma") ? gv_compress_gamma(options)
                                                      : gv_options_real(options, "gamma");
  if (block->mixing == GV_MIX_GLOBAL)
    memcpy(block->x, block->mixed[0], block->n * sizeof *block->x);
  else
    move(block->x, block->mixed[0], block->state[0], (float)gamma, block->n);
}

static const struct gv_option options[] = {
    {.key = "compress", .type = GV_OPTION_CHOICE, .value = "top-k", .words = GV_COMPRESS_WORDS,
     .help = "what a message carries: the largest elements, random ones, signs, 8 bits an element, or all"},
    {.key = "share", .type = GV_OPTION_REAL, .value = "0.1", .min = 1e-9, .max = 1,
     .help = "elements that top-k and random-k carry, of all"},
    {.key = "gamma", .type = GV_OPTION_REAL, .value = "auto", .min = 1e-6, .max = 1, .words = "auto",
     .help = "how far to go towards the neighbours; auto: 2 share (top-k), 0.6 share (random-k), 0.4 (sign), 0.9 "
             "(8-bit), 1 (identity)"},
    {.key = NULL},
};

const struct gv_algorithm gv_algorithm_choco = {
    .named = {.name = "choco", .summary = "dsgd with compressed messages: a share of the elements, signs or bytes",
              .options = options},
    .messages = 1,
    .states = 1,
    .paces = GV_PACE_SYNC,
    .compresses = true,
    .symmetric = true,
    .fixed = true,
    .mixing = gv_mix_neighbors,
    .local = gv_descend_block,
    .combine = combine,
};
