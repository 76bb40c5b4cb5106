/* bare.h - the library calls that a training step of a model cannot do without, and nothing around them. */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

/* One step of a model: each call leaves its time to the caller. */
struct bare {
  void (*step)(void *context);
  void *context;
  char what[96];  /* which library does what */
};

/* Dense layers width[0] - width[1] - ... - width[count - 1] at a batch of n: the products of a step, each in the
 * better of OpenBLAS and oneDNN, tried first. Exits without memory. */
struct bare bare_dense(int n, const int *width, int count);

/* Blocks of convolution 5x5 (ReLU fused), ReLU's gradient left out, and 2x2 max-pool on 28 x 28 samples, channels
 * 1 - 16 - 32; then a dense layer of 10: oneDNN in the layouts it likes best, never turned. */
struct bare bare_cnn(int n);

/* Seconds of one call of the step, over `repeats`. */
double bare_seconds(const struct bare *bare, int repeats);

double seconds_now(void);

#endif
