/* A topology from a file: edges that a weight rule weights, or a whole W. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/graph/topologies/edge_file.h"
#include "core/graph/topologies/topologies.h"

static const double tolerance = 1e-6;

static const struct gv_option options[] = {
    {.key = "path", .type = GV_OPTION_TEXT, .value = "",
     .help = "edge list, 'i j' or 'i j weight' a line, nodes from 0; or a Matrix Market file"},
    {.key = "directed", .type = GV_OPTION_CHOICE, .value = "auto", .words = "auto|yes|no",
     .help = "yes: in a line i j, i receives from j alone; auto: only for Matrix Market's general"},
    {.key = NULL},
};

static enum gv_status check(const struct gv_topology_input *input, struct gv_error *err)
{
  if (gv_options_text(input->options, "path")[0] != '\0')
    return GV_OK;
  return gv_fail(err, GV_USAGE, "topology file: no path; write file:path=FILE");
}

static int in_order(const void *a, const void *b)
{
  const struct gv_entry *x = a, *y = b;
  if (x->to != y->to)
    return x->to < y->to ? -1 : 1;
  if (x->from != y->from)
    return x->from < y->from ? -1 : 1;
  return (x->line > y->line) - (x->line < y->line);
}

/* A node by the number it has in the file, for an error line. */
static int number_of(const struct gv_edge_file *file, int32_t node)
{
  return node + (file->market ? 1 : 0);
}

/* Whether a line stands for both directions. */
static enum gv_status both_ways(const struct gv_topology_input *input, const struct gv_edge_file *file, bool *both,
                                struct gv_error *err)
{
  const char *directed = gv_options_text(input->options, "directed");
  bool yes = strcmp(directed, "yes") == 0, no = strcmp(directed, "no") == 0;
  if (yes && file->symmetric)
    return gv_fail(err, GV_USAGE, "topology file: directed=yes, and the banner of %s says symmetric; accepted for "
                   "it: auto and no", gv_options_text(input->options, "path"));
  *both = file->symmetric || no || (!yes && !file->market);
  return GV_OK;
}

/* Entries for the directions that the lines do not say. */
static enum gv_status mirror(struct gv_edge_file *file, struct gv_error *err)
{
  struct gv_entry *all = NULL;
  enum gv_status status = gv_alloc_for(&all, 2 * file->count + 1, sizeof *all, "the topology's file", err);
  if (status != GV_OK)
    return status;
  size_t count = 0;
  for (size_t e = 0; e < file->count; e++) {
    struct gv_entry entry = file->entry[e];
    all[count++] = entry;
    if (entry.to != entry.from)
      all[count++] = (struct gv_entry){entry.from, entry.to, entry.line, entry.weight};
  }
  gv_free(file->entry);
  file->entry = all;
  file->count = file->room = count;
  return GV_OK;
}

/* Sorts by row and column; an entry that is there twice stays once. A weight of 0 is no edge. */
static enum gv_status tidy(struct gv_edge_file *file, const char *path, struct gv_error *err)
{
  size_t kept = 0;
  if (file->count > 1)
    qsort(file->entry, file->count, sizeof *file->entry, in_order);
  for (size_t e = 0; e < file->count; e++) {
    const struct gv_entry *here = &file->entry[e], *last = e > 0 ? &file->entry[kept - 1] : NULL;
    if (last == NULL || last->to != here->to || last->from != here->from)
      file->entry[kept++] = *here;
    else if (file->weighted && last->weight != here->weight)
      return gv_fail(err, GV_INPUT, "topology file: %s, line %lld: node %d puts weight %g on node %d, and in line "
                     "%lld %g", path, (long long)here->line, number_of(file, here->to), here->weight,
                     number_of(file, here->from), (long long)last->line, last->weight);
  }
  file->count = kept;
  kept = 0;
  for (size_t e = 0; e < file->count; e++)
    if (!file->weighted || file->entry[e].weight != 0)
      file->entry[kept++] = file->entry[e];
  file->count = kept;
  return GV_OK;
}

/* The tidy file's entry, or NULL. */
static struct gv_entry *entry_at(const struct gv_edge_file *file, int32_t to, int32_t from)
{
  const struct gv_entry wanted = {.to = to, .from = from};
  size_t low = 0, high = file->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (in_order(&file->entry[middle], &wanted) < 0)  /* lines count from 1, so the wanted one is before its like */
      low = middle + 1;
    else
      high = middle;
  }
  struct gv_entry *here = &file->entry[low];
  return low < file->count && here->to == to && here->from == from ? here : NULL;
}

/* Whether every edge has its like in the other direction. */
static bool is_undirected(const struct gv_edge_file *file)
{
  for (size_t e = 0; e < file->count; e++) {
    const struct gv_entry *entry = &file->entry[e], *back = entry_at(file, entry->from, entry->to);
    if (back == NULL || (file->weighted && fabs(back->weight - entry->weight) > tolerance))
      return false;
  }
  return true;
}

/* The two directions of an edge differ by the digits they were written with; W is to be symmetric to the bit. */
static void even_out(const struct gv_edge_file *file)
{
  for (size_t e = 0; e < file->count; e++) {
    struct gv_entry *entry = &file->entry[e], *back = entry_at(file, entry->from, entry->to);
    if (entry->to < entry->from)
      entry->weight = back->weight = (entry->weight + back->weight) / 2;
  }
}

/* Whether rows are given with the nodes' own weights. */
static bool has_own(const struct gv_edge_file *file)
{
  bool own = file->market;
  for (size_t e = 0; e < file->count && !own; e++)
    own = file->entry[e].to == file->entry[e].from;
  return own;
}

/* Rows sum to 1. Where they are not whole, a node's own weight is what the others leave. */
static enum gv_status check_rows(const struct gv_edge_file *file, bool whole, int nodes, const char *path,
                                 struct gv_error *err)
{
  size_t e = 0;
  for (int i = 0; i < nodes; i++) {
    double sum = 0;
    int64_t line = 0;
    for (; e < file->count && file->entry[e].to == i; e++) {
      sum += file->entry[e].weight;
      line = file->entry[e].line > line ? file->entry[e].line : line;
    }
    if (sum <= 1 + tolerance && (!whole || sum >= 1 - tolerance))
      continue;
    char where[40] = "";
    if (line > 0)
      snprintf(where, sizeof where, ", line %lld", (long long)line);
    return gv_fail(err, GV_INPUT, "topology file: %s%s: the weights of node %d sum to %.9g; accepted: %s", path,
                   where, number_of(file, i), sum,
                   whole ? "1, the node's own included" : "up to 1, the rest being the node's own");
  }
  return GV_OK;
}

/* Weights below 0, as the fastest ones of some graphs, are for a W that is symmetric; whether it agrees is found of
 * the whole of it, as the schedule is checked. */
static enum gv_status check_signs(const struct gv_edge_file *file, const char *path, struct gv_error *err)
{
  for (size_t e = 0; e < file->count; e++) {
    const struct gv_entry *entry = &file->entry[e];
    if (entry->weight < 0)
      return gv_fail(err, GV_INPUT, "topology file: %s, line %lld: node %d puts weight %g on node %d; accepted: 0 "
                     "or above where W is not symmetric", path, (long long)entry->line, number_of(file, entry->to),
                     entry->weight, number_of(file, entry->from));
  }
  return GV_OK;
}

static enum gv_status add_edges(const struct gv_topology_input *input, struct gv_edge_file *file,
                                struct gv_edges *edges, struct gv_error *err)
{
  const char *path = gv_options_text(input->options, "path");
  bool both = false, whole = has_own(file);
  enum gv_status status = both_ways(input, file, &both, err);
  if (status == GV_OK && both)
    status = mirror(file, err);
  if (status == GV_OK)
    status = tidy(file, path, err);
  edges->directed = status == GV_OK && !is_undirected(file);
  if (status == GV_OK && file->weighted && edges->directed)
    status = check_signs(file, path, err);
  if (status == GV_OK && file->weighted)
    status = check_rows(file, whole, input->nodes, path, err);
  if (status != GV_OK)
    return status;
  if (file->weighted && !edges->directed)
    even_out(file);
  edges->weighting = file->weighted ? GV_WEIGHTS_OWN : edges->directed ? GV_WEIGHTS_UNIFORM : GV_WEIGHTS_RULE;
  for (size_t e = 0; e < file->count; e++)
    if (file->entry[e].to != file->entry[e].from)
      gv_edges_add(edges, file->entry[e].to, file->entry[e].from, file->entry[e].weight);
  return GV_OK;
}

static enum gv_status draw(const struct gv_topology_input *input, uint32_t round, struct gv_edges *edges,
                           struct gv_error *err)
{
  (void)round;
  struct gv_edge_file file = {0};
  enum gv_status status = gv_edge_file_read(gv_options_text(input->options, "path"), input->nodes, &file, err);
  if (status == GV_OK)
    status = add_edges(input, &file, edges, err);
  gv_edge_file_destroy(&file);
  return status;
}

const struct gv_topology gv_topology_file = {
    .named = {.name = "file", .summary = "edges, or a whole W, from an edge list or a Matrix Market file",
              .options = options},
    .weighting = GV_WEIGHTS_RULE,
    .check = check,
    .draw = draw,
};
