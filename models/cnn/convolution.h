/* convolution.h - the convolutional part of cnn: blocks of convolution, ReLU and max-pool, forwards and back.
 *
 * All that is oneDNN's is behind this header. Images and parameters lie plain in memory, row-major: samples as
 * (batch, channels, height, width); of each block its weight (outputs, inputs, kernel, kernel), then its bias
 * (outputs), block after block.
 */
#ifndef MODELS_CNN_CONVOLUTION_H
#define MODELS_CNN_CONVOLUTION_H

#include <stdint.h>

#include <grapevine/model.h>

#define CONVOLUTION_BLOCKS_MAX 8

struct convolution_shape {
  int32_t batch;                     /* samples of every call */
  int32_t channels, height, width;   /* of the input */
  int blocks;                        /* 1..CONVOLUTION_BLOCKS_MAX */
  const int64_t *outputs;            /* (blocks) channels */
  int32_t kernel;                    /* odd; borders are padded with zeros, so that sizes stay */
  int32_t pool;                      /* side and stride of the pool windows; 1: none */
};

struct convolution;

/* An instance for the calling thread, which gets `threads` OpenMP threads for itself: oneDNN plans for as many, and
 * would wait for them for ever. Non-zero after host->fail. */
int convolution_create(const struct gv_host *host, const struct convolution_shape *shape, int threads,
                       struct convolution **out);
void convolution_destroy(struct convolution *c);

/* features (batch, channels * height * width of the last block) <- what the blocks make of x (batch, features of a
 * sample) with the parameters w. Non-zero after host->fail. */
int convolution_forward(struct convolution *c, const float *w, const float *x, float *features);

/* g (parameters of the blocks) <- the gradient, from d, that in the features of the last forward, which w and x
 * must be those of. Non-zero after host->fail. */
int convolution_backward(struct convolution *c, const float *w, const float *x, const float *d, float *g);

#endif
