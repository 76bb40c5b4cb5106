/* grapevine plot: curves of runs and studies, as a picture or as numbers. */
#include <stdlib.h>
#include <string.h>

#include <grapevine/grapevine.h>

#include "cli/cli.h"
#include "core/base/option.h"
#include "run/chart.h"
#include "run/plot/plot.h"

enum { PANELS_MAX = 8 };

static const struct gv_option rows[] = {
    {.key = "out",
     .type = GV_OPTION_TEXT,
     .value = "plot.svg",
     .help = "the picture, .svg, .png or .pdf; -o is the same"},
    {.key = "x",
     .type = GV_OPTION_TEXT,
     .value = "epoch",
     .help = "what the curves stand over: round, epoch, seconds, simulated_seconds, or bytes that a node sent; or "
             "an option whose number varies, as in --x nodes: then y is what runs ended with"},
    {.key = "y",
     .type = GV_OPTION_TEXT,
     .value = "auto",
     .help = "columns of metrics.csv, joined by commas, a panel each; auto: test accuracy, or a loss. Over an "
             "option also figures of summary.json, as rounds_to_target"},
    {.key = "minus",
     .type = GV_OPTION_REAL,
     .value = "0",
     .help = "taken from y, as the least loss that there is, to see with --log what is left of it"},
    {.key = "log", .type = GV_OPTION_FLAG, .value = "no", .help = "a logarithmic y, but for accuracies"},
    {.key = "log-x", .type = GV_OPTION_FLAG, .value = "no", .help = "a logarithmic x"},
    {.key = "title", .type = GV_OPTION_TEXT, .value = "auto", .help = "over the picture"},
    {.key = "json", .type = GV_OPTION_FLAG, .value = "no", .help = "no picture: the points of the curves as JSON"},
    {.key = "help", .type = GV_OPTION_FLAG, .value = "no", .help = "this page"},
    {.key = NULL},
};

static enum gv_status make_panels(const struct gv_groups *groups, const struct gv_options *options,
                                  struct gv_curves *panels, size_t *count, struct gv_error *err)
{
  const char *x = gv_options_text(options, "x"), *y = gv_options_text(options, "y");
  double minus = gv_options_real(options, "minus");
  enum gv_status status = GV_OK;
  if (strcmp(y, "auto") == 0)
    return gv_curves_make(groups, x, NULL, minus, &panels[(*count)++], err);
  while (*y != '\0' && status == GV_OK) {
    char column[64];
    size_t length = strcspn(y, ",");
    if (*count == PANELS_MAX)
      return gv_fail(err, GV_USAGE, "y: more than %d columns", PANELS_MAX);
    snprintf(column, sizeof column, "%.*s", (int)length, y);
    status = gv_curves_make(groups, x, column, minus, &panels[(*count)++], err);
    y += length + (y[length] == ',');
  }
  if (status == GV_OK && *count == 0)
    status = gv_fail(err, GV_USAGE, "y is empty; accepted are columns of metrics.csv");
  return status;
}

static enum gv_status print_json(const struct gv_groups *groups, const struct gv_curves *panels, size_t count,
                                 struct gv_error *err)
{
  json_t *page = json_array();
  for (size_t p = 0; p < count; p++)
    json_array_append_new(page, gv_curves_json(groups, &panels[p]));
  return gv_print_json(page, err);
}

static enum gv_status plot(const char *const *words, size_t count, const struct gv_options *options,
                           struct gv_error *err)
{
  struct gv_groups groups = {0};
  struct gv_curves panels[PANELS_MAX] = {{0}};
  size_t drawn = 0;
  const char *out = gv_options_text(options, "out"), *title = gv_options_text(options, "title");
  const char *x = gv_options_text(options, "x");
  bool json = gv_options_flag(options, "json");
  enum gv_status status = json ? GV_OK : gv_chart_check(out, err);
  if (status == GV_OK && !gv_is_axis(x) && gv_option_find(gv_run_options(), x) == NULL)
    status = gv_fail(err, GV_USAGE, "x is '%s'; accepted: round, epoch, seconds, simulated_seconds, bytes, or an "
                     "option of train", x);
  if (status == GV_OK)
    status = gv_groups_read(words, count, gv_is_axis(x) ? NULL : x, &groups, err);
  if (status == GV_OK)
    status = make_panels(&groups, options, panels, &drawn, err);
  const struct gv_plot picture = {.groups = &groups, .panels = panels, .count = drawn,
                                  .log_x = gv_options_flag(options, "log-x"),
                                  .log_y = gv_options_flag(options, "log"),
                                  .title = strcmp(title, "auto") == 0 ? NULL : title};
  if (status == GV_OK && json)
    status = print_json(&groups, panels, drawn, err);
  else if (status == GV_OK)
    status = gv_plot_draw(&picture, out, err);
  if (status == GV_OK && groups.skipped > 0)
    fprintf(stderr, "grapevine: %zu runs of the study have nothing to show yet\n", groups.skipped);
  for (size_t p = 0; p < drawn; p++)
    gv_curves_clear(&panels[p]);
  gv_groups_clear(&groups);
  return status;
}

static int run_plot(int argc, char **argv)
{
  return gv_run_words(argc, argv, &gv_command_plot, "which runs? Name the folders of runs or studies", plot);
}

const struct gv_command gv_command_plot = {
    .name = "plot",
    .arguments = "RUN|STUDY ... [--OPTION VALUE ...] -o FILE.svg|png|pdf",
    .summary = "curves of runs and studies as a picture",
    .about = "Draws what runs measured: folders of runs, of studies, or such that have runs in them. Runs that "
             "differ in the seed alone are one curve, their mean, with a band of one standard deviation.",
    .options = rows,
    .examples = "grapevine plot runs/topologies --x simulated_seconds --y test_accuracy,consensus_distance\n"
                "grapevine plot runs/sizes --x nodes --log-x --y rounds_to_target --log",
    .takes = "folder",
    .run = run_plot,
};
