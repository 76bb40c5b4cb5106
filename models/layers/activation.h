/* activation.h - what stands between two layers: relu, tanh, gelu, each fused with the bias. */
#ifndef MODELS_LAYERS_ACTIVATION_H
#define MODELS_LAYERS_ACTIVATION_H

#include <stdint.h>

/* In the order of the words relu|tanh|gelu. gelu(z) = z Phi(z), Phi the normal distribution (Hendrycks and Gimpel,
 * 2016), not its tanh approximation. */
enum activation { ACTIVATION_RELU, ACTIVATION_TANH, ACTIVATION_GELU };

/* The activation of a word; ACTIVATION_RELU for any other. */
enum activation activation_of(const char *word);

/* z (n, width) <- z + bias (width) a row; y (n, width) <- f(z). NaN stays NaN. */
void activation_forward(enum activation kind, const float *bias, int64_t n, int64_t width, float *z, float *y);

/* d (n, width) <- d f'(z), from what forward left in z and y; bias_gradient (width) <- the sums of d over the
 * rows, added to what is there when `add`. */
void activation_backward(enum activation kind, const float *z, const float *y, int64_t n, int64_t width, float *d,
                         int add, float *bias_gradient);

#endif
