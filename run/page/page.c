/* The page of runs: its data as JSON, its pictures inline, its style and script from the files beside this one. */
#include "run/page/page.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <grapevine/grapevine.h>

#include "config.h"
#include "core/base/file.h"
#include "core/base/option.h"
#include "core/base/paths.h"
#include "core/graph/schedule.h"
#include "run/json.h"
#include "run/page/assets.h"
#include "run/plot/curves.h"
#include "run/topology/topology.h"

enum { GRAPHS_MAX = 6, GRAPH_NODES = 64 };

/* ---- data ---- */

/* Figures of metrics.csv that a page can show, and what they may stand over. */
static const char *const wanted[] = {
    "test_accuracy", "test_loss", "train_loss", "objective", "consensus_distance", "node_accuracy_min",
    "gradient_norm", "gradient_dissimilarity", "learning_rate", "epoch", "round", "seconds", "simulated_seconds",
    "bytes"};

/* An object for each group, without columns yet. */
static json_t *group_list(const struct gv_groups *groups)
{
  json_t *list = json_array();
  for (size_t g = 0; g < groups->groups; g++)
    json_array_append_new(list, json_pack("{s:o, s:{}}", "label", gv_json_text(groups->label[g]), "columns"));
  return list;
}

/* A column by rounds, for every group. */
static bool add_column(const struct gv_groups *groups, const char *name, json_t *list)
{
  struct gv_curves curves;
  struct gv_error none;
  if (gv_curves_make(groups, "round", name, 0, &curves, &none) != GV_OK) {
    gv_curves_clear(&curves);
    return false;  /* the runs have it not */
  }
  json_t *all = gv_curves_json(groups, &curves);
  for (size_t g = 0; g < groups->groups; g++) {
    const json_t *from = json_array_get(json_object_get(all, "groups"), g);
    json_object_set_new(json_object_get(json_array_get(list, g), "columns"), name,
                        json_pack("{s:O, s:O, s:O}", "round", json_object_get(from, "x"), "mean",
                                  json_object_get(from, "mean"), "std", json_object_get(from, "std")));
  }
  json_decref(all);
  gv_curves_clear(&curves);
  return true;
}

static json_t *options_of(const struct gv_shown_run *run)
{
  json_t *list = json_array();
  for (const struct gv_option *row = gv_run_options(); row->key != NULL; row++) {
    const char *value = gv_shown_option(run, row->key);
    if (value != NULL)
      json_array_append_new(list, json_pack("{s:s, s:o, s:s}", "key", row->key, "value", gv_json_text(value),
                                            "standard", row->value));
  }
  return list;
}

static json_t *read_split(const struct gv_shown_run *run)
{
  char *path = gv_path_join(run->folder, "split.json");
  json_t *split = path != NULL ? json_load_file(path, 0, NULL) : NULL;
  free(path);
  return split != NULL ? split : json_null();
}

static json_t *data_of(const struct gv_groups *groups)
{
  json_t *list = group_list(groups), *columns = json_array(), *keys = json_array(), *runs = json_array();
  for (size_t w = 0; w < sizeof wanted / sizeof wanted[0]; w++)
    if (add_column(groups, wanted[w], list))
      json_array_append_new(columns, json_string(wanted[w]));
  for (size_t k = 0; k < groups->varied; k++)
    json_array_append_new(keys, gv_json_text(groups->keys[k]));
  for (size_t r = 0; r < groups->count; r++) {
    const struct gv_shown_run *run = &groups->runs[r];
    json_array_append_new(runs, json_pack("{s:i, s:o, s:O}", "group", (int)run->group, "folder",
                                          gv_json_text(run->folder), "summary",
                                          run->summary != NULL ? run->summary : json_null()));
    if (run->summary == NULL)
      json_object_set_new(json_array_get(runs, r), "summary", json_object());
  }
  return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "groups", list, "columns", columns, "keys", keys, "runs", runs,
                   "options", options_of(&groups->runs[0]), "split", read_split(&groups->runs[0]));
}

/* ---- writing ---- */

static void put_text(FILE *out, const char *text)
{
  for (; *text != '\0'; text++)
    switch (*text) {
    case '<': fputs("&lt;", out); break;
    case '>': fputs("&gt;", out); break;
    case '&': fputs("&amp;", out); break;
    case '"': fputs("&quot;", out); break;
    default: fputc(*text, out);
    }
}

/* Within <script>: no '<' of a text may end it. */
static void put_json(FILE *out, const json_t *data)
{
  char *text = json_dumps(data, JSON_COMPACT | JSON_REAL_PRECISION(7));
  for (const char *c = text; c != NULL && *c != '\0'; c++)
    if (*c == '<')
      fputs("\\u003c", out);
    else
      fputc(*c, out);
  free(text);
}

/* The drawing of an SVG file, without what stands before it. */
static bool put_svg(FILE *out, const char *path)
{
  char line[8192];
  bool inside = false;
  FILE *file = fopen(path, "re");
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    const char *begin = inside ? line : strstr(line, "<svg");
    if (begin != NULL)
      fputs(begin, out);
    inside |= begin != NULL;
  }
  if (file != NULL)
    fclose(file);
  return inside;
}

static enum gv_status draw_graph(FILE *out, const struct gv_shown_run *run, const char *folder,
                                 struct gv_error *err)
{
  struct gv_schedule *schedule = NULL;
  const char *topology = gv_shown_option(run, "topology"), *nodes = gv_shown_option(run, "nodes");
  const char *seed = gv_shown_option(run, "seed");
  if (topology == NULL || nodes == NULL || atoi(nodes) > GRAPH_NODES || atoi(nodes) < 2)
    return GV_OK;
  char path[128];
  snprintf(path, sizeof path, "%s/graph.svg", folder);
  enum gv_status status =
      gv_schedule_create(topology, NULL, atoi(nodes), seed != NULL ? strtoull(seed, NULL, 10) : 1, &schedule, err);
  if (status == GV_OK)
    status = gv_draw(schedule, -1, path, err);
  gv_schedule_destroy(schedule);
  if (status != GV_OK)
    return status;
  fputs("<figure class=\"graph\">", out);
  put_svg(out, path);  /* titled by itself */
  fputs("</figure>\n", out);
  (void)unlink(path);
  return GV_OK;
}

/* The different topologies of the runs, as far as there are few and small ones. */
static void put_graphs(FILE *out, const struct gv_groups *groups)
{
  char folder[] = "/tmp/grapevine-page-XXXXXX";
  struct gv_error why = {GV_OK, ""};
  int drawn = 0;
  if (mkdtemp(folder) == NULL)
    return;
  for (size_t r = 0; r < groups->count && drawn < GRAPHS_MAX && why.status == GV_OK; r++) {
    bool new = true;
    for (size_t o = 0; o < r && new; o++) {
      const char *keys[] = {"topology", "nodes"};
      bool same = true;
      for (int k = 0; k < 2; k++) {
        const char *a = gv_shown_option(&groups->runs[o], keys[k]), *b = gv_shown_option(&groups->runs[r], keys[k]);
        same = same && a != NULL && b != NULL && strcmp(a, b) == 0;
      }
      new = !same;
    }
    if (new) {
      (void)draw_graph(out, &groups->runs[r], folder, &why);
      drawn++;
    }
  }
  (void)rmdir(folder);
  if (why.status != GV_OK) {
    const char *text = strstr(why.text, ": ");
    fputs("<p class=\"sub\">No picture of the topology: ", out);
    put_text(out, text != NULL ? text + 2 : why.text);
    fputs("</p>\n", out);
  }
}

static void put_page(FILE *out, const struct gv_groups *groups)
{
  const char *title = *groups->title != '\0' ? groups->title : "runs";
  fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>", out);
  put_text(out, title);
  fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", page_css);
  put_text(out, title);
  fprintf(out, "</h1>\n<p class=\"sub\">%zu run%s", groups->count, groups->count == 1 ? "" : "s");
  if (groups->groups > 1)
    fprintf(out, " in %zu groups", groups->groups);
  if (groups->skipped > 0)
    fprintf(out, "; %zu more have not begun", groups->skipped);
  fprintf(out, ". Grapevine %s</p>\n", PACKAGE_VERSION);
  fputs("<div id=\"table\" class=\"scroll\"></div>\n<h2>Curves</h2>\n<div id=\"chart\"></div>\n"
        "<h2>Topology</h2>\n", out);
  put_graphs(out, groups);
  fputs("<h2>Data of the nodes</h2>\n<div id=\"split\" class=\"scroll\"></div>\n"
        "<details><summary>Configuration</summary><div id=\"configuration\" class=\"scroll\"></div></details>\n"
        "<script id=\"data\" type=\"application/json\">", out);
  json_t *data = data_of(groups);
  put_json(out, data);
  json_decref(data);
  fprintf(out, "</script>\n<script>\n%s</script>\n</body>\n</html>\n", page_js);
}

enum gv_status gv_page_write(const struct gv_groups *groups, const char *path, struct gv_error *err)
{
  struct gv_new_file file;
  enum gv_status status = gv_file_begin(&file, path, err);
  if (status != GV_OK)
    return status;
  put_page(file.stream, groups);
  return gv_file_commit(&file, err);
}
