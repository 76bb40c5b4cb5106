/* correct.h - the kernels that d2 and exact-diffusion share: the bias of the round before is taken back. */
#ifndef GV_ALGORITHMS_CORRECT_H
#define GV_ALGORITHMS_CORRECT_H

#include "core/algorithms/algorithm.h"

/* Both kernels, of messages that are in place and apart. With psi = x - a d, state 0 is c = x - psi_prev, 0 at
 * first, phi = psi + c the message, and x+ = phi + (avg(phi) - phi). c+ = x+ - psi = c + (avg(phi) - phi) is
 * summed up so, from what is small near consensus, as its mean over the nodes must stay 0: rounding of x in it
 * would drive the nodes from the minimiser, further from round to round, by the rounding over a. In a round of a
 * global average x+ is the mean of phi and c stays as it is. */
void gv_correct_local(const struct gv_options *options, const struct gv_block *block);
void gv_correct_combine(const struct gv_options *options, const struct gv_block *block);

#endif
