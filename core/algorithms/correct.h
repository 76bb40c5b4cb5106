/* correct.h - the local step that d2 and exact-diffusion share: the bias of the round before is taken back. */
#ifndef GV_ALGORITHMS_CORRECT_H
#define GV_ALGORITHMS_CORRECT_H

#include "core/algorithms/algorithm.h"

/* x <- psi + x - psi_prev with psi = x - a d, which state 0 then is; in the first step psi_prev = x. */
void gv_correct(const struct gv_options *options, const struct gv_block *block);

#endif
