/* Runs a consensus for one topology after the other, and keeps its errors beside their bounds. */
#include "run/consensus/simulation.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/machine.h"
#include "core/base/memory.h"
#include "core/graph/consensus/consensus.h"
#include "run/chart.h"
#include "run/consensus/signals.h"

enum { WORTH = 1 << 16 };  /* numbers a worker has to itself, before another one is worth waiting for */

static const struct gv_option rows[] = {
    {.key = "topology", .type = GV_OPTION_TEXT, .value = "ring",
     .help = "who averages with whom; given several times, all of them one after the other"},
    {.key = "weights", .type = GV_OPTION_TEXT, .value = "metropolis",
     .help = "weights of an undirected topology's edges"},
    {.key = "nodes", .type = GV_OPTION_INT, .value = "16", .min = 1, .max = 10000000, .help = "nodes"},
    {.key = "rounds", .type = GV_OPTION_INT, .value = "100", .min = 0, .max = 1e8, .help = "rounds"},
    {.key = "init", .type = GV_OPTION_TEXT, .value = "index",
     .help = "where they start: index, z_i = i; random, normal numbers; file:PATH, a row of numbers a node"},
    {.key = "signal", .type = GV_OPTION_TEXT, .value = "",
     .help = "signals to follow the mean of, in place of --init: sin:amplitude=,omega= or "
             "decay:amplitude=,omega=,ratio= or file:PATH, a row of a number a node for each round from 0 on"},
    {.key = "seed", .type = GV_OPTION_INT, .value = "1", .min = 0, .max = 9007199254740992.0,
     .help = "of random topologies and starts"},
    {.key = "workers", .type = GV_OPTION_INT, .value = "auto", .min = 1, .max = 4096, .words = "auto",
     .help = "threads; the figures do not depend on it"},
    {.key = "csv", .type = GV_OPTION_TEXT, .value = "", .help = "file for all rounds"},
    {.key = "plot", .type = GV_OPTION_TEXT, .value = "",
     .help = "file for a picture: .svg, .png or .pdf, drawn by gnuplot"},
    {.key = NULL},
};

const struct gv_option *gv_simulation_options(void)
{
  return rows;
}

/* ---- set-up ---- */

/* A file that cannot be written is better known before the rounds than after. */
static enum gv_status check_files(const struct gv_options *options, struct gv_error *err)
{
  const char *csv = gv_options_text(options, "csv"), *plot = gv_options_text(options, "plot");
  enum gv_status status = GV_OK;
  if (*csv == '\0' && gv_options_given(options, "csv"))
    status = gv_fail(err, GV_USAGE, "csv: the file's name is empty");
  if (status == GV_OK && gv_options_given(options, "plot"))
    status = gv_chart_check(plot, err);
  if (status == GV_OK && *csv != '\0' && strcmp(csv, plot) == 0)
    status = gv_fail(err, GV_USAGE, "%s: --csv and --plot name the same file", csv);
  if (status == GV_OK && *csv != '\0')
    status = gv_file_try(csv, err);
  return status == GV_OK && *plot != '\0' ? gv_file_try(plot, err) : status;
}

static enum gv_status take_numbers(struct gv_simulation *sim, struct gv_error *err)
{
  const struct gv_options *options = sim->options;
  const char *signal = gv_options_text(options, "signal"), *init = gv_options_text(options, "init");
  uint64_t seed = (uint64_t)gv_options_int(options, "seed");
  sim->dimension = 1;
  if (!gv_options_given(options, "signal"))
    return gv_start_make(init, sim->nodes, seed, &sim->x, &sim->dimension, err);
  if (gv_options_given(options, "init"))
    return gv_fail(err, GV_USAGE, "init %s: with --signal nodes start at their signals; leave one of them out",
                   init);
  return gv_followed_create(signal, sim->nodes, sim->rounds, &sim->followed, err);
}

static enum gv_status choose_workers(struct gv_simulation *sim, struct gv_error *err)
{
  double worth = (double)sim->nodes * sim->dimension / WORTH;
  sim->workers = (int)gv_options_int(sim->options, "workers");
  if (!gv_options_is_word(sim->options, "workers"))
    return GV_OK;
  struct gv_machine machine;
  enum gv_status status = gv_machine_look(&machine, err);
  if (status != GV_OK)
    return status;
  sim->workers = (int)fmax(1, fmin(worth, gv_machine_threads(&machine)));
  gv_machine_clear(&machine);
  return GV_OK;
}

static enum gv_status take_traces(struct gv_simulation *sim, const char *const *topologies, struct gv_error *err)
{
  size_t room = (size_t)sim->rounds + 1;
  const char *weights =
      gv_options_given(sim->options, "weights") ? gv_options_text(sim->options, "weights") : NULL;
  uint64_t seed = (uint64_t)gv_options_int(sim->options, "seed");
  enum gv_status status =
      gv_alloc_for(&sim->trace, (size_t)sim->count, sizeof *sim->trace, "the topologies", err);
  for (int t = 0; t < sim->count && status == GV_OK; t++) {
    struct gv_trace *trace = &sim->trace[t];
    trace->topology = topologies[t];
    status = gv_schedule_create(topologies[t], weights, sim->nodes, seed, &trace->schedule, err);
    if (status == GV_OK)
      status = gv_alloc_for(&trace->error, room, sizeof(double), "the rounds' errors", err);
    if (status == GV_OK)
      status = gv_alloc_for(&trace->bound, room, sizeof(double), "the rounds' bounds", err);
    if (status == GV_OK && sim->followed != NULL)
      status = gv_alloc_for(&trace->tracking, room, sizeof(double), "the rounds' errors", err);
    if (status == GV_OK && sim->followed != NULL)
      status = gv_alloc_for(&trace->limit, room, sizeof(double), "the rounds' limits", err);
  }
  return status;
}

enum gv_status gv_simulation_create(const struct gv_options *options, const char *const *topologies, int count,
                               struct gv_simulation **out, struct gv_error *err)
{
  struct gv_simulation *sim = NULL;
  enum gv_status status = gv_alloc_for(&sim, 1, sizeof *sim, "the simulation", err);
  if (status != GV_OK)
    return status;
  sim->options = options;
  sim->count = count;
  sim->nodes = (int)gv_options_int(options, "nodes");
  sim->rounds = (uint64_t)gv_options_int(options, "rounds");
  status = take_numbers(sim, err);
  if (status == GV_OK)
    status = take_traces(sim, topologies, err);
  if (status == GV_OK)
    status = choose_workers(sim, err);
  if (status == GV_OK)
    status = check_files(options, err);
  if (status != GV_OK) {
    gv_simulation_destroy(sim);
    return status;
  }
  *out = sim;
  return GV_OK;
}

void gv_simulation_destroy(struct gv_simulation *sim)
{
  if (sim == NULL)
    return;
  for (int t = 0; t < sim->count && sim->trace != NULL; t++) {
    struct gv_trace *trace = &sim->trace[t];
    gv_schedule_destroy(trace->schedule);
    gv_free(trace->error);
    gv_free(trace->bound);
    gv_free(trace->tracking);
    gv_free(trace->limit);
  }
  gv_free(sim->trace);
  gv_free(sim->x);
  gv_followed_destroy(sim->followed);
  gv_free(sim);
}

/* ---- rounds ---- */

struct watching {
  struct gv_simulation *sim;
  struct gv_trace *trace;
  double start, shown;     /* seconds */
  double base, since;      /* the bound at the last end of a period, and the changes since */
};

/* ||x(k+P) - J x(k+P)|| <= rho ||x(k) - J x(k)|| + the P changes between, for a product of P rounds that contracts
 * by rho; and a single W lengthens nothing. */
static double bound(struct watching *w, const struct gv_consensus_state *state)
{
  const struct gv_trace *trace = w->trace;
  if (!trace->bounded)
    return NAN;
  if (state->round == 0) {
    w->base = state->error;
  } else {
    w->since += state->change;
    if (state->round % (uint64_t)trace->spectrum.rounds == 0) {
      w->base = trace->spectrum.rho * w->base + w->since;
      w->since = 0;
    }
  }
  return w->base + w->since;
}

/* What the bound above comes to, when every change is e. */
static double limit(const struct watching *w, uint64_t round)
{
  double rounds = w->trace->spectrum.rounds, e = gv_followed_change(w->sim->followed, round);
  return w->trace->bounded ? rounds * e / w->trace->spectrum.gap + (rounds - 1) * e : NAN;
}

static bool see(void *context, const struct gv_consensus_state *state)
{
  struct watching *w = context;
  struct gv_trace *trace = w->trace;
  uint64_t k = state->round;
  trace->rounds_done = k;
  trace->error[k] = state->error;
  trace->bound[k] = bound(w, state);
  if (trace->tracking != NULL) {
    trace->tracking[k] = state->tracking;
    trace->limit[k] = limit(w, k);
  }
  if (trace->rounds_to_1e3 == 0 && k > 0 && state->error <= 1e-3 * trace->error[0])
    trace->rounds_to_1e3 = k;
  double now = gv_seconds();
  if (w->sim->progress != NULL && now - w->shown >= 0.2) {
    w->shown = now;
    w->sim->progress(w->sim->context, trace, k, now - w->start);
  }
  return !gv_stop_asked(&w->sim->stop);
}

/* Topologies whose rounds are all drawn anew have no bound that holds for sure. */
static void find_spectrum(struct gv_trace *trace)
{
  struct gv_error error = {GV_OK, ""};
  if (trace->schedule->period == 0)
    return;
  trace->bounded = gv_spectrum_find(trace->schedule, &trace->spectrum, &error) == GV_OK;
  if (!trace->bounded)
    gv_log(GV_LOG_WARNING, "%s: no bound: %s", trace->topology, error.text);
}

static enum gv_status run_one(struct gv_simulation *sim, struct gv_trace *trace, double *x, struct gv_error *err)
{
  trace->begun = true;
  find_spectrum(trace);
  if (sim->x != NULL)
    memcpy(x, sim->x, (size_t)sim->nodes * (size_t)sim->dimension * sizeof *x);
  double start = gv_seconds();
  struct watching watching = {.sim = sim, .trace = trace, .start = start, .shown = start};
  const struct gv_consensus what = {
      .schedule = trace->schedule, .dimension = sim->dimension, .x = x, .rounds = sim->rounds,
      .signal = sim->followed != NULL ? gv_followed_signal(sim->followed) : NULL,
      .workers = sim->workers, .context = &watching, .seen = see};
  enum gv_status status = gv_consensus_run(&what, err);
  trace->seconds = gv_seconds() - start;
  if (status == GV_OK && trace->rounds_done < sim->rounds)
    status = gv_fail(err, GV_INTERRUPTED, "stopped on request after round %llu of topology %s",
                     (unsigned long long)trace->rounds_done, trace->topology);
  return status;
}

enum gv_status gv_simulation_run(struct gv_simulation *sim, struct gv_error *err)
{
  double *x = NULL;
  size_t count = (size_t)sim->nodes * (size_t)sim->dimension;
  enum gv_status status = gv_alloc_for(&x, count, sizeof *x, "the nodes' numbers", err);
  for (int t = 0; t < sim->count && status == GV_OK; t++)
    status = run_one(sim, &sim->trace[t], x, err);
  gv_free(x);
  return status;
}
