/* vector.h - what the kernels of the models share: clones for several processors, and an exponential. */
#ifndef MODELS_LAYERS_VECTOR_H
#define MODELS_LAYERS_VECTOR_H

#include <stdint.h>

#include "config.h"

/* A kernel compiled once a processor generation; the loader picks. Its sums must not depend on the vector width. */
#ifdef HAVE_TARGET_CLONES
#define KERNEL __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define KERNEL
#endif

/* e^x for x from -60 to 0, and NaN for NaN, to two units in the last place (Cody and Waite's reduction, the
 * polynomial of Moshier's Cephes). Plain arithmetic, so that loops over it are vectorised, with the same bits on
 * every processor and C library. */
static inline float exp_from_minus_60(float x)
{
  const float round = 0x1.8p23f;  /* adding it leaves the nearest whole number in the last bits */
  float shifted = x * 1.44269504f + round;
  float k = shifted - round;
  float r = x - k * 0.693359375f + k * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1;
  union {
    float real;
    uint32_t bits;
  } power = {.real = shifted};
  power.bits = (power.bits + 127) << 23;  /* 2^k */
  return p * power.real;
}

/* x, but not below -60; NaN stays. e^-60 = 9e-27: nothing beside 1, and far from denormal numbers. */
static inline float at_least_minus_60(float x)
{
  return x < -60 ? -60 : x;
}

#endif
