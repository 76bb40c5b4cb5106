/* grapevine split: what each node receives, as a table, a block picture, JSON or a drawing. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/base/file.h"
#include "core/base/option.h"
#include "datasets/census.h"
#include "run/data/bubbles.h"
#include "run/data/open.h"
#include "run/data/report.h"

static const struct gv_option rows[] = {
    {.key = "data", .type = GV_OPTION_TEXT, .value = "digits", .help = "data set, as in train"},
    GV_DATA_LIMIT(""),
    GV_DATA_SHARE("0.2"),
    {.key = "split", .type = GV_OPTION_TEXT, .value = "auto",
     .help = "which training sample belongs to which node, as in train"},
    {.key = "nodes", .type = GV_OPTION_INT, .value = "8", .min = 1, .max = 1e6, .help = "how many"},
    {.key = "seed", .type = GV_OPTION_INT, .value = "1", .min = 0, .max = 9007199254740992.0,
     .help = "of every random choice"},
    {.key = "json", .type = GV_OPTION_FLAG, .value = "no",
     .help = "the figures as JSON on standard output, nothing else"},
    {.key = "draw", .type = GV_OPTION_TEXT, .value = "",
     .help = "draw a bubble a node and class to this file, .svg, .png or .pdf (with gnuplot)"},
    {.key = "help", .type = GV_OPTION_FLAG, .value = "no", .help = "this page"},
    {.key = NULL},
};

/* ---- for people ---- */

enum { NODES_SHOWN = 64, CLASSES_COUNTED = 12 };

static int64_t largest_cell(const struct gv_census *census)
{
  int64_t most = 1;
  for (int64_t k = 0; k < (int64_t)census->nodes * census->classes; k++)
    most = census->histogram[k] > most ? census->histogram[k] : most;
  return most;
}

/* A row of blocks: the darker, the more samples; any sample shows. */
static void print_blocks(const struct gv_census *census, int node, int64_t most, int width)
{
  static const char *const shades[2][5] = {{".", "-", "+", "*", "#"}, {"·", "░", "▒", "▓", "█"}};
  const char *const *shade = shades[gv_utf8()];
  for (int32_t c = 0; c < census->classes; c++) {
    int64_t count = census->histogram[(int64_t)node * census->classes + c];
    int level = count == 0 ? 0 : 1 + (int)fmin(3, floor(4 * sqrt((double)count / (double)most)));
    for (int w = 0; w < width; w++)
      fputs(shade[level], stdout);
  }
}

static void print_numbers(const struct gv_census *census, int node)
{
  for (int32_t c = 0; c < census->classes; c++)
    printf("%8lld", (long long)census->histogram[(int64_t)node * census->classes + c]);
}

static void print_nodes(const struct gv_census *census)
{
  bool blocks = isatty(STDOUT_FILENO), shown = census->histogram != NULL;
  int room = gv_columns(stdout) - 20, width = census->classes * 2 <= room ? 2 : 1;
  if (blocks)
    shown = shown && census->classes * width <= room;
  else
    shown = shown && census->classes <= CLASSES_COUNTED;
  int64_t most = shown ? largest_cell(census) : 1;
  printf("\n  %6s%10s  %s", "node", "samples", shown && blocks ? "classes, by the number of samples" : "");
  for (int32_t c = 0; shown && !blocks && c < census->classes; c++)
    printf("%*s%-2d", c == 0 ? 4 : 6, "c", c);
  printf("\n");
  for (int i = 0; i < census->nodes && i < NODES_SHOWN; i++) {
    printf("  %6d%10lld  ", i, (long long)census->sizes[i]);
    if (shown && blocks)
      print_blocks(census, i, most, width);
    else if (shown)
      print_numbers(census, i);
    printf("\n");
  }
  if (census->nodes > NODES_SHOWN)
    printf("  and %d more; --json has all\n", census->nodes - NODES_SHOWN);
  if (!shown && census->histogram != NULL)
    printf("  the histogram of %d classes is too wide; --json has it\n", census->classes);
}

static void print_page(const struct gv_dataset *dataset, const struct gv_shards *shards,
                       const struct gv_census *census)
{
  printf("%s, %s, %d node%s\n", dataset->name, shards->spec, census->nodes, census->nodes == 1 ? "" : "s");
  print_nodes(census);
  printf("\n  samples a node    %lld to %lld, median %.10g\n", (long long)census->size_min,
         (long long)census->size_max, census->size_median);
  if (census->histogram == NULL)
    return;
  printf("  effective classes %.3f of %d, mean over nodes of exp(entropy)\n", census->effective_classes_mean,
         census->classes);
  printf("  total variation   %.4f, mean distance of a node's labels to those of all; 0 is IID\n", census->tv_mean);
  printf("  Jensen-Shannon    %.4f, the same, to base 2\n", census->js_mean);
}

/* ---- the command ---- */

static enum gv_status finish(const struct gv_dataset *dataset, const struct gv_shards *shards,
                             const struct gv_census *census, const struct gv_options *options, struct gv_error *err)
{
  const char *path = gv_options_text(options, "draw");
  char title[120];
  if (*path != '\0') {
    const char *split = gv_options_text(options, "split");  /* as given: with all values it is too long */
    snprintf(title, sizeof title, "%s, %s", dataset->name, strcmp(split, "auto") == 0 ? shards->spec : split);
    enum gv_status status = gv_bubbles_draw(census, dataset->class_names, title, path, err);
    if (status != GV_OK)
      return status;
  }
  if (gv_options_flag(options, "json")) {
    uint64_t seed = (uint64_t)gv_options_int(options, "seed");
    char *text = gv_split_text(gv_split_json(dataset, shards, census, seed));
    if (text == NULL)
      return gv_fail(err, GV_MEMORY, "no memory for the figures");
    puts(text);
    free(text);
    return GV_OK;
  }
  print_page(dataset, shards, census);
  if (*path != '\0')
    printf("\n  the picture is %s\n", path);
  return GV_OK;
}

static enum gv_status act(const struct gv_options *options, struct gv_error *err)
{
  int nodes = (int)gv_options_int(options, "nodes");
  uint64_t seed = (uint64_t)gv_options_int(options, "seed");
  const char *path = gv_options_text(options, "draw");
  struct gv_dataset *dataset = NULL;
  struct gv_shards *shards = NULL;
  struct gv_census census = {0};
  enum gv_status status = GV_OK;
  if (gv_options_given(options, "draw") && *path == '\0')
    status = gv_fail(err, GV_USAGE, "draw: the file's name is empty");
  if (status == GV_OK)
    status = gv_data_open(gv_options_text(options, "data"), options, nodes, seed, &dataset, err);
  if (status == GV_OK && *path != '\0')  /* better known before the figures */
    status = gv_bubbles_check(path, nodes, dataset->shape.classes, err);
  if (status == GV_OK && *path != '\0')
    status = gv_file_try(path, err);
  if (status == GV_OK)
    status = gv_shards_create_any(gv_options_text(options, "split"), dataset, nodes, seed, &shards, err);
  if (status == GV_OK)
    status = gv_census_take(dataset, shards, INT64_MAX, &census, err);
  if (status == GV_OK)
    status = finish(dataset, shards, &census, options, err);
  gv_census_clear(&census);
  gv_shards_destroy(shards);
  gv_dataset_destroy(dataset);
  return status;
}

static int run_split(int argc, char **argv)
{
  return gv_run_plain(argc, argv, &gv_command_split, "--data and --split name what is split, and how", act);
}

const struct gv_command gv_command_split = {
    .name = "split",
    .arguments = "[--OPTION VALUE ...]",
    .summary = "what each node receives: histogram, sizes, distances, picture",
    .about = "Shows what each node receives of a data set, and how far its labels are from those of all. Nodes "
             "may come out empty here, where the split allows it with min=0.",
    .options = rows,
    .examples = "grapevine split --data digits --split dirichlet:alpha=0.1 --nodes 16 --draw split.svg",
    .run = run_split,
};
