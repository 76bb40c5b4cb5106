/* grapevine bench: progress on stderr, a table of figures on stdout. */
#include <math.h>
#include <stdlib.h>

#include <jansson.h>

#include "cli/cli.h"
#include "cli/page.h"
#include "cli/screen.h"
#include "core/base/memory.h"
#include "core/base/option.h"
#include "run/bench/bench.h"
#include "run/json.h"

static const struct gv_option rows[] = {
    {.key = "quick", .type = GV_OPTION_FLAG, .value = "no",
     .help = "a few seconds in all: tries everything out, too short for figures"},
    {.key = "json", .type = GV_OPTION_FLAG, .value = "no",
     .help = "the figures as JSON on standard output, nothing else"},
    {.key = "help", .type = GV_OPTION_FLAG, .value = "no", .help = "this page"},
    {.key = NULL},
};

struct talk {
  bool live;               /* the line of what is measured is redrawn in place */
  const char *benchmark;   /* whose figures the table is at */
  json_t *figures;         /* or NULL: the table */
};

static void list_benchmarks(FILE *out)
{
  for (const struct gv_benchmark *const *b = gv_benchmarks; *b != NULL; b++)
    fprintf(out, "  %-9s  %s\n", (*b)->name, (*b)->summary);
  fprintf(out, "  %-9s  all of these, in some three minutes [all]\n", "all");
}

static void on_doing(void *context, const char *what)
{
  const struct talk *talk = context;
  if (talk->live)
    gv_screen_line("%s ...", what);
}

/* Four digits, whatever the unit. */
static const char *number(double x, char *text, size_t size)
{
  if (fabs(x) >= 1e5)
    return gv_short_number(x, text, size);
  snprintf(text, size, "%.*f", fabs(x) >= 1000 ? 0 : fabs(x) >= 100 ? 1 : fabs(x) >= 1 ? 2 : 3, x);
  return text;
}

static void on_figure(void *context, const struct gv_figure *f)
{
  struct talk *talk = context;
  char value[32], limit[32], both[48];
  gv_screen_no_line();
  if (talk->figures != NULL) {
    json_array_append_new(talk->figures,
                          json_pack("{s:s,s:s,s:f,s:s,s:f,s:s,s:f,s:f}", "benchmark", f->benchmark, "name", f->name,
                                    "value", f->value, "unit", f->unit, "limit", f->limit, "limit_name",
                                    f->limit_name, "share", f->share, "spread", f->spread));
    return;
  }
  if (talk->benchmark != f->benchmark)
    printf("\n%-40s  %18s  %6s  %9s  %5s\n", f->benchmark, "value", "spread", "limit", "share");
  talk->benchmark = f->benchmark;
  snprintf(both, sizeof both, "%s %s", number(f->value, value, sizeof value), f->unit);
  printf("%-40s  %18s  %4.0f %%  %9s  %5.2f  %s\n", f->name, both, 100 * f->spread,
         number(f->limit, limit, sizeof limit), f->share, f->limit_name);
  fflush(stdout);
}

static void print_machine(const struct gv_bench *bench)
{
  const struct gv_machine *m = &bench->machine;
  char size[16];
  printf("%s, %d core%s, %d hardware thread%s, %d NUMA node%s, %s of memory\n", m->model, m->cores,
         m->cores == 1 ? "" : "s", m->processors, m->processors == 1 ? "" : "s", bench->numa_nodes,
         bench->numa_nodes == 1 ? "" : "s", gv_bytes_text(bench->memory, size, sizeof size));
  printf("caches");
  for (int level = 1; level <= 3; level++)
    if (bench->cache[level].each > 0) {
      printf("%s level %d: %d of %s", level == 1 ? "" : ",", level,
             (int)(bench->cache[level].all / bench->cache[level].each),
             gv_bytes_text((double)bench->cache[level].each, size, sizeof size));
    }
  printf("%s\n", bench->cache[1].each > 0 ? "" : ": nobody says");
  fflush(stdout);
}

static json_t *machine_json(const struct gv_bench *bench)
{
  const struct gv_machine *m = &bench->machine;
  json_t *caches = json_array();
  for (int level = 1; level <= 3; level++)
    json_array_append_new(caches, json_pack("{s:I,s:I}", "bytes", (json_int_t)bench->cache[level].each, "together",
                                            (json_int_t)bench->cache[level].all));
  return json_pack("{s:s,s:i,s:i,s:i,s:f,s:o}", "cpu", m->model, "cores", m->cores, "processors", m->processors,
                   "numa_nodes", bench->numa_nodes, "memory", bench->memory, "caches", caches);
}

static bool stop(void *bench)
{
  gv_stop_ask(&((struct gv_bench *)bench)->stop);
  return true;
}

static enum gv_status print_json(const struct gv_bench *bench, struct talk *talk, struct gv_error *err)
{
  json_t *all = json_pack("{s:o,s:b,s:O}", "machine", machine_json(bench), "quick", bench->quick, "figures",
                          talk->figures);
  char *text = all != NULL ? gv_json_dump(all, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) : NULL;
  json_decref(all);
  if (text == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for the figures");
  printf("%s\n", text);
  free(text);
  return GV_OK;
}

static int measure_and_print(const char *name, const struct gv_options *options, struct gv_error *error)
{
  bool json = gv_options_flag(options, "json");
  char program[4096];
  struct talk talk = {.live = gv_screen_obstacle() == NULL, .figures = json ? json_array() : NULL};
  struct gv_bench bench = {.quick = gv_options_flag(options, "quick"), .program = program, .context = &talk,
                           .doing = on_doing, .measured = on_figure};
  enum gv_status status = gv_program_path("is started", program, sizeof program, error);
  if (status == GV_OK)
    status = gv_bench_begin(&bench, error);
  if (status == GV_OK) {
    gv_watch_signals(stop, &bench);
    if (!json)
      print_machine(&bench);
    status = gv_bench_run(&bench, name, error);
    gv_unwatch_signals();
  }
  gv_screen_no_line();
  if (status == GV_OK && json)
    status = print_json(&bench, &talk, error);
  json_decref(talk.figures);
  gv_bench_end(&bench);
  return status == GV_OK ? 0 : gv_complain(error);
}

static int run_bench(int argc, char **argv)
{
  struct gv_error error = {GV_OK, ""};
  struct gv_options *options = NULL;
  const char *name = NULL;
  enum gv_status status = gv_arguments_word(argc, argv, rows, &name, &options, &error);
  int code = 0;
  if (status == GV_OK)
    status = gv_bench_known(name != NULL ? name : "all", &error);
  if (status != GV_OK)
    code = gv_complain(&error);
  else if (gv_options_flag(options, "help"))
    gv_print_page(stdout, &gv_command_bench);
  else
    code = measure_and_print(name != NULL ? name : "all", options, &error);
  gv_options_destroy(options);
  return code;
}

const struct gv_command gv_command_bench = {
    .name = "bench",
    .arguments = "[NAME] [--json] [--quick]",
    .summary = "measure: averaging, rounds, training, scaling, each beside its limit",
    .about = "Measures this machine and Grapevine on it: each figure beside its limit, measured in turn with it.",
    .options = rows,
    .listing = list_benchmarks,
    .notes = "Figures are medians; 'spread' is half the distance of their quartiles. 'share' says how much of "
             "the limit was reached, as the median of pairs: 1.00 is as good as the limit, more is better. What "
             "else runs at the same time is measured too: leave the machine alone meanwhile.",
    .examples = "grapevine bench average",
    .takes = "benchmark",
    .run = run_bench,
};
