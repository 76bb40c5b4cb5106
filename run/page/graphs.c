/* The pictures of the topologies, drawn by Graphviz, inline. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/option.h"
#include "core/base/paths.h"
#include "core/graph/schedule.h"
#include "run/page/parts.h"
#include "run/run.h"
#include "run/topology/topology.h"

enum { GRAPHS_MAX = 6, GRAPH_NODES = 64 };

/* The drawing of an SVG file, without what stands before it. */
static void put_svg(FILE *out, FILE *picture)
{
  char line[8192];
  bool inside = false;
  while (fgets(line, sizeof line, picture) != NULL) {
    const char *begin = inside ? line : strstr(line, "<svg");
    if (begin != NULL)
      fputs(begin, out);
    inside |= begin != NULL;
  }
}

/* The rule that was asked for; NULL: none was, and topologies that have weights of their own refuse any. */
static const char *weights_of(const struct gv_shown_run *run)
{
  const char *weights = gv_shown_value(run, "weights");
  return strcmp(weights, gv_option_find(gv_run_options(), "weights")->value) != 0 ? weights : NULL;
}

/* *picture <- the file at path, which is to be closed. */
static enum gv_status draw(const struct gv_shown_run *run, const char *path, FILE **picture, struct gv_error *err)
{
  struct gv_schedule *schedule = NULL;
  const char *topology = gv_shown_value(run, "topology");
  int nodes = (int)gv_whole_number(gv_shown_value(run, "nodes"), 0);
  uint64_t seed = (uint64_t)gv_whole_number(gv_shown_value(run, "seed"), 0);
  enum gv_status status = gv_schedule_create(topology, weights_of(run), nodes, seed, &schedule, err);
  if (status != GV_OK)  /* some are for push-sum alone */
    status = gv_schedule_create_shares(topology, nodes, seed, &schedule, err);
  if (status == GV_OK)
    status = gv_draw(schedule, -1, false, path, err);
  gv_schedule_destroy(schedule);
  *picture = status == GV_OK ? fopen(path, "re") : NULL;
  if (status == GV_OK && *picture == NULL)
    status = gv_fail(err, GV_SYSTEM, "the picture cannot be read: %s", strerror(errno));
  return status;
}

static void put_graph(FILE *out, const struct gv_shown_run *run, const char *path)
{
  struct gv_error why = {GV_OK, ""};
  FILE *picture;
  const char *weights = weights_of(run);
  int64_t nodes = gv_whole_number(gv_shown_value(run, "nodes"), 0);
  fputs("<figure class=\"graph\"><figcaption>", out);
  gv_page_put_text(out, gv_shown_value(run, "topology"));
  fprintf(out, ", %lld node%s", (long long)nodes, nodes == 1 ? "" : "s");
  if (weights != NULL) {
    fputs(", weights ", out);
    gv_page_put_text(out, weights);
  }
  fputs("</figcaption>\n", out);
  if (nodes < 2 || nodes > GRAPH_NODES) {
    fprintf(out, "<p>not drawn: 2 to %d nodes are told apart here; <code>grapevine topology --draw</code> draws "
            "more</p>", GRAPH_NODES);
  } else if (draw(run, path, &picture, &why) == GV_OK) {
    put_svg(out, picture);
    fclose(picture);
  } else {
    fputs("<p>not drawn: ", out);
    gv_page_put_text(out, why.text);
    fputs("</p>", out);
  }
  fputs("</figure>\n", out);
  (void)unlink(path);
}

static bool same_graph(const struct gv_shown_run *a, const struct gv_shown_run *b)
{
  static const char *const keys[] = {"topology", "nodes", "weights"};
  bool same = true;
  for (size_t k = 0; k < sizeof keys / sizeof keys[0] && same; k++)
    same = gv_option_same(gv_option_find(gv_run_options(), keys[k]), gv_shown_value(a, keys[k]),
                          gv_shown_value(b, keys[k]));
  return same;
}

/* A run of each different graph, at most GRAPHS_MAX; returns how many there are. */
static size_t choose(const struct gv_groups *groups, const struct gv_shown_run *chosen[GRAPHS_MAX])
{
  size_t count = 0;
  for (size_t r = 0; r < groups->count; r++) {
    bool new = true;
    for (size_t o = 0; o < count && o < GRAPHS_MAX && new; o++)
      new = !same_graph(chosen[o], &groups->runs[r]);
    if (new && count < GRAPHS_MAX)
      chosen[count] = &groups->runs[r];
    count += new;
    if (count > GRAPHS_MAX)
      break;
  }
  return count;
}

static void put_reason(FILE *out, const char *text)
{
  fputs("<p class=\"sub\">No picture of the topology: ", out);
  gv_page_put_text(out, text);
  fputs("</p>\n", out);
}

void gv_page_put_graphs(FILE *out, const struct gv_groups *groups)
{
  const struct gv_shown_run *chosen[GRAPHS_MAX];
  struct gv_error why = {GV_OK, ""};
  size_t count = choose(groups, chosen);
  char *folder = gv_path_temporary("grapevine-page-XXXXXX"), *path = NULL;
  if (gv_draw_check("graph.svg", GRAPH_NODES, &why) != GV_OK) {
    const char *text = strstr(why.text, ": ");  /* behind the file's name */
    put_reason(out, text != NULL ? text + 2 : why.text);
  } else if (folder == NULL || mkdtemp(folder) == NULL) {
    put_reason(out, "no temporary folder can be made; TMPDIR says where");
  } else if ((path = gv_path_join(folder, "graph.svg")) == NULL) {
    put_reason(out, "no memory for the name of a file");
    (void)rmdir(folder);
  } else {
    for (size_t g = 0; g < count && g < GRAPHS_MAX; g++)
      put_graph(out, chosen[g], path);
    fputs("<p class=\"sub\">A line is an edge: both ends average with each other, or, with an arrow, its head "
          "receives from its tail. A random graph is that of its first run&#39;s seed.", out);
    fputs(count > GRAPHS_MAX ? " The runs have more topologies; these are the first.</p>\n" : "</p>\n", out);
    (void)rmdir(folder);
  }
  free(path);
  free(folder);
}
