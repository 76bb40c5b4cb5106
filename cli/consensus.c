/* grapevine consensus: options in, progress on stderr, errors beside their bounds on stdout. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/page.h"
#include "cli/screen.h"
#include "core/base/option.h"
#include "run/consensus/simulation.h"

enum { COLUMNS = 9 };  /* rounds side by side that fit a terminal, with the names before them */

/* Options of the command itself, beside those of the simulation. */
static const struct gv_option own_rows[] = {
    {.key = "json", .type = GV_OPTION_FLAG, .value = "no",
     .help = "the figures as JSON on standard output, nothing else"},
    {.key = "help", .type = GV_OPTION_FLAG, .value = "no", .help = "this page"},
    {.key = NULL},
};

struct talk {
  struct gv_options *options;
  const char **topology;  /* (count) in the order given */
  int count;
  bool drawn;             /* it takes so long that progress is shown */
};

static enum gv_status set(void *context, const char *key, const char *value, struct gv_error *err)
{
  struct talk *talk = context;
  if (strcmp(key, "topology") == 0) {
    const char **more = realloc(talk->topology, (size_t)(talk->count + 1) * sizeof *more);
    if (more == NULL)
      return gv_fail(err, GV_MEMORY, "no memory for the options");
    talk->topology = more;
    talk->topology[talk->count++] = value;
  }
  return gv_options_set(talk->options, key, value, err);
}

/* ---- while it runs ---- */

static void on_progress(void *context, const struct gv_trace *trace, uint64_t round, double seconds)
{
  struct talk *talk = context;
  char left[32];
  double done = (double)round / (double)gv_options_int(talk->options, "rounds");
  if (seconds < 1 && !talk->drawn)
    return;
  gv_screen_line("%s  %3.0f %%  round %llu  %s left", trace->topology, floor(100 * done),
                 (unsigned long long)round, gv_short_time(seconds / done - seconds, left, sizeof left));
  talk->drawn = true;
}

/* Not where there is no round to write: the spectrum of a large graph may be long in coming. */
static bool stop(void *context)
{
  struct gv_simulation *sim = context;
  if (sim->trace[0].rounds_done == 0)
    return false;
  gv_stop_ask(&sim->stop);
  return true;
}

/* ---- the end ---- */

/* "0.00123" or, where there is none, "-", in a column. */
static void print_number(double x, int width)
{
  if (isfinite(x))
    printf("  %*.4g", width, x);
  else
    printf("  %*s", width, "-");
}

/* One topology: a line a round. */
static void print_rounds(const struct gv_simulation *sim, const struct gv_trace *trace)
{
  uint64_t k;
  printf("%9s  %11s  %11s", "round", "error", "bound");
  printf(sim->followed != NULL ? "  %11s  %11s\n" : "\n", "tracking", "limit");
  for (int i = 0; (k = gv_simulation_shown(trace->rounds_done, i)) != UINT64_MAX; i++) {
    printf("%9llu", (unsigned long long)k);
    print_number(trace->error[k], 11);
    print_number(trace->bound[k], 11);
    if (sim->followed != NULL) {
      print_number(trace->tracking[k], 11);
      print_number(trace->limit[k], 11);
    }
    putchar('\n');
  }
}

/* The rounds that stand side by side: those of the table, or powers of ten when they are too many. */
static int choose_rounds(uint64_t rounds, uint64_t shown[2 * COLUMNS])
{
  int count = 0;
  while (count <= COLUMNS && (shown[count] = gv_simulation_shown(rounds, count)) != UINT64_MAX)
    count++;
  if (count <= COLUMNS)
    return count;
  count = 1;  /* round 0 */
  for (uint64_t k = 1; k < rounds; k *= 10)
    shown[count++] = k;
  shown[count++] = rounds;
  return count;
}

static int name_width(const struct gv_simulation *sim)
{
  size_t width = strlen("topology");
  for (int t = 0; t < sim->count; t++)
    width = strlen(sim->trace[t].topology) > width ? strlen(sim->trace[t].topology) : width;
  return (int)width;
}

/* Several topologies: a line each. */
static void print_errors(const struct gv_simulation *sim)
{
  uint64_t shown[2 * COLUMNS];
  int width = name_width(sim), columns = choose_rounds(sim->rounds, shown);
  printf("||x - J %s||_F after round k\n%-*s", sim->followed != NULL ? "z(k)" : "x", width, "topology");
  for (int c = 0; c < columns; c++)
    printf("  %8llu", (unsigned long long)shown[c]);
  putchar('\n');
  for (int t = 0; t < sim->count; t++) {
    const struct gv_trace *trace = &sim->trace[t];
    const double *error = trace->tracking != NULL ? trace->tracking : trace->error;
    if (!trace->begun)
      continue;
    printf("%-*s", width, trace->topology);
    for (int c = 0; c < columns; c++)
      if (shown[c] <= trace->rounds_done && isfinite(error[shown[c]]))
        printf("  %8.3g", error[shown[c]]);
      else
        printf("  %8s", "-");
    putchar('\n');
  }
}

static void print_summary(const struct gv_simulation *sim)
{
  int width = name_width(sim);
  bool follows = sim->followed != NULL;
  printf("\n%-*s  %13s  %9s", width, "topology", "rho", "gap");
  printf("  %16s  %9s\n", follows ? "limit at the end" : "rounds to 0.001", "time");
  for (int t = 0; t < sim->count; t++) {
    const struct gv_trace *trace = &sim->trace[t];
    char text[32], time[32];
    if (!trace->begun)
      continue;
    if (trace->bounded && trace->spectrum.rounds > 1)
      snprintf(text, sizeof text, "%.4g in %d", trace->spectrum.rho, trace->spectrum.rounds);
    else if (trace->bounded)
      snprintf(text, sizeof text, "%.6g", trace->spectrum.rho);
    else
      snprintf(text, sizeof text, "-");
    printf("%-*s  %13s", width, trace->topology, text);
    print_number(trace->bounded ? trace->spectrum.gap : NAN, 9);
    if (follows)
      print_number(trace->limit[trace->rounds_done], 16);
    else if (trace->rounds_to_1e3 > 0)
      printf("  %16llu", (unsigned long long)trace->rounds_to_1e3);
    else
      printf("  %16s", "-");
    printf("  %9s\n", gv_short_time(trace->seconds, time, sizeof time));
  }
}

static void print_files(const struct gv_options *options)
{
  const char *csv = gv_options_text(options, "csv"), *plot = gv_options_text(options, "plot");
  if (*csv != '\0' || *plot != '\0')
    printf("\nfiles: %s%s%s\n", csv, *csv != '\0' && *plot != '\0' ? ", " : "", plot);
}

static enum gv_status print_all(const struct gv_simulation *sim, bool json, struct gv_error *err)
{
  if (json) {
    char *text = gv_simulation_text(sim);
    if (text == NULL)
      return gv_fail(err, GV_MEMORY, "no memory for the figures");
    printf("%s\n", text);
    free(text);
    return GV_OK;
  }
  if (sim->count == 1)
    print_rounds(sim, &sim->trace[0]);
  else
    print_errors(sim);
  print_summary(sim);
  print_files(sim->options);
  return GV_OK;
}

static int run_and_print(struct talk *talk, struct gv_error *error)
{
  bool json = gv_options_flag(talk->options, "json");
  struct gv_simulation *sim = NULL;
  const char *standard = gv_options_text(talk->options, "topology");
  gv_show_log(false);
  enum gv_status status = gv_simulation_create(talk->options, talk->count > 0 ? talk->topology : &standard,
                                          talk->count > 0 ? talk->count : 1, &sim, error);
  if (status != GV_OK)
    return gv_complain(error);
  sim->context = talk;
  sim->progress = !json && gv_screen_obstacle() == NULL ? on_progress : NULL;
  gv_watch_signals(stop, sim);
  enum gv_status ran = gv_simulation_run(sim, error);
  gv_unwatch_signals();
  gv_screen_no_line();
  struct gv_error later = {GV_OK, ""};
  if (ran == GV_OK || ran == GV_INTERRUPTED) {
    status = gv_simulation_write(sim, &later);
    if (status == GV_OK)
      status = print_all(sim, json, &later);
  }
  gv_simulation_destroy(sim);
  if (status != GV_OK)
    return gv_complain(&later);
  return ran == GV_OK ? 0 : gv_complain(error);
}

static int run_consensus(int argc, char **argv)
{
  struct gv_error error = {GV_OK, ""};
  struct talk talk = {0};
  struct gv_option *rows = gv_command_options(&gv_command_consensus, &error);
  enum gv_status status = error.status;
  if (status == GV_OK)
    status = gv_options_create(rows, "consensus", &talk.options, &error);
  if (status == GV_OK)
    status = gv_arguments(argc, argv, rows, &talk, set, &error);
  int code = 0;
  if (status != GV_OK)
    code = gv_complain(&error);
  else if (gv_options_flag(talk.options, "help"))
    gv_print_page(stdout, &gv_command_consensus);
  else
    code = run_and_print(&talk, &error);
  gv_options_destroy(talk.options);
  free(talk.topology);
  free(rows);
  return code;
}

const struct gv_command gv_command_consensus = {
    .name = "consensus",
    .arguments = "[--OPTION VALUE ...]",
    .summary = "simulate nodes that agree on a mean, or follow it: errors, bounds, pictures",
    .about = "Lets nodes agree on the mean of their numbers, x(k+1) = W(k) x(k), or follow the mean of signals, "
             "x(k+1) = W(k) x(k) + z(k+1) - z(k), in double precision. Tells how far apart they are.",
    .shared = gv_simulation_options,
    .options = own_rows,
    .notes = "Columns of what is printed:\n\n"
             "  error     ||x - J x||_F, J = 11^T/n\n"
             "  bound     rho^k times the first error, by whole periods where W changes; with a signal as\n"
             "            much more as it has changed; none where every round is drawn anew\n"
             "  tracking  ||x - J z(k)||_F\n"
             "  limit     e/(1 - rho): the error comes under it in the long run when ||z(j+1) - z(j)||_F is at\n"
             "            most e for all j from that round on; P e/(1 - rho) + (P - 1) e with a period of P\n\n"
             "`grapevine help NAME` explains the options of a topology or a signal.",
    .examples = "grapevine consensus --topology ring --topology exponential --nodes 64 --rounds 200 --csv "
                "errors.csv",
    .run = run_consensus,
};
