/* Draws a run's configuration from the option rows of all tables, so that what is new in one is drawn at once. */
#include <dirent.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <grapevine/grapevine.h>

#include "core/algorithms/algorithm.h"
#include "core/algorithms/optimizer.h"
#include "core/algorithms/rate.h"
#include "core/base/random.h"
#include "core/cluster/network.h"
#include "core/graph/topology.h"
#include "core/graph/weights/weights.h"
#include "datasets/reader.h"
#include "datasets/split.h"
#include "plugins/load.h"
#include "plugins/search.h"
#include "tests/soak/soak.h"

struct drawing {
  struct gv_stream stream;
  const char *folder, *corpus;
  int nodes;
  struct soak_config *config;
};

static uint32_t below(struct drawing *d, uint32_t bound)
{
  return gv_stream_below(&d->stream, bound);
}

static bool one_in(struct drawing *d, uint32_t n)
{
  return below(d, n) == 0;
}

/* ---- values of option rows ---- */

/* A number of a range, small ones more often than large; what costs time or memory by its size is kept small. */
static double draw_number(struct drawing *d, const struct gv_option *row)
{
  bool bounded = row->min != 0 || row->max != 0;
  double low = bounded ? row->min : 0, high = bounded ? row->max : 10;
  bool whole = row->type != GV_OPTION_REAL;
  double most = !whole ? 10 : strcmp(row->key, "samples") == 0 ? 400 : 24;
  if (row->type == GV_OPTION_LIST)
    most = 12;
  if (one_in(d, 16))
    return low;
  if (!whole && high <= 1 && one_in(d, 12))
    return high;
  high = fmin(high, fmax(most, low));
  double sign = low < 0 && one_in(d, 2) ? -1 : 1;
  double from = fmax(low, whole ? 1 : 1e-4);
  double x = sign * exp(log(from) + (log(high) - log(from)) * gv_stream_uniform(&d->stream));
  if (whole)
    x = fmin(high, floor(x + 0.5));
  return x;
}

static size_t words_of(const char *words)
{
  size_t count = words != NULL;
  for (; words != NULL && *words != '\0'; words++)
    count += *words == '|';
  return count;
}

static void draw_word(struct drawing *d, const char *words, char *text, size_t size)
{
  for (uint32_t skip = below(d, (uint32_t)words_of(words)); skip > 0; skip--)
    words = strchr(words, '|') + 1;
  snprintf(text, size, "%.*s", (int)strcspn(words, "|"), words);
}

static void draw_list(struct drawing *d, const struct gv_option *row, char *text, size_t size)
{
  size_t used = 0, items = 1 + below(d, 3);
  for (size_t i = 0; i < items && used < size; i++)
    used += (size_t)snprintf(text + used, size - used, "%s%.0f", i > 0 ? "-" : "", draw_number(d, row));
}

/* Now and then what no row accepts, or few. */
static const char *const odd[] = {"-1", "0", "nan", "1e99", "x", "", "1.5", "99999999999999999999", "yes", "auto"};

static void draw_value(struct drawing *d, const struct gv_option *row, char *text, size_t size)
{
  if (row->type == GV_OPTION_FLAG) {
    draw_word(d, "yes|no", text, size);
  } else if (one_in(d, 150)) {
    snprintf(text, size, "%s", odd[below(d, sizeof odd / sizeof odd[0])]);
  } else if (row->type == GV_OPTION_CHOICE || (row->words != NULL && one_in(d, 3))) {
    draw_word(d, row->words, text, size);
  } else if (row->type == GV_OPTION_LIST) {
    draw_list(d, row, text, size);
  } else if (row->type == GV_OPTION_TEXT) {
    snprintf(text, size, "%s", row->value);
  } else {
    snprintf(text, size, row->type == GV_OPTION_INT ? "%.0f" : "%.6g", draw_number(d, row));
  }
}

static void append(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void append(char *text, size_t size, const char *format, ...)
{
  size_t used = strlen(text);
  va_list args;
  va_start(args, format);
  vsnprintf(text + used, size - used, format, args);
  va_end(args);
}

/* name:key=value,... with some of its options, and its path where it has one. */
static void draw_options(struct drawing *d, const char *name, const struct gv_option *rows, const char *path,
                         char *text, size_t size)
{
  snprintf(text, size, "%s", name);
  const char *join = ":";
  for (const struct gv_option *row = rows; row != NULL && row->key != NULL; row++) {
    char value[SOAK_TEXT];
    bool is_path = strcmp(row->key, "path") == 0;
    if (is_path && path != NULL)
      snprintf(value, sizeof value, "%s", path);
    else if (!is_path && one_in(d, 3))
      draw_value(d, row, value, sizeof value);
    else
      continue;
    append(text, size, "%s%s=%s", join, row->key, value);
    join = ",";
  }
}

static const struct gv_named *pick(struct drawing *d, const struct gv_table *table)
{
  uint32_t count = 0;
  while (table->entries[count] != NULL)
    count++;
  return table->entries[below(d, count)];
}

static void draw_named(struct drawing *d, const struct gv_table *table, char *text, size_t size)
{
  const struct gv_named *named = pick(d, table);
  draw_options(d, named->name, named->options, NULL, text, size);
}

/* ---- the options of a run ---- */

static char *add(struct drawing *d, const char *key)
{
  struct soak_config *config = d->config;
  if (config->count == SOAK_PAIRS_MAX)
    abort();
  config->pair[config->count].key = key;
  config->pair[config->count].value[0] = '\0';
  return config->pair[config->count++].value;
}

/* Whether the data have targets, not classes, as far as it goes without reading them. */
static bool is_regression(struct drawing *d)
{
  return strncmp(soak_value(d->config, "data"), "quadratic", 9) == 0;
}

static void draw_model(struct drawing *d)
{
  struct gv_search search = {0};
  struct gv_plugin_list list = {0};
  const struct gv_model *model = NULL;
  char *text = add(d, "model");
  if (gv_plugin_search_fill(&search, NULL, NULL) == GV_OK && gv_plugin_list(&search, &list, NULL) == GV_OK &&
      list.count > 0) {
    uint32_t chosen = below(d, (uint32_t)list.count);
    while ((strcmp(list.files[chosen].name, "linreg") == 0) != is_regression(d) && !one_in(d, 8))
      chosen = below(d, (uint32_t)list.count);
    (void)gv_plugin_load(list.files[chosen].path, &search, &model, NULL, NULL);
  }
  if (model != NULL)
    draw_options(d, model->name, model->options, NULL, text, SOAK_TEXT);
  else
    snprintf(text, SOAK_TEXT, "mlp");
  gv_plugin_list_clear(&list);
  gv_search_clear(&search);
}

/* One of the inputs that the fuzzer kept for a reader; false: there are none. */
static bool draw_input(struct drawing *d, const char *reader, char *path, size_t size)
{
  char folder[SOAK_TEXT / 2];
  struct dirent **entries;
  snprintf(folder, sizeof folder, "%s/%s", d->corpus, reader);
  int count = scandir(folder, &entries, NULL, alphasort);
  if (count < 0)
    return false;
  path[0] = '\0';
  int chosen = count > 2 ? 2 + (int)below(d, (uint32_t)count - 2) : -1;  /* behind . and .. */
  for (int i = 0; i < count; i++) {
    if (i == chosen)
      append(path, size, "%s/%s", folder, entries[i]->d_name);
    free(entries[i]);
  }
  free(entries);
  return chosen >= 0;
}

static void draw_data(struct drawing *d)
{
  if (one_in(d, 4)) {
    snprintf(add(d, "data"), SOAK_TEXT, "digits");
    snprintf(add(d, "train-limit"), SOAK_TEXT, "%u", 20 + below(d, 300));
    return;
  }
  const struct gv_reader *reader = (const struct gv_reader *)pick(d, &gv_reader_table);
  while (reader->recognizes != NULL && !one_in(d, 6))  /* more of what is made up, which a run can learn from */
    reader = (const struct gv_reader *)pick(d, &gv_reader_table);
  char path[SOAK_TEXT];
  bool has_path = reader->recognizes != NULL && draw_input(d, reader->named.name, path, sizeof path);
  draw_options(d, reader->named.name, reader->named.options, has_path ? path : NULL, add(d, "data"), SOAK_TEXT);
}

/* A file of edges for as many nodes as there are, where the topology wants one. */
static void draw_topology(struct drawing *d)
{
  const struct gv_named *named = pick(d, &gv_topology_table);
  char path[SOAK_TEXT];
  snprintf(path, sizeof path, "%s/edges.txt", d->folder);
  if (named->options != NULL && gv_option_find(named->options, "path") != NULL) {
    FILE *file = fopen(path, "w");
    for (int i = 0; file != NULL && i < d->nodes; i++)
      fprintf(file, "%d %d\n", i, (i + 1 + (int)below(d, 2)) % d->nodes);
    if (file != NULL)
      fclose(file);
  }
  draw_options(d, named->name, named->options, path, add(d, "topology"), SOAK_TEXT);
}

static void draw_split(struct drawing *d)
{
  char *text = add(d, "split");
  draw_named(d, &gv_split_table, text, SOAK_TEXT);
  if (one_in(d, 4)) {
    char second[SOAK_TEXT];
    draw_named(d, &gv_split_table, second, sizeof second);
    append(text, SOAK_TEXT, "+%s", second);
  }
}

/* The options that are drawn by more than their own row, or not at all: files and folders. */
static bool is_special(const char *key)
{
  static const char *const special[] = {"model", "data", "train-limit", "nodes", "workers", "topology", "weights",
                                        "algorithm", "straggler", "network", "split", "optimizer", "schedule",
                                        "epochs", "rounds", "out", "plugin-dir", "resume", "init", "tensorboard",
                                        "pace", "threads-per-node", "bind"};
  bool found = false;
  for (size_t i = 0; i < sizeof special / sizeof special[0] && !found; i++)
    found = strcmp(key, special[i]) == 0;
  return found;
}

static void draw_length(struct drawing *d)
{
  if (one_in(d, 8))
    snprintf(add(d, "epochs"), SOAK_TEXT, "%.3g", 0.05 + gv_stream_uniform(&d->stream));
  else
    snprintf(add(d, "rounds"), SOAK_TEXT, "%u", 1 + below(d, 12));
}

static int draw_nodes(struct drawing *d)
{
  if (one_in(d, 2))
    return 1 << below(d, 5);
  return one_in(d, 16) ? 32 + (int)below(d, 33) : 1 + (int)below(d, 20);
}

void soak_draw(uint64_t seed, uint32_t index, uint32_t attempt, const char *folder, const char *corpus,
               struct soak_config *config)
{
  struct drawing drawing = {.folder = folder, .corpus = corpus, .config = config}, *d = &drawing;
  static const char *const paces[] = {"sync", "async", "auto"};
  *config = (struct soak_config){0};
  gv_stream_start(&d->stream, seed, GV_RANDOM_DATA, index, attempt);
  d->nodes = draw_nodes(d);
  snprintf(add(d, "nodes"), SOAK_TEXT, "%d", d->nodes);
  draw_data(d);
  draw_model(d);
  draw_topology(d);
  draw_named(d, &gv_algorithm_table, add(d, "algorithm"), SOAK_TEXT);
  draw_length(d);
  if (one_in(d, 3))
    draw_named(d, &gv_weight_table, add(d, "weights"), SOAK_TEXT);
  if (one_in(d, 3))
    draw_named(d, &gv_optimizer_table, add(d, "optimizer"), SOAK_TEXT);
  if (one_in(d, 3))
    draw_named(d, &gv_rate_table, add(d, "schedule"), SOAK_TEXT);
  if (one_in(d, 2))
    draw_split(d);
  if (one_in(d, 6))
    draw_named(d, &gv_network_table, add(d, "network"), SOAK_TEXT);
  if (one_in(d, 8))
    snprintf(add(d, "straggler"), SOAK_TEXT, "%u:%u", below(d, (uint32_t)d->nodes), 1 + below(d, 20));
  if (one_in(d, 4))
    snprintf(add(d, "pace"), SOAK_TEXT, "%s", paces[below(d, 3)]);
  if (one_in(d, 10))
    snprintf(add(d, "tensorboard"), SOAK_TEXT, "%s/board", folder);
  for (const struct gv_option *row = gv_run_options(); row->key != NULL; row++)
    if (!is_special(row->key) && one_in(d, 5))
      draw_value(d, row, add(d, row->key), SOAK_TEXT);
  int most = d->nodes < 4 ? d->nodes : 4, threads = 1;
  if (one_in(d, 6)) {
    threads = 1 + (int)below(d, 3);
    snprintf(add(d, "threads-per-node"), SOAK_TEXT, "%d", threads);
  }
  if (one_in(d, 4) && most * threads <= sysconf(_SC_NPROCESSORS_ONLN))  /* else it is refused for most */
    draw_value(d, gv_option_find(gv_run_options(), "bind"), add(d, "bind"), SOAK_TEXT);
  config->workers[0] = 1 + (int)below(d, (uint32_t)most);
  config->workers[1] = 1 + (config->workers[0] + (most > 2 ? (int)below(d, (uint32_t)most - 1) : 0)) % most;
  config->lots = gv_stream_u32(&d->stream);
}

const char *soak_value(const struct soak_config *config, const char *key)
{
  for (int i = 0; i < config->count; i++)
    if (strcmp(config->pair[i].key, key) == 0)
      return config->pair[i].value;
  return NULL;
}

void soak_command(const struct soak_config *config, char *text, unsigned size)
{
  snprintf(text, size, "grapevine train");
  for (int i = 0; i < config->count; i++) {
    const struct soak_pair *pair = &config->pair[i];
    if (gv_option_find(gv_run_options(), pair->key)->type != GV_OPTION_FLAG)
      append(text, size, " --%s '%s'", pair->key, pair->value);
    else if (strcmp(pair->value, "yes") == 0)
      append(text, size, " --%s", pair->key);
  }
}
