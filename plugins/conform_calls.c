/* Rules about calls: what they write, that they give the same bits again, and know nothing of each other. */
#include "plugins/conform_trial.h"

#include <math.h>
#include <string.h>

#include "core/base/memory.h"

/* Also the points of the rules to come: w and w2. */
enum gv_status gv_rule_init(struct gv_trial *t, struct gv_seat *seat, struct gv_error *err)
{
  struct gv_seat other = {.worker = seat->worker};
  enum gv_status status = gv_seat_start(t, seat, GV_TRIAL_SEED, 0.02, &t->w, err);
  if (status == GV_OK)
    status = gv_seat_start(t, seat, GV_TRIAL_SEED + 1, 0.05, &t->w2, err);
  if (status != GV_OK)
    return status;
  if (t->model->init == NULL)
    return gv_trial_skip(t, "init is not offered; training starts at 0");
  status = gv_seat_init(t, seat, GV_TRIAL_SEED, &t->g, err);
  if (status == GV_OK)
    status = gv_seat_init(t, seat, GV_TRIAL_SEED, &t->again, err);
  if (status == GV_OK && !gv_guarded_same(&t->g, &t->again))
    status = gv_trial_broken(t, err, "init, given one seed twice, writes two start vectors");
  if (status == GV_OK)
    status = gv_seat_open(t, &other, err);
  if (status == GV_OK)
    status = gv_seat_init(t, &other, GV_TRIAL_SEED, &t->again, err);
  if (status == GV_OK && !gv_guarded_same(&t->g, &t->again))
    status = gv_trial_broken(t, err, "init, given one seed on two instances, writes two start vectors");
  gv_seat_close(t, &other);
  return status;
}

/* ---- what is written ---- */

/* What calls may only read, as it was. */
struct copies {
  struct gv_guarded w, x, targets, labels;
};

static bool copy(struct gv_guarded *to, const struct gv_guarded *from)
{
  bool made = gv_guarded_make(to, from->count);
  if (made && from->count > 0)
    memcpy(to->at, from->at, from->count * sizeof *to->at);
  return made;
}

static enum gv_status check_read_only(const struct gv_trial *t, const struct copies *before, const char *function,
                                      struct gv_error *err)
{
  if (!gv_guarded_same(&t->w, &before->w))
    return gv_trial_broken(t, err, "%s writes to w", function);
  if (!gv_guarded_same(&t->data.x, &before->x) || !gv_guarded_same(&t->data.targets, &before->targets) ||
      !gv_guarded_same(&t->data.labels, &before->labels))
    return gv_trial_broken(t, err, "%s writes to the batch", function);
  return GV_OK;
}

/* predict fills the rows of the batch, and no row more. */
static enum gv_status check_scores(struct gv_trial *t, struct gv_seat *seat, const struct gv_batch *batch,
                                   struct gv_error *err)
{
  const float mark = 1e30f;
  size_t used = t->scores.count / (size_t)t->task.max_batch * (size_t)batch->n;
  for (size_t i = 0; i < t->scores.count; i++)
    t->scores.at[i] = i < used ? NAN : mark;
  enum gv_status status = gv_seat_predict(t, seat, &t->w, batch, &t->scores, err);
  for (size_t i = 0; i < t->scores.count && status == GV_OK; i++)
    if (i < used && !isfinite(t->scores.at[i]))
      status = gv_trial_broken(t, err, "predict leaves a score unwritten, or gives one that is not finite");
    else if (i >= used && t->scores.at[i] != mark)
      status = gv_trial_broken(t, err, "predict writes outside its scores, for a batch of %d", batch->n);
  return status;
}

enum gv_status gv_rule_outputs(struct gv_trial *t, struct gv_seat *seat, struct gv_error *err)
{
  int32_t sizes[3];
  int count = gv_trial_sizes(t, sizes);
  struct copies before = {0};
  enum gv_status status = GV_OK;
  if (!copy(&before.w, &t->w) || !copy(&before.x, &t->data.x) || !copy(&before.targets, &t->data.targets) ||
      !copy(&before.labels, &t->data.labels))
    status = gv_trial_no_memory(t, err);
  for (int i = 0; i < count && status == GV_OK; i++) {
    struct gv_batch batch = gv_trial_part(t, 0, sizes[i]);
    struct gv_metrics metrics;
    float loss;
    gv_guarded_fill(&t->g, NAN);
    status = gv_seat_gradient(t, seat, &t->w, &batch, &t->g, &loss, err);
    if (status == GV_OK && !gv_guarded_finite(&t->g))
      status = gv_trial_broken(t, err, "gradient leaves a value unwritten, or gives one that is not finite");
    if (status == GV_OK && !isfinite(loss))
      status = gv_trial_broken(t, err, "gradient leaves the loss unwritten, or gives one that is not finite");
    if (status == GV_OK)
      status = check_read_only(t, &before, "gradient", err);
    if (status == GV_OK)
      status = gv_seat_evaluate(t, seat, &t->w, &batch, &metrics, err);
    if (status == GV_OK && !isfinite(metrics.loss))
      status = gv_trial_broken(t, err, "evaluate gives a loss that is not finite");
    if (status == GV_OK)
      status = check_read_only(t, &before, "evaluate", err);
    if (status == GV_OK && t->model->predict != NULL)
      status = check_scores(t, seat, &batch, err);
    if (status == GV_OK)
      status = check_read_only(t, &before, "predict", err);
  }
  gv_trial_note(t, count == 3 ? "batches of %d, %d and %d" : count == 2 ? "batches of %d and %d" : "batches of %d",
                sizes[0], sizes[count > 1], sizes[count - 1]);
  gv_guarded_end(&before.w);
  gv_guarded_end(&before.x);
  gv_guarded_end(&before.targets);
  gv_guarded_end(&before.labels);
  return status;
}

/* ---- the same again ---- */

/* g and the sums of one batch at w, as a call gives them. */
struct answer {
  float loss;
  struct gv_metrics metrics;
};

static enum gv_status ask(struct gv_trial *t, struct gv_seat *seat, const struct gv_guarded *w,
                          const struct gv_batch *batch, struct gv_guarded *g, struct answer *answer,
                          struct gv_error *err)
{
  enum gv_status status = gv_seat_gradient(t, seat, w, batch, g, &answer->loss, err);
  return status == GV_OK ? gv_seat_evaluate(t, seat, w, batch, &answer->metrics, err) : status;
}

static bool same_sums(const struct answer *a, const struct answer *b)
{
  return memcmp(&a->metrics.loss, &b->metrics.loss, sizeof a->metrics.loss) == 0 &&
         a->metrics.correct == b->metrics.correct;
}

static bool same_loss(const struct answer *a, const struct answer *b)
{
  return memcmp(&a->loss, &b->loss, sizeof a->loss) == 0;
}

enum gv_status gv_rule_bits(struct gv_trial *t, struct gv_seat *seat, struct gv_error *err)
{
  int32_t sizes[3];
  int count = gv_trial_sizes(t, sizes);
  enum gv_status status = GV_OK;
  for (int i = 0; i < count && status == GV_OK; i++) {
    struct gv_batch batch = gv_trial_part(t, 0, sizes[i]);
    struct answer first, second;
    gv_guarded_fill(&t->g, NAN);
    gv_guarded_fill(&t->again, 1e30f);
    for (int repeat = 0; repeat < 3 && status == GV_OK; repeat++) {
      status = gv_seat_gradient(t, seat, &t->w, &batch, repeat == 0 ? &t->g : &t->again,
                                repeat == 0 ? &first.loss : &second.loss, err);
      if (status == GV_OK && repeat > 0 && (!gv_guarded_same(&t->g, &t->again) || !same_loss(&first, &second)))
        status = gv_trial_broken(t, err, "gradient, given the same again, gives other bits");
    }
    for (int repeat = 0; repeat < 3 && status == GV_OK; repeat++) {
      status = gv_seat_evaluate(t, seat, &t->w, &batch, repeat == 0 ? &first.metrics : &second.metrics, err);
      if (status == GV_OK && repeat > 0 && !same_sums(&first, &second))
        status = gv_trial_broken(t, err, "evaluate, given the same again, gives other sums");
    }
  }
  return status;
}

/* ---- one call and another ---- */

enum gv_status gv_rule_separate(struct gv_trial *t, struct gv_seat *seat, struct gv_error *err)
{
  struct gv_batch batch = gv_trial_whole(t), other = gv_trial_part(t, t->task.max_batch - 1, 1);
  struct gv_seat beside = {.worker = seat->worker};
  struct answer first, second;
  gv_guarded_fill(&t->again, NAN);
  enum gv_status status = gv_seat_gradient(t, seat, &t->w, &batch, &t->g, &first.loss, err);
  for (int i = 0; i < 2 && status == GV_OK; i++) {
    const struct gv_batch *asked = i == 0 ? &other : &batch;
    status = gv_seat_evaluate(t, seat, &t->w2, asked, &second.metrics, err);
    if (status == GV_OK && t->model->predict != NULL)
      status = gv_seat_predict(t, seat, &t->w2, asked, &t->scores, err);
    if (status == GV_OK)
      status = gv_seat_gradient(t, seat, &t->w, &batch, &t->again, &second.loss, err);
    if (status == GV_OK && (!gv_guarded_same(&t->g, &t->again) || !same_loss(&first, &second)))
      status = gv_trial_broken(t, err, "gradient gives other bits after %s",
                               t->model->predict != NULL ? "evaluate and predict" : "evaluate");
  }
  /* And another instance, made, started and ended in between. */
  if (status == GV_OK)
    status = gv_seat_open(t, &beside, err);
  if (status == GV_OK)
    status = gv_seat_init(t, &beside, GV_TRIAL_SEED + 1, &t->again, err);
  if (status == GV_OK)
    status = gv_seat_gradient(t, &beside, &t->w2, &other, &t->again, &second.loss, err);
  gv_seat_close(t, &beside);
  if (status == GV_OK)
    status = gv_seat_gradient(t, seat, &t->w, &batch, &t->again, &second.loss, err);
  if (status == GV_OK && (!gv_guarded_same(&t->g, &t->again) || !same_loss(&first, &second)))
    status = gv_trial_broken(t, err, "gradient gives other bits after another instance was used and destroyed");
  return status;
}

/* Whether the seat, which has seen calls, answers as an instance does that was made for this one. */
static enum gv_status as_if_new(struct gv_trial *t, struct gv_seat *seat, const struct gv_batch *batch,
                                const char *after, struct gv_error *err)
{
  struct gv_seat fresh = {.worker = seat->worker};
  struct answer used, wanted = {0};
  gv_guarded_fill(&t->g, NAN);
  gv_guarded_fill(&t->again, 1e30f);
  enum gv_status status = ask(t, seat, &t->w, batch, &t->g, &used, err);
  if (status == GV_OK)
    status = gv_seat_open(t, &fresh, err);
  if (status == GV_OK)
    status = ask(t, &fresh, &t->w, batch, &t->again, &wanted, err);
  gv_seat_close(t, &fresh);
  if (status != GV_OK)
    return status;
  if (!gv_guarded_same(&t->g, &t->again) || !same_loss(&used, &wanted))
    return gv_trial_broken(t, err, "gradient, %s, gives other bits than a new instance", after);
  if (!same_sums(&used, &wanted))
    return gv_trial_broken(t, err, "evaluate, %s, gives other sums than a new instance", after);
  return GV_OK;
}

static void swap_vectors(struct gv_guarded *a, struct gv_guarded *b)
{
  for (size_t i = 0; i < a->count; i++) {
    float kept = a->at[i];
    a->at[i] = b->at[i];
    b->at[i] = kept;
  }
}

/* The samples in the opposite order, at the same addresses. */
static void turn_samples(const struct gv_trial *t)
{
  const struct gv_guarded *const all[] = {&t->data.x, &t->data.targets, &t->data.labels};
  size_t n = (size_t)t->task.max_batch;
  for (int v = 0; v < 3; v++) {
    size_t row = all[v]->count / n;
    for (size_t i = 0; i < n / 2; i++)
      for (size_t j = 0; j < row; j++) {
        float *a = &all[v]->at[i * row + j], *b = &all[v]->at[(n - 1 - i) * row + j];
        uint32_t kept;
        memcpy(&kept, a, sizeof kept);
        memcpy(a, b, sizeof kept);
        memcpy(b, &kept, sizeof kept);
      }
  }
}

enum gv_status gv_rule_keeps_nothing(struct gv_trial *t, struct gv_seat *seat, struct gv_error *err)
{
  struct gv_batch whole = gv_trial_whole(t), one = gv_trial_part(t, 0, 1);
  struct answer ignored;
  enum gv_status status = ask(t, seat, &t->w, &whole, &t->g, &ignored, err);
  if (status == GV_OK)
    status = as_if_new(t, seat, &one, "after a larger batch", err);
  if (status == GV_OK)
    status = as_if_new(t, seat, &whole, "after a smaller batch", err);
  swap_vectors(&t->w, &t->w2);
  if (status == GV_OK)
    status = as_if_new(t, seat, &whole, "after w changed in its place", err);
  swap_vectors(&t->w, &t->w2);
  turn_samples(t);
  if (status == GV_OK)
    status = as_if_new(t, seat, &one, "after the batch changed in its place", err);
  turn_samples(t);
  if (status == GV_OK)
    status = as_if_new(t, seat, &whole, "after other batches and weights", err);
  return status;
}

/* ---- two at once ---- */

/* Worker 0 has the whole batch at w, worker 1 another at w2: what one does must not show in the other. */
static void task_of(const struct gv_trial *t, int worker, const struct gv_guarded **w, struct gv_batch *batch)
{
  *w = worker == 0 ? &t->w : &t->w2;
  *batch = worker == 0 ? gv_trial_whole(t) : gv_trial_part(t, 0, t->task.max_batch / 2 | 1);
}

/* What each has to give, asked one after the other: g and again. */
enum gv_status gv_rule_before_two(struct gv_trial *t, struct gv_seat *seat, struct gv_error *err)
{
  enum gv_status status = GV_OK;
  for (int worker = 0; worker < 2 && status == GV_OK; worker++) {
    const struct gv_guarded *w;
    struct gv_batch batch;
    float loss;
    task_of(t, worker, &w, &batch);
    status = gv_seat_gradient(t, seat, w, &batch, worker == 0 ? &t->g : &t->again, &loss, err);
  }
  return status;
}

enum gv_status gv_rule_two(struct gv_trial *t, struct gv_seat *seat, struct gv_error *err)
{
  enum { REPEATS = 20 };
  const struct gv_guarded *w, *want = seat->worker == 0 ? &t->g : &t->again;
  struct gv_batch batch;
  struct gv_guarded g = {0};
  struct gv_metrics metrics;
  float loss;
  task_of(t, seat->worker, &w, &batch);
  enum gv_status status = gv_guarded_make(&g, t->parameters) ? GV_OK : gv_trial_no_memory(t, err);
  for (int i = 0; i < REPEATS && status == GV_OK; i++) {
    status = gv_seat_gradient(t, seat, w, &batch, &g, &loss, err);
    if (status == GV_OK && !gv_guarded_same(&g, want))
      status =
          gv_trial_broken(t, err, "two instances on two threads give other bits than one: they share something");
    if (status == GV_OK)
      status = gv_seat_evaluate(t, seat, w, &batch, &metrics, err);
  }
  gv_guarded_end(&g);
  return status;
}
