/* The page of runs: its frame, with data, pictures, style and script inline. */
#include "run/page/page.h"

#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "core/base/file.h"
#include "run/json.h"
#include "run/page/assets.h"
#include "run/page/parts.h"

enum { UNFINISHED_MAX = 8 };

void gv_page_put_text(FILE *out, const char *text)
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

/* Within <script>: no '<' of a text may end it. False without memory. */
static bool put_json(FILE *out, const json_t *data)
{
  char *text = gv_json_dump(data, JSON_COMPACT | JSON_REAL_PRECISION(7));
  bool there = text != NULL;
  for (const char *c = text; c != NULL && *c != '\0'; c++)
    if (*c == '<')
      fputs("\\u003c", out);
    else
      fputc(*c, out);
  free(text);
  return there;
}

/* ---- the head ---- */

static void put_head(FILE *out, const char *title)
{
  fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>", out);
  gv_page_put_text(out, title);
  fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", page_css);
  gv_page_put_text(out, title);
  fputs("</h1>\n", out);
}

/* Runs that did not come to their end, one a line. */
static void put_unfinished(FILE *out, const struct gv_groups *groups, size_t count)
{
  size_t said = 0;
  char state[120];
  fputs("<ul class=\"unfinished\">\n", out);
  for (size_t r = 0; r < groups->count && said < UNFINISHED_MAX; r++) {
    const struct gv_shown_run *run = &groups->runs[r];
    if (gv_shown_is_finished(run))
      continue;
    fputs("<li>", out);
    gv_page_put_text(out, run->folder);
    fprintf(out, ": %s</li>\n", gv_page_state(run, state, sizeof state));
    said++;
  }
  if (count > said)
    fprintf(out, "<li>and %zu more</li>\n", count - said);
  fputs("</ul>\n<p class=\"sub\">One that is not running now goes on by <code>grapevine train --resume FOLDER"
        "</code>, or, of a study, by the command that began it.</p>\n", out);
}

static void put_counts(FILE *out, const struct gv_groups *groups)
{
  size_t unfinished = 0;
  for (size_t r = 0; r < groups->count; r++)
    unfinished += !gv_shown_is_finished(&groups->runs[r]);
  fprintf(out, "<p class=\"sub\">%zu run%s", groups->count, groups->count == 1 ? "" : "s");
  if (groups->groups > 1)
    fprintf(out, " in %zu groups%s", groups->groups,
            groups->count > groups->groups ? ", those that differ in the seed alone together" : "");
  if (unfinished > 0 && groups->count > 1)
    fprintf(out, "; %zu of them not finished", unfinished);
  if (groups->skipped > 0)
    fprintf(out, "; %zu more %s not begun", groups->skipped, groups->skipped == 1 ? "has" : "have");
  fprintf(out, ". Grapevine %s</p>\n", PACKAGE_VERSION);
  if (unfinished > 0)
    put_unfinished(out, groups, unfinished);
}

/* ---- the page ---- */

static enum gv_status no_memory(struct gv_error *err)
{
  return gv_fail(err, GV_MEMORY, "no memory for the page");
}

static enum gv_status put_page(FILE *out, const struct gv_groups *groups, struct gv_error *err)
{
  json_t *data = gv_page_data(groups);
  if (data == NULL)
    return no_memory(err);
  put_head(out, *groups->title != '\0' ? groups->title : "runs");
  put_counts(out, groups);
  fputs("<noscript><p>Table and curves are drawn by the page's script, which this browser does not run.</p>"
        "</noscript>\n<h2>Results</h2>\n<div id=\"table\"></div>\n<h2>Curves</h2>\n<div id=\"chart\"></div>\n"
        "<h2>Topology</h2>\n<div class=\"graphs\">\n", out);
  gv_page_put_graphs(out, groups);
  fputs("</div>\n", out);
  fprintf(out, "<h2>%s</h2>\n<div id=\"run\"></div>\n<h3>Data of its nodes</h3>\n<div id=\"split\"></div>\n"
          "<h3>Options</h3>\n<details id=\"options\"><summary>all options of the run</summary></details>\n"
          "<script id=\"data\" type=\"application/json\">", groups->count == 1 ? "The run" : "One of the runs");
  bool whole = put_json(out, data);
  json_decref(data);
  if (!whole)
    return no_memory(err);
  fprintf(out, "</script>\n<script>\n'use strict';\n(function () {\n%s%s%s%s})();\n</script>\n</body>\n</html>\n",
          base_js, chart_js, table_js, run_js);
  return GV_OK;
}

enum gv_status gv_page_write(const struct gv_groups *groups, const char *path, struct gv_error *err)
{
  struct gv_new_file file;
  enum gv_status status = gv_file_begin(&file, path, err);
  if (status != GV_OK)
    return status;
  status = put_page(file.stream, groups, err);
  if (status != GV_OK) {
    gv_file_abandon(&file);
    return status;
  }
  return gv_file_commit(&file, err);
}
