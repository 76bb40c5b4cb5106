/* W(k) as a file: dense text for few nodes, Matrix Market for many. */
#include <inttypes.h>

#include "core/base/file.h"
#include "core/base/memory.h"
#include "core/graph/topology.h"
#include "core/graph/view.h"
#include "run/topology/topology.h"

enum { AVERAGE_MAX = 20000 };

static void write_dense(FILE *out, const struct gv_schedule *s, const struct gv_graph *graph)
{
  int n = s->nodes;
  for (int i = 0; i < n; i++) {
    int64_t e = graph != NULL ? graph->first[i] : 0;
    for (int j = 0; j < n; j++) {
      double weight = 0;
      if (graph == NULL)
        weight = 1.0 / n;
      else if (j == i)
        weight = graph->self[i];
      else if (e < graph->first[i + 1] && graph->from[e] == j)
        weight = graph->weight[e++];
      fprintf(out, "%s%.17g", j > 0 ? " " : "", weight);
    }
    fputc('\n', out);
  }
}

/* https://math.nist.gov/MatrixMarket/formats.html; indices from 1. */
static void write_sparse(FILE *out, const struct gv_schedule *s, const struct gv_graph *graph, uint64_t round)
{
  int n = s->nodes;
  int64_t own = 0;
  for (int i = 0; i < n; i++)
    own += graph == NULL || graph->self[i] != 0;
  int64_t entries = own + (graph != NULL ? graph->first[n] : (int64_t)n * (n - 1));
  fprintf(out, "%%%%MatrixMarket matrix coordinate real general\n");
  fprintf(out, "%% W(%" PRIu64 ") of %s: row i holds the weights on what node i receives\n", round,
          s->topology->named.name);
  fprintf(out, "%d %d %" PRId64 "\n", n, n, entries);
  for (int i = 0; i < n; i++) {
    if (graph == NULL) {
      for (int j = 0; j < n; j++)
        fprintf(out, "%d %d %.17g\n", i + 1, j + 1, 1.0 / n);
      continue;
    }
    bool placed = graph->self[i] == 0;
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++) {
      if (!placed && graph->from[e] > i) {
        fprintf(out, "%d %d %.17g\n", i + 1, i + 1, graph->self[i]);
        placed = true;
      }
      fprintf(out, "%d %d %.17g\n", i + 1, (int)graph->from[e] + 1, graph->weight[e]);
    }
    if (!placed)
      fprintf(out, "%d %d %.17g\n", i + 1, i + 1, graph->self[i]);
  }
}

enum gv_status gv_matrix_write(const struct gv_schedule *schedule, uint64_t round, const char *path,
                               struct gv_error *err)
{
  struct gv_view *view = NULL;
  struct gv_new_file file;
  if (schedule->average && schedule->nodes > AVERAGE_MAX)
    return gv_fail(err, GV_USAGE, "%s: W = J of %d nodes has as many entries as pairs, each 1/%d; at most %d nodes "
                   "are written", path, schedule->nodes, schedule->nodes, AVERAGE_MAX);
  enum gv_status status = schedule->average ? GV_OK : gv_view_create(schedule, &view, err);
  if (status == GV_OK)
    status = gv_file_begin(&file, path, err);
  if (status == GV_OK) {
    const struct gv_graph *graph = schedule->average ? NULL : gv_view_graph(view, round);
    if (schedule->nodes <= GV_MATRIX_DENSE)
      write_dense(file.stream, schedule, graph);
    else
      write_sparse(file.stream, schedule, graph, round);
    status = gv_file_commit(&file, err);
  }
  gv_view_destroy(view);
  return status;
}
