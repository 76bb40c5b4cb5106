/* model.h - the plugin interface: everything a model needs to be trained by Grapevine.
 *
 * A model is a shared object NAME.so that exports one constant, `grapevine_model`, of type
 * struct gv_model. It links to nothing of Grapevine: what it needs from the host comes in a table.
 *
 * Life of a model, in call order:
 *   plan      once, before any thread starts: which tensors make up the flat parameter vector
 *   create    once a worker, on that worker's thread: an instance, which is scratch memory, never weights;
 *             where several threads share a node's batch, once for each of them, on that thread
 *   init      once, on one instance: the start vector that every node receives; optional
 *   gradient  every round of every node, on the instance of the worker that hosts the node
 *   evaluate  at evaluation points, on any instance, with any weights
 *   predict   as evaluate; optional
 *   destroy   once an instance, on the thread that created it; optional, for what the host cannot release
 *
 * Rules. The host owns w, g and batches; the plugin owns its instance. All memory of a batch and both
 * vectors are 64-byte aligned and do not overlap. `gradient` and `evaluate` write nothing outside
 * their outputs and the instance, neither allocate nor lock, and carry nothing from one call to the
 * next: same w, same batch, same build give the same bits. No mutable globals, and no more threads
 * than `max_threads`. Functions return 0, or non-zero after host->fail(). A plugin is loaded once
 * (RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) and never unloaded.
 */
#ifndef GRAPEVINE_MODEL_H
#define GRAPEVINE_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "option.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Raised whenever a struct or a rule in this file changes; a plugin of another number is refused. */
#define GV_MODEL_ABI 2

/* GV_EXPORT: seen from outside the shared object. GV_LINE: the compiler checks arguments as those of printf. */
#if defined(__GNUC__)
#define GV_EXPORT __attribute__((visibility("default")))
#define GV_LINE __attribute__((__format__(__printf__, 2, 3)))
#else
#define GV_EXPORT
#define GV_LINE
#endif

/* What one sample looks like. Plain feature vectors have channels = height = 1, width = features. */
struct gv_shape {
  int64_t features;                 /* = channels * height * width, >= 1 */
  int32_t channels;                 /* >= 1 */
  int32_t height;                   /* >= 1 */
  int32_t width;                    /* >= 1 */
  int32_t classes;                  /* labels are 0..classes-1; 0 when targets are floats */
  int32_t outputs;                  /* floats a target has; 0 when there are classes */
};

/* n samples. Owned by the host, valid during the call. */
struct gv_batch {
  const float *x;         /* (n, features), row-major */
  const int32_t *labels;  /* (n), or NULL when targets are floats */
  const float *targets;   /* (n, outputs), row-major, or NULL when there are classes */
  int32_t n;              /* 1..max_batch */
};

/* Sums over a batch, written by `evaluate`. */
struct gv_metrics {
  double loss;      /* sum over the samples of the loss without any penalty */
  int64_t correct;  /* samples whose largest score is their label; 0 for float targets */
};

#define GV_TENSOR_RANK 4  /* most dimensions of a tensor */

/* One tensor of the flat parameter vector; tensors follow each other without gaps, in the order they are added. */
struct gv_tensor {
  const char *name;                /* visible ASCII, as PyTorch would call it: "weight", "conv1.bias" */
  int32_t rank;                    /* 1..GV_TENSOR_RANK */
  int64_t shape[GV_TENSOR_RANK];   /* canonical, row-major: dense [out, in], convolution [out, in, kh, kw] */
  int32_t transposed;              /* 1: a rank-2 tensor lies in the vector as [in, out]; saving turns it round */
};

struct gv_host;
struct gv_plan;       /* collects tensors; the host's */
struct gv_options;    /* the resolved options of this model; the host's */

/* What a model is asked to do; valid, with all it points to, until the last destroy. */
struct gv_task {
  struct gv_shape shape;             /* of a sample */
  int32_t max_batch;                 /* largest n of any batch */
  int32_t batch;                     /* n of most gradients, for what is prepared for one size; 0: unknown */
  int32_t max_threads;               /* threads one call may use, the caller's included */
  const struct gv_options *options;  /* read with host->option_* */
};

/* Services of the host; every function may be called from create to destroy, on the caller's thread. */
struct gv_host {
  uint32_t abi;   /* GV_MODEL_ABI */
  uint32_t size;  /* sizeof(struct gv_host) */
  void *context;  /* the host's own */

  /* Records why a function is about to return non-zero; one line, printf style. Returns 1, so that
     a plugin can write `return host->fail(host, "...")`. */
  int (*fail)(const struct gv_host *host, const char *format, ...) GV_LINE;
  /* Shows one line to the user when --verbose is given. */
  void (*log)(const struct gv_host *host, const char *format, ...) GV_LINE;

  /* Zeroed memory, 64-byte aligned; NULL when there is none (then `fail` was called already). The host
     releases it after `destroy`, or after a failed `create`: there is nothing to clean up. */
  void *(*allocate)(const struct gv_host *host, size_t bytes);

  /* Adds a tensor to the plan (the struct is copied). Non-zero when it is not valid. */
  int (*add_tensor)(const struct gv_host *host, struct gv_plan *plan, const struct gv_tensor *tensor);

  /* The value of an option of the model's own table; asking for another key or type is an error of
     the plugin: it is logged and yields 0, "" or an empty list. */
  int64_t (*option_int)(const struct gv_options *options, const char *key);
  double (*option_real)(const struct gv_options *options, const char *key);  /* of a REAL */
  int (*option_flag)(const struct gv_options *options, const char *key);     /* 1: yes */
  const char *(*option_text)(const struct gv_options *options, const char *key);  /* any type, as written */
  int (*option_list)(const struct gv_options *options, const char *key, const int64_t **items);  /* count */

  /* Counter-based random numbers, a pure function of (seed, stream): n values into out. */
  void (*uniform)(uint64_t seed, uint32_t stream, float *out, size_t n);  /* open interval (0, 1) */
  void (*normal)(uint64_t seed, uint32_t stream, float *out, size_t n);   /* mean 0, variance 1 */
};

/* The model: what a plugin exports. */
struct gv_model {
  uint32_t abi;                     /* GV_MODEL_ABI */
  uint32_t size;                    /* sizeof(struct gv_model) */
  const char *name;                 /* the file's name without .so */
  const char *summary;              /* one line */
  const struct gv_option *options;  /* ends with a NULL key; NULL: none */

  /* Adds the tensors, or fails when the model cannot learn such data. Pure. */
  int (*plan)(const struct gv_host *host, const struct gv_task *task, struct gv_plan *plan);
  /* Makes an instance for the calling thread. host and task outlive it. Not destroyed when this fails. */
  int (*create)(const struct gv_host *host, const struct gv_task *task, void **instance);
  /* Writes the start vector w (parameters), a pure function of seed; w comes zeroed. NULL: it stays so. */
  int (*init)(void *instance, uint64_t seed, float *w);
  /* loss <- the mean loss over the batch, penalties included; g (parameters) <- its gradient at w (parameters). */
  int (*gradient)(void *instance, const float *w, const struct gv_batch *batch, float *g, float *loss);
  /* Adds up the batch at w into metrics, which comes zeroed. */
  int (*evaluate)(void *instance, const float *w, const struct gv_batch *batch, struct gv_metrics *metrics);
  /* scores (n, classes or outputs), row-major <- raw scores at w. NULL: not offered. */
  int (*predict)(void *instance, const float *w, const struct gv_batch *batch, float *scores);
  /* NULL: all of the instance came from host->allocate. */
  void (*destroy)(void *instance);
};

/* A plugin defines it: const struct gv_model grapevine_model = {.abi = GV_MODEL_ABI, ...}; */
extern GV_EXPORT const struct gv_model grapevine_model;

#ifdef __cplusplus
}
#endif
#endif
