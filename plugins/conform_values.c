/* Rules about values: sums over samples, scores and answers, numbers that are not finite, a loss that falls. */
#include "plugins/conform_trial.h"

#include <math.h>
#include <string.h>

#include "core/base/memory.h"

enum gv_status gv_rule_sums(struct gv_trial *t, struct gv_seat *seat, struct gv_error *err)
{
  int32_t n = t->task.max_batch, half = n / 2;
  struct gv_metrics all, first = {0}, second;
  struct gv_batch whole = gv_trial_whole(t);
  struct gv_batch one = gv_trial_part(t, 0, half), two = gv_trial_part(t, half, n - half);
  float loss;
  enum gv_status status = gv_seat_evaluate(t, seat, &t->w, &whole, &all, err);
  if (status == GV_OK && half > 0)
    status = gv_seat_evaluate(t, seat, &t->w, &one, &first, err);
  if (status == GV_OK)
    status = gv_seat_evaluate(t, seat, &t->w, &two, &second, err);
  if (status == GV_OK)
    status = gv_seat_gradient(t, seat, &t->w, &whole, &t->g, &loss, err);
  if (status != GV_OK)
    return status;
  if (all.correct < 0 || all.correct > n)
    return gv_trial_broken(t, err, "evaluate counts %lld correct samples of %d", (long long)all.correct, n);
  if (t->task.shape.classes == 0 && all.correct != 0)
    return gv_trial_broken(t, err, "evaluate counts correct samples, and there are no labels");
  double near = 1e-4 * (1 + fabs(all.loss)), apart = fabs(all.loss - first.loss - second.loss);
  int64_t missing = all.correct - first.correct - second.correct;  /* a near tie may turn with the batch size */
  if (!(apart <= near) || missing < -1 || missing > 1)
    return gv_trial_broken(t, err, "evaluate over a batch is not the sum of evaluate over its halves");
  if (!((double)loss >= all.loss / n - near / n))
    return gv_trial_broken(t, err, "the mean loss of gradient, %.6g, is below that of evaluate, %.6g, which has no "
                           "penalty", (double)loss, all.loss / n);
  return GV_OK;
}

/* Whether the label's score is the largest; *near <- whether another is as good as equal. */
static bool is_right(const float *score, int64_t classes, int32_t label, bool *near)
{
  float other = -INFINITY, size = 1;
  for (int64_t c = 0; c < classes; c++) {
    size = fmaxf(size, fabsf(score[c]));
    other = c != label && score[c] > other ? score[c] : other;
  }
  *near = fabsf(score[label] - other) <= 1e-4f * size;
  return score[label] > other;
}

enum gv_status gv_rule_predict(struct gv_trial *t, struct gv_seat *seat, struct gv_error *err)
{
  enum { SAMPLES = 256 };
  if (t->model->predict == NULL)
    return gv_trial_skip(t, "predict is not offered");
  struct gv_batch whole = gv_trial_whole(t);
  int64_t classes = t->task.shape.classes;
  if (classes == 0)
    return gv_trial_skip(t, "there are no labels to be right about");
  enum gv_status status = gv_seat_predict(t, seat, &t->w, &whole, &t->scores, err);
  for (int32_t i = 0; i < whole.n && i < SAMPLES && status == GV_OK; i++) {
    struct gv_batch one = gv_trial_part(t, i, 1);
    struct gv_metrics metrics;
    bool near, right = is_right(t->scores.at + i * classes, classes, *one.labels, &near);
    status = gv_seat_evaluate(t, seat, &t->w, &one, &metrics, err);
    if (status == GV_OK && !near && metrics.correct != right)
      status = gv_trial_broken(t, err, "by predict, the label of sample %d has %s score, and evaluate counts %lld "
                               "correct", i, right ? "the largest" : "not the largest",
                               (long long)metrics.correct);
  }
  return status;
}

/* ---- not finite ---- */

/* One call with such numbers: it may fail, and otherwise shows them. */
static enum gv_status show_them(struct gv_trial *t, struct gv_seat *seat, const struct gv_batch *batch,
                                const char *what, struct gv_error *err)
{
  struct gv_metrics metrics;
  struct gv_error refused;
  float loss;
  gv_guarded_fill(&t->g, 0);
  bool gave = gv_seat_gradient(t, seat, &t->w, batch, &t->g, &loss, &refused) == GV_OK;
  if (!gv_guarded_whole(&t->g))
    return gv_trial_broken(t, err, "gradient writes outside g when %s", what);
  if (gave && isfinite(loss) && gv_guarded_finite(&t->g))
    return gv_trial_broken(t, err, "gradient succeeds with a finite loss and a finite g when %s: nobody would "
                           "notice", what);
  (void)gv_seat_evaluate(t, seat, &t->w, batch, &metrics, &refused);
  if (t->model->predict != NULL)
    (void)gv_seat_predict(t, seat, &t->w, batch, &t->scores, &refused);
  if (!gv_guarded_whole(&t->scores))
    return gv_trial_broken(t, err, "predict writes outside its scores when %s", what);
  return GV_OK;
}

static void spoil(struct gv_guarded *v, bool mixed)
{
  for (size_t i = 0; i < v->count; i++)
    v->at[i] = !mixed || i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : -INFINITY;
}

enum gv_status gv_rule_not_finite(struct gv_trial *t, struct gv_seat *seat, struct gv_error *err)
{
  struct gv_batch whole = gv_trial_whole(t);
  struct gv_guarded *const spoiled[] = {&t->data.x, &t->w};
  static const char *const names[] = {"all features are NaN", "all weights are NaN"};
  static const char *const mixed[] = {"features are NaN and infinite", "weights are NaN and infinite"};
  float loss, later;
  enum gv_status status = gv_seat_gradient(t, seat, &t->w, &whole, &t->again, &loss, err);
  for (int i = 0; i < 2 && status == GV_OK; i++) {
    float *kept = gv_alloc(spoiled[i]->count, sizeof *kept);
    if (kept == NULL)
      return gv_trial_no_memory(t, err);
    memcpy(kept, spoiled[i]->at, spoiled[i]->count * sizeof *kept);
    spoil(spoiled[i], false);
    status = show_them(t, seat, &whole, names[i], err);
    spoil(spoiled[i], true);
    if (status == GV_OK)
      status = show_them(t, seat, &whole, mixed[i], err);
    memcpy(spoiled[i]->at, kept, spoiled[i]->count * sizeof *kept);
    gv_free(kept);
    if (status == GV_OK)
      status = gv_seat_gradient(t, seat, &t->w, &whole, &t->g, &later, err);
    if (status == GV_OK && (!gv_guarded_same(&t->g, &t->again) || loss != later))
      status = gv_trial_broken(t, err, "gradient gives other bits after a call when %s", names[i]);
  }
  return status;
}

/* ---- learning ---- */

/* *last <- the loss after the steps, or one that is not finite. w is t->again. */
static enum gv_status descend(struct gv_trial *t, struct gv_seat *seat, double length, int steps, float *first,
                              float *last, struct gv_error *err)
{
  struct gv_batch whole = gv_trial_whole(t);
  enum gv_status status = gv_seat_start(t, seat, GV_TRIAL_SEED, 0, &t->again, err);
  for (int step = 0; step <= steps && status == GV_OK; step++) {
    status = gv_seat_gradient(t, seat, &t->again, &whole, &t->g, last, err);
    if (step == 0)
      *first = *last;
    if (!isfinite(*last) || step == steps)
      break;
    for (size_t i = 0; i < t->parameters; i++)
      t->again.at[i] -= (float)(length * (double)t->g.at[i]);
  }
  return status;
}

enum gv_status gv_rule_learns(struct gv_trial *t, struct gv_seat *seat, struct gv_error *err)
{
  enum { STEPS = 50 };
  float first = NAN, last, lowest = INFINITY;
  for (double length = 1; length > 1e-10; length /= 10) {
    struct gv_error failure;  /* of a model that refuses weights that have run away */
    enum gv_status status = descend(t, seat, length, STEPS, &first, &last, &failure);
    if (status != GV_OK && status != GV_MODEL)
      return gv_fail(err, status, "%s", failure.text);
    if (status == GV_OK && last < lowest)
      lowest = last;
    if (status == GV_OK && (double)last < (double)first - 0.01 * fabs((double)first)) {
      gv_trial_note(t, "from %.4g to %.4g at a length of %.3g", (double)first, (double)last, length);
      return GV_OK;
    }
  }
  return gv_trial_broken(t, err, "%d steps down the gradient do not lower the loss: from %.6g to %.6g at best, for "
                         "step lengths from 1 to 1e-9", STEPS, (double)first, (double)lowest);
}
