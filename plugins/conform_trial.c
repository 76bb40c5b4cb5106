/* A model on trial: made-up samples, vectors between guarded borders, instances, and the calls of its functions. */
#include "plugins/conform_trial.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/random.h"

enum { BORDER = 16 };  /* floats before and after every vector: a cache line */

static const uint32_t border_bits = 0x7f8a5a5a;  /* a signalling NaN with a mark: no arithmetic makes it */

bool gv_guarded_make(struct gv_guarded *v, size_t count)
{
  v->count = count;
  v->memory = gv_alloc(count + 2 * BORDER, sizeof *v->memory);
  if (v->memory == NULL)
    return false;
  v->at = v->memory + BORDER;
  for (size_t i = 0; i < BORDER; i++) {
    memcpy(&v->memory[i], &border_bits, sizeof border_bits);
    memcpy(&v->at[count + i], &border_bits, sizeof border_bits);
  }
  return true;
}

void gv_guarded_end(struct gv_guarded *v)
{
  gv_free(v->memory);
  *v = (struct gv_guarded){0};
}

bool gv_guarded_whole(const struct gv_guarded *v)
{
  for (size_t i = 0; i < BORDER; i++)
    if (memcmp(&v->memory[i], &border_bits, sizeof border_bits) != 0 ||
        memcmp(&v->at[v->count + i], &border_bits, sizeof border_bits) != 0)
      return false;
  return true;
}

void gv_guarded_fill(struct gv_guarded *v, float value)
{
  for (size_t i = 0; i < v->count; i++)
    v->at[i] = value;
}

bool gv_guarded_same(const struct gv_guarded *a, const struct gv_guarded *b)
{
  return memcmp(a->at, b->at, a->count * sizeof *a->at) == 0;
}

bool gv_guarded_finite(const struct gv_guarded *v)
{
  for (size_t i = 0; i < v->count; i++)
    if (!isfinite(v->at[i]))
      return false;
  return true;
}

/* ---- samples ---- */

/* Targets that can be learnt: `outputs` linear functions of the features, or which of `classes` of them is the
 * largest. */
static bool make_targets(struct gv_samples *data, const struct gv_shape *shape, int32_t n)
{
  enum { USED = 64 };  /* features that count */
  int32_t scores = shape->classes > 0 ? shape->classes : shape->outputs;
  double weight[USED], *largest = gv_alloc((size_t)n, sizeof *largest);
  for (int32_t c = 0; c < scores && largest != NULL; c++) {
    struct gv_stream s;
    gv_stream_start(&s, GV_TRIAL_SEED, GV_RANDOM_SPLIT, (uint32_t)c, 1);
    for (int j = 0; j < USED; j++)
      weight[j] = gv_stream_normal(&s);
    for (int32_t i = 0; i < n; i++) {
      double score = 0;
      for (int64_t j = 0; j < shape->features && j < USED; j++)
        score += weight[j] * (double)data->x.at[i * shape->features + j];
      if (shape->classes == 0)
        data->targets.at[(int64_t)i * scores + c] = (float)score;
      else if (c == 0 || score > largest[i])
        memcpy(&data->labels.at[i], &c, sizeof c);
      if (c == 0 || score > largest[i])
        largest[i] = score;
    }
  }
  gv_free(largest);
  return largest != NULL;
}

static enum gv_status no_room(const struct gv_task *task, struct gv_error *err)
{
  return gv_fail(err, GV_MEMORY, "no memory for %d samples of %lld features", task->max_batch,
                 (long long)task->shape.features);
}

static bool samples_make(struct gv_samples *data, const struct gv_task *task)
{
  const struct gv_shape *shape = &task->shape;
  size_t n = (size_t)task->max_batch;
  return gv_guarded_make(&data->x, n * (size_t)shape->features) &&
         gv_guarded_make(&data->labels, shape->classes > 0 ? n : 0) &&
         gv_guarded_make(&data->targets, shape->classes > 0 ? 0 : n * (size_t)shape->outputs);
}

static void samples_end(struct gv_samples *data)
{
  gv_guarded_end(&data->x);
  gv_guarded_end(&data->targets);
  gv_guarded_end(&data->labels);
}

static bool samples_whole(const struct gv_samples *data)
{
  return gv_guarded_whole(&data->x) && gv_guarded_whole(&data->labels) && gv_guarded_whole(&data->targets);
}

enum gv_status gv_trial_samples(struct gv_trial *t, struct gv_error *err)
{
  if (!samples_make(&t->data, &t->task) || !samples_make(&t->part, &t->task))
    return no_room(&t->task, err);
  struct gv_stream s;
  gv_stream_start(&s, GV_TRIAL_SEED, GV_RANDOM_SPLIT, 0, 0);
  for (size_t i = 0; i < t->data.x.count; i++)
    t->data.x.at[i] = (float)gv_stream_normal(&s);
  return make_targets(&t->data, &t->task.shape, t->task.max_batch) ? GV_OK : no_room(&t->task, err);
}

void gv_trial_samples_end(struct gv_trial *t)
{
  samples_end(&t->data);
  samples_end(&t->part);
}

static void copy_rows(const struct gv_guarded *from, const struct gv_guarded *to, int32_t rows, int32_t first,
                      int32_t n)
{
  size_t row = from->count / (size_t)rows;
  if (row > 0)
    memcpy(to->at, from->at + (size_t)first * row, (size_t)n * row * sizeof *to->at);
}

struct gv_batch gv_trial_part(const struct gv_trial *t, int32_t first, int32_t n)
{
  const struct gv_samples *data = first == 0 ? &t->data : &t->part;
  int32_t rows = t->task.max_batch;
  if (first > 0) {
    copy_rows(&t->data.x, &data->x, rows, first, n);
    copy_rows(&t->data.labels, &data->labels, rows, first, n);
    copy_rows(&t->data.targets, &data->targets, rows, first, n);
  }
  struct gv_batch batch = {.x = data->x.at, .n = n};
  if (t->task.shape.classes > 0)
    batch.labels = (const int32_t *)(const void *)data->labels.at;
  else
    batch.targets = data->targets.at;
  return batch;
}

struct gv_batch gv_trial_whole(const struct gv_trial *t)
{
  return gv_trial_part(t, 0, t->task.max_batch);
}

int gv_trial_sizes(const struct gv_trial *t, int32_t *sizes)
{
  int32_t odd = t->task.max_batch / 2 | 1;
  int count = 0;
  sizes[count++] = 1;
  if (odd > 1 && odd < t->task.max_batch)
    sizes[count++] = odd;
  if (t->task.max_batch > 1)
    sizes[count++] = t->task.max_batch;
  return count;
}

enum gv_status gv_trial_vectors(struct gv_trial *t, struct gv_error *err)
{
  size_t scores = (size_t)(t->task.shape.classes > 0 ? t->task.shape.classes : t->task.shape.outputs);
  t->parameters = (size_t)t->plan->parameters;
  struct gv_guarded *const vectors[] = {&t->w, &t->w2, &t->g, &t->again};
  for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
    if (!gv_guarded_make(vectors[i], t->parameters))
      return gv_trial_no_memory(t, err);
  return gv_guarded_make(&t->scores, scores * (size_t)t->task.max_batch) ? GV_OK : gv_trial_no_memory(t, err);
}

void gv_trial_end(struct gv_trial *t)
{
  struct gv_guarded *const vectors[] = {&t->w, &t->w2, &t->g, &t->again, &t->scores};
  for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
    gv_guarded_end(vectors[i]);
  gv_plan_destroy(t->plan);
  t->plan = NULL;
}

/* ---- what is said ---- */

enum gv_status gv_trial_broken(const struct gv_trial *t, struct gv_error *err, const char *format, ...)
{
  char text[GV_ERROR_TEXT];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  return gv_fail(err, GV_MODEL, "model %s: %.400s%s%.100s", t->model->name, text, t->with != NULL ? ", with " : "",
                 t->with != NULL ? t->with : "");
}

enum gv_status gv_trial_no_memory(const struct gv_trial *t, struct gv_error *err)
{
  return gv_fail(err, GV_MEMORY, "model %s: no memory to check it with %lld parameters", t->model->name,
                 t->plan != NULL ? (long long)t->plan->parameters : 0);
}

void gv_trial_note(struct gv_trial *t, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  vsnprintf(t->detail, sizeof t->detail, format, args);
  va_end(args);
}

enum gv_status gv_trial_skip(struct gv_trial *t, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  vsnprintf(t->detail, sizeof t->detail, format, args);
  va_end(args);
  t->skipped = true;
  return GV_OK;
}

/* ---- instances and calls ---- */

/* Before a call: whoever watches hears of it, and an old reason of the model is forgotten. */
static void announce(const struct gv_trial *t, const struct gv_seat *seat, const char *function, int32_t n)
{
  char text[160];
  gv_plugin_host_forget(seat->host);
  if (seat->worker != 0 || t->watcher->call == NULL)
    return;
  int used = snprintf(text, sizeof text, "%s", function);
  if (n > 0)
    used += snprintf(text + used, sizeof text - (size_t)used, ", %d sample%s", n, n == 1 ? "" : "s");
  if (t->with != NULL)
    snprintf(text + used, sizeof text - (size_t)used, ", with %s", t->with);
  t->watcher->call(t->watcher->context, text);
}

/* After a call that returned non-zero. */
static enum gv_status failed(const struct gv_trial *t, const struct gv_seat *seat, const char *function,
                             struct gv_error *err)
{
  if (!gv_plugin_host_failed(seat->host))
    return gv_trial_broken(t, err, "%s failed and did not say why; return host->fail(host, ...)", function);
  return gv_fail(err, GV_MODEL, "%s (%s failed%s%.100s)", gv_plugin_host_error(seat->host), function,
                 t->with != NULL ? ", with " : "", t->with != NULL ? t->with : "");
}

enum gv_status gv_seat_open(const struct gv_trial *t, struct gv_seat *seat, struct gv_error *err)
{
  enum gv_status status = gv_plugin_hosts_create(t->model->name, 1, &seat->hosts, err);
  if (status != GV_OK)
    return status;
  void *made = NULL;
  seat->host = gv_plugin_host_table(seat->hosts, 0);
  announce(t, seat, "create", 0);
  if (t->model->create(seat->host, &t->task, &made) != 0) {
    seat->refused = gv_plugin_host_failed(seat->host);
    return failed(t, seat, "create", err);
  }
  if (made == NULL)
    return gv_trial_broken(t, err, "create returned 0 and no instance");
  seat->instance = made;
  return GV_OK;
}

void gv_seat_close(const struct gv_trial *t, struct gv_seat *seat)
{
  if (seat->instance != NULL && t->model->destroy != NULL) {
    announce(t, seat, "destroy", 0);
    t->model->destroy(seat->instance);
  }
  gv_plugin_hosts_destroy(seat->hosts);
  *seat = (struct gv_seat){.worker = seat->worker};
}

enum gv_status gv_seat_init(const struct gv_trial *t, struct gv_seat *seat, uint64_t seed, struct gv_guarded *w,
                            struct gv_error *err)
{
  gv_guarded_fill(w, 0);
  if (t->model->init == NULL)
    return GV_OK;
  announce(t, seat, "init", 0);
  if (t->model->init(seat->instance, seed, w->at) != 0)
    return failed(t, seat, "init", err);
  if (!gv_guarded_whole(w))
    return gv_trial_broken(t, err, "init writes outside w");
  return gv_guarded_finite(w) ? GV_OK : gv_trial_broken(t, err, "init writes a value that is not finite");
}

/* After a call that had w and a batch to read. */
static enum gv_status check_borders(const struct gv_trial *t, const struct gv_guarded *w, const char *function,
                                    struct gv_error *err)
{
  if (!gv_guarded_whole(w))
    return gv_trial_broken(t, err, "%s writes outside w, which is not its to write", function);
  if (!samples_whole(&t->data) || !samples_whole(&t->part))
    return gv_trial_broken(t, err, "%s writes outside the batch, which is not its to write", function);
  return GV_OK;
}

enum gv_status gv_seat_gradient(const struct gv_trial *t, struct gv_seat *seat, const struct gv_guarded *w,
                                const struct gv_batch *batch, struct gv_guarded *g, float *loss,
                                struct gv_error *err)
{
  *loss = NAN;
  announce(t, seat, "gradient", batch->n);
  if (t->model->gradient(seat->instance, w->at, batch, g->at, loss) != 0)
    return failed(t, seat, "gradient", err);
  if (!gv_guarded_whole(g))
    return gv_trial_broken(t, err, "gradient writes outside g, for a batch of %d", batch->n);
  return check_borders(t, w, "gradient", err);
}

enum gv_status gv_seat_evaluate(const struct gv_trial *t, struct gv_seat *seat, const struct gv_guarded *w,
                                const struct gv_batch *batch, struct gv_metrics *metrics, struct gv_error *err)
{
  *metrics = (struct gv_metrics){0};
  announce(t, seat, "evaluate", batch->n);
  if (t->model->evaluate(seat->instance, w->at, batch, metrics) != 0)
    return failed(t, seat, "evaluate", err);
  return check_borders(t, w, "evaluate", err);
}

enum gv_status gv_seat_predict(const struct gv_trial *t, struct gv_seat *seat, const struct gv_guarded *w,
                               const struct gv_batch *batch, struct gv_guarded *scores, struct gv_error *err)
{
  announce(t, seat, "predict", batch->n);
  if (t->model->predict(seat->instance, w->at, batch, scores->at) != 0)
    return failed(t, seat, "predict", err);
  if (!gv_guarded_whole(scores))
    return gv_trial_broken(t, err, "predict writes outside its scores, for a batch of %d", batch->n);
  return check_borders(t, w, "predict", err);
}

enum gv_status gv_seat_start(const struct gv_trial *t, struct gv_seat *seat, uint64_t seed, double spread,
                             struct gv_guarded *w, struct gv_error *err)
{
  struct gv_stream s;
  gv_stream_start(&s, seed, GV_RANDOM_SPLIT, 0, 2);
  enum gv_status status = gv_seat_init(t, seat, seed, w, err);
  for (size_t i = 0; i < w->count && spread > 0; i++)
    w->at[i] += (float)(spread * gv_stream_normal(&s));
  return status;
}
