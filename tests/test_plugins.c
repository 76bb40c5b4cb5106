/* Plugins: where they are found, which are refused and how, the services they get, and the model logreg. */
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/base/memory.h"
#include "core/base/option.h"
#include "plugins/choose.h"
#include "plugins/host.h"
#include "plugins/load.h"
#include "plugins/plan.h"
#include "plugins/search.h"
#include "tests/suite.h"

#undef fail  /* a macro of Check, and a service of the host */

/* $GV_BUILD/tail, in one of a few buffers. */
static const char *built(const char *tail)
{
  static char text[4][1024];
  static int turn;
  const char *build = getenv("GV_BUILD");
  char *here = text[turn++ % 4];
  snprintf(here, sizeof text[0], "%s/%s", build != NULL ? build : ".", tail);
  return here;
}

static struct gv_search nowhere;

static const struct gv_model *load(const char *path)
{
  const struct gv_model *model = NULL;
  assert_ok(gv_plugin_load(path, &nowhere, &model, NULL, err));
  return model;
}

/* --- finding ---------------------------------------------------------------------------------------------- */

/* A fresh folder, with an empty file for each of up to three names. */
static char *folder_with(const char *a, const char *b, const char *c)
{
  char *folder = strdup("/tmp/gv-plugins-XXXXXX");
  const char *const names[] = {a, b, c};
  ck_assert_ptr_nonnull(mkdtemp(folder));
  for (int i = 0; i < 3 && names[i] != NULL; i++) {
    char *path = gv_path_join(folder, names[i]);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs("no shared object, just text, and long enough to be taken for an ELF header if one did not look\n", file);
    fclose(file);
    free(path);
  }
  return folder;
}

static void folder_end(char *folder)
{
  struct gv_search search = {0};
  struct gv_plugin_list list;
  ck_assert(gv_search_add(&search, folder));
  assert_ok(gv_plugin_list(&search, &list, err));
  for (size_t i = 0; i < list.count; i++)
    unlink(list.files[i].path);
  gv_plugin_list_clear(&list);
  gv_search_clear(&search);
  char *other = gv_path_join(folder, "notes.txt");
  unlink(other);
  free(other);
  ck_assert_int_eq(rmdir(folder), 0);
  free(folder);
}

START_TEST(search_order)
{
  char *first = folder_with(NULL, NULL, NULL), *second = folder_with(NULL, NULL, NULL);
  char both[256];
  struct gv_search search = {0};
  snprintf(both, sizeof both, "%s:/nowhere/at/all", second);
  setenv("GRAPEVINE_PLUGIN_PATH", both, 1);
  assert_ok(gv_plugin_search_fill(&search, first, err));
  ck_assert_uint_ge(search.count, 3);
  ck_assert_str_eq(search.folders[0], first);
  ck_assert_str_eq(search.folders[1], second);
  ck_assert_str_eq(search.folders[2], "/nowhere/at/all");
  gv_search_clear(&search);
  assert_fails(GV_USAGE, "--plugin-dir: '/nowhere/at/all' is not a folder",
               gv_plugin_search_fill(&search, "/nowhere/at/all", err));
  gv_search_clear(&search);
  unsetenv("GRAPEVINE_PLUGIN_PATH");
  assert_ok(gv_plugin_search_fill(&search, NULL, err));
  gv_search_clear(&search);
  folder_end(first);
  folder_end(second);
}
END_TEST

START_TEST(list_is_sorted_and_the_first_wins)
{
  char *first = folder_with("mlp.so", "broken.so", "notes.txt"), *second = folder_with("mlp.so", "cnn.so", ".so");
  struct gv_search search = {0};
  struct gv_plugin_list list;
  ck_assert(gv_search_add(&search, first) && gv_search_add(&search, second) && gv_search_add(&search, "/nowhere"));
  assert_ok(gv_plugin_list(&search, &list, err));
  ck_assert_uint_eq(list.count, 3);
  ck_assert_str_eq(list.files[0].name, "broken");
  ck_assert_str_eq(list.files[1].name, "cnn");
  ck_assert_str_eq(list.files[2].name, "mlp");
  ck_assert_int_eq(strncmp(list.files[2].path, first, strlen(first)), 0);
  gv_plugin_list_clear(&list);
  assert_ok(gv_plugin_list(&nowhere, &list, err));
  ck_assert_uint_eq(list.count, 0);
  gv_plugin_list_clear(&list);
  gv_search_clear(&search);
  char *bare = gv_path_join(second, ".so");
  unlink(bare);
  free(bare);
  folder_end(first);
  folder_end(second);
}
END_TEST

START_TEST(load_by_name_and_by_path)
{
  struct gv_search search = {0};
  const struct gv_model *by_name = NULL, *by_path = NULL;
  char *path = NULL;
  ck_assert(gv_search_add(&search, built("models/.libs")) && gv_search_add(&search, built("tests/plugins/.libs")));
  assert_ok(gv_plugin_load("logreg", &search, &by_name, &path, err));
  ck_assert_str_eq(by_name->name, "logreg");
  ck_assert_str_eq(path, built("models/.libs/logreg.so"));
  assert_ok(gv_plugin_load(path, &nowhere, &by_path, NULL, err));
  ck_assert_ptr_eq(by_name, by_path);
  free(path);
  ck_assert_int_eq(chdir(built("models/.libs")), 0);
  assert_ok(gv_plugin_load("logreg.so", &nowhere, &by_path, &path, err));
  ck_assert_str_eq(path, "./logreg.so");
  free(path);
  path = NULL;
  assert_fails(GV_USAGE, "did you mean 'logreg'?", gv_plugin_load("logerg", &search, &by_path, &path, err));
  assert_fails(GV_USAGE, "looked for zzzzzz.so in ", gv_plugin_load("zzzzzz", &search, &by_path, &path, err));
  assert_fails(GV_USAGE, "--plugin-dir adds a folder", gv_plugin_load("zzzzzz", &nowhere, &by_path, &path, err));
  assert_fails(GV_USAGE, "no such file", gv_plugin_load("./zzzzzz.so", &search, &by_path, &path, err));
  assert_fails(GV_USAGE, "no such file", gv_plugin_load("zzzzzz.so", &search, &by_path, &path, err));
  assert_fails(GV_USAGE, "no such file", gv_plugin_load("/tmp", &search, &by_path, &path, err));
  assert_fails(GV_USAGE, "name is empty", gv_plugin_load("", &search, &by_path, &path, err));
  ck_assert_ptr_null(path);
  gv_search_clear(&search);
}
END_TEST

START_TEST(choosing_reads_the_options)
{
  struct gv_search search = {0};
  const struct gv_model *model = NULL;
  struct gv_options *options = NULL;
  char *path = NULL, spec[1100];
  ck_assert(gv_search_add(&search, built("models/.libs")));
  assert_ok(gv_plugin_choose("logreg:l2=0.5", &search, &model, &path, &options, err));
  ck_assert_str_eq(model->name, "logreg");
  ck_assert_str_eq(path, built("models/.libs/logreg.so"));
  ck_assert_double_eq(gv_options_real(options, "l2"), 0.5);
  gv_options_destroy(options);
  snprintf(spec, sizeof spec, "%s:l2=2", path);
  free(path);
  assert_ok(gv_plugin_choose(spec, &nowhere, &model, &path, &options, err));
  ck_assert_double_eq(gv_options_real(options, "l2"), 2);
  gv_options_destroy(options);
  free(path);
  path = NULL;
  options = NULL;
  assert_fails(GV_USAGE, "model logreg: unknown option 'l3'; did you mean 'l2'?",
               gv_plugin_choose("logreg:l3=1", &search, &model, &path, &options, err));
  assert_fails(GV_USAGE, "write NAME, or", gv_plugin_choose(":l2=1", &search, &model, &path, &options, err));
  assert_fails(GV_USAGE, "unknown model 'x'", gv_plugin_choose("x:l2=1", &search, &model, &path, &options, err));
  ck_assert_ptr_null(path);
  ck_assert_ptr_null(options);
  gv_search_clear(&search);
}
END_TEST

/* --- refusing --------------------------------------------------------------------------------------------- */

START_TEST(every_flaw_has_its_line)
{
  static const struct {
    const char *file, *line;
  } flaws[] = {
      {"abi", "has plugin interface 77, this Grapevine has"},
      {"size", "its struct gv_model has 8 bytes, ours has"},
      {"entry", "a shared object without 'grapevine_model'"},
      {"function", "has no function 'gradient'"},
      {"name", "calls itself 'another'; rename the file to another.so or set .name = \"name\""},
      {"unnamed", "has no name; set .name = \"unnamed\""},
      {"summary", "has no summary"},
      {"option", "its option table: depth is '0'; accepted: a whole number from 1 to 9"},
      {"symbol", "undefined symbol: nowhere_to_be_found"},
  };
  struct gv_search search = {0};
  ck_assert(gv_search_add(&search, built("tests/plugins/.libs")));
  for (size_t i = 0; i < sizeof flaws / sizeof flaws[0]; i++) {
    const struct gv_model *model = NULL;
    char *path = NULL, file[64];
    snprintf(file, sizeof file, "%s.so'", flaws[i].file);
    assert_fails(GV_INPUT, flaws[i].line, gv_plugin_load(flaws[i].file, &search, &model, &path, err));
    assert_fails(GV_INPUT, file, gv_plugin_load(flaws[i].file, &search, &model, &path, err));
    ck_assert_ptr_null(model);
    ck_assert_ptr_null(path);
  }
  gv_search_clear(&search);
}
END_TEST

START_TEST(a_text_is_no_plugin)
{
  char *folder = folder_with("text.so", NULL, NULL), *path = gv_path_join(folder, "text.so");
  const struct gv_model *model = NULL;
  assert_fails(GV_INPUT, "text.so' cannot be loaded: invalid ELF header",
               gv_plugin_load(path, &nowhere, &model, NULL, err));
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  fclose(file);
  assert_fails(GV_INPUT, "text.so' cannot be loaded: file too short",
               gv_plugin_load(path, &nowhere, &model, NULL, err));
  ck_assert_ptr_null(model);
  free(path);
  folder_end(folder);
}
END_TEST

/* --- services --------------------------------------------------------------------------------------------- */

/* A model set up on one worker. */
struct setup {
  const struct gv_model *model;
  struct gv_options *options;
  struct gv_task task;
  struct gv_plugin_hosts *hosts;
  const struct gv_host *host;
  void *instance;
};

static void set_up(struct setup *s, const struct gv_model *model, const char *options, int64_t features,
                   int32_t classes, int32_t max_batch)
{
  *s = (struct setup){.model = model};
  assert_ok(gv_options_create(model->options, model->name, &s->options, err));
  assert_ok(gv_options_parse(s->options, options, err));
  s->task = (struct gv_task){
      .shape = {.features = features, .channels = 1, .height = 1, .width = (int32_t)features, .classes = classes},
      .max_batch = max_batch,
      .max_threads = 1,
      .options = s->options,
  };
  assert_ok(gv_plugin_hosts_create(model->name, 3, &s->hosts, err));
  s->host = gv_plugin_host_table(s->hosts, 0);
}

static void set_up_instance(struct setup *s)
{
  if (s->model->create(s->host, &s->task, &s->instance) != 0)
    ck_abort_msg("%s", gv_plugin_host_error(s->host));
}

static void tear_down(struct setup *s)
{
  if (s->instance != NULL && s->model->destroy != NULL)
    s->model->destroy(s->instance);
  gv_plugin_hosts_destroy(s->hosts);
  gv_options_destroy(s->options);
}

static char logged[8][1024];
static int lines;

static void keep_line(void *context, enum gv_log_level level, const char *line)
{
  (void)context, (void)level;
  if (lines < 8)
    snprintf(logged[lines], sizeof logged[0], "%s", line);
  lines++;
}

START_TEST(options_reach_the_plugin)
{
  struct setup s;
  gv_log_set_sink(keep_line, NULL);
  set_up(&s, load(built("tests/plugins/.libs/services.so")), "whole=full,real=2.5,choice=tanh", 5, 0, 4);
  set_up_instance(&s);
  gv_log_set_sink(NULL, NULL);
  ck_assert_int_eq(lines, 7);  /* two of the plugin's, five of mistakes */
  ck_assert_str_eq(logged[0], "model services: whole=0 word=full real=2.5 flag=0 choice=tanh text=some list=2/64");
  ck_assert_str_eq(logged[6], "model services: wrong: 0 0 0 '' 0");
  for (int i = 1; i < 6; i++)
    ck_assert_msg(strstr(logged[i], "the model reads an option") != NULL, "%s", logged[i]);
  tear_down(&s);
}
END_TEST

START_TEST(fail_keeps_the_first_reason)
{
  struct setup s;
  set_up(&s, load(built("tests/plugins/.libs/services.so")), "flag=yes,whole=8", 5, 0, 4);
  set_up_instance(&s);
  const struct gv_host *other = gv_plugin_host_table(s.hosts, 1);
  float w[5] = {0}, g[5], loss;
  struct gv_batch batch = {.x = w, .n = 1};
  ck_assert(!gv_plugin_host_failed(s.host));
  ck_assert_int_ne(s.model->gradient(s.instance, w, &batch, g, &loss), 0);
  ck_assert(gv_plugin_host_failed(s.host));
  ck_assert(!gv_plugin_host_failed(other));
  ck_assert_str_eq(gv_plugin_host_error(s.host), "model services: the first reason, of 2");
  ck_assert(!gv_plugin_host_failed(s.host));
  ck_assert_int_eq(s.host->fail(s.host, "%s", "later"), 1);
  ck_assert_str_eq(gv_plugin_host_error(s.host), "model services: later");
  s.host->fail(s.host, "stale");
  gv_plugin_host_forget(s.host);
  ck_assert_str_eq(gv_plugin_host_error(other), "model services: one of its functions failed and did not say why");
  ck_assert_str_eq(gv_plugin_host_error(s.host), gv_plugin_host_error(other));
  static char longer[5000];
  memset(longer, 'x', sizeof longer - 1);
  s.host->fail(s.host, "%s", longer);
  ck_assert_uint_lt(strlen(gv_plugin_host_error(s.host)), GV_ERROR_TEXT);
  tear_down(&s);
  gv_plugin_hosts_destroy(NULL);
}
END_TEST

START_TEST(memory_is_the_hosts)
{
  struct setup s;
  set_up(&s, load(built("tests/plugins/.libs/services.so")), NULL, 5, 0, 4);
  const size_t sizes[] = {0, 1, 63, 64, 65, 100000, 3 << 20};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    unsigned char *memory = s.host->allocate(s.host, sizes[i]);
    ck_assert_ptr_nonnull(memory);
    ck_assert_uint_eq((uintptr_t)memory % 64, 0);
    for (size_t j = 0; j < sizes[i]; j++)
      ck_assert_int_eq(memory[j], 0);
    memset(memory, 0xff, sizes[i]);
  }
  ck_assert_ptr_null(s.host->allocate(s.host, SIZE_MAX));
  ck_assert_msg(strstr(gv_plugin_host_error(s.host), "model services: no memory for 16384 PiB") != NULL, "%s",
                gv_plugin_host_error(s.host));
  const char *first = (const char *)s.host, *second = (const char *)gv_plugin_host_table(s.hosts, 1);
  ck_assert_uint_eq((uintptr_t)first % GV_APART, 0);
  ck_assert_uint_eq((uintptr_t)second % GV_APART, 0);
  tear_down(&s);
}
END_TEST

START_TEST(random_numbers_of_the_host)
{
  enum { N = 100000 };
  struct setup s;
  float *a = gv_alloc(N, sizeof *a), *b = gv_alloc(N, sizeof *b);
  set_up(&s, load(built("tests/plugins/.libs/services.so")), NULL, 5, 0, 4);
  const struct gv_host *other = gv_plugin_host_table(s.hosts, 2);
  void (*const draws[])(uint64_t, uint32_t, float *, size_t) = {s.host->normal, s.host->uniform};
  for (int kind = 0; kind < 2; kind++) {
    draws[kind](7, 1, a, N);
    draws[kind](7, 1, b, N);
    ck_assert_mem_eq(a, b, N * sizeof *a);
    draws[kind](7, 2, b, N);
    ck_assert_mem_ne(a, b, N * sizeof *a);
    draws[kind](UINT64_C(7) << 32, 1, b, N);
    ck_assert_mem_ne(a, b, N * sizeof *a);
    double mean = 0, square = 0;
    for (int i = 0; i < N; i++) {
      mean += (double)a[i] / N;
      square += (double)a[i] * (double)a[i] / N;
      ck_assert(kind == 0 ? isfinite(a[i]) : a[i] > 0 && a[i] < 1);
    }
    ck_assert_double_eq_tol(mean, kind == 0 ? 0 : 0.5, 0.02);
    ck_assert_double_eq_tol(square, kind == 0 ? 1 : 1.0 / 3, 0.02);
  }
  s.host->uniform(7, 1, a, 100);
  other->uniform(7, 1, b, 50);
  ck_assert_mem_eq(a, b, 50 * sizeof *a);  /* a pure function of (seed, stream), however many are asked for */
  gv_free(a);
  gv_free(b);
  tear_down(&s);
}
END_TEST

/* --- plans ------------------------------------------------------------------------------------------------ */

START_TEST(tensors_are_checked)
{
  struct gv_plan *plan = calloc(1, sizeof *plan);
  struct gv_tensor good = {.name = "a", .rank = 2, .shape = {3, 4}, .transposed = 1}, t;
  char name[] = "b";
  assert_ok(gv_plan_add(plan, &good, err));
  t = (struct gv_tensor){.name = name, .rank = 4, .shape = {2, 1, 5, 5}};
  assert_ok(gv_plan_add(plan, &t, err));
  name[0] = 'x';
  ck_assert_str_eq(plan->tensors[1].tensor.name, "b");
  ck_assert_int_eq(plan->tensors[1].first, 12);
  ck_assert_int_eq(plan->tensors[1].count, 50);
  ck_assert_int_eq(plan->parameters, 62);
  assert_fails(GV_MODEL, "two tensors are called 'a'", gv_plan_add(plan, &good, err));
#define refused(line, ...)                      \
  t = (struct gv_tensor){__VA_ARGS__};          \
  assert_fails(GV_MODEL, line, gv_plan_add(plan, &t, err))
  refused("tensor 2 has no name", .rank = 1, .shape = {1});
  refused("tensor 2 has no name", .name = "", .rank = 1, .shape = {1});
  refused("visible ASCII", .name = "a\tb", .rank = 1, .shape = {1});
  refused("visible ASCII", .name = "a\xff", .rank = 1, .shape = {1});
  refused("keep that name", .name = "__metadata__", .rank = 1, .shape = {1});
  refused("rank", .name = "c", .rank = 0, .shape = {1});
  refused("rank", .name = "c", .rank = 5, .shape = {1, 1, 1, 1});
  refused("side below 1", .name = "c", .rank = 2, .shape = {1, 0});
  refused("side below 1", .name = "c", .rank = 2, .shape = {-1, -1});
  refused("needs rank 2", .name = "c", .rank = 3, .shape = {1, 1, 1}, .transposed = 1);
  refused("neither 0 nor 1", .name = "c", .rank = 2, .shape = {1, 1}, .transposed = 2);
  refused("2^40 elements", .name = "c", .rank = 2, .shape = {INT64_MAX, INT64_MAX});
  refused("2^40 elements", .name = "c", .rank = 4, .shape = {1 << 20, 1 << 20, 1 << 20, 16});
  refused("2^40 parameters", .name = "c", .rank = 1, .shape = {GV_PLAN_MAX - 61});
#undef refused
  ck_assert_uint_eq(plan->count, 2);
  t = (struct gv_tensor){.name = "c", .rank = 1, .shape = {GV_PLAN_MAX - 62}};
  assert_ok(gv_plan_add(plan, &t, err));
  gv_plan_destroy(plan);
  gv_plan_destroy(NULL);
}
END_TEST

static int plan_nothing(const struct gv_host *host, const struct gv_task *task, struct gv_plan *plan)
{
  (void)host, (void)task, (void)plan;
  return 0;
}

static int plan_and_hide(const struct gv_host *host, const struct gv_task *task, struct gv_plan *plan)
{
  const struct gv_tensor good = {.name = "a", .rank = 1, .shape = {3}};
  const struct gv_tensor bad = {.name = "b", .rank = 9, .shape = {3}};
  (void)task;
  host->add_tensor(host, plan, &good);
  host->add_tensor(host, plan, &bad);
  return 0;  /* as if nothing had happened */
}

START_TEST(plans_are_checked)
{
  struct setup s;
  struct gv_plan *plan = NULL;
  set_up(&s, load(built("tests/plugins/.libs/services.so")), NULL, 5, 0, 4);
  assert_ok(gv_plan_create(s.model, &s.task, s.host, &plan, err));
  ck_assert_int_eq(plan->parameters, 5);
  gv_plan_destroy(plan);
  plan = NULL;
  struct gv_model odd = *s.model;
  odd.plan = plan_nothing;
  assert_fails(GV_MODEL, "its plan adds no tensor", gv_plan_create(&odd, &s.task, s.host, &plan, err));
  odd.plan = plan_and_hide;
  assert_fails(GV_MODEL, "model services: tensor 'b': its rank", gv_plan_create(&odd, &s.task, s.host, &plan, err));
  ck_assert_ptr_null(plan);
  tear_down(&s);
}
END_TEST

/* --- logreg ----------------------------------------------------------------------------------------------- */

START_TEST(logreg_plan)
{
  struct setup s;
  struct gv_plan *plan = NULL;
  set_up(&s, load(built("models/.libs/logreg.so")), NULL, 784, 10, 32);
  assert_ok(gv_plan_create(s.model, &s.task, s.host, &plan, err));
  ck_assert_uint_eq(plan->count, 2);
  ck_assert_int_eq(plan->parameters, 7850);
  ck_assert_str_eq(plan->tensors[0].tensor.name, "weight");
  ck_assert_int_eq(plan->tensors[0].tensor.rank, 2);
  ck_assert_int_eq(plan->tensors[0].tensor.shape[0], 10);
  ck_assert_int_eq(plan->tensors[0].tensor.shape[1], 784);
  ck_assert_int_eq(plan->tensors[0].tensor.transposed, 0);
  ck_assert_str_eq(plan->tensors[1].tensor.name, "bias");
  ck_assert_int_eq(plan->tensors[1].first, 7840);
  gv_plan_destroy(plan);
  s.task.shape.classes = 1;
  assert_fails(GV_MODEL, "these data have 1 class; it takes two or more",
               gv_plan_create(s.model, &s.task, s.host, &plan, err));
  s.task.shape.classes = 0;
  s.task.shape.outputs = 1;
  assert_fails(GV_MODEL, "linreg learns numbers", gv_plan_create(s.model, &s.task, s.host, &plan, err));
  s.task.shape.classes = 2;
  s.task.shape.features = INT64_C(1) << 31;
  assert_fails(GV_MODEL, "2^31 - 1 at most", gv_plan_create(s.model, &s.task, s.host, &plan, err));
  assert_fails(GV_USAGE, "l2 is '-1'", gv_options_set(s.options, "l2", "-1", err));
  tear_down(&s);
}
END_TEST

enum { D = 23, C = 5, N = 19, P = C * D + C };

static void sample_data(const struct setup *s, float *x, int32_t *labels, float *w)
{
  s->host->normal(1, 0, x, N * D);
  s->host->normal(1, 1, w, P);
  for (int i = 0; i < N; i++)
    labels[i] = (i * i) % C;
}

/* Mean loss, penalty included, and its gradient, in double. */
static double reference(const double *w, const float *x, const int32_t *labels, double l2, double *g)
{
  double loss = 0;
  for (int k = 0; k < P && g != NULL; k++)
    g[k] = k < C * D ? l2 * w[k] : 0;
  for (int k = 0; k < C * D; k++)
    loss += l2 / 2 * w[k] * w[k];
  for (int i = 0; i < N; i++) {
    double z[C], largest = -INFINITY, sum = 0;
    for (int c = 0; c < C; c++) {
      z[c] = w[C * D + c];
      for (int j = 0; j < D; j++)
        z[c] += w[c * D + j] * (double)x[i * D + j];
      largest = fmax(largest, z[c]);
    }
    for (int c = 0; c < C; c++)
      sum += exp(z[c] - largest);
    loss += (log(sum) + largest - z[labels[i]]) / N;
    for (int c = 0; c < C && g != NULL; c++) {
      double delta = (exp(z[c] - largest) / sum - (c == labels[i])) / N;
      g[C * D + c] += delta;
      for (int j = 0; j < D; j++)
        g[c * D + j] += delta * (double)x[i * D + j];
    }
  }
  return loss;
}

START_TEST(logreg_against_double)
{
  static const char *const options[] = {"l2=0", "l2=0.25"};
  float x[N * D] __attribute__((aligned(64))), w[P] __attribute__((aligned(64))), g[P] __attribute__((aligned(64)));
  int32_t labels[N];
  double exact[P], moved[P];
  for (int o = 0; o < 2; o++) {
    struct setup s;
    float loss;
    double l2 = o * 0.25;
    set_up(&s, load(built("models/.libs/logreg.so")), options[o], D, C, N);
    set_up_instance(&s);
    sample_data(&s, x, labels, w);
    struct gv_batch batch = {.x = x, .labels = labels, .n = N};
    for (int k = 0; k < P; k++)
      moved[k] = w[k];
    double want = reference(moved, x, labels, l2, exact);
    ck_assert_int_eq(s.model->gradient(s.instance, w, &batch, g, &loss), 0);
    ck_assert_double_eq_tol(loss, want, 2e-6 * want);
    for (int k = 0; k < P; k++) {
      ck_assert_double_eq_tol(g[k], exact[k], 2e-6);
      moved[k] += 1e-5;  /* the reference itself, against its finite differences */
      double up = reference(moved, x, labels, l2, NULL);
      moved[k] -= 2e-5;
      double down = reference(moved, x, labels, l2, NULL);
      moved[k] = w[k];
      ck_assert_double_eq_tol((up - down) / 2e-5, exact[k], 1e-8);
    }
    tear_down(&s);
  }
}
END_TEST

START_TEST(logreg_at_zero)
{
  struct setup s;
  float x[N * D] __attribute__((aligned(64))), w[P] __attribute__((aligned(64))), g[P] __attribute__((aligned(64)));
  float loss;
  int32_t labels[N];
  struct gv_metrics metrics;
  set_up(&s, load(built("models/.libs/logreg.so")), NULL, D, C, N);
  set_up_instance(&s);
  sample_data(&s, x, labels, w);
  struct gv_batch batch = {.x = x, .labels = labels, .n = N};
  ck_assert_ptr_null(s.model->init);  /* it starts at zero */
  memset(w, 0, sizeof w);
  ck_assert_int_eq(s.model->gradient(s.instance, w, &batch, g, &loss), 0);
  ck_assert_float_eq(loss, (float)log(C));
  ck_assert_int_eq(s.model->evaluate(s.instance, w, &batch, &metrics), 0);
  ck_assert_double_eq_tol(metrics.loss, N * log(C), 1e-5);
  int zeros = 0;  /* all scores tie: the answer is class 0 */
  for (int i = 0; i < N; i++)
    zeros += labels[i] == 0;
  ck_assert_int_eq(metrics.correct, zeros);
  tear_down(&s);
}
END_TEST

START_TEST(logreg_extremes)
{
  struct setup s;
  float loss;
  float x[4] __attribute__((aligned(64))) = {1, 1, -1, 0}, g[4] __attribute__((aligned(64)));
  float w[4] __attribute__((aligned(64))) = {1000, -1000, 0, 0};  /* one feature, two classes */
  const int32_t labels[4] = {0, 1, 1, 1};
  float scores[8];
  struct gv_metrics metrics;
  set_up(&s, load(built("models/.libs/logreg.so")), NULL, 1, 2, 4);
  set_up_instance(&s);
  struct gv_batch batch = {.x = x, .labels = labels, .n = 4};
  ck_assert_int_eq(s.model->gradient(s.instance, w, &batch, g, &loss), 0);
  ck_assert_double_eq_tol(loss, (2000 + log(2)) / 4, 1e-3);  /* right, quite wrong, right, undecided */
  ck_assert_float_eq_tol(g[0], 0.25f, 1e-6f);
  ck_assert_float_eq_tol(g[2], 0.25f + 0.125f, 1e-6f);
  ck_assert_int_eq(s.model->evaluate(s.instance, w, &batch, &metrics), 0);
  ck_assert_int_eq(metrics.correct, 2);
  ck_assert_int_eq(s.model->predict(s.instance, w, &batch, scores), 0);
  ck_assert_float_eq(scores[0], 1000);
  ck_assert_float_eq(scores[3], -1000);
  w[3] = NAN;
  ck_assert_int_eq(s.model->gradient(s.instance, w, &batch, g, &loss), 0);
  ck_assert_float_nan(loss);  /* not hidden: the host stops the run */
  ck_assert_int_eq(s.model->evaluate(s.instance, w, &batch, &metrics), 0);
  ck_assert_double_nan(metrics.loss);
  w[3] = INFINITY;
  ck_assert_int_eq(s.model->gradient(s.instance, w, &batch, g, &loss), 0);
  ck_assert(!isfinite(loss));
  tear_down(&s);
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {search_order, list_is_sorted_and_the_first_wins, load_by_name_and_by_path,
                                choosing_reads_the_options, every_flaw_has_its_line, a_text_is_no_plugin,
                                options_reach_the_plugin, fail_keeps_the_first_reason, memory_is_the_hosts,
                                random_numbers_of_the_host, tensors_are_checked, plans_are_checked,
                                logreg_plan, logreg_against_double, logreg_at_zero, logreg_extremes, NULL};
  return run_suite("plugins", tests);
}
