/* What else reads bytes from outside, beside the readers of data: files of ours, the grammar of options, the tables
 * that a plugin brings. Each takes an input, and must read it or refuse it in one line. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/named.h"
#include "core/graph/schedule.h"
#include "core/graph/topologies/topologies.h"
#include "plugins/plan.h"
#include "run/checkpoint.h"
#include "run/consensus/numbers.h"
#include "run/consensus/signals.h"
#include "run/plot/groups.h"
#include "run/safetensors.h"
#include "run/study/plan.h"
#include "tests/fuzz/fuzz.h"

static struct gv_error error;

static const char *at(const char *folder, const char *name)
{
  static char path[256];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static const char *put(const char *folder, const char *name, const uint8_t *data, size_t size)
{
  const char *path = at(folder, name);
  FILE *file = fopen(path, "wb");
  if (file == NULL || fwrite(data, 1, size, file) != size || fclose(file) != 0)
    gv_fuzz_broken("a file cannot be written");
  return path;
}

/* The input as text, up to its first 0; the caller frees it. */
static char *text_of(const uint8_t *data, size_t size)
{
  char *text = strndup((const char *)data, size);
  if (text == NULL)
    gv_fuzz_broken("no memory for the input");
  return text;
}

/* ---- files ---- */

static enum gv_status safetensors(const char *folder, const uint8_t *data, size_t size)
{
  struct gv_tensor wanted[] = {{.name = "weight", .rank = 2, .shape = {2, 3}},
                               {.name = "bias", .rank = 1, .shape = {2}}};
  struct gv_safetensors *file = NULL;
  struct gv_plan plan = {0};
  float w[8];
  enum gv_status status = gv_safetensors_open(put(folder, "in.safetensors", data, size), &file, &error);
  if (status != GV_OK)
    return status;
  (void)gv_safetensors_metadata(file, "model");
  for (size_t t = 0; t < 2 && status == GV_OK; t++)
    status = gv_plan_add(&plan, &wanted[t], &error);
  const struct gv_stored stored[] = {{wanted[0], 4}, {wanted[1], 4}};
  if (status == GV_OK)
    status = gv_safetensors_expect(file, stored, 2, &error);
  if (status == GV_OK)
    status = gv_safetensors_get(file, &stored[0], 0, 6, w, &error);
  if (status == GV_OK)
    status = gv_safetensors_get(file, &stored[1], 0, 2, w + 6, &error);
  gv_safetensors_close(file);
  for (size_t t = 0; t < plan.count; t++)
    free((void *)(uintptr_t)plan.tensors[t].tensor.name);
  free(plan.tensors);
  return status;
}

static enum gv_status checkpoint(const char *folder, const uint8_t *data, size_t size)
{
  struct gv_checkpoint read;
  enum gv_status status = gv_checkpoint_open(put(folder, "checkpoint.safetensors", data, size), &read, &error);
  gv_checkpoint_close(&read);
  return status;
}

static enum gv_status study(const char *folder, const uint8_t *data, size_t size)
{
  struct gv_spec spec;
  struct gv_study_plan plan = {0};
  enum gv_status status = gv_spec_read(put(folder, "in.ini", data, size), &spec, &error);
  double runs = (double)spec.seeds;  /* many are planned as well, but it takes too long here */
  for (size_t v = 0; v < spec.varies; v++)
    for (size_t l = 0; l < spec.vary[v].count; l++)
      runs *= (double)spec.vary[v].lines[l].count;
  if (status == GV_OK && runs < 100)
    status = gv_plan_study(&spec, at(folder, "nowhere"), &plan, &error);
  gv_study_plan_clear(&plan);
  gv_spec_clear(&spec);
  return status;
}

/* An edge list, or a file in the Matrix Market format, for a number of nodes that the first byte says. */
static enum gv_status edges(const char *folder, const uint8_t *data, size_t size)
{
  char spec[300];
  struct gv_schedule *schedule = NULL;
  int nodes = size > 0 ? data[0] % 16 + 1 : 1;
  put(folder, "in.txt", data + (size > 0), size - (size > 0));
  snprintf(spec, sizeof spec, "file:path=%s/in.txt", folder);
  enum gv_status status = gv_schedule_create(spec, NULL, nodes, 1, &schedule, &error);
  gv_schedule_destroy(schedule);
  return status;
}

static enum gv_status numbers(const char *folder, const uint8_t *data, size_t size)
{
  struct gv_numbers read;
  enum gv_status status = gv_numbers_read(put(folder, "in.txt", data, size), &read, &error);
  if (status != GV_OK)
    return status;
  for (size_t i = 0; i < read.rows * read.columns; i++)
    if (!(fabs(read.value[i]) <= 1e150))
      gv_fuzz_broken("a number out of range");
  gv_numbers_clear(&read);
  return status;
}

/* The folder of a run, as plots and reports read it; a 0 byte ends each of config.json and summary.json. */
static enum gv_status run_folder(const char *folder, const uint8_t *data, size_t size)
{
  static const char *const names[] = {"config.json", "summary.json", "metrics.csv"};
  for (size_t f = 0; f < 3; f++) {
    const uint8_t *end = f < 2 ? memchr(data, 0, size) : NULL;
    size_t length = end != NULL ? (size_t)(end - data) : size;
    put(folder, names[f], data, length);
    length += end != NULL;
    data += length;
    size -= length;
  }
  struct gv_groups groups = {0};
  enum gv_status status = gv_groups_read(&folder, 1, NULL, &groups, &error);
  gv_groups_clear(&groups);
  return status;
}

/* ---- words of a command ---- */

/* "ring", "erdos-renyi:p=0.5,seed=2": for 6 nodes. */
static enum gv_status names(const char *folder, const uint8_t *data, size_t size)
{
  static const struct gv_table *const tables[] = {&gv_topology_table, &gv_start_table, &gv_signal_table};
  const struct gv_named *found;
  struct gv_options *options = NULL;
  char *spec = text_of(data + (size > 0), size - (size > 0));
  (void)folder;
  enum gv_status status = gv_named_parse(tables[size > 0 ? data[0] % 3 : 0], spec, &found, &options, &error);
  if (status == GV_OK) {
    char *again = gv_options_format(options);
    struct gv_options *same = NULL;
    if (again == NULL || gv_options_create(found->options, "again", &same, &error) != GV_OK ||
        gv_options_parse(same, again, &error) != GV_OK)
      gv_fuzz_broken("options are not read back");
    gv_options_destroy(same);
    free(again);
  }
  gv_options_destroy(options);
  free(spec);
  return status;
}

/* ---- the option table of a plugin ---- */

enum { ROWS = 6 };

/* Texts end with a 0; a row has a byte for its type and which texts are missing, two doubles, and key, value, words
 * and help among the texts. What is left after the rows are values to set. */
static enum gv_status table(const char *folder, const uint8_t *data, size_t size)
{
  struct gv_option rows[ROWS + 1] = {{0}};
  char accepted[64], *owned[4 * ROWS];
  size_t kept = 0, count = size > 0 ? data[0] % (ROWS + 1) : 0;
  struct gv_options *options = NULL;
  (void)folder;
  if (size > 0) {
    data++;
    size--;
  }
  for (size_t r = 0; r < count && size >= 17; r++) {
    uint8_t kind = data[0];
    memcpy(&rows[r].min, data + 1, 8);
    memcpy(&rows[r].max, data + 9, 8);
    data += 17;
    size -= 17;
    rows[r].type = (enum gv_option_type)(kind % 8);
    const char **parts[] = {&rows[r].key, &rows[r].value, &rows[r].words, &rows[r].help};
    for (int p = 0; p < 4; p++) {
      if (p > 0 && (kind >> (3 + p) & 1))
        continue;
      char *text = text_of(data, size);
      size_t length = strlen(text) < size ? strlen(text) + 1 : size;
      owned[kept++] = text;
      *parts[p] = text;
      data += length;
      size -= length;
    }
  }
  char *values = text_of(data, size);
  enum gv_status status = gv_options_create(rows, "a plugin", &options, &error);
  for (size_t r = 0; status == GV_OK && rows[r].key != NULL; r++)
    if (strlen(gv_option_accepts(&rows[r], accepted, sizeof accepted)) >= sizeof accepted)
      gv_fuzz_broken("a text without an end");
  if (status == GV_OK)
    status = gv_options_parse(options, values, &error);
  gv_options_destroy(options);
  free(values);
  for (size_t k = 0; k < kept; k++)
    free(owned[k]);
  return status;
}

const struct gv_fuzz_parser gv_fuzz_parsers[] = {
    {"safetensors", safetensors, &error}, {"checkpoint", checkpoint, &error}, {"study", study, &error},
    {"edges", edges, &error},             {"numbers", numbers, &error},       {"run", run_folder, &error},
    {"names", names, &error},             {"table", table, &error},           {NULL, NULL, NULL},
};
