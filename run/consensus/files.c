/* What a simulation leaves: CSV, a picture, JSON. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/memory.h"
#include "run/chart.h"
#include "run/json.h"
#include "run/consensus/simulation.h"

uint64_t gv_simulation_shown(uint64_t rounds, int i)
{
  static const uint64_t steps[] = {1, 2, 5};
  uint64_t shown = i == 0 ? 0 : steps[(i - 1) % 3];
  for (int k = 0; k < (i - 1) / 3; k++)
    shown *= 10;
  if (shown < rounds)
    return shown;
  if (i == 0)
    return 0;
  uint64_t before = gv_simulation_shown(rounds, i - 1);  /* rounds itself ends the list, once */
  return before >= rounds ? UINT64_MAX : rounds;
}

/* ---- CSV ---- */

static void put_name(FILE *out, const char *name)
{
  bool quotes = strpbrk(name, ",\"\n") != NULL;  /* options are joined by commas */
  if (quotes)
    fputc('"', out);
  for (; *name != '\0'; name++)
    fprintf(out, *name == '"' ? "\"\"" : "%c", *name);
  if (quotes)
    fputc('"', out);
}

/* A number that gives the same double again; nothing where there is none. */
static void put_number(FILE *out, double x)
{
  if (isfinite(x))
    fprintf(out, ",%.17g", x);
  else
    fputc(',', out);
}

static enum gv_status write_csv(const struct gv_simulation *sim, const char *path, struct gv_error *err)
{
  struct gv_new_file file;
  bool several = sim->count > 1;
  enum gv_status status = gv_file_begin(&file, path, err);
  if (status != GV_OK)
    return status;
  fprintf(file.stream, "%sround,error,bound%s\n", several ? "topology," : "",
          sim->followed != NULL ? ",tracking,limit" : "");
  for (int t = 0; t < sim->count; t++) {
    const struct gv_trace *trace = &sim->trace[t];
    for (uint64_t k = 0; trace->begun && k <= trace->rounds_done && !ferror(file.stream); k++) {
      if (several)
        put_name(file.stream, trace->topology);
      fprintf(file.stream, several ? ",%llu" : "%llu", (unsigned long long)k);
      put_number(file.stream, trace->error[k]);
      put_number(file.stream, trace->bound[k]);
      if (sim->followed != NULL) {
        put_number(file.stream, trace->tracking[k]);
        put_number(file.stream, trace->limit[k]);
      }
      fputc('\n', file.stream);
    }
  }
  return gv_file_commit(&file, err);
}

/* ---- the picture ---- */

/* Digits below this are rounding: 1e-16 of the largest first error. */
static double least(const struct gv_simulation *sim)
{
  double first = 0;
  for (int t = 0; t < sim->count; t++)
    first = fmax(first, sim->trace[t].begun ? sim->trace[t].error[0] : 0);
  return first > 0 ? 1e-16 * first : 1e-16;
}

/* Within a period the bound climbs from change to change: of every period its highest point, which is the last, as
 * a line instead of teeth. out: (rounds_done + 1). */
static void level(const struct gv_trace *trace, double *out)
{
  uint64_t period = (uint64_t)trace->spectrum.rounds;
  for (uint64_t k = 0; k <= trace->rounds_done; k++)
    out[k] = k == 0 || k % period == period - 1 ? trace->bound[k] : NAN;
}

static enum gv_status draw(const struct gv_simulation *sim, const char *path, struct gv_error *err)
{
  struct gv_chart_curve *curve = NULL;
  char title[160];
  size_t count = 0;
  bool follows = sim->followed != NULL;
  double *bounds = NULL;  /* (count, rounds + 1) */
  size_t room = (size_t)sim->rounds + 1;
  enum gv_status status = gv_alloc_for(&curve, 2 * (size_t)sim->count, sizeof *curve, "the curves", err);
  if (status == GV_OK)
    status = gv_alloc_for(&bounds, (size_t)sim->count * room, sizeof *bounds, "the curves", err);
  if (status != GV_OK) {
    gv_free(curve);
    return status;
  }
  for (int t = 0; t < sim->count; t++)
    if (sim->trace[t].begun && sim->trace[t].bounded && sim->trace[t].spectrum.rounds > 1)
      level(&sim->trace[t], bounds + (size_t)t * room);
  for (int thin = 0; thin < 2; thin++)
    for (int t = 0; t < sim->count; t++) {
      const struct gv_trace *trace = &sim->trace[t];
      bool teeth = trace->bounded && trace->spectrum.rounds > 1;
      const double *bound = teeth ? bounds + (size_t)t * room : trace->bound;
      if (trace->begun)
        curve[count++] = (struct gv_chart_curve){
            .title = !thin ? trace->topology : t > 0 ? NULL : follows ? "bound" : "bound, ρ^k",
            .y = thin ? bound : follows ? trace->tracking : trace->error,
            .count = (size_t)trace->rounds_done + 1, .colour = t, .thin = thin};
    }
  if (follows)
    snprintf(title, sizeof title, "Dynamic consensus of %d nodes, %.80s", sim->nodes,
             gv_options_text(sim->options, "signal"));
  else
    snprintf(title, sizeof title, "Average consensus of %d nodes", sim->nodes);
  const struct gv_chart chart = {
      .title = title, .x_label = "round k", .y_label = follows ? "‖x(k) − J z(k)‖" : "‖x(k) − J x(k)‖",
      .log_y = true, .y_least = least(sim), .curve = curve, .curves = count};
  status = gv_chart_draw(&chart, path, err);
  gv_free(bounds);
  gv_free(curve);
  return status;
}

enum gv_status gv_simulation_write(const struct gv_simulation *sim, struct gv_error *err)
{
  const char *csv = gv_options_text(sim->options, "csv"), *plot = gv_options_text(sim->options, "plot");
  enum gv_status status = *csv != '\0' ? write_csv(sim, csv, err) : GV_OK;
  return status == GV_OK && *plot != '\0' ? draw(sim, plot, err) : status;
}

/* ---- JSON ---- */

static json_t *shown_rounds(const struct gv_trace *trace)
{
  json_t *list = json_array();
  uint64_t k;
  for (int i = 0; (k = gv_simulation_shown(trace->rounds_done, i)) != UINT64_MAX; i++) {
    json_t *row = json_pack("{s:I,s:o,s:o}", "round", (json_int_t)k, "error", gv_json_number(trace->error[k]),
                            "bound", gv_json_number(trace->bound[k]));
    if (trace->tracking != NULL) {
      json_object_set_new(row, "tracking", gv_json_number(trace->tracking[k]));
      json_object_set_new(row, "limit", gv_json_number(trace->limit[k]));
    }
    json_array_append_new(list, row);
  }
  return list;
}

static json_t *trace_json(const struct gv_trace *trace)
{
  double none = NAN;
  return json_pack("{s:o,s:i,s:o,s:I,s:o,s:f,s:o}", "topology", gv_json_text(trace->topology), "period",
                   trace->schedule->period, "rho", gv_json_number(trace->bounded ? trace->spectrum.rho : none),
                   "rounds", (json_int_t)trace->rounds_done, "rounds_to_1e3",
                   trace->rounds_to_1e3 > 0 ? json_integer((json_int_t)trace->rounds_to_1e3) : json_null(),
                   "seconds", trace->seconds, "table", shown_rounds(trace));
}

char *gv_simulation_text(const struct gv_simulation *sim)
{
  json_t *list = json_array();
  const char *signal = gv_options_text(sim->options, "signal");
  for (int t = 0; t < sim->count; t++)
    if (sim->trace[t].begun)
      json_array_append_new(list, trace_json(&sim->trace[t]));
  json_t *all = json_pack("{s:i,s:i,s:I,s:o,s:o,s:i,s:o}", "nodes", sim->nodes, "dimension", sim->dimension,
                          "rounds", (json_int_t)sim->rounds, "init",
                          *signal != '\0' ? json_null() : gv_json_text(gv_options_text(sim->options, "init")),
                          "signal", *signal != '\0' ? gv_json_text(signal) : json_null(), "workers",
                          sim->workers, "topologies", list);
  return all != NULL ? gv_json_finish(all) : NULL;
}
