/* The conformance check of a model: one function a rule, each on made-up data between guarded borders. */
#include "plugins/conform.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/random.h"
#include "core/base/team.h"
#include "plugins/host.h"
#include "plugins/plan.h"

enum { BORDER = 16, SEED = 1 };  /* floats before and after every vector: a cache line */

/* A vector between two borders that nobody may write to. */
struct guarded {
  float *memory, *at;
  size_t count;
};

struct trial {
  const struct gv_model *model;
  const struct gv_task *task;
  struct gv_plugin_hosts *hosts;  /* two workers */
  struct gv_plan *plan;
  void *instance;                 /* of worker 0 */
  size_t parameters;
  struct guarded w, g, again, scores, x, targets;
  struct gv_batch batch;  /* all of max_batch */
  int32_t *labels;
};

static const uint32_t border_bits = 0x7f8a5a5a;  /* a signalling NaN with a mark: no arithmetic makes it */

static bool guarded_make(struct guarded *v, size_t count)
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

static bool guarded_whole(const struct guarded *v)
{
  for (size_t i = 0; i < BORDER; i++)
    if (memcmp(&v->memory[i], &border_bits, sizeof border_bits) != 0 ||
        memcmp(&v->at[v->count + i], &border_bits, sizeof border_bits) != 0)
      return false;
  return true;
}

static void fill(struct guarded *v, float value)
{
  for (size_t i = 0; i < v->count; i++)
    v->at[i] = value;
}

static enum gv_status broken(const struct trial *t, struct gv_error *err, const char *rule)
{
  return gv_fail(err, GV_MODEL, "model %s: %s", t->model->name, rule);
}

static enum gv_status no_memory(const struct trial *t, struct gv_error *err)
{
  return gv_fail(err, GV_MEMORY, "model %s: no memory to check it", t->model->name);
}

static enum gv_status said(const struct trial *t, int worker, struct gv_error *err)
{
  return gv_fail(err, GV_MODEL, "%s", gv_plugin_host_error(gv_plugin_host_table(t->hosts, worker)));
}

/* The first n samples, from sample `first` on. */
static struct gv_batch part(const struct trial *t, int32_t first, int32_t n)
{
  const struct gv_shape *shape = &t->task->shape;
  struct gv_batch batch = {.x = t->x.at + (size_t)first * (size_t)shape->features, .n = n};
  if (shape->classes > 0)
    batch.labels = t->labels + first;
  else
    batch.targets = t->targets.at + (size_t)first * (size_t)shape->outputs;
  return batch;
}

static enum gv_status make_data(struct trial *t, struct gv_error *err)
{
  const struct gv_shape *shape = &t->task->shape;
  size_t n = (size_t)t->task->max_batch;
  size_t outputs = (size_t)(shape->classes > 0 ? shape->classes : shape->outputs);
  t->labels = calloc(n, sizeof *t->labels);
  if (t->labels == NULL || !guarded_make(&t->w, t->parameters) || !guarded_make(&t->g, t->parameters) ||
      !guarded_make(&t->again, t->parameters) || !guarded_make(&t->scores, n * outputs) ||
      !guarded_make(&t->x, n * (size_t)shape->features) || !guarded_make(&t->targets, n * outputs))
    return no_memory(t, err);
  struct gv_stream s;
  gv_stream_start(&s, SEED, GV_RANDOM_SPLIT, 0, 0);
  for (size_t i = 0; i < t->x.count; i++)
    t->x.at[i] = (float)gv_stream_normal(&s);
  for (size_t i = 0; i < t->targets.count; i++)
    t->targets.at[i] = (float)gv_stream_normal(&s);
  for (size_t i = 0; i < n && shape->classes > 0; i++)
    t->labels[i] = (int32_t)gv_stream_below(&s, (uint32_t)shape->classes);
  t->batch = part(t, 0, t->task->max_batch);
  return GV_OK;
}

static enum gv_status check_plan(struct trial *t, struct gv_error *err)
{
  const struct gv_host *host = gv_plugin_host_table(t->hosts, 0);
  struct gv_plan *again = NULL;
  enum gv_status status = gv_plan_create(t->model, t->task, host, &t->plan, err);
  if (status == GV_OK)
    status = gv_plan_create(t->model, t->task, host, &again, err);
  if (status != GV_OK)
    return status;
  bool same = again->count == t->plan->count && again->parameters == t->plan->parameters;
  for (size_t i = 0; same && i < again->count; i++)
    same = strcmp(again->tensors[i].tensor.name, t->plan->tensors[i].tensor.name) == 0 &&
           again->tensors[i].count == t->plan->tensors[i].count;
  gv_plan_destroy(again);
  t->parameters = (size_t)t->plan->parameters;
  return same ? GV_OK : broken(t, err, "plan, asked twice, gives two plans; it may depend on the task only");
}

static enum gv_status make_instance(struct trial *t, int worker, void **instance, struct gv_error *err)
{
  void *made = NULL;
  if (t->model->create(gv_plugin_host_table(t->hosts, worker), t->task, &made) != 0)
    return said(t, worker, err);
  if (made == NULL)
    return broken(t, err, "create returned 0 and no instance");
  *instance = made;
  return GV_OK;
}

static void end_instance(const struct trial *t, void *instance)
{
  if (instance != NULL && t->model->destroy != NULL)
    t->model->destroy(instance);
}

static enum gv_status check_init(struct trial *t, struct gv_error *err)
{
  if (t->model->init != NULL) {
    if (t->model->init(t->instance, SEED, t->w.at) != 0 || t->model->init(t->instance, SEED, t->again.at) != 0)
      return said(t, 0, err);
    if (!guarded_whole(&t->w))
      return broken(t, err, "init writes outside w");
    if (memcmp(t->w.at, t->again.at, t->parameters * sizeof(float)) != 0)
      return broken(t, err, "init, given one seed twice, writes two start vectors");
  }
  struct gv_stream s;
  gv_stream_start(&s, SEED, GV_RANDOM_SPLIT, 0, 1);
  for (size_t i = 0; i < t->parameters; i++) {
    if (!isfinite(t->w.at[i]))
      return broken(t, err, "init writes a value that is not finite");
    t->w.at[i] += 0.02f * (float)gv_stream_normal(&s);  /* away from symmetric points */
  }
  return GV_OK;
}

static enum gv_status check_outputs(struct trial *t, struct gv_error *err)
{
  const int32_t sizes[] = {1, t->task->max_batch / 2 | 1, t->task->max_batch};
  size_t bytes = t->parameters * sizeof(float);
  float *w_before = gv_alloc(t->parameters, sizeof(float)), *x_before = gv_alloc(t->x.count, sizeof(float));
  enum gv_status status = w_before != NULL && x_before != NULL ? GV_OK : no_memory(t, err);
  if (status == GV_OK) {
    memcpy(w_before, t->w.at, bytes);
    memcpy(x_before, t->x.at, t->x.count * sizeof(float));
  }
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0] && status == GV_OK; i++) {
    int32_t n = sizes[i] <= t->task->max_batch ? sizes[i] : t->task->max_batch;
    struct gv_batch batch = part(t, 0, n), other = part(t, t->task->max_batch - 1, 1);
    struct gv_metrics m1 = {0}, m2 = {0}, ignored = {0};
    float loss1 = NAN, loss2 = NAN, unused;
    fill(&t->g, NAN);
    fill(&t->again, 1e30f);
    void *a = t->instance;
    if (t->model->gradient(a, t->w.at, &batch, t->g.at, &loss1) != 0 ||
        t->model->evaluate(a, t->w.at, &batch, &m1) != 0 ||
        t->model->gradient(a, t->w.at, &other, t->again.at, &unused) != 0 ||
        t->model->evaluate(a, t->w.at, &other, &ignored) != 0 ||
        t->model->gradient(a, t->w.at, &batch, t->again.at, &loss2) != 0 ||
        t->model->evaluate(a, t->w.at, &batch, &m2) != 0)
      status = said(t, 0, err);
    else if (!guarded_whole(&t->g) || !guarded_whole(&t->again))
      status = broken(t, err, "gradient writes outside g");
    else if (memcmp(t->w.at, w_before, bytes) != 0 || !guarded_whole(&t->w))
      status = broken(t, err, "gradient or evaluate writes to w");
    else if (memcmp(t->x.at, x_before, t->x.count * sizeof(float)) != 0 || !guarded_whole(&t->x))
      status = broken(t, err, "gradient or evaluate writes to the batch");
    else if (memcmp(t->g.at, t->again.at, bytes) != 0 || loss1 != loss2)
      status = broken(t, err, "gradient, given the same again, gives other bits, or leaves a value unwritten");
    else if (m1.loss != m2.loss || m1.correct != m2.correct)
      status = broken(t, err, "evaluate, given the same again, gives other sums");
    else if (m1.correct < 0 || m1.correct > n || (t->task->shape.classes == 0 && m1.correct != 0))
      status = broken(t, err, "evaluate counts correct samples outside 0..n, or counts them for float targets");
    for (size_t j = 0; j < t->parameters && status == GV_OK; j++)
      if (!isfinite(t->g.at[j]))
        status = broken(t, err, "gradient leaves a value unwritten, or gives one that is not finite");
  }
  gv_free(w_before);
  gv_free(x_before);
  return status;
}

/* The loss, `length` along the direction u, a unit vector over one tensor; again.at is overwritten. */
static bool loss_along(struct trial *t, const struct gv_placed *tensor, const double *u, double length,
                       double *loss)
{
  struct guarded *moved = &t->again;
  memcpy(moved->at, t->w.at, t->parameters * sizeof(float));
  for (int64_t i = 0; i < tensor->count; i++)
    moved->at[tensor->first + i] = (float)((double)moved->at[tensor->first + i] + length * u[i]);
  float value;
  float *ignored = t->g.at;
  bool called = t->model->gradient(t->instance, moved->at, &t->batch, ignored, &value) == 0;
  *loss = value;
  return called;
}

/* Whether the slope of the loss along a random direction over the tensor is what g says. */
static enum gv_status check_slope(struct trial *t, const struct gv_placed *tensor, const double *g, double *u,
                                  uint32_t draw, struct gv_error *err)
{
  static const double lengths[] = {0.3, 0.1, 0.03, 0.01, 0.003};
  struct gv_stream s;
  gv_stream_start(&s, SEED, GV_RANDOM_SPLIT, draw, 2);
  double square = 0, slope = 0, scale = 0, nearest = INFINITY;
  for (int64_t i = 0; i < tensor->count; i++) {
    u[i] = gv_stream_normal(&s);
    square += u[i] * u[i];
  }
  for (int64_t i = 0; i < tensor->count; i++) {
    u[i] /= sqrt(square);
    slope += u[i] * g[i];
    scale += g[i] * g[i];
  }
  scale = sqrt(scale / (double)tensor->count);  /* what the slope is likely to be */
  for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {  /* long ones meet kinks, short ones rounding */
    double up, down;
    if (!loss_along(t, tensor, u, lengths[k], &up) || !loss_along(t, tensor, u, -lengths[k], &down))
      return said(t, 0, err);
    double found = (up - down) / (2 * lengths[k]), noise = 4 * 6e-8 * fabs(up) / lengths[k];
    double off = fmax(0, fabs(found - slope) - noise) / fmax(scale, 1e-12);
    nearest = off < nearest ? off : nearest;
  }
  if (nearest < 0.05)
    return GV_OK;
  return gv_fail(err, GV_MODEL,
                 "model %s: the gradient of tensor '%.64s' is not the slope of the loss: off by %.2g of its size",
                 t->model->name, tensor->tensor.name, nearest);
}

static enum gv_status check_slopes(struct trial *t, struct gv_error *err)
{
  float loss;
  if (t->model->gradient(t->instance, t->w.at, &t->batch, t->g.at, &loss) != 0)
    return said(t, 0, err);
  double *g = gv_alloc(t->parameters, sizeof *g), *u = gv_alloc(t->parameters, sizeof *u);
  enum gv_status status = g != NULL && u != NULL ? GV_OK : no_memory(t, err);
  for (size_t i = 0; i < t->parameters && status == GV_OK; i++)
    g[i] = t->g.at[i];
  for (size_t i = 0; i < 3 * t->plan->count && status == GV_OK; i++) {
    const struct gv_placed *tensor = &t->plan->tensors[i / 3];
    status = check_slope(t, tensor, g + tensor->first, u, (uint32_t)i, err);
  }
  gv_free(g);
  gv_free(u);
  return status;
}

static enum gv_status check_sums(struct trial *t, struct gv_error *err)
{
  int32_t n = t->task->max_batch, half = n / 2;
  struct gv_metrics all = {0}, first = {0}, second = {0};
  struct gv_batch one = part(t, 0, half), two = part(t, half, n - half);
  float loss;
  if (t->model->evaluate(t->instance, t->w.at, &t->batch, &all) != 0 ||
      (half > 0 && t->model->evaluate(t->instance, t->w.at, &one, &first) != 0) ||
      t->model->evaluate(t->instance, t->w.at, &two, &second) != 0 ||
      t->model->gradient(t->instance, t->w.at, &t->batch, t->g.at, &loss) != 0)
    return said(t, 0, err);
  double near = 1e-4 * (1 + fabs(all.loss)), apart = fabs(all.loss - first.loss - second.loss);
  int64_t missing = all.correct - first.correct - second.correct;  /* a near tie may turn with the batch size */
  if (!(apart <= near) || missing < -1 || missing > 1)
    return broken(t, err, "evaluate over a batch is not the sum of evaluate over its halves");
  if (!((double)loss >= all.loss / n - near / n))
    return broken(t, err, "the mean loss of gradient is below that of evaluate, which has no penalty");
  if (t->model->predict == NULL)
    return GV_OK;
  fill(&t->scores, NAN);
  if (t->model->predict(t->instance, t->w.at, &t->batch, t->scores.at) != 0)
    return said(t, 0, err);
  if (!guarded_whole(&t->scores))
    return broken(t, err, "predict writes outside its scores");
  int64_t correct = 0, classes = t->task->shape.classes;
  for (size_t i = 0; i < t->scores.count; i++)
    if (!isfinite(t->scores.at[i]))
      return broken(t, err, "predict leaves a score unwritten, or gives one that is not finite");
  for (int64_t i = 0; i < n && classes > 0; i++) {
    const float *score = t->scores.at + i * classes;
    int64_t best = 0;
    for (int64_t c = 1; c < classes; c++)
      best = score[c] > score[best] ? c : best;
    correct += best == t->labels[i];
  }
  if (classes > 0 && (correct < all.correct - 1 || correct > all.correct + 1))
    return broken(t, err, "the largest scores of predict are not the answers that evaluate counts");
  return GV_OK;
}

struct pair {
  struct trial *trial;
  const float *want;  /* (parameters) */
  struct gv_error errors[2];
};

static void pair_body(void *arg, struct gv_team *team, int worker)
{
  struct pair *pair = arg;
  struct trial *t = pair->trial;
  struct gv_error *err = &pair->errors[worker];
  void *instance = NULL;
  float loss, *g = gv_alloc(t->parameters, sizeof *g);
  enum gv_status status = make_instance(t, worker, &instance, err);
  if (status == GV_OK && g == NULL)
    status = no_memory(t, err);
  gv_team_barrier(team);
  for (int i = 0; i < 20 && status == GV_OK; i++) {
    if (t->model->gradient(instance, t->w.at, &t->batch, g, &loss) != 0)
      status = said(t, worker, err);
    else if (memcmp(g, pair->want, t->parameters * sizeof *g) != 0)
      status = broken(t, err, "two instances on two threads disturb each other, or a new one gives other bits");
  }
  end_instance(t, instance);
  gv_free(g);
}

static enum gv_status check_two(struct trial *t, struct gv_error *err)
{
  struct pair pair = {.trial = t, .want = t->g.at};
  float loss;
  if (t->model->gradient(t->instance, t->w.at, &t->batch, t->g.at, &loss) != 0)
    return said(t, 0, err);
  enum gv_status status = gv_team_run(2, NULL, pair_body, &pair, err);
  for (int i = 0; i < 2 && status == GV_OK; i++)
    if (pair.errors[i].status != GV_OK)
      status = gv_fail(err, pair.errors[i].status, "%s", pair.errors[i].text);
  return status;
}

/* Whatever comes out, and also a failure, is right; the host stops such a run. */
static enum gv_status check_not_finite(struct trial *t, struct gv_error *err)
{
  float loss;
  struct gv_metrics metrics = {0};
  for (size_t i = 0; i < t->x.count; i++)
    t->x.at[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : -INFINITY;
  (void)t->model->gradient(t->instance, t->w.at, &t->batch, t->g.at, &loss);
  (void)t->model->evaluate(t->instance, t->w.at, &t->batch, &metrics);
  if (!guarded_whole(&t->g))
    return broken(t, err, "gradient writes outside g when features are not finite");
  return GV_OK;
}

enum gv_status gv_plugin_conform(const struct gv_model *model, const struct gv_task *task, struct gv_error *err)
{
  struct trial t = {.model = model, .task = task};
  enum gv_status status = gv_plugin_hosts_create(model->name, 2, &t.hosts, err);
  if (status == GV_OK)
    status = check_plan(&t, err);
  if (status == GV_OK)
    status = make_data(&t, err);
  if (status == GV_OK)
    status = make_instance(&t, 0, &t.instance, err);
  enum gv_status (*const rules[])(struct trial *, struct gv_error *) = {check_init, check_outputs, check_two,
                                                                        check_slopes, check_sums, check_not_finite};
  for (size_t i = 0; i < sizeof rules / sizeof rules[0] && status == GV_OK; i++)
    status = rules[i](&t, err);
  end_instance(&t, t.instance);
  struct guarded *const vectors[] = {&t.w, &t.g, &t.again, &t.scores, &t.x, &t.targets};
  for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
    gv_free(vectors[i]->memory);
  free(t.labels);
  gv_plan_destroy(t.plan);
  gv_plugin_hosts_destroy(t.hosts);
  return status;
}
