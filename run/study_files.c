/* What a consensus study leaves: CSV, a picture, JSON. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/memory.h"
#include "run/gnuplot.h"
#include "run/json.h"
#include "run/study.h"

uint64_t gv_study_shown(uint64_t rounds, int i)
{
  static const uint64_t steps[] = {1, 2, 5};
  uint64_t shown = i == 0 ? 0 : steps[(i - 1) % 3];
  for (int k = 0; k < (i - 1) / 3; k++)
    shown *= 10;
  if (shown < rounds)
    return shown;
  if (i == 0)
    return 0;
  uint64_t before = gv_study_shown(rounds, i - 1);  /* rounds itself ends the list, once */
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

static enum gv_status write_csv(const struct gv_study *study, const char *path, struct gv_error *err)
{
  struct gv_new_file file;
  bool several = study->count > 1;
  enum gv_status status = gv_file_begin(&file, path, err);
  if (status != GV_OK)
    return status;
  fprintf(file.stream, "%sround,error,bound%s\n", several ? "topology," : "",
          study->followed != NULL ? ",tracking,limit" : "");
  for (int t = 0; t < study->count; t++) {
    const struct gv_trace *trace = &study->trace[t];
    for (uint64_t k = 0; trace->begun && k <= trace->rounds_done && !ferror(file.stream); k++) {
      if (several)
        put_name(file.stream, trace->topology);
      fprintf(file.stream, several ? ",%llu" : "%llu", (unsigned long long)k);
      put_number(file.stream, trace->error[k]);
      put_number(file.stream, trace->bound[k]);
      if (study->followed != NULL) {
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
static double least(const struct gv_study *study)
{
  double first = 0;
  for (int t = 0; t < study->count; t++)
    first = fmax(first, study->trace[t].begun ? study->trace[t].error[0] : 0);
  return first > 0 ? 1e-16 * first : 1e-16;
}

static enum gv_status draw(const struct gv_study *study, const char *path, struct gv_error *err)
{
  struct gv_curve *curve = NULL;
  char title[160];
  size_t count = 0;
  bool follows = study->followed != NULL;
  enum gv_status status = gv_alloc_for(&curve, 2 * (size_t)study->count, sizeof *curve, "the curves", err);
  if (status != GV_OK)
    return status;
  for (int thin = 0; thin < 2; thin++)
    for (int t = 0; t < study->count; t++) {
      const struct gv_trace *trace = &study->trace[t];
      if (trace->begun)
        curve[count++] = (struct gv_curve){
            .title = !thin ? trace->topology : t > 0 ? NULL : follows ? "bound, to e/(1 − ρ)" : "bound, ρ^k",
            .y = thin ? trace->bound : follows ? trace->tracking : trace->error,
            .count = (size_t)trace->rounds_done + 1, .colour = t, .thin = thin};
    }
  if (follows)
    snprintf(title, sizeof title, "Dynamic average consensus of %d nodes, %.80s", study->nodes,
             gv_options_text(study->options, "signal"));
  else
    snprintf(title, sizeof title, "Average consensus of %d nodes", study->nodes);
  const struct gv_picture picture = {
      .title = title, .x_label = "round k", .y_label = follows ? "‖x(k) − J z(k)‖" : "‖x(k) − J x(k)‖",
      .log_y = true, .y_least = least(study), .curve = curve, .curves = count};
  status = gv_picture_draw(&picture, path, err);
  gv_free(curve);
  return status;
}

enum gv_status gv_study_write(const struct gv_study *study, struct gv_error *err)
{
  const char *csv = gv_options_text(study->options, "csv"), *plot = gv_options_text(study->options, "plot");
  enum gv_status status = *csv != '\0' ? write_csv(study, csv, err) : GV_OK;
  return status == GV_OK && *plot != '\0' ? draw(study, plot, err) : status;
}

/* ---- JSON ---- */

static json_t *shown_rounds(const struct gv_trace *trace)
{
  json_t *list = json_array();
  uint64_t k;
  for (int i = 0; (k = gv_study_shown(trace->rounds_done, i)) != UINT64_MAX; i++) {
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

char *gv_study_text(const struct gv_study *study)
{
  json_t *list = json_array();
  const char *signal = gv_options_text(study->options, "signal");
  for (int t = 0; t < study->count; t++)
    if (study->trace[t].begun)
      json_array_append_new(list, trace_json(&study->trace[t]));
  json_t *all = json_pack("{s:i,s:i,s:I,s:o,s:o,s:i,s:o}", "nodes", study->nodes, "dimension", study->dimension,
                          "rounds", (json_int_t)study->rounds, "init",
                          *signal != '\0' ? json_null() : gv_json_text(gv_options_text(study->options, "init")),
                          "signal", *signal != '\0' ? gv_json_text(signal) : json_null(), "workers",
                          study->workers, "topologies", list);
  return all != NULL ? gv_json_finish(all) : NULL;
}
