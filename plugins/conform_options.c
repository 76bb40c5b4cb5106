/* The rule that every option works at its default, its smallest and its largest value, and with its words. */
#include "plugins/conform_trial.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Parameters up to which a value is tried, and up to which its slopes are looked at. */
enum { LARGEST = 1 << 24, LARGEST_SLOPE = 1 << 20 };

struct tally {
  int tried, refused, large;
  char first_refused[128], first_large[128];
};

/* The i-th value that is tried: 0 the default, then the ends of the range, then the words; "" for one that there is
 * not, NULL at the end. */
static const char *value_of(const struct gv_option *row, int i, char *text, size_t size)
{
  bool number = row->type == GV_OPTION_INT || row->type == GV_OPTION_REAL || row->type == GV_OPTION_LIST;
  bool bounded = row->min != 0 || row->max != 0;
  if (i == 0)
    return row->value;
  text[0] = '\0';
  if (i <= 2) {
    double end = i == 1 ? row->min : row->max;
    if (number && bounded && isfinite(end))
      snprintf(text, size, row->type == GV_OPTION_REAL ? "%.17g" : "%.0f", end);
    else if (row->type == GV_OPTION_FLAG)
      snprintf(text, size, "%s", i == 1 ? "no" : "yes");
    return text;
  }
  if (row->type == GV_OPTION_FLAG || row->type == GV_OPTION_TEXT || row->words == NULL)
    return NULL;
  const char *word = row->words;
  for (; i > 3 && *word != '\0'; i--)
    word += strcspn(word, "|") + (word[strcspn(word, "|")] == '|');
  if (*word == '\0')
    return NULL;
  snprintf(text, size, "%.*s", (int)strcspn(word, "|"), word);
  return text;
}

/* All options as they are, but for one. */
static enum gv_status change_one(const struct gv_trial *t, const char *key, const char *value,
                                 struct gv_options **options, struct gv_error *err)
{
  const struct gv_option *rows = gv_options_rows(t->task.options);
  enum gv_status status = gv_options_create(rows, t->model->name, options, err);
  for (; rows->key != NULL && status == GV_OK; rows++)
    status = gv_options_set(*options, rows->key, strcmp(rows->key, key) == 0 ? value
                            : gv_options_text(t->task.options, rows->key), err);
  return status;
}

/* What a value must do: start, give the same gradient again, finite and a slope, and evaluate. */
static enum gv_status try_calls(struct gv_trial *t, struct gv_seat *seat, struct gv_error *err)
{
  struct gv_batch whole = gv_trial_whole(t);
  struct gv_metrics metrics;
  float loss, again;
  enum gv_status status = gv_seat_start(t, seat, GV_TRIAL_SEED, 0.02, &t->w, err);
  gv_guarded_fill(&t->g, NAN);
  gv_guarded_fill(&t->again, 1e30f);
  if (status == GV_OK)
    status = gv_seat_gradient(t, seat, &t->w, &whole, &t->g, &loss, err);
  if (status == GV_OK)
    status = gv_seat_evaluate(t, seat, &t->w, &whole, &metrics, err);
  if (status == GV_OK)
    status = gv_seat_gradient(t, seat, &t->w, &whole, &t->again, &again, err);
  if (status != GV_OK)
    return status;
  if (!gv_guarded_finite(&t->g) || !isfinite(loss))
    return gv_trial_broken(t, err, "gradient leaves a value unwritten, or gives one that is not finite");
  if (!isfinite(metrics.loss))
    return gv_trial_broken(t, err, "evaluate gives a loss that is not finite");
  if (!gv_guarded_same(&t->g, &t->again) || loss != again)
    return gv_trial_broken(t, err, "gradient, given the same again, gives other bits");
  return t->parameters <= LARGEST_SLOPE ? gv_trial_slope(t, seat, err) : GV_OK;
}

/* *refused <- whether the model said that it does not take the value. */
static enum gv_status try_value(struct gv_trial *t, int worker, struct tally *tally, bool *refused,
                                struct gv_error *err)
{
  struct gv_seat seat = {.worker = worker};
  enum gv_status status = gv_trial_plan(t, &t->plan, refused, err);
  if (status != GV_OK)
    return status;
  if (t->plan->parameters > LARGEST) {
    if (tally->large++ == 0)
      snprintf(tally->first_large, sizeof tally->first_large, "%s", t->with);
    return GV_OK;
  }
  status = gv_trial_vectors(t, err);
  if (status == GV_OK)
    status = gv_seat_open(t, &seat, err);
  *refused = seat.refused;
  if (status == GV_OK)
    status = try_calls(t, &seat, err);
  gv_seat_close(t, &seat);
  tally->tried += status == GV_OK;
  return status;
}

static enum gv_status try_option(const struct gv_trial *t, int worker, const struct gv_option *row,
                                 struct tally *tally, struct gv_error *err)
{
  enum gv_status status = GV_OK;
  char text[64], with[128];
  const char *value;
  for (int i = 0; status == GV_OK && (value = value_of(row, i, text, sizeof text)) != NULL; i++) {
    if (i > 0 && (text[0] == '\0' || strcmp(text, row->value) == 0))
      continue;
    struct gv_options *options = NULL;
    bool refused = false;
    snprintf(with, sizeof with, "%.60s=%.60s", row->key, value);
    struct gv_trial one = {.model = t->model, .task = t->task, .watcher = t->watcher, .data = t->data,
                           .part = t->part};
    one.with = with;
    status = change_one(t, row->key, value, &options, err);
    one.task.options = options;
    if (status == GV_OK)
      status = try_value(&one, worker, tally, &refused, err);
    if (refused && i > 0) {  /* not every value suits every shape; the default has to */
      status = GV_OK;
      if (tally->refused++ == 0)
        snprintf(tally->first_refused, sizeof tally->first_refused, "%s", with);
    }
    gv_trial_end(&one);
    gv_options_destroy(options);
  }
  return status;
}

enum gv_status gv_rule_options(struct gv_trial *t, struct gv_seat *seat, struct gv_error *err)
{
  const struct gv_option *rows = t->task.options != NULL ? gv_options_rows(t->task.options) : NULL;
  if (rows == NULL || rows->key == NULL)
    return gv_trial_skip(t, "it has no options");
  struct tally tally = {0};
  enum gv_status status = GV_OK;
  for (; rows->key != NULL && status == GV_OK; rows++)
    status = try_option(t, seat->worker, rows, &tally, err);
  char refused[200] = "", large[200] = "";
  if (tally.refused > 0)
    snprintf(refused, sizeof refused, ", %d refused for this shape (%s%s)", tally.refused, tally.first_refused,
             tally.refused > 1 ? ", ..." : "");
  if (tally.large > 0)
    snprintf(large, sizeof large, ", %d left out for its size (%s%s)", tally.large, tally.first_large,
             tally.large > 1 ? ", ..." : "");
  gv_trial_note(t, "%d value%s%.100s%.100s", tally.tried, tally.tried == 1 ? "" : "s", refused, large);
  return status;
}
