/* The conformance check of a model: the table of rules, walked in order; each on workers of its own. */
#include "plugins/conform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/conform_trial.h"
#include "plugins/image.h"

struct rule {
  const char *text;
  gv_rule *prepare;  /* on one worker, before; or NULL */
  gv_rule *check;
  int workers;
};

static gv_rule check_plan;

/* Sorted so that a mistake is found by the rule that names it: what is written before what it holds, one call
 * before two, one thread before two. The first makes the plan; after it come data and vectors. */
static const struct rule rules[] = {
    {"plan gives the same tensors again", NULL, check_plan, 1},
    {"init is a function of the seed alone", NULL, gv_rule_init, 1},
    {"calls write all of their outputs and nothing else", NULL, gv_rule_outputs, 1},
    {"the same weights and samples give the same bits", NULL, gv_rule_bits, 1},
    {"evaluate and predict leave training as it was", NULL, gv_rule_separate, 1},
    {"calls keep nothing for later ones", NULL, gv_rule_keeps_nothing, 1},
    {"gradient and evaluate allocate nothing", NULL, gv_rule_allocations, 1},
    {"two instances on two threads give the bits of one", gv_rule_before_two, gv_rule_two, 2},
    {"the gradient is the slope of the loss", NULL, gv_rule_slope, 1},
    {"evaluate sums over samples", NULL, gv_rule_sums, 1},
    {"predict gives the answers that evaluate counts", NULL, gv_rule_predict, 1},
    {"numbers that are not finite show, and do no harm", NULL, gv_rule_not_finite, 1},
    {"every option works at its default and its ends", NULL, gv_rule_options, 1},
    {"50 steps down the gradient lower the loss", NULL, gv_rule_learns, 1},
};
enum { RULES = sizeof rules / sizeof rules[0] };

/* Looked at after each of them, told last. */
static const char *const no_globals = "no global variable of the plugin changes";

/* ---- plan ---- */

enum gv_status gv_trial_plan(const struct gv_trial *t, struct gv_plan **plan, bool *refused, struct gv_error *err)
{
  struct gv_plugin_hosts *hosts = NULL;
  struct gv_plan *asked = calloc(1, sizeof *asked);
  enum gv_status status = asked != NULL ? GV_OK : gv_trial_no_memory(t, err);
  *refused = false;
  if (status == GV_OK)
    status = gv_plugin_hosts_create(t->model->name, 1, &hosts, err);
  if (status == GV_OK) {
    const struct gv_host *host = gv_plugin_host_table(hosts, 0);
    if (t->watcher->call != NULL)
      t->watcher->call(t->watcher->context, "plan");
    bool failed = t->model->plan(host, &t->task, asked) != 0;
    *refused = failed && gv_plugin_host_failed(host);
    if (*refused)
      status = gv_fail(err, GV_MODEL, "%s", gv_plugin_host_error(host));
    else if (failed)
      status = gv_trial_broken(t, err, "plan failed and did not say why; return host->fail(host, ...)");
    else
      status = gv_plan_create(t->model, &t->task, host, plan, err);
  }
  gv_plan_destroy(asked);
  gv_plugin_hosts_destroy(hosts);
  return status;
}

static bool same_tensor(const struct gv_tensor *a, const struct gv_tensor *b)
{
  return strcmp(a->name, b->name) == 0 && a->rank == b->rank && a->transposed == b->transposed &&
         memcmp(a->shape, b->shape, sizeof a->shape) == 0;
}

static enum gv_status check_plan(struct gv_trial *t, struct gv_seat *seat, struct gv_error *err)
{
  struct gv_shape *shape = &t->task.shape;
  struct gv_plan *again = NULL;
  bool refused;
  int32_t outputs = shape->outputs;
  (void)seat;
  if (shape->classes > 0)
    shape->outputs = 0;
  enum gv_status status = gv_trial_plan(t, &t->plan, &refused, err);
  if (refused && shape->classes > 0 && outputs > 0) {
    struct gv_error cause;
    shape->classes = 0;
    shape->outputs = outputs;
    status = gv_trial_plan(t, &t->plan, &refused, &cause);
    if (status != GV_OK && !refused)  /* else what is said of labels, the usual case, stands */
      (void)gv_fail(err, status, "%s", cause.text);
  }
  if (refused)  /* which breaks no rule */
    return err->status = GV_INPUT;
  if (status == GV_OK)
    status = gv_trial_plan(t, &again, &refused, err);
  if (status != GV_OK)
    return status;
  bool same = again->count == t->plan->count;
  for (size_t i = 0; same && i < again->count; i++)
    same = same_tensor(&again->tensors[i].tensor, &t->plan->tensors[i].tensor);
  size_t count = again->count;
  gv_plan_destroy(again);
  gv_trial_note(t, "%zu tensor%s, %lld parameters; samples of %dx%dx%d, %d %s%s, batches up to %d", count,
                count == 1 ? "" : "s", (long long)t->plan->parameters, shape->channels, shape->height, shape->width,
                shape->classes > 0 ? shape->classes : shape->outputs, shape->classes > 0 ? "class" : "float target",
                shape->classes > 1 ? "es" : shape->outputs > 1 ? "s" : "", t->task.max_batch);
  if (same)
    return GV_OK;
  return gv_trial_broken(t, err, "plan, asked twice, gives two plans; it may depend on the task only");
}

/* ---- the walk ---- */

/* A function of a rule on all of its workers. */
struct turn {
  struct gv_trial *trial;
  gv_rule *check;
  bool plain;  /* without an instance */
  struct gv_error errors[2];
};

static void turn_body(void *arg, struct gv_team *team, int worker)
{
  struct turn *turn = arg;
  struct gv_seat seat = {.worker = worker};
  struct gv_error *err = &turn->errors[worker];
  enum gv_status status = turn->plain ? GV_OK : gv_seat_open(turn->trial, &seat, err);
  gv_team_barrier(team);
  if (status == GV_OK)
    status = turn->check(turn->trial, &seat, err);
  err->status = status;  /* what a rule passes over has left its line there */
  gv_seat_close(turn->trial, &seat);
}

static enum gv_status take_turn(struct gv_trial *t, gv_rule *check, int workers, struct gv_error *err)
{
  struct turn turn = {.trial = t, .check = check, .plain = check == check_plan};
  enum gv_status status = gv_team_run(workers, NULL, turn_body, &turn, err);
  for (int i = 0; i < workers && status == GV_OK; i++)
    if (turn.errors[i].status != GV_OK)
      status = gv_fail(err, turn.errors[i].status, "%s", turn.errors[i].text);
  return status;
}

static void tell(const struct gv_trial *t, const char *rule, enum gv_conform_result result, const char *detail)
{
  char start[64];
  size_t length = (size_t)snprintf(start, sizeof start, "model %.40s: ", t->model->name);
  if (strncmp(detail, start, length) == 0)
    detail += length;
  if (t->watcher->result != NULL)
    t->watcher->result(t->watcher->context, rule, result, detail);
}

static enum gv_status walk_rule(struct gv_trial *t, const struct rule *rule, struct gv_error *err)
{
  enum gv_status status = GV_OK;
  t->detail[0] = '\0';
  t->skipped = false;
  if (t->watcher->rule != NULL)
    t->watcher->rule(t->watcher->context, rule->text);
  if (rule->prepare != NULL)
    status = take_turn(t, rule->prepare, 1, err);
  if (status == GV_OK)
    status = take_turn(t, rule->check, rule->workers, err);
  if (status == GV_OK)
    tell(t, rule->text, t->skipped ? GV_CONFORM_SKIPPED : GV_CONFORM_KEPT, t->detail);
  return status;
}

/* After a rule: the cause, where the plugin has written to a variable of its own. */
static enum gv_status look_at_globals(struct gv_trial *t, const struct gv_image *image, enum gv_status status,
                                      const char **broken, struct gv_error *err)
{
  const void *changed = image != NULL ? gv_image_changed(image) : NULL;
  char name[128];
  if (changed == NULL || (status != GV_OK && status != GV_MODEL))
    return status;
  gv_image_name(image, changed, name, sizeof name);
  if (status == GV_OK) {
    *broken = no_globals;
    return gv_trial_broken(t, err, "it writes to %s; what changes belongs in the instance", name);
  }
  char text[GV_ERROR_TEXT];
  snprintf(text, sizeof text, "%s", err->text);
  return gv_fail(err, status, "%.450s; it also writes to %s", text, name);
}

enum gv_status gv_plugin_conform(const struct gv_model *model, const struct gv_task *task,
                                 const struct gv_conform_watcher *watcher, struct gv_error *err)
{
  static const struct gv_conform_watcher nobody = {0};
  struct gv_trial t = {.model = model, .task = *task, .watcher = watcher != NULL ? watcher : &nobody};
  struct gv_error error = {GV_OK, ""};
  struct gv_image *image = NULL;
  const char *broken = no_globals;
  enum gv_status status = gv_image_take(model, &image, &error);
  for (size_t i = 0; i < RULES && status == GV_OK; i++) {
    broken = rules[i].text;
    status = walk_rule(&t, &rules[i], &error);
    status = look_at_globals(&t, image, status, &broken, &error);
    if (status == GV_OK && i == 0)
      status = gv_trial_samples(&t, &error);
    if (status == GV_OK && i == 0)
      status = gv_trial_vectors(&t, &error);
  }
  if (status == GV_MODEL)
    tell(&t, broken, GV_CONFORM_BROKEN, error.text);
  else if (status == GV_OK)
    tell(&t, no_globals, image != NULL ? GV_CONFORM_KEPT : GV_CONFORM_SKIPPED,
         image != NULL ? "" : "the model is part of the program");
  gv_image_free(image);
  gv_trial_end(&t);
  gv_trial_samples_end(&t);
  return status == GV_OK ? GV_OK : gv_fail(err, status, "%s", error.text);
}
