/* bare.h - training loops in plain C on the libraries, with nothing around them, to compare with. */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

enum { BARE_POOL = 64 };  /* batches that lie ready as floats: more than the second-level cache holds */

/* One step of training: each call leaves its time to the caller. */
struct bare {
  void (*step)(void *context);
  void *context;
  const float *loss;  /* of the last step */
  char what[96];  /* which library does what */
};

/* Dense layers width[0] - width[1] - ... - width[count - 1] with biases and ReLU between them, batches of n:
 * forward, softmax cross-entropy, backward, SGD. Each product is in the better of OpenBLAS and oneDNN, weights lie
 * as is faster; both are tried first. Exits without memory. */
struct bare bare_dense(int n, const int *width, int count);

/* The same in pieces, for what stands before dense layers: x (n, width[0]) is the caller's, and so is the gradient
 * in it, dx (n, width[0]), or NULL. Returns the mean loss. */
struct layers;
struct layers *bare_layers(int n, const int *width, int count, int wants_dx);
float bare_layers_step(struct layers *layers, const float *x, const int *labels, float *dx);
void bare_layers_what(const struct layers *layers, char *text, unsigned size);

/* Convolution 5x5, ReLU, 2x2 max-pool, twice, on 28 x 28 samples, channels 1 - 16 - 32; then a dense layer of 10:
 * the same training, oneDNN in the layouts it likes best; weights stay in them. */
struct bare bare_cnn(int n);

/* The step of SGD, and its rate. */
#define BARE_RATE 0.01f
void bare_update(float *restrict w, const float *restrict g, long count);

/* values (count), aligned: made up, small. Labels (count) of ten classes, and samples (count, features) that show
 * them: of class c, the c-th tenth of the features is brighter. */
float *bare_values(unsigned long count);
int *bare_labels(unsigned long count);
float *bare_samples(const int *labels, unsigned long count, unsigned long features);

/* Seconds of one call of the step, over `repeats`. */
double bare_seconds(const struct bare *bare, int repeats);

double seconds_now(void);

#endif
