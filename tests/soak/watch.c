/* What the soak sees of a run from inside: the linker (--wrap) hands it the calls for memory and for an engine. */
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/random.h"
#include "core/engine/engine.h"
#include "tests/soak/soak.h"

/* ---- memory ---- */

void *__real_gv_alloc(size_t count, size_t size);
void *__wrap_gv_alloc(size_t count, size_t size);
enum gv_status __real_gv_alloc_for(void *out, size_t count, size_t size, const char *what, struct gv_error *err);
enum gv_status __wrap_gv_alloc_for(void *out, size_t count, size_t size, const char *what, struct gv_error *err);
void __real_gv_free(void *memory);
void __wrap_gv_free(void *memory);

static atomic_long blocks;

void *__wrap_gv_alloc(size_t count, size_t size)
{
  void *memory = __real_gv_alloc(count, size);
  if (memory != NULL)
    atomic_fetch_add(&blocks, 1);
  return memory;
}

enum gv_status __wrap_gv_alloc_for(void *out, size_t count, size_t size, const char *what, struct gv_error *err)
{
  enum gv_status status = __real_gv_alloc_for(out, count, size, what, err);
  if (status == GV_OK)
    atomic_fetch_add(&blocks, 1);
  return status;
}

void __wrap_gv_free(void *memory)
{
  if (memory != NULL)
    atomic_fetch_sub(&blocks, 1);
  __real_gv_free(memory);
}

long soak_blocks(void)
{
  return atomic_load(&blocks);
}

/* ---- the mean of the nodes ---- */

enum gv_status __real_gv_engine_create(const struct gv_engine_setup *setup, struct gv_engine **out,
                                       struct gv_error *err);
enum gv_status __wrap_gv_engine_create(const struct gv_engine_setup *setup, struct gv_engine **out,
                                       struct gv_error *err);

static struct {
  bool on;
  struct gv_model model;  /* of the run, without its gradient */
  size_t dim;
  int nodes;
  uint64_t seed;
  struct gv_counters counters;
  const struct gv_engine *engine;
  double *before, *scale;  /* (dim) the mean at the start, and the largest |x_i| of all nodes so far */
  double worst;
  long rounds;
} mean;

void soak_watch_mean(bool watch)
{
  mean.on = watch;
  if (watch) {
    mean.worst = 0;
    mean.rounds = 0;
  }
}

double soak_mean_error(long *rounds)
{
  *rounds = mean.rounds;
  return mean.worst;
}

static int no_gradient(void *instance, const float *w, const struct gv_batch *batch, float *g, float *loss)
{
  (void)instance, (void)w, (void)batch;
  memset(g, 0, mean.dim * sizeof *g);
  *loss = 0;
  return 0;
}

static void begin_of(int node, float *x)
{
  struct gv_stream stream;
  gv_stream_start(&stream, mean.seed, GV_RANDOM_CONSENSUS, (uint32_t)node, 0);
  gv_stream_normals(&stream, x, mean.dim);
}

static enum gv_status restore(void *context, int node, float *const *vector, struct gv_node_state *state,
                              struct gv_error *err)
{
  (void)context, (void)err;
  begin_of(node, vector[0]);
  *state = (struct gv_node_state){.weight = 1};
  return GV_OK;
}

static void look(void *context, uint64_t round, const float *const *x)
{
  (void)context, (void)round;
  for (size_t k = 0; k < mean.dim; k++) {
    double sum = 0, mass = 0;
    for (int i = 0; i < mean.nodes; i++) {
      struct gv_node_state state;
      gv_engine_node_state(mean.engine, i, &state);
      sum += state.weight * (double)x[i][k];
      mass += state.weight;
      mean.scale[k] = fmax(mean.scale[k], fabs((double)x[i][k]));  /* slowmo may drive nodes apart */
    }
    /* A rounding of a float a node and round, some of them along the way of one element. */
    double allowed = 0x1p-20 * mean.scale[k] * (double)(mean.rounds + 4);
    double error = fmax(fabs(sum / mean.nodes - mean.before[k]) / allowed,
                        fabs(mass / mean.nodes - 1) / (1e-12 * (double)(mean.rounds + 4)));
    if (!(error <= mean.worst))  /* also what is no number */
      mean.worst = isnan(error) ? INFINITY : error;
  }
  mean.rounds++;
}

static void prepare(const struct gv_engine_setup *setup, struct gv_engine_setup *changed)
{
  mean.model = *setup->model;
  mean.model.gradient = no_gradient;
  mean.dim = setup->parameters;
  mean.nodes = setup->schedule->nodes;
  mean.seed = setup->seed;
  mean.counters = (struct gv_counters){0};
  free(mean.before);
  free(mean.scale);
  mean.before = calloc(mean.dim, sizeof *mean.before);
  mean.scale = calloc(mean.dim, sizeof *mean.scale);
  float *x = calloc(mean.dim, sizeof *x);
  if (mean.before == NULL || mean.scale == NULL || x == NULL)
    abort();
  for (int i = 0; i < mean.nodes; i++) {
    begin_of(i, x);
    for (size_t k = 0; k < mean.dim; k++) {
      mean.before[k] += (double)x[k] / mean.nodes;
      mean.scale[k] = fmax(mean.scale[k], fabs((double)x[k]));
    }
  }
  free(x);
  *changed = *setup;
  changed->model = &mean.model;
  changed->resume = &mean.counters;
  changed->restore = restore;
  changed->keep = NULL;
  changed->inspect = look;
}

/* Whether nothing but gradients moves the mean. Weight decay does; and where nodes sit out, memories of how far
 * each moved cancel over all of them alone, not over those who take part in a round. */
static bool is_kept(const struct gv_engine_setup *setup)
{
  const struct gv_algorithm *a = setup->algorithm;
  bool remembers = a->states > 0 || a->messages > 1;
  bool decays = gv_options_real(setup->optimizer_options, "weight-decay") > 0;
  return !setup->async && !decays && !(setup->schedule->faults.churn > 0 && remembers);
}

enum gv_status __wrap_gv_engine_create(const struct gv_engine_setup *setup, struct gv_engine **out,
                                       struct gv_error *err)
{
  if (!mean.on || !is_kept(setup))
    return __real_gv_engine_create(setup, out, err);
  struct gv_engine_setup changed;
  prepare(setup, &changed);
  enum gv_status status = __real_gv_engine_create(&changed, out, err);
  if (status == GV_OK)
    mean.engine = *out;
  return status;
}
