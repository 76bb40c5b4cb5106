/* Losses, scores and gradients of the built-in models beside those that PyTorch computed in double.
 *
 * tests/torch/reference.json holds them, tests/torch/reference.py made it. Weights and samples are in no file: both
 * sides make them from value(). A case whose plugin is not built here (cnn without oneDNN) is passed over.
 */
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "config.h"
#include "core/base/blas.h"
#include "core/base/memory.h"
#include "core/base/option.h"
#include "plugins/choose.h"
#include "plugins/host.h"
#include "plugins/plan.h"
#include "tests/suite.h"

enum { INPUT = 100, TARGET = 101 };  /* the numbers of what is no weight */

/* Element i of tensor number `tensor`; as in reference.py. */
static float value(size_t tensor, size_t i)
{
  uint32_t u = ((uint32_t)i + 1000 * (uint32_t)tensor) * 0x9e3779b1u;
  u ^= u >> 15;
  u *= 0x85ebca6bu;
  return (float)((int)(u >> 24) - 128) / 256;
}

static json_t *reference;
static struct gv_search search;

static json_int_t whole(const json_t *of, const char *key)
{
  ck_assert_msg(json_is_integer(json_object_get(of, key)), "'%s' is no whole number", key);
  return json_integer_value(json_object_get(of, key));
}

static const char *text(const json_t *of, const char *key)
{
  const char *found = json_string_value(json_object_get(of, key));
  if (found == NULL)  /* no assertion that holds: main asks too */
    ck_abort_msg("'%s' is no text", key);
  return found;
}

/* The plugin of a case lies among those built here. */
static bool is_built(const json_t *of)
{
  char path[4096];
  snprintf(path, sizeof path, "%s/%s.so", search.folders[0], text(of, "model"));
  return gv_is_file(path);
}

/* Where element i of a canonical tensor lies in the vector. */
static size_t place(const struct gv_placed *placed, size_t i)
{
  size_t rows = (size_t)placed->tensor.shape[0], columns = (size_t)placed->tensor.shape[1];
  return (size_t)placed->first + (placed->tensor.transposed ? i % columns * rows + i / columns : i);
}

static const struct gv_placed *find(const struct gv_plan *plan, const char *name)
{
  for (size_t t = 0; t < plan->count; t++)
    if (strcmp(plan->tensors[t].tensor.name, name) == 0)
      return &plan->tensors[t];
  ck_abort_msg("the plan has no tensor '%s'", name);
  return NULL;
}

/* found (at each of the places, or in order) is what the list says, to 1e-5 of the list's largest. */
static void check_values(const json_t *list, const float *found, const struct gv_placed *placed, const char *what)
{
  double largest = 0;
  size_t count = json_array_size(list);
  for (size_t i = 0; i < count; i++)
    largest = fmax(largest, fabs(json_number_value(json_array_get(list, i))));
  ck_assert_msg(largest > 1e-3, "%s: nothing to compare", what);
  for (size_t i = 0; i < count; i++) {
    double want = json_number_value(json_array_get(list, i));
    double have = (double)found[placed != NULL ? place(placed, i) : i];
    ck_assert_msg(fabs(have - want) <= 1e-5 * largest, "%s: element %zu is %.9g, and %.9g to PyTorch", what, i,
                  have, want);
  }
}

static struct gv_shape shape_of(const json_t *of)
{
  const json_t *sides = json_object_get(of, "shape");
  struct gv_shape shape = {.channels = (int32_t)json_integer_value(json_array_get(sides, 0)),
                           .height = (int32_t)json_integer_value(json_array_get(sides, 1)),
                           .width = (int32_t)json_integer_value(json_array_get(sides, 2)),
                           .classes = (int32_t)whole(of, "classes"),
                           .outputs = (int32_t)whole(of, "outputs")};
  shape.features = (int64_t)shape.channels * shape.height * shape.width;
  return shape;
}

/* w <- the weights of the case, tensor by tensor of the reference; every one of the plan's is there. */
static void set_weights(const json_t *tensors, const struct gv_plan *plan, float *w)
{
  ck_assert_uint_eq(json_array_size(tensors), plan->count);
  for (size_t t = 0; t < plan->count; t++) {
    const json_t *tensor = json_array_get(tensors, t), *shape = json_object_get(tensor, "shape");
    const struct gv_placed *placed = find(plan, text(tensor, "name"));
    ck_assert_int_eq((int)json_array_size(shape), placed->tensor.rank);
    for (int32_t r = 0; r < placed->tensor.rank; r++)
      ck_assert_int_eq(json_integer_value(json_array_get(shape, (size_t)r)), placed->tensor.shape[r]);
    for (size_t i = 0; i < (size_t)placed->count; i++)
      w[place(placed, i)] = value(t, i);
  }
}

static float *floats(size_t count)
{
  float *memory = NULL;
  assert_ok(gv_alloc_for(&memory, count, sizeof *memory, "a test", err));
  return memory;
}

static void check_case(const json_t *of)
{
  char spec[200], what[200];
  const struct gv_model *model = NULL;
  struct gv_options *options = NULL;
  struct gv_plugin_hosts *hosts = NULL;
  struct gv_plan *plan = NULL;
  char *path = NULL;
  void *instance = NULL;
  snprintf(spec, sizeof spec, "%s%s%s", text(of, "model"), *text(of, "options") != '\0' ? ":" : "",
           text(of, "options"));
  assert_ok(gv_plugin_choose(spec, &search, &model, &path, &options, err));
  int32_t n = (int32_t)whole(of, "batch");
  struct gv_shape shape = shape_of(of);
  struct gv_task task = {.shape = shape, .max_batch = n + 3, .batch = n, .max_threads = 1, .options = options};
  assert_ok(gv_plugin_hosts_create(model->name, 1, &hosts, err));
  const struct gv_host *host = gv_plugin_host_table(hosts, 0);
  assert_ok(gv_plan_create(model, &task, host, &plan, err));
  ck_assert_msg(model->create(host, &task, &instance) == 0, "%s", gv_plugin_host_error(host));

  size_t width = (size_t)(shape.classes > 0 ? shape.classes : shape.outputs), features = (size_t)shape.features;
  float *w = floats((size_t)plan->parameters), *g = floats((size_t)plan->parameters), loss = NAN;
  float *x = floats((size_t)n * features), *targets = floats((size_t)n * width);
  float *scores = floats((size_t)n * width);
  int32_t *labels = (int32_t *)floats((size_t)n);
  const json_t *tensors = json_object_get(of, "tensors");
  set_weights(tensors, plan, w);
  for (size_t i = 0; i < (size_t)n * features; i++)
    x[i] = value(INPUT, i);
  for (size_t i = 0; i < (size_t)n * width; i++)
    targets[i] = value(TARGET, i);
  for (int32_t s = 0; s < n && shape.classes > 0; s++)
    labels[s] = (3 * s + 1) % shape.classes;
  struct gv_batch batch = {.x = x, .n = n, .labels = shape.classes > 0 ? labels : NULL,
                           .targets = shape.classes > 0 ? NULL : targets};
  ck_assert_msg(model->gradient(instance, w, &batch, g, &loss) == 0, "%s", gv_plugin_host_error(host));
  ck_assert_msg(model->predict(instance, w, &batch, scores) == 0, "%s", gv_plugin_host_error(host));

  double want = json_number_value(json_object_get(of, "loss"));
  ck_assert_msg(fabs((double)loss - want) <= 1e-6 * want, "%s: loss %.9g, and %.9g to PyTorch", text(of, "name"),
                (double)loss, want);
  ck_assert_uint_eq(json_array_size(json_object_get(of, "scores")), (size_t)n * width);
  snprintf(what, sizeof what, "%s: scores", text(of, "name"));
  check_values(json_object_get(of, "scores"), scores, NULL, what);
  for (size_t t = 0; t < json_array_size(tensors); t++) {
    const json_t *tensor = json_array_get(tensors, t), *gradient = json_object_get(tensor, "gradient");
    const struct gv_placed *placed = find(plan, text(tensor, "name"));
    ck_assert_int_eq((int64_t)json_array_size(gradient), placed->count);
    snprintf(what, sizeof what, "%s: gradient of %s", text(of, "name"), text(tensor, "name"));
    check_values(gradient, g, placed, what);
  }
  if (model->destroy != NULL)
    model->destroy(instance);
  gv_plan_destroy(plan);
  gv_plugin_hosts_destroy(hosts);
  gv_options_destroy(options);
  free(path);
  gv_free(w);
  gv_free(g);
  gv_free(x);
  gv_free(targets);
  gv_free(scores);
  gv_free(labels);
}

START_TEST(as_pytorch_computes)
{
  assert_ok(gv_blas_prepare(err));
  check_case(json_array_get(reference, (size_t)_i));
}
END_TEST

/* What is always built must be there. */
START_TEST(models_are_built)
{
  int built = 0;
  for (size_t i = 0; i < json_array_size(reference); i++) {
    const json_t *of = json_array_get(reference, i);
    bool left_out = false;
#ifndef HAVE_DNNL
    left_out = strcmp(text(of, "model"), "cnn") == 0;
#endif
    ck_assert_msg(is_built(of) || left_out, "%s is not built", text(of, "model"));
    built += is_built(of);
  }
  ck_assert_int_ge(built, 8);
}
END_TEST

int main(void)
{
  const char *source = getenv("GV_SOURCE"), *build = getenv("GV_BUILD");
  char path[4096];
  json_error_t why;
  snprintf(path, sizeof path, "%s/tests/torch/reference.json", source != NULL ? source : ".");
  reference = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
  snprintf(path, sizeof path, "%s/models/.libs", build != NULL ? build : ".");
  if (reference == NULL || !gv_search_add(&search, path)) {
    fprintf(stderr, "reference.json: %s\n", why.text);
    return EXIT_FAILURE;
  }
  Suite *suite = suite_create("reference");
  TCase *cases = tcase_create("as_pytorch_computes"), *built = tcase_create("models_are_built");
  for (int i = 0; i < (int)json_array_size(reference); i++) {
    const json_t *of = json_array_get(reference, (size_t)i);
    if (is_built(of))
      tcase_add_loop_test(cases, as_pytorch_computes, i, i + 1);
    else
      printf("# %s: passed over, the plugin %s is not built here\n", text(of, "name"), text(of, "model"));
  }
  fflush(stdout);  /* or every test says it again */
  tcase_add_test(built, models_are_built);
  suite_add_tcase(suite, cases);
  suite_add_tcase(suite, built);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  json_decref(reference);
  gv_search_clear(&search);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
