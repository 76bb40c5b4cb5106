/* Crews: orders by one epoch of the leader, reports by two of each thread. */
#include "core/engine/crew.h"

#include <string.h>

#include "core/base/calling.h"
#include "core/base/clones.h"
#include "core/base/epoch.h"
#include "core/engine/internal.h"

/* A thread of a crew. Number 0 is the leader: its instance and batch are the worker's, its gradient the result. */
struct mate {
  struct gv_epoch computed, finished;  /* orders: its share is there; all of it is done */
  const struct gv_host *host;
  void *instance;
  bool created;
  struct gv_buffer buffer;             /* its share of a batch, of which all vectors are aligned */
  float *gradient;                     /* (dim) */
  int32_t n;                           /* samples of its share */
  float loss;
  bool failed;                         /* the model did, at its share */
  enum gv_status status;               /* of settling */
  struct gv_error error;
};

struct gv_crew {
  struct gv_epoch order;               /* orders given */
  enum { SETTLE, COMPUTE, LEAVE } what;
  uint32_t orders;                     /* what `order` is raised to; the leader's */
  const float *w;                      /* of COMPUTE */
  const struct gv_batch *batch;
  float *g;
  struct gv_calling leader;            /* for which node the gradient is */
  struct mate *mate;                   /* (threads) */
};

/* Mates' hosts come after those of the workers. */
static int host_index(const struct gv_engine_setup *s, int worker, int thread)
{
  return thread == 0 ? worker : s->workers + worker * (s->threads - 1) + thread - 1;
}

enum gv_status gv_crews_create(struct gv_engine *e, struct gv_crew **out, struct gv_error *err)
{
  const struct gv_engine_setup *s = &e->setup;
  *out = NULL;
  if (s->threads <= 1)
    return GV_OK;
  enum gv_status status = gv_alloc_for(out, (size_t)s->workers, sizeof **out, "the workers' threads", err);
  for (int w = 0; w < s->workers && status == GV_OK; w++) {
    struct gv_crew *crew = &(*out)[w];
    status = gv_alloc_for(&crew->mate, (size_t)s->threads, sizeof *crew->mate, "the workers' threads", err);
    for (int t = 0; t < s->threads && status == GV_OK; t++)
      crew->mate[t].host = s->hosts[host_index(s, w, t)];
  }
  return status;
}

void gv_crews_destroy(struct gv_engine *e)
{
  for (int w = 0; w < e->setup.workers && e->crew != NULL; w++) {
    struct gv_crew *crew = &e->crew[w];
    for (int t = 1; t < e->setup.threads && crew->mate != NULL; t++) {
      gv_buffer_clear(&crew->mate[t].buffer);
      gv_free(crew->mate[t].gradient);
    }
    gv_free(crew->mate);
  }
  gv_free(e->crew);
}

/* ---- on every thread of a crew ---- */

/* Samples of share t are the `n` ones from this on; the larger shares come first. */
static int32_t share_of(int32_t batch, int threads, int t, int32_t *n)
{
  int32_t least = batch / threads, more = batch % threads;
  *n = least + (t < more);
  return least * t + (t < more ? t : more);
}

static const struct gv_batch *take_share(const struct gv_engine *e, const struct gv_crew *crew, int t,
                                         struct gv_batch *share)
{
  const struct gv_shape *shape = &e->setup.source->shape;
  struct mate *mate = &crew->mate[t];
  int32_t first = share_of(crew->batch->n, e->setup.threads, t, &mate->n);
  *share = *crew->batch;
  share->n = mate->n;
  if (t == 0 || mate->n == 0)
    return share;
  size_t n = (size_t)mate->n, at = (size_t)first, features = (size_t)shape->features;
  share->x = memcpy(mate->buffer.x, crew->batch->x + at * features, n * features * sizeof *share->x);
  if (crew->batch->labels != NULL)
    share->labels = memcpy(mate->buffer.labels, crew->batch->labels + at, n * sizeof *share->labels);
  if (crew->batch->targets != NULL) {
    size_t outputs = (size_t)shape->outputs;
    share->targets =
        memcpy(mate->buffer.targets, crew->batch->targets + at * outputs, n * outputs * sizeof *share->targets);
  }
  return share;
}

/* g <- a g, of elements first .. end-1. */
GV_CLONES
static void scale(float *g, float a, size_t first, size_t end)
{
  for (size_t i = first; i < end; i++)
    g[i] = a * g[i];
}

/* g <- g + a v */
GV_CLONES
static void add(float *restrict g, float a, const float *restrict v, size_t first, size_t end)
{
  for (size_t i = first; i < end; i++)
    g[i] = g[i] + a * v[i];
}

/* Slice t of the sum, in the order of the threads, block by block so that g stays in the cache. */
static void add_slice(const struct gv_engine *e, const struct gv_crew *crew, int t)
{
  size_t first, end;
  float whole = (float)crew->batch->n;
  gv_slice(e->dim, t, e->setup.threads, &first, &end);
  for (size_t next; first < end; first = next) {
    next = end - first > GV_BLOCK ? first + GV_BLOCK : end;
    scale(crew->g, (float)crew->mate[0].n / whole, first, next);
    for (int other = 1; other < e->setup.threads && crew->mate[other].n > 0; other++)
      add(crew->g, (float)crew->mate[other].n / whole, crew->mate[other].gradient, first, next);
  }
}

static void compute_share(const struct gv_engine *e, struct gv_crew *crew, int t, uint32_t order)
{
  struct mate *mate = &crew->mate[t];
  struct gv_batch share;
  take_share(e, crew, t, &share);
  mate->loss = 0;
  gv_calling_for(crew->leader.node, crew->leader.round);
  mate->failed = share.n > 0 && gv_call_gradient(e->setup.model, mate->instance, crew->w, &share,
                                                 t == 0 ? crew->g : mate->gradient, &mate->loss) != 0;
  gv_epoch_raise(&mate->computed, order);
  for (int other = 0; other < e->setup.threads; other++)
    gv_epoch_wait(&crew->mate[other].computed, order);  /* pairs with the raise above, on the others */
  add_slice(e, crew, t);
}

/* ---- mates ---- */

static enum gv_status settle(const struct gv_engine *e, struct mate *mate)
{
  const struct gv_engine_setup *s = &e->setup;
  enum gv_status status = gv_buffer_place(&mate->buffer, &s->source->shape, s->task->max_batch, &mate->error);
  if (status == GV_OK)
    status = gv_alloc_for(&mate->gradient, e->stride, sizeof(float), "a gradient", &mate->error);
  if (status == GV_OK) {
    mate->created = gv_call_create(s->model, mate->host, s->task, &mate->instance) == 0;
    if (!mate->created)
      status = gv_fail(&mate->error, GV_MODEL, "%s", s->failure(mate->host));
  }
  return status;
}

void gv_mate_work(struct gv_engine *e, int thread)
{
  struct gv_crew *crew = &e->crew[thread / e->setup.threads];
  int t = thread % e->setup.threads;
  struct mate *mate = &crew->mate[t];
  bool leaves = false;
  for (uint32_t order = 1; !leaves; order++) {
    gv_epoch_wait(&crew->order, order);  /* pairs with the raise in give */
    leaves = crew->what == LEAVE;
    if (crew->what == SETTLE)
      mate->status = settle(e, mate);
    else if (crew->what == COMPUTE)
      compute_share(e, crew, t, order);
    gv_epoch_raise(&mate->finished, order);
  }
  gv_calling_for(-1, 0);
  if (mate->created)
    gv_call_destroy(e->setup.model, mate->instance);
}

/* ---- the leader ---- */

static void give(struct gv_crew *crew)
{
  gv_epoch_raise(&crew->order, ++crew->orders);
}

/* Returns when every mate has done what was ordered. */
static void join(const struct gv_engine *e, struct gv_crew *crew)
{
  for (int t = 1; t < e->setup.threads; t++)
    gv_epoch_wait(&crew->mate[t].finished, crew->orders);  /* pairs with the raise in gv_mate_work */
}

enum gv_status gv_crew_settle(struct gv_worker *worker, struct gv_error *err)
{
  const struct gv_engine *e = worker->engine;
  if (e->crew == NULL)
    return GV_OK;
  struct gv_crew *crew = &e->crew[worker->index];
  crew->what = SETTLE;
  give(crew);
  join(e, crew);
  crew->mate[0].instance = worker->instance;
  for (int t = 1; t < e->setup.threads; t++)
    if (crew->mate[t].status != GV_OK)
      return gv_fail(err, crew->mate[t].status, "%s", crew->mate[t].error.text);
  return GV_OK;
}

void gv_crew_leave(struct gv_worker *worker)
{
  const struct gv_engine *e = worker->engine;
  if (e->crew == NULL)
    return;
  e->crew[worker->index].what = LEAVE;
  give(&e->crew[worker->index]);
}

static const char *gradient_of_crew(const struct gv_engine *e, struct gv_crew *crew, const float *w,
                                    const struct gv_batch *batch, float *g, float *loss)
{
  double sum = 0;
  crew->what = COMPUTE;
  crew->w = w;
  crew->batch = batch;
  crew->g = g;
  crew->leader = gv_calling;
  give(crew);
  compute_share(e, crew, 0, crew->orders);
  join(e, crew);
  for (int t = 0; t < e->setup.threads; t++) {
    if (crew->mate[t].failed)
      return e->setup.failure(crew->mate[t].host);
    sum += (double)crew->mate[t].n / (double)batch->n * (double)crew->mate[t].loss;
  }
  *loss = (float)sum;
  return NULL;
}

const char *gv_worker_gradient(struct gv_worker *worker, const float *w, const struct gv_batch *batch, float *g,
                               float *loss)
{
  const struct gv_engine *e = worker->engine;
  if (e->crew != NULL)
    return gradient_of_crew(e, &e->crew[worker->index], w, batch, g, loss);
  if (gv_call_gradient(e->setup.model, worker->instance, w, batch, g, loss) != 0)
    return e->setup.failure(e->setup.hosts[worker->index]);
  return NULL;
}
