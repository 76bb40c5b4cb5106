/* grapevine report: one HTML page on runs or a study. */
#include <string.h>

#include "cli/cli.h"
#include "core/base/option.h"
#include "run/page/page.h"

static const struct gv_option rows[] = {
    {.key = "out", .type = GV_OPTION_TEXT, .value = "report.html", .help = "the page; -o is the same"},
    {.key = "help", .type = GV_OPTION_FLAG, .value = "no", .help = "this page"},
    {.key = NULL},
};

static enum gv_status report(const char *const *words, size_t count, const struct gv_options *options,
                             struct gv_error *err)
{
  struct gv_groups groups = {0};
  const char *out = gv_options_text(options, "out");
  size_t length = strlen(out);
  if (length < 6 || strcmp(out + length - 5, ".html") != 0)
    return gv_fail(err, GV_USAGE, "out '%s': accepted are names that end in .html", out);
  enum gv_status status = gv_groups_read(words, count, NULL, &groups, err);
  if (status == GV_OK)
    status = gv_page_write(&groups, out, err);
  gv_groups_clear(&groups);
  return status;
}

static int run_report(int argc, char **argv)
{
  return gv_run_words(argc, argv, &gv_command_report, "which runs? Name the folders of runs or studies", report);
}

const struct gv_command gv_command_report = {
    .name = "report",
    .arguments = "RUN|STUDY ... -o FILE.html",
    .summary = "a page on runs and studies: table, curves, graph, split, options",
    .about = "One page that needs no other file and no network: a table of what runs came to, their curves, the "
             "graph, what each node received, the options.",
    .options = rows,
    .examples = "grapevine report runs/topologies -o topologies.html",
    .takes = "folder",
    .run = run_report,
};
