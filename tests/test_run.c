/* test_run.c - training from a program: the interface of <grapevine/grapevine.h>, and every file of a run. */
#include <dirent.h>
#include <endian.h>
#include <jansson.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <grapevine/grapevine.h>

#include "config.h"
#include "plugins/plan.h"
#include "run/folder.h"
#include "run/history.h"
#include "run/json.h"
#include "run/safetensors.h"
#include "tests/scratch.h"
#include "tests/suite.h"

/* ---- a folder of its own for every test, and looks into it ---- */

static struct folder folder;

/* Inside a fresh folder, with this tree's model and data. */
static void enter(void)
{
  const char *build = getenv("GV_BUILD"), *source = getenv("GV_SOURCE");
  char path[4096];
  ck_assert_msg(build != NULL && source != NULL, "GV_BUILD and GV_SOURCE name the two trees");
  snprintf(path, sizeof path, "%s/models/.libs", build);
  setenv("GRAPEVINE_PLUGIN_PATH", path, 1);
  snprintf(path, sizeof path, "%s/datasets", source);
  setenv("GRAPEVINE_DATA_PATH", path, 1);
  folder = folder_enter();
}

static void leave(void)
{
  folder_leave(&folder);
}

static bool exists(const char *path)
{
  struct stat st;
  return lstat(path, &st) == 0;
}

static int entries(const char *path)
{
  DIR *dir = opendir(path);
  int count = -2;  /* . and .. */
  ck_assert_msg(dir != NULL, "%s", path);
  while (readdir(dir) != NULL)
    count++;
  closedir(dir);
  return count;
}

/* The bytes of a file, with a 0 behind them. */
static char *content(const char *path, size_t *size)
{
  FILE *file = fopen(path, "rb");
  ck_assert_msg(file != NULL, "%s", path);
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  char *bytes = calloc(*size + 1, 1);
  ck_assert_uint_eq(fread(bytes, 1, *size, file), *size);
  fclose(file);
  return bytes;
}

static void put(const char *path, const char *text)
{
  FILE *file = fopen(path, "w");
  ck_assert_msg(file != NULL, "%s", path);
  fputs(text, file);
  fclose(file);
}

static json_t *json_of(const char *path)
{
  json_error_t why;
  json_t *object = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
  ck_assert_msg(object != NULL, "%s: %s", path, why.text);
  return object;
}

static double number(const json_t *object, const char *key)
{
  const json_t *value = json_object_get(object, key);
  ck_assert_msg(json_is_number(value), "'%s' is no number", key);
  return json_number_value(value);
}

static const char *text(const json_t *object, const char *key)
{
  const json_t *value = json_object_get(object, key);
  ck_assert_msg(json_is_string(value), "'%s' is no text", key);
  return json_string_value(value);
}

/* A run of logreg with options, "key", "value", ..., NULL. */
static struct gv_run *make(const char *const *options)
{
  struct gv_run *run = NULL;
  assert_ok(gv_run_create(&run, err));
  assert_ok(gv_run_set(run, "model", "logreg", err));
  for (; *options != NULL; options += 2)
    assert_ok(gv_run_set(run, options[0], options[1], err));
  return run;
}

#define RUN(...) make((const char *const[]){__VA_ARGS__, NULL})

/* ---- a reader of safetensors that shares nothing with the writer ---- */

struct saved {
  char *bytes;
  size_t size, values;  /* values: where they begin */
  json_t *header;
};

/* Reads the file and checks all that the format asks of a whole file. */
static struct saved read_saved(const char *path)
{
  struct saved saved = {0};
  saved.bytes = content(path, &saved.size);
  ck_assert_uint_ge(saved.size, 8);
  uint64_t length = 0;
  for (int i = 7; i >= 0; i--)
    length = length << 8 | (unsigned char)saved.bytes[i];
  ck_assert_uint_le(length, saved.size - 8);
  ck_assert_uint_eq(length % 8, 0);
  ck_assert_int_eq(saved.bytes[8], '{');
  json_error_t why;
  saved.header = json_loadb(saved.bytes + 8, (size_t)length, JSON_REJECT_DUPLICATES, &why);
  ck_assert_msg(saved.header != NULL, "%s: %s", path, why.text);
  saved.values = 8 + (size_t)length;
  /* Every byte belongs to just one tensor: the tensors in the order of the header lie end to end. */
  size_t end = 0;
  const char *name;
  json_t *entry;
  json_object_foreach(saved.header, name, entry) {
    if (strcmp(name, "__metadata__") == 0)
      continue;
    json_int_t first = -1, behind = -1, count = 4;
    ck_assert_int_eq(json_unpack(entry, "{s:[I, I!]}", "data_offsets", &first, &behind), 0);
    ck_assert_str_eq(text(entry, "dtype"), "F32");
    const json_t *shape = json_object_get(entry, "shape");
    for (size_t d = 0; d < json_array_size(shape); d++)
      count *= json_integer_value(json_array_get(shape, d));
    ck_assert_uint_eq((size_t)first, end);
    ck_assert_int_eq(behind - first, count);
    end = (size_t)behind;
  }
  ck_assert_uint_eq(saved.values + end, saved.size);
  return saved;
}

static void close_saved(struct saved *saved)
{
  free(saved->bytes);
  json_decref(saved->header);
}

/* The values of a tensor (floats), whose shape is given; for the caller to free. */
static float *tensor(const struct saved *saved, const char *name, int rank, const int64_t *shape)
{
  const json_t *entry = json_object_get(saved->header, name), *found = json_object_get(entry, "shape");
  ck_assert_msg(entry != NULL, "there is no tensor '%s'", name);
  ck_assert_uint_eq(json_array_size(found), (size_t)rank);
  size_t count = 1;
  for (int d = 0; d < rank; d++) {
    ck_assert_int_eq(json_integer_value(json_array_get(found, (size_t)d)), shape[d]);
    count *= (size_t)shape[d];
  }
  size_t first = (size_t)json_integer_value(json_array_get(json_object_get(entry, "data_offsets"), 0));
  float *values = calloc(count, sizeof *values);
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, saved->bytes + saved->values + first + 4 * i, sizeof bits);
    bits = le32toh(bits);
    memcpy(&values[i], &bits, sizeof bits);
  }
  return values;
}

/* ---- one run from end to end ---- */

/* The last row of metrics.csv beside the summary: column -> key of the summary. */
static void check_metrics(const char *path, const json_t *summary, int rows)
{
  size_t size;
  char *csv = content(path, &size), *line = strtok(csv, "\n"), *last = NULL;
  char *names[32], *cells[32];
  int columns = 0, counted = 0;
  char *rest = line;
  while ((line = strtok(NULL, "\n")) != NULL) {
    last = line;
    counted++;
  }
  ck_assert_int_eq(counted, rows);
  for (char *name; (name = strsep(&rest, ",")) != NULL; columns++)
    names[columns] = name;
  rest = last;
  for (int c = 0; c < columns; c++) {
    /* A row is of one round; a summary has how many there were. */
    const char *counted_by[] = {"round", "rounds", "epoch", "epochs"};
    for (int k = 0; k < 4; k += 2)
      if (strcmp(names[c], counted_by[k]) == 0)
        names[c] = (char *)counted_by[k + 1];
    cells[c] = strsep(&rest, ",");
    ck_assert_ptr_nonnull(cells[c]);
    if (cells[c][0] == '\0') {  /* there is no such value */
      ck_assert_msg(json_is_null(json_object_get(summary, names[c])), "%s", names[c]);
      continue;
    }
    double cell = strtod(cells[c], NULL), want = number(summary, names[c]);
    ck_assert_msg(fabs(cell - want) <= 1e-8 * fabs(want), "%s: %s and %.12g", names[c], cells[c], want);
  }
  ck_assert_ptr_null(rest);
  ck_assert_int_eq(columns, 26);
  free(csv);
}

static void check_summary(const json_t *s, const struct gv_result *r)
{
  const struct { const char *key; double value; } same[] = {
      {"test_accuracy", r->last.test_accuracy}, {"test_loss", r->last.test_loss},
      {"node_accuracy_min", r->last.node_accuracy_min}, {"node_accuracy_mean", r->last.node_accuracy_mean},
      {"node_accuracy_max", r->last.node_accuracy_max}, {"consensus_distance", r->last.consensus_distance},
      {"train_loss", r->last.train_loss}, {"epochs", r->last.epoch}, {"seconds", r->last.seconds},
      {"samples_per_second", r->samples_per_second}, {"rounds", (double)r->last.round}, {"nodes", r->nodes},
      {"workers", r->workers}, {"parameters", (double)r->parameters}, {"seed", (double)r->seed}};
  for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
    double found = number(s, same[i].key);
    ck_assert_msg(fabs(found - same[i].value) <= 1e-11 * fabs(found), "%s: %.17g and %.17g", same[i].key, found,
                  same[i].value);
  }
  ck_assert_double_ge(number(s, "test_accuracy"), 0.8);
  ck_assert_double_le(number(s, "test_accuracy"), 1);
  ck_assert_double_gt(number(s, "test_loss"), 0);
  ck_assert_double_le(number(s, "node_accuracy_min"), number(s, "node_accuracy_mean"));
  ck_assert_double_le(number(s, "node_accuracy_mean"), number(s, "node_accuracy_max"));
  ck_assert_double_gt(number(s, "consensus_distance"), 0);
  ck_assert_double_gt(number(s, "train_loss"), 0);
  ck_assert_double_gt(number(s, "seconds"), 0);
  ck_assert_double_lt(number(s, "seconds"), 100);
  double samples = number(s, "epochs") * number(s, "train_samples");
  ck_assert_double_eq_tol(number(s, "samples_per_second") * number(s, "seconds") / samples, 1, 1e-9);
  ck_assert_int_eq((int)number(s, "parameters"), 650);
  ck_assert_int_eq((int)number(s, "train_samples") + (int)number(s, "test_samples"), 1797);
  ck_assert(json_is_false(json_object_get(s, "interrupted")));
}

static void check_config(const char *path)
{
  json_t *config = json_of(path), *options = json_object_get(config, "options");
  for (const struct gv_option *row = gv_run_options(); row->key != NULL; row++)
    text(options, row->key);
  ck_assert_str_eq(text(options, "nodes"), "5");
  ck_assert_str_eq(text(options, "seed"), "77");
  ck_assert_str_eq(text(options, "topology"), "ring");
  ck_assert_str_eq(text(options, "schedule"), "cosine");  /* a default stands there too */
  /* Each choice with all its options, as it was used. */
  const json_t *resolved = json_object_get(config, "resolved");
  ck_assert_str_eq(text(json_object_get(resolved, "model"), "l2"), "0");
  ck_assert_str_eq(text(json_object_get(resolved, "topology"), "name"), "ring");
  ck_assert_str_eq(text(json_object_get(resolved, "weights"), "name"), "metropolis");
  ck_assert_str_eq(text(resolved, "split"), "iid:stratified=no");
  ck_assert_str_eq(text(json_object_get(resolved, "algorithm"), "name"), "dsgd");
  ck_assert_str_eq(text(json_object_get(resolved, "optimizer"), "beta"), "0.9");
  ck_assert_str_eq(text(json_object_get(resolved, "schedule"), "last"), "0");
  const json_t *versions = json_object_get(config, "versions"), *machine = json_object_get(config, "machine");
  ck_assert_str_eq(text(versions, "grapevine"), PACKAGE_VERSION);
  ck_assert_str_ne(text(versions, "openblas"), "");
  ck_assert_str_ne(text(versions, "compiler"), "");
  text(machine, "cpu");
  ck_assert_double_ge(number(machine, "cores"), 1);
  const json_t *threads = json_object_get(config, "threads");
  ck_assert_uint_eq(json_array_size(threads), 2);
  int next = 0;  /* the blocks of nodes follow each other */
  for (size_t w = 0; w < 2; w++) {
    int worker, first, last;
    json_t *processor, *core, *numa;
    ck_assert_int_eq(json_unpack(json_array_get(threads, w), "{s:i, s:o, s:o, s:o, s:[i, i!]}", "worker", &worker,
                                 "processor", &processor, "core", &core, "numa", &numa, "nodes", &first, &last),
                     0);
    ck_assert_int_eq(worker, (int)w);
    ck_assert_int_eq(first, next);
    ck_assert(json_is_integer(processor) || json_is_null(processor));
    ck_assert(json_is_integer(core) == json_is_integer(processor));
    ck_assert(json_is_integer(numa) || json_is_null(numa));
    next = last + 1;
  }
  ck_assert_int_eq(next, 5);
  json_decref(config);
}

static void check_model(const char *path, const float *mean)
{
  struct saved saved = read_saved(path);
  const json_t *about = json_object_get(saved.header, "__metadata__");
  ck_assert_str_eq(text(about, "format"), "pt");
  ck_assert_str_eq(text(about, "model"), "logreg");
  ck_assert_str_eq(text(about, "model_options"), "l2=0");
  ck_assert_str_eq(text(about, "data"), "digits");
  ck_assert_uint_eq(json_object_size(saved.header), 3);
  float *weight = tensor(&saved, "weight", 2, (const int64_t[]){10, 64});
  float *bias = tensor(&saved, "bias", 1, (const int64_t[]){10});
  ck_assert_mem_eq(weight, mean, 640 * sizeof *weight);
  ck_assert_mem_eq(bias, mean + 640, 10 * sizeof *bias);
  float largest = 0;
  for (int i = 0; i < 640; i++)
    largest = fmaxf(largest, fabsf(weight[i]));
  ck_assert_float_gt(largest, 0);  /* it was trained */
  free(weight);
  free(bias);
  close_saved(&saved);
}

START_TEST(a_run_and_its_files)
{
  enter();
  struct gv_run *run = RUN("data", "digits", "nodes", "5", "workers", "2", "topology", "ring", "seed", "77",
                           "epochs", "12", "eval-every", "4", "out", "deep/er/run/");
  ck_assert_ptr_null(gv_run_mean_model(run));
  ck_assert_ptr_null(gv_run_summary(run));
  ck_assert_ptr_null(gv_run_result(run)->folder);
  assert_ok(gv_run_train(run, err));
  const struct gv_result *result = gv_run_result(run);
  ck_assert_str_eq(result->folder, "deep/er/run");
  ck_assert_int_eq(entries("deep/er/run"), 5);
  ck_assert_int_eq(entries("."), 1);
  json_t *summary = json_of("deep/er/run/summary.json");
  check_summary(summary, result);
  check_metrics("deep/er/run/metrics.csv", summary, 4);
  check_config("deep/er/run/config.json");
  check_model("deep/er/run/model.safetensors", gv_run_mean_model(run));
  json_t *returned = json_loads(gv_run_summary(run), 0, NULL);
  ck_assert(json_equal(summary, returned));
  json_decref(returned);
  json_decref(summary);

  struct gv_error once = {GV_OK, ""};
  ck_assert_int_eq(gv_run_train(run, &once), GV_USAGE);
  ck_assert_ptr_nonnull(strstr(once.text, "trains once"));
  ck_assert_int_eq(entries("deep/er/run"), 5);
  gv_run_destroy(run);
  leave();
}
END_TEST

/* Two runs in one process and one folder each: the same options give the same file. */
static void note_locale(void *context, const struct gv_result *result)
{
  (void)result;
  *(locale_t *)context = uselocale((locale_t)0);
}

/* A program may have set a locale with a decimal comma; a run works in one of its own, and leaves as it came. */
START_TEST(a_run_has_its_own_locale)
{
  enter();
  locale_t mine = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0), within = mine;
  uselocale(mine);
  struct gv_run *run = RUN("epochs", "1", "learning-rate", "0.25", "out", "run");
  gv_run_watch(run, &(struct gv_watcher){.context = &within, .started = note_locale});
  assert_ok(gv_run_train(run, err));
  ck_assert(within != mine);
  ck_assert(uselocale((locale_t)0) == mine);
  gv_run_destroy(run);
  uselocale(LC_GLOBAL_LOCALE);
  freelocale(mine);
  leave();
}
END_TEST

START_TEST(two_runs_in_a_process)
{
  enter();
  struct gv_run *a = RUN("epochs", "2", "out", "a"), *b = RUN("epochs", "2", "workers", "1", "out", "b");
  assert_ok(gv_run_train(a, err));
  assert_ok(gv_run_train(b, err));
  ck_assert_mem_eq(gv_run_mean_model(a), gv_run_mean_model(b), 650 * sizeof(float));
  size_t first, second;
  char *one = content("a/model.safetensors", &first), *two = content("b/model.safetensors", &second);
  ck_assert_uint_eq(first, second);
  ck_assert_mem_eq(one, two, first);
  free(one);
  free(two);
  gv_run_destroy(a);
  gv_run_destroy(b);
  gv_run_destroy(NULL);
  leave();
}
END_TEST

/* A user who stands in a folder whose name is not UTF-8 gets his files too. */
START_TEST(names_of_any_bytes)
{
  enter();
  const struct { const char *bytes, *json; } texts[] = {
      {"", ""}, {"plain", "plain"}, {"gr\xc3\xbcn", "gr\xc3\xbcn"}, {"\xf0\x9f\x8d\x87", "\xf0\x9f\x8d\x87"},
      {"a\xff" "b", "a\xef\xbf\xbd" "b"}, {"\xc3\xc3\xbc", "\xef\xbf\xbd\xc3\xbc"}, {"\xc3", "\xef\xbf\xbd"}};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    json_t *value = gv_json_text(texts[i].bytes);
    ck_assert_str_eq(json_string_value(value), texts[i].json);
    json_decref(value);
  }
  char data[4096];
  snprintf(data, sizeof data, "%s/digits", getenv("GRAPEVINE_DATA_PATH"));
  ck_assert_int_eq(symlink(data, "d\xff"), 0);
  struct gv_run *run = RUN("data", "./d\xff", "epochs", "1", "out", "o\xff");
  assert_ok(gv_run_train(run, err));
  json_t *summary = json_of("o\xff/summary.json");
  ck_assert_str_eq(text(summary, "data"), "./d\xef\xbf\xbd");
  ck_assert_str_eq(text(summary, "out"), "o\xef\xbf\xbd");
  json_decref(summary);
  struct saved saved = read_saved("o\xff/model.safetensors");
  close_saved(&saved);
  gv_run_destroy(run);
  leave();
}
END_TEST

/* ---- saving by itself ---- */

START_TEST(transposed_tensors_are_turned)
{
  enter();
  const struct gv_tensor tensors[] = {
      {.name = "first.weight", .rank = 2, .shape = {3, 2}, .transposed = 1},
      {.name = "conv.weight", .rank = 4, .shape = {2, 1, 2, 1}},
      {.name = "first.bias", .rank = 1, .shape = {1}},
      {.name = "last.weight", .rank = 2, .shape = {1, 3}, .transposed = 1},
  };
  struct gv_plan *plan = calloc(1, sizeof *plan);
  for (size_t t = 0; t < 4; t++)
    assert_ok(gv_plan_add(plan, &tensors[t], err));
  float w[14];
  for (int i = 0; i < 14; i++)
    w[i] = (float)i + 0.25f;
  const struct gv_metadata metadata[] = {{"format", "pt"}, {"quote", "\"\\ \n"}};
  assert_ok(gv_safetensors_write("t.safetensors", plan, w, metadata, 2, err));
  struct saved saved = read_saved("t.safetensors");
  ck_assert_str_eq(text(json_object_get(saved.header, "__metadata__"), "quote"), "\"\\ \n");
  float *turned = tensor(&saved, "first.weight", 2, (const int64_t[]){3, 2});
  for (int r = 0; r < 3; r++)
    for (int c = 0; c < 2; c++)
      ck_assert_float_eq(turned[2 * r + c], w[3 * c + r]);
  float *plain = tensor(&saved, "conv.weight", 4, (const int64_t[]){2, 1, 2, 1});
  ck_assert_mem_eq(plain, w + 6, 4 * sizeof *w);
  float *bias = tensor(&saved, "first.bias", 1, (const int64_t[]){1});
  ck_assert_float_eq(*bias, w[10]);
  float *row = tensor(&saved, "last.weight", 2, (const int64_t[]){1, 3});
  ck_assert_mem_eq(row, w + 11, 3 * sizeof *w);
  free(turned);
  free(plain);
  free(bias);
  free(row);
  close_saved(&saved);

  /* Whole or not at all: what was there stays, and no temporary file does. */
  assert_fails(GV_SYSTEM, "nowhere/t.safetensors",
               gv_safetensors_write("nowhere/t.safetensors", plan, w, NULL, 0, err));
  ck_assert_int_eq(mkdir("folder", 0777), 0);
  assert_fails(GV_SYSTEM, "folder: cannot be written", gv_safetensors_write("folder", plan, w, NULL, 0, err));
  ck_assert_int_eq(entries("."), 2);
  gv_plan_destroy(plan);
  leave();
}
END_TEST

/* ---- stopping ---- */

static void check_stopped(struct gv_run *run, enum gv_status status, const struct gv_error *error, const char *out)
{
  char path[256];
  const struct gv_result *result = gv_run_result(run);
  ck_assert_msg(status == GV_INTERRUPTED, "%d: %s", status, error->text);
  ck_assert_ptr_nonnull(strstr(error->text, "stopped on request after round"));
  ck_assert(result->interrupted);
  ck_assert_uint_lt(result->last.round, result->rounds_planned);
  snprintf(path, sizeof path, "%s/summary.json", out);
  json_t *summary = json_of(path);
  ck_assert(json_is_true(json_object_get(summary, "interrupted")));
  ck_assert_double_eq(number(summary, "rounds"), (double)result->last.round);
  json_decref(summary);
  snprintf(path, sizeof path, "%s/model.safetensors", out);
  struct saved saved = read_saved(path);
  float *weight = tensor(&saved, "weight", 2, (const int64_t[]){10, 64});
  ck_assert_mem_eq(weight, gv_run_mean_model(run), 640 * sizeof *weight);
  free(weight);
  close_saved(&saved);
  ck_assert_int_eq(entries(out), 6);
}

struct stopper {
  struct gv_run *run;
  uint64_t at;  /* round */
  int started, evaluated, progressed;
};

static void stop_at_start(void *context, const struct gv_result *result)
{
  struct stopper *stopper = context;
  ck_assert_int_eq(result->nodes, 8);
  ck_assert_ptr_nonnull(result->folder);
  stopper->started++;
  if (stopper->at == 0)
    gv_run_stop(stopper->run);
}

static void stop_at_evaluation(void *context, const struct gv_result *result)
{
  struct stopper *stopper = context;
  stopper->evaluated++;
  if (stopper->at > 0 && result->last.round >= stopper->at)
    gv_run_stop(stopper->run);
}

static void count_progress(void *context, const struct gv_result *result, uint64_t round, double seconds)
{
  struct stopper *stopper = context;
  ck_assert_uint_le(round, result->rounds_planned);
  ck_assert_double_ge(seconds, 0);
  stopper->progressed++;
}

START_TEST(stop_from_a_callback)
{
  enter();
  const uint64_t at[] = {0, 1};
  for (int i = 0; i < 2; i++) {
    struct gv_run *run = RUN("rounds", "4e9", "eval-every", "10", "out", i == 0 ? "a" : "b");
    struct stopper stopper = {.run = run, .at = at[i]};
    gv_run_watch(run, &(struct gv_watcher){&stopper, stop_at_start, stop_at_evaluation, count_progress});
    struct gv_error error = {GV_OK, ""};
    check_stopped(run, gv_run_train(run, &error), &error, i == 0 ? "a" : "b");
    ck_assert_int_eq(stopper.started, 1);
    if (i == 0)
      ck_assert_uint_eq(gv_run_result(run)->last.round, 0);
    else
      ck_assert_int_ge(stopper.evaluated, 2);  /* the start, the one that stopped, and the last if it is another */
    gv_run_destroy(run);
  }
  leave();
}
END_TEST

START_TEST(stop_before_the_start)
{
  enter();
  struct gv_run *run = RUN("out", "a");
  gv_run_stop(run);
  struct gv_error error = {GV_OK, ""};
  check_stopped(run, gv_run_train(run, &error), &error, "a");
  ck_assert_uint_eq(gv_run_result(run)->last.round, 0);
  gv_run_destroy(run);
  leave();
}
END_TEST

static sem_t progressed;

static void tell_progress(void *context, const struct gv_result *result, uint64_t round, double seconds)
{
  count_progress(context, result, round, seconds);
  if (round > 0)
    sem_post(&progressed);
}

static void *stop_soon(void *run)
{
  while (sem_wait(&progressed) != 0)
    continue;
  gv_run_stop(run);
  return NULL;
}

START_TEST(stop_from_another_thread)
{
  enter();
  struct gv_run *run = RUN("rounds", "4e9", "eval-every", "1e6", "out", "a");
  struct stopper stopper = {.run = run, .at = UINT64_MAX};
  gv_run_watch(run, &(struct gv_watcher){&stopper, NULL, stop_at_evaluation, tell_progress});
  pthread_t thread;
  ck_assert_int_eq(sem_init(&progressed, 0, 0), 0);
  ck_assert_int_eq(pthread_create(&thread, NULL, stop_soon, run), 0);
  struct gv_error error = {GV_OK, ""};
  check_stopped(run, gv_run_train(run, &error), &error, "a");
  pthread_join(thread, NULL);
  ck_assert_uint_gt(gv_run_result(run)->last.round, 0);
  ck_assert_int_ge(stopper.progressed, 1);
  ck_assert_int_eq(stopper.evaluated, 2);
  gv_run_destroy(run);
  leave();
}
END_TEST

static void stop_at_round(void *context, const struct gv_result *result, uint64_t round, double seconds)
{
  struct stopper *stopper = context;
  (void)result;
  (void)seconds;
  if (round >= stopper->at)
    gv_run_stop(stopper->run);
}

/* Where a stop ends a run the plan has no evaluation: a target seen there is not reached. */
START_TEST(a_stop_reaches_no_target)
{
  static const char *const paces[] = {"sync", "async"};
  enter();
  for (int p = 0; p < 2; p++) {
    struct gv_run *run = RUN("rounds", "4e9", "eval-every", "1e6", "target-accuracy", "0.5", "pace", paces[p],
                             "out", paces[p]);
    struct stopper stopper = {.run = run, .at = 1000};
    gv_run_watch(run, &(struct gv_watcher){&stopper, NULL, NULL, stop_at_round});
    struct gv_error error = {GV_OK, ""};
    ck_assert_int_eq(gv_run_train(run, &error), GV_INTERRUPTED);
    const struct gv_result *result = gv_run_result(run);
    ck_assert_double_gt(result->last.test_accuracy, 0.5);
    ck_assert(result->interrupted && !result->target_reached);
    json_t *summary = json_loads(gv_run_summary(run), 0, NULL);
    ck_assert(json_is_null(json_object_get(summary, "rounds_to_target")));
    json_decref(summary);
    gv_run_destroy(run);
  }
  leave();
}
END_TEST

static struct gv_history shown[2];

/* What there is to show of a run that goes on: as it goes on, and whatever stands in the file until that round. */
static void read_history(void *context, const struct gv_result *result)
{
  assert_ok(gv_history_resume(&shown[0], context, err));
  assert_ok(gv_history_read(&shown[1], result->folder, result->resumed_at, err));
  gv_run_stop(context);
}

/* Nor is there one when it goes on. */
START_TEST(a_stop_leaves_no_evaluation)
{
  enter();
  struct gv_error error = {GV_OK, ""};
  struct gv_run *run = RUN("rounds", "4e9", "eval-every", "1e6", "out", "run");
  struct stopper stopper = {.run = run, .at = 1};
  gv_run_watch(run, &(struct gv_watcher){&stopper, NULL, NULL, stop_at_round});
  ck_assert_int_eq(gv_run_train(run, &error), GV_INTERRUPTED);
  ck_assert_uint_gt(gv_run_result(run)->last.round, 0);
  gv_run_destroy(run);
  run = RUN("resume", "run");
  gv_run_watch(run, &(struct gv_watcher){.context = run, .started = read_history});
  ck_assert_int_eq(gv_run_train(run, &error), GV_INTERRUPTED);
  ck_assert_uint_gt(gv_run_result(run)->resumed_at, 0);
  ck_assert_uint_eq(shown[0].count, 1);  /* that of round 0 */
  ck_assert_uint_eq(shown[1].count, 2);
  gv_run_destroy(run);
  leave();
}
END_TEST

/* ---- refusals leave nothing ---- */

START_TEST(a_refused_run_leaves_nothing)
{
  enter();
  struct gv_run *run = NULL;
  assert_ok(gv_run_create(&run, err));
  assert_fails(GV_USAGE, "did you mean 'nodes'", gv_run_set(run, "node", "4", err));
  assert_fails(GV_USAGE, "nodes is '0'", gv_run_set(run, "nodes", "0", err));
  assert_ok(gv_run_set(run, "nodes", "1e6", err));
  assert_ok(gv_run_set(run, "out", "a/b", err));
  assert_fails(GV_USAGE, "more nodes than", gv_run_train(run, err));
  ck_assert_ptr_null(gv_run_result(run)->folder);
  ck_assert_ptr_null(gv_run_mean_model(run));
  gv_run_destroy(run);
  ck_assert_int_eq(entries("."), 0);

  run = RUN("rounds", "auto", "epochs", "1", "out", "auto");  /* auto is no second length */
  assert_ok(gv_run_train(run, err));
  ck_assert_int_eq(strncmp(gv_run_result(run)->folder, "runs/", 5), 0);
  ck_assert_int_eq(entries(gv_run_result(run)->folder), 5);
  gv_run_destroy(run);
  leave();
}
END_TEST

/* A loss that is not finite before anything was measured: no folder, and none of the parents made for it. */
START_TEST(an_early_failure_takes_its_folder_back)
{
  enter();
  ck_assert_int_eq(mkdir("mine", 0777), 0);
  static const char *const outs[] = {"a/b/c", "mine/x", "auto", "mine"};
  for (size_t i = 0; i < sizeof outs / sizeof outs[0]; i++) {
    struct gv_run *run = RUN("model", "logreg:l2=1e6", "learning-rate", "1e6", "optimizer", "sgd", "out", outs[i],
                             "eval-every", "1000", "rounds", "1000");
    assert_fails(GV_NUMERIC, "round", gv_run_train(run, err));
    ck_assert_ptr_null(gv_run_result(run)->folder);
    gv_run_destroy(run);
    ck_assert_int_eq(entries("."), 1);
    ck_assert_int_eq(entries("mine"), 0);
  }
  /* One that was measured keeps its figures. */
  struct gv_run *run = RUN("model", "logreg:l2=1000", "learning-rate", "100", "out", "kept", "eval-every", "0.1");
  assert_fails(GV_NUMERIC, "node ", gv_run_train(run, err));
  ck_assert_str_eq(gv_run_result(run)->folder, "kept");
  ck_assert(exists("kept/metrics.csv") && exists("kept/config.json") && !exists("kept/model.safetensors"));
  gv_run_destroy(run);
  /* One that was saved keeps its checkpoint. */
  run = RUN("model", "logreg:l2=1000", "learning-rate", "100", "out", "saved", "eval-every", "1000",
            "rounds", "1000", "checkpoint-every", "1e-3");
  assert_fails(GV_NUMERIC, "round", gv_run_train(run, err));
  ck_assert_uint_eq(gv_run_result(run)->last.round, 0);
  ck_assert(gv_run_result(run)->kept);
  ck_assert_str_eq(gv_run_result(run)->folder, "saved");
  ck_assert(exists("saved/config.json") && exists("saved/checkpoint.safetensors"));
  gv_run_destroy(run);
  leave();
}
END_TEST

static void count_kept(void *context, const struct gv_result *result)
{
  *(int *)context += result->kept;
}

START_TEST(a_finished_run_has_no_checkpoint)
{
  enter();
  int kept = 0;
  struct gv_run *run = RUN("epochs", "3", "checkpoint-every", "0.5", "out", "run");
  gv_run_watch(run, &(struct gv_watcher){.context = &kept, .evaluated = count_kept});
  assert_ok(gv_run_train(run, err));
  ck_assert_int_gt(kept, 0);
  ck_assert(!gv_run_result(run)->kept && !exists("run/checkpoint.safetensors"));
  gv_run_destroy(run);
  leave();
}
END_TEST

START_TEST(rules_of_the_folder)
{
  enter();
  char absolute[256];
  struct gv_folder made = {0};
  snprintf(absolute, sizeof absolute, "%s/absolute", folder.path);
  ck_assert_int_eq(mkdir("empty", 0777), 0);
  ck_assert_int_eq(mkdir("notes", 0777), 0);
  put("notes/notes.txt", "mine");
  const char *const good[] = {"relative", "tr/ailing//", "empty", "notes", "with space/and 'quote'", absolute,
                              "./dot/./x"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    assert_ok(gv_folder_create(good[i], &made, err));
    assert_ok(gv_folder_write(&made, "config.json", "{}", err));
    assert_ok(gv_folder_begin_metrics(&made, err));
    ck_assert_msg(made.path[strlen(made.path) - 1] != '/', "%s", made.path);
    gv_folder_clear(&made);
  }
  ck_assert(exists("relative/config.json") && exists("tr/ailing/config.json") && exists("absolute/metrics.csv"));
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)  /* each is a run now */
    assert_fails(GV_USAGE, "already holds a run (config.json)", gv_folder_create(good[i], &made, err));

  size_t size;
  char *kept = content("empty/metrics.csv", &size);
  ck_assert_int_eq(strncmp(kept, "round,epoch,seconds,", 20), 0);
  free(kept);
  /* Any file of a run is reason enough, and stays as it is. */
  static const char *const files[] = {"metrics.csv", "summary.json", "model.safetensors", "checkpoint.safetensors"};
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    char path[256];
    snprintf(path, sizeof path, "old%zu", i);
    ck_assert_int_eq(mkdir(path, 0777), 0);
    snprintf(path, sizeof path, "old%zu/%s", i, files[i]);
    put(path, "precious");
    snprintf(path, sizeof path, "old%zu", i);
    assert_fails(GV_USAGE, files[i], gv_folder_create(path, &made, err));
    ck_assert_int_eq(entries(path), 1);
    snprintf(path, sizeof path, "old%zu/%s", i, files[i]);
    kept = content(path, &size);
    ck_assert_str_eq(kept, "precious");
    free(kept);
  }

  put("file", "in the way");
  int before = entries(".");
  assert_fails(GV_USAGE, "name is empty", gv_folder_create("", &made, err));
  assert_fails(GV_USAGE, "out file: that is a file", gv_folder_create("file", &made, err));
  assert_fails(GV_SYSTEM, "Not a directory", gv_folder_create("file/below", &made, err));
  assert_fails(GV_SYSTEM, "Not a directory", gv_folder_create("file/far/below/", &made, err));
  char name[400] = "parent/";
  memset(name + 7, 'x', 300);
  assert_fails(GV_SYSTEM, "name too long", gv_folder_create(name, &made, err));
  ck_assert(!exists("parent"));  /* what was made on the way is gone */
  if (geteuid() != 0) {
    ck_assert_int_eq(mkdir("locked", 0555), 0);
    assert_fails(GV_SYSTEM, "Permission denied", gv_folder_create("locked/run", &made, err));
    assert_fails(GV_SYSTEM, "Permission denied", gv_folder_create("locked", &made, err));
    ck_assert_int_eq(rmdir("locked"), 0);
  }
  ck_assert_int_eq(entries("."), before);
  ck_assert_ptr_null(made.path);

  ck_assert_int_eq(mkdir("tmp", 0777), 0);
  assert_ok(gv_folder_create("tmp/a/b", &made, err));
  assert_ok(gv_folder_write(&made, "config.json", "{}", err));
  gv_folder_discard(&made);
  ck_assert_int_eq(entries("tmp"), 0);
  assert_ok(gv_folder_create("notes2/x", &made, err));
  put("notes2/mine.txt", "mine");  /* came while the run was on */
  gv_folder_discard(&made);
  ck_assert_int_eq(entries("notes2"), 1);
  leave();
}
END_TEST

int main(void)
{
  return run_suite("run", (const TTest *const[]){
      a_run_and_its_files, a_run_has_its_own_locale, two_runs_in_a_process, names_of_any_bytes,
      transposed_tensors_are_turned,
      stop_from_a_callback, stop_before_the_start, stop_from_another_thread, a_stop_reaches_no_target,
      a_stop_leaves_no_evaluation,
      a_refused_run_leaves_nothing,
      an_early_failure_takes_its_folder_back, a_finished_run_has_no_checkpoint, rules_of_the_folder, NULL});
}
