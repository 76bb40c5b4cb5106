/* The conformance check: what it finds in models with one flaw each, what it skips, and that good models pass. */
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/allocations.h"
#include "config.h"
#include "core/base/option.h"
#include "plugins/choose.h"
#include "plugins/conform.h"
#include "plugins/image.h"
#include "tests/suite.h"

#undef fail  /* a macro of Check, and a service of the host */

/* What a watcher heard. */
struct heard {
  int rules, calls, results[3];
  char rule[128], detail[GV_ERROR_TEXT];      /* of the last result */
  char options[GV_ERROR_TEXT], slope[GV_ERROR_TEXT];  /* details of these rules */
  bool order;                                 /* every result is that of the rule begun before */
  char begun[128];
};

static void hear_rule(void *context, const char *rule)
{
  struct heard *heard = context;
  heard->rules++;
  snprintf(heard->begun, sizeof heard->begun, "%s", rule);
}

static void hear_call(void *context, const char *what)
{
  struct heard *heard = context;
  heard->calls++;
  ck_assert_uint_gt(strlen(what), 3);
}

static void hear_result(void *context, const char *rule, enum gv_conform_result result, const char *detail)
{
  struct heard *heard = context;
  heard->results[result]++;
  heard->order = heard->order && (strcmp(rule, heard->begun) == 0 || strncmp(rule, "no global", 9) == 0);
  snprintf(heard->rule, sizeof heard->rule, "%s", rule);
  snprintf(heard->detail, sizeof heard->detail, "%s", detail);
  if (strstr(rule, "every option") != NULL)
    snprintf(heard->options, sizeof heard->options, "%s", detail);
  if (strstr(rule, "slope") != NULL)
    snprintf(heard->slope, sizeof heard->slope, "%s", detail);
}

static struct gv_task task_of(int64_t features, int32_t classes, int32_t outputs, int32_t max_batch)
{
  return (struct gv_task){.shape = {.features = features, .channels = 1, .height = 1, .width = (int32_t)features,
                                    .classes = classes, .outputs = outputs},
                          .max_batch = max_batch, .batch = max_batch, .max_threads = 1};
}

/* Loads $GV_BUILD/spec and checks it. */
static enum gv_status conform(const char *spec, struct gv_task task, struct heard *heard,
                              struct gv_error *error)
{
  const struct gv_search nowhere = {0};
  const struct gv_model *model = NULL;
  struct gv_options *options = NULL;
  char *path = NULL, text[1100];
  const char *build = getenv("GV_BUILD");
  snprintf(text, sizeof text, "%s/%s", build != NULL ? build : ".", spec);
  *heard = (struct heard){.order = true};
  assert_ok(gv_plugin_choose(text, &nowhere, &model, &path, &options, err));
  task.options = options;
  const struct gv_conform_watcher watcher = {heard, hear_rule, hear_call, hear_result, gv_allocations()};
  enum gv_status status = gv_plugin_conform(model, &task, &watcher, error);
  gv_options_destroy(options);
  free(path);
  return status;
}

static void conforms(const char *spec, struct gv_task task, struct heard *heard)
{
  assert_ok(conform(spec, task, heard, err));
  ck_assert(heard->order);
  ck_assert_int_eq(heard->results[GV_CONFORM_BROKEN], 0);
  ck_assert_int_eq(heard->results[GV_CONFORM_KEPT] + heard->results[GV_CONFORM_SKIPPED], heard->rules + 1);
  ck_assert_int_gt(heard->calls, 100);
}

#define BROKEN "tests/plugins/.libs/broken.so:"

/* --- flaws ------------------------------------------------------------------------------------------------ */

START_TEST(every_flaw_has_its_rule)
{
  static const struct {
    const char *flaw, *rule, *line;
  } flaws[] = {
      {"plan-silent", "plan gives", "plan failed and did not say why; return host->fail"},
      {"plan-twice", "plan gives", "depend on the task only; it also writes to its global variable 'plans'"},
      {"create-silent", "init is", "create failed and did not say why"},
      {"create-nothing", "init is", "create returned 0 and no instance"},
      {"init-other", "init is", "given one seed twice, writes two start vectors"},
      {"init-outside", "init is", "init writes outside w"},
      {"init-nan", "init is", "init writes a value that is not finite"},
      {"outside-g", "calls write", "gradient writes outside g, for a batch of 1"},
      {"before-g", "calls write", "gradient writes outside g, for a batch of 1"},
      {"unwritten", "calls write", "gradient leaves a value unwritten"},
      {"no-loss", "calls write", "gradient leaves the loss unwritten"},
      {"writes-w", "calls write", "gradient writes to w"},
      {"writes-x", "calls write", "gradient writes to the batch"},
      {"writes-labels", "calls write", "gradient writes to the batch"},
      {"writes-before-x", "evaluate and predict leave", "evaluate writes outside the batch"},
      {"predict-outside", "calls write", "predict writes outside its scores, for a batch of 1"},
      {"gradient-silent", "calls write", "gradient failed and did not say why"},
      {"global", "no global", "it writes to its global variable 'shared'; what changes belongs in the instance"},
      {"other-bits", "the same weights", "gradient, given the same again, gives other bits"},
      {"evaluate-other", "the same weights", "evaluate, given the same again, gives other sums"},
      {"evaluate-disturbs", "evaluate and predict leave", "gradient gives other bits after evaluate and predict"},
      {"keeps-size", "calls keep nothing", "after a larger batch, gives other bits than a new instance"},
      {"keeps-w", "calls keep nothing", "after w changed in its place, gives other bits"},
      {"keeps-batch", "calls keep nothing", "after the batch changed in its place, gives other bits"},
      {"slope", "the gradient is", "the gradient of tensor 'weight' is not the slope of the loss: off by 4."},
      {"one-row", "the gradient is", "the gradient of tensor 'weight' is not the slope"},
      {"no-bias", "the gradient is", "the gradient of tensor 'bias' is not the slope of the loss: off by 100 %"},
      {"no-penalty,l2=0.1", "the gradient is", "the gradient of tensor 'weight' is not the slope"},
      {"no-penalty", "every option", " % of it, with l2=10"},
      {"evaluate-mean", "evaluate sums", "is not the sum of evaluate over its halves"},
      {"predict-turned", "predict gives", "by predict, the label of sample "},
      {"hides-nan", "numbers that are not finite", "with a finite loss and a finite g when all features are NaN"},
      {"keeps-nan", "numbers that are not finite", "gives other bits after a call when all features are NaN"},
      {"option-end", "every option", "one that is not finite, with depth=9"},
      {"flat", "50 steps", "50 steps down the gradient do not lower the loss: from 1 to 1 at best"},
  };
  for (size_t i = 0; i < sizeof flaws / sizeof flaws[0]; i++) {
    struct heard heard;
    char spec[128];
    snprintf(spec, sizeof spec, BROKEN "flaw=%s", flaws[i].flaw);
    assert_fails(GV_MODEL, flaws[i].line, conform(spec, task_of(12, 3, 0, 16), &heard, err));
    ck_assert_msg(strncmp(heard.rule, flaws[i].rule, strlen(flaws[i].rule)) == 0, "%s is found by '%s'",
                  flaws[i].flaw, heard.rule);
    ck_assert_msg(strstr(heard.detail, flaws[i].line) != NULL, "%s: '%s'", flaws[i].flaw, heard.detail);
    ck_assert_msg(strncmp(heard.detail, "model ", 6) != 0, "%s: '%s'", flaws[i].flaw, heard.detail);
    ck_assert_int_eq(heard.results[GV_CONFORM_BROKEN], 1);
  }
}
END_TEST

START_TEST(allocations_are_found)
{
  static const struct {
    const char *flaw, *line;
  } flaws[] = {
      {"allocates", "gradient allocates 5000 bytes in its own code"},
      {"allocates-by-libc", "gradient allocates "},
      {"evaluate-allocates", "evaluate allocates 1 bytes in its own code"},
  };
  struct heard heard;
  for (size_t i = 0; i < sizeof flaws / sizeof flaws[0]; i++) {
    char spec[128];
    snprintf(spec, sizeof spec, BROKEN "flaw=%s", flaws[i].flaw);
    if (gv_allocations() != NULL) {
      assert_fails(GV_MODEL, flaws[i].line, conform(spec, task_of(12, 3, 0, 16), &heard, err));
      ck_assert_str_eq(heard.rule, "gradient and evaluate allocate nothing");
    } else {
      conforms(spec, task_of(12, 3, 0, 16), &heard);
    }
  }
#if defined(__GLIBC__) && !defined(GV_SANITIZE)
  if (getenv("LD_PRELOAD") == NULL)
    ck_assert_ptr_nonnull(gv_allocations());
#endif
}
END_TEST

/* Blocks of every function of the family are seen, and those of this thread only. */
START_TEST(the_watch_sees_all)
{
  const struct gv_allocation_watch *watch = gv_allocations();
  struct gv_taken taken[4];
  void *volatile blocks[9] = {0};
  if (watch == NULL)
    return;
  watch->begin();
  blocks[0] = malloc(100);
  blocks[1] = calloc(10, 20);
  blocks[0] = realloc(blocks[0], 300);
  blocks[2] = aligned_alloc(64, 640);
  int failed = posix_memalign((void **)&blocks[3], 64, 500);
  blocks[4] = strdup("a text");
  size_t count = watch->end(taken, 4);
  blocks[5] = malloc(1);
  ck_assert_int_eq(failed, 0);
  ck_assert_uint_eq(count, 6);
  ck_assert_uint_eq(taken[0].bytes, 100);
  ck_assert_uint_eq(taken[1].bytes, 200);
  ck_assert_uint_eq(taken[2].bytes, 300);
  ck_assert_uint_eq(taken[3].bytes, 640);
  ck_assert_int_gt(taken[0].depth, 2);
  ck_assert_uint_eq((uintptr_t)blocks[2] % 64, 0);
  ck_assert_uint_eq((uintptr_t)blocks[3] % 64, 0);
  for (int i = 0; i < 9; i++)
    free(blocks[i]);
  watch->begin();
  ck_assert_uint_eq(watch->end(taken, 4), 0);
}
END_TEST

/* --- models of this program ------------------------------------------------------------------------------- */

/* A model that learns the mean of one feature, and ways to break it that need no plugin. */
enum { FINE, WRITES_W, REMEMBERS, FAILS, SHARES, FLAWS };
static int flaw, calls;
static volatile float common;

static int one_plan(const struct gv_host *host, const struct gv_task *task, struct gv_plan *plan)
{
  const struct gv_tensor tensor = {.name = "w", .rank = 1, .shape = {20}};
  (void)task;
  return host->add_tensor(host, plan, &tensor);
}

static int one_create(const struct gv_host *host, const struct gv_task *task, void **instance)
{
  (void)task;
  *instance = host->allocate(host, 1);
  return *instance == NULL;
}

static int one_evaluate(void *instance, const float *w, const struct gv_batch *batch, struct gv_metrics *metrics)
{
  (void)instance;
  double loss = 0;
  for (int32_t i = 0; i < batch->n; i++)
    for (int j = 0; j < 20; j++)
      loss += ((double)w[j] - (double)batch->x[i]) * ((double)w[j] - (double)batch->x[i]) / 2;
  metrics->loss = loss;
  metrics->correct = 0;
  return 0;
}

static int one_gradient(void *instance, const float *w, const struct gv_batch *batch, float *g, float *loss)
{
  struct gv_metrics metrics = {0};
  one_evaluate(instance, w, batch, &metrics);
  *loss = (float)(metrics.loss / batch->n);
  if (flaw == SHARES) {
    common = *loss;
    usleep(20000);  /* longer than a busy machine lets a thread wait */
  }
  for (int j = 0; j < 20; j++) {
    double sum = 0;
    for (int32_t i = 0; i < batch->n; i++)
      sum += (double)w[j] - (double)batch->x[i];
    g[j] = (float)(sum / batch->n) + (flaw == REMEMBERS ? (float)calls++ : 0);
  }
  if (flaw == SHARES)
    g[0] += common - *loss;
  if (flaw == WRITES_W)
    ((float *)(uintptr_t)w)[3] += 1;
  return flaw == FAILS;
}

START_TEST(models_without_a_plugin)
{
  static const char *const lines[FLAWS] = {
      [WRITES_W] = "model one: gradient writes to w",
      [REMEMBERS] = "model one: gradient, given the same again, gives other bits",
      [FAILS] = "model one: gradient failed and did not say why",
      [SHARES] = "model one: two instances on two threads give other bits than one: they share something",
  };
  const struct gv_model one = {.abi = GV_MODEL_ABI, .size = sizeof one, .name = "one", .summary = "s",
                               .plan = one_plan, .create = one_create, .gradient = one_gradient,
                               .evaluate = one_evaluate};
  const struct gv_task task = task_of(1, 0, 1, 6);
  const char *sanitizers = getenv("GV_SANITIZE");
  for (flaw = FINE + 1; flaw < FLAWS; flaw++)
    if (flaw != SHARES || sanitizers == NULL || strstr(sanitizers, "thread") == NULL)  /* which says so itself */
      assert_fails(GV_MODEL, lines[flaw], gv_plugin_conform(&one, &task, NULL, err));
  flaw = FINE;
  struct heard heard = {.order = true};
  const struct gv_conform_watcher watcher = {&heard, NULL, NULL, hear_result, gv_allocations()};
  assert_ok(gv_plugin_conform(&one, &task, &watcher, err));
  ck_assert_str_eq(heard.rule, "no global variable of the plugin changes");
  ck_assert_str_eq(heard.detail, "the model is part of the program");
  ck_assert_int_eq(heard.results[GV_CONFORM_SKIPPED], 5);  /* init, memory, predict, options, globals */
}
END_TEST

START_TEST(images)
{
  struct gv_image *image = NULL;
  assert_ok(gv_image_take(&flaw, &image, err));
  ck_assert_ptr_null(image);  /* the program */
  int on_stack = 0;
  assert_ok(gv_image_take(&on_stack, &image, err));
  ck_assert_ptr_null(image);
  gv_image_free(NULL);
}
END_TEST

/* --- good models ------------------------------------------------------------------------------------------ */

START_TEST(fixtures_conform)
{
  struct heard heard;
  conforms(BROKEN "flaw=none", task_of(12, 3, 0, 16), &heard);
  ck_assert_int_eq(heard.results[GV_CONFORM_SKIPPED], gv_allocations() == NULL);
  ck_assert_str_eq(heard.options, "7 values");  /* flaw, l2 at 0 and 10, depth at 2, 1, 9 and none */
  conforms(BROKEN "l2=3", task_of(12, 3, 0, 1), &heard);
  conforms(BROKEN "flaw=wants-aligned", task_of(13, 3, 0, 17), &heard);  /* as model.h says it has */
  conforms(BROKEN "flaw=option-refused", task_of(12, 3, 0, 16), &heard);
  ck_assert_str_eq(heard.options, "6 values, 1 refused for this shape (depth=9)");
  conforms("tests/plugins/.libs/services.so", task_of(6, 0, 1, 9), &heard);
  assert_fails(GV_MODEL, "model services: the first reason, of 2 (gradient failed)",
               conform("tests/plugins/.libs/services.so:flag=yes,whole=8", task_of(6, 0, 1, 9), &heard, err));
}
END_TEST

/* A task with labels and targets stands for what the model takes; one that it does not take is no broken rule. */
START_TEST(labels_or_targets)
{
  struct heard heard;
  conforms(BROKEN "flaw=none", task_of(12, 3, 2, 16), &heard);
  conforms("tests/plugins/.libs/services.so:text=floats", task_of(6, 3, 2, 9), &heard);
  assert_fails(GV_INPUT, "model broken: it learns labels",
               conform(BROKEN "l2=1", task_of(12, 0, 2, 9), &heard, err));
  ck_assert_int_eq(heard.results[GV_CONFORM_BROKEN], 0);
}
END_TEST

START_TEST(logreg_conforms)
{
  static const struct {
    int64_t features;
    int32_t classes, max_batch;
  } sizes[] = {{1, 2, 1}, {3, 2, 2}, {64, 10, 32}, {784, 10, 33}, {17, 101, 7}};
  struct heard heard;
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    const struct gv_task task = task_of(sizes[i].features, sizes[i].classes, 0, sizes[i].max_batch);
    conforms("models/.libs/logreg.so", task, &heard);
    conforms("models/.libs/logreg.so:l2=0.5", task, &heard);
    ck_assert_uint_gt(strlen(heard.slope), 0);
  }
}
END_TEST

/* One sample of two classes, all but learnt at the start: the loss is a few roundings large. */
START_TEST(a_tiny_loss_accuses_nobody)
{
  const struct gv_task task = {.shape = {.features = 64, .channels = 1, .height = 8, .width = 8, .classes = 2},
                               .max_batch = 1, .batch = 1, .max_threads = 1};
  struct heard heard;
  char path[1100];
  const char *build = getenv("GV_BUILD");
  snprintf(path, sizeof path, "%s/models/.libs/cnn.so", build != NULL ? build : ".");
  if (access(path, R_OK) == 0)  /* built with oneDNN */
    conforms("models/.libs/cnn.so", task, &heard);
  conforms("models/.libs/mlp.so", task, &heard);
}
END_TEST

/* OpenBLAS packs small matrices into memory of its own at these sizes. */
START_TEST(openblas_may_pack)
{
  struct heard heard;
  conforms("models/.libs/mlp.so:hidden=7,activation=gelu", task_of(784, 10, 0, 3), &heard);
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {every_flaw_has_its_rule, allocations_are_found, the_watch_sees_all,
                                models_without_a_plugin, images, fixtures_conform, labels_or_targets,
                                logreg_conforms, a_tiny_loss_accuses_nobody, openblas_may_pack, NULL};
  return run_suite("conform", tests);
}
