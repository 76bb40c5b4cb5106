/* The Base-(k+1) graph (Takezawa et al., NeurIPS 2023): at most k neighbours a round, and the product of the
 * matrices over one period is J for every number of nodes. */
#include "core/graph/topologies/drawn.h"
#include "core/graph/topologies/topologies.h"

static const struct gv_option options[] = {
    {.key = "k", .type = GV_OPTION_INT, .value = "1", .min = 1, .max = 1e6,
     .help = "largest number of neighbours in a round"},
    {.key = NULL},
};

enum { DIGITS = 32 };

/* n nodes first, first + stride, first + 2 stride, ... */
struct part {
  int first, stride, nodes;
};

/* factor (DIGITS) <- n as factors from 2 to k + 1, the largest possible ones, in ascending order. How many; -1 when
 * a larger prime divides n. */
static int factors_of(int n, int k, int *factor)
{
  int count = 0, descending[DIGITS];
  while (n > 1) {
    int f = k + 1 < n ? k + 1 : n;
    while (f > 1 && n % f != 0)
      f--;
    if (f <= 1)
      return -1;
    descending[count++] = f;
    n /= f;
  }
  for (int d = 0; d < count; d++)
    factor[d] = descending[count - 1 - d];
  return count;
}

/* Joins `count` nodes, `apart` from each other in the part, into a group with weights 1/count. */
static void join_group(struct part part, int first, int apart, int count, struct gv_edges *edges)
{
  for (int a = 0; a < count; a++)
    for (int b = a + 1; b < count; b++)
      gv_edges_join(edges, part.first + part.stride * (first + a * apart),
                    part.first + part.stride * (first + b * apart), 1.0 / count);
}

/* A round of the hyper-hypercube: nodes that differ in one mixed-radix digit only average. It begins again when all
 * digits have had their turn. */
static void draw_cube(struct part part, int k, int round, struct gv_edges *edges)
{
  int factor[DIGITS] = {0}, count = factors_of(part.nodes, k, factor), apart = 1;
  if (count < 1)
    return;  /* one node */
  for (int d = 0; d < round % count; d++)
    apart *= factor[d];
  int f = factor[round % count];
  for (int high = 0; high < part.nodes; high += apart * f)
    for (int low = 0; low < apart; low++)
      join_group(part, high + low, apart, f, edges);
}

/* n in base k + 1: block l has `times` sub-blocks of `size` = (k + 1)^power nodes each. */
struct block {
  int first, times, size, power;
};

static int blocks_of(int n, int k, struct block *block)
{
  int count = 0, first = 0, power = 0;
  int64_t size = 1;
  for (; size * (k + 1) <= n; power++)
    size *= k + 1;
  for (; n > first; size /= k + 1, power--) {
    int times = (n - first) / (int)size;
    if (times > 0)
      block[count++] = (struct block){.first = first, .times = times, .size = (int)size, .power = power};
    first += times * (int)size;
  }
  return count;
}

/* Rounds of the simple graph: the first block agrees, hears of the others once, and its sub-blocks agree. */
static int simple_length(int n, int k)
{
  int factor[DIGITS], length = factors_of(n, k, factor);
  struct block block[DIGITS];
  if (length >= 0)
    return length;
  blocks_of(n, k, block);
  return block[0].power + (block[0].times > 1) + 1 + block[0].power;
}

static struct part part_within(struct part part, int first, int nodes)
{
  return (struct part){.first = part.first + part.stride * first, .stride = part.stride, .nodes = nodes};
}

/* Every node of the later blocks links to one node of each sub-block of block l; the means of the sub-blocks and of
 * the later blocks are then that of all. Nodes without such a link average in groups. */
static void draw_links(struct part part, const struct block *l, int k, struct gv_edges *edges)
{
  int size = l->size, begin = l->first + l->times * size, later = part.nodes - begin;
  double weight = (double)size / (part.nodes - l->first);  /* |V_l|/(sum of those from l on)/times */
  for (int v = 0; v < later; v++)
    for (int a = 0; a < l->times; a++)
      gv_edges_join(edges, part.first + part.stride * (begin + v),
                    part.first + part.stride * (l->first + a * size + v), weight);
  for (int a = 0; a < l->times; a++)
    for (int v = later; v < size; v += k + 1)
      join_group(part, l->first + a * size + v, 1, size - v < k + 1 ? size - v : k + 1, edges);
}

static void draw_simple(struct part part, int k, int round, struct gv_edges *edges)
{
  struct block block[DIGITS];
  int factor[DIGITS];
  if (factors_of(part.nodes, k, factor) >= 0) {
    draw_cube(part, k, round, edges);
    return;
  }
  int count = blocks_of(part.nodes, k, block), together = block[0].power + (block[0].times > 1);
  for (int l = 0; l < count; l++) {
    int step = round - together - l;
    if (round < together)
      draw_cube(part_within(part, block[l].first, block[l].times * block[l].size), k, round, edges);
    else if (step == 0 && l < count - 1)
      draw_links(part, &block[l], k, edges);
    for (int a = 0; a < block[l].times && round >= together && step > 0; a++)
      draw_cube(part_within(part, block[l].first + a * block[l].size, block[l].size), k, step - 1, edges);
  }
}

/* The largest divisor of n made of primes up to k + 1. */
static int smooth_part(int n, int k)
{
  int rest = n;
  for (int p = 2; p <= k + 1 && p <= rest; p++)
    while (rest % p == 0)
      rest /= p;
  return n / rest;
}

/* The simple graph within groups and then a hyper-hypercube across them, or the simple graph of all, whichever is
 * shorter. How many groups. */
static int groups_of(const struct gv_topology_input *input, int *rounds_within, int *period)
{
  int n = input->nodes, k = (int)gv_options_int(input->options, "k"), factor[DIGITS];
  int groups = smooth_part(n, k), within = simple_length(n / groups, k), simple = simple_length(n, k);
  int across = factors_of(groups, k, factor);
  *rounds_within = within + across <= simple ? within : simple;
  *period = within + across <= simple ? within + across : simple;
  return within + across <= simple ? groups : 1;
}

static enum gv_status check(const struct gv_topology_input *input, struct gv_error *err)
{
  double k = (double)gv_options_int(input->options, "k"), n = input->nodes;
  return gv_draw_size("base", input->nodes, n * (k < n - 1 ? k : n - 1), err);
}

static int period(const struct gv_topology_input *input)
{
  int within, rounds;
  groups_of(input, &within, &rounds);
  return rounds > 0 ? rounds : 1;
}

static enum gv_status draw(const struct gv_topology_input *input, uint32_t round, struct gv_edges *edges,
                           struct gv_error *err)
{
  (void)err;
  int n = input->nodes, k = (int)gv_options_int(input->options, "k"), within, rounds;
  int groups = groups_of(input, &within, &rounds), each = n / groups;
  if ((int)round < within)
    for (int g = 0; g < groups; g++)
      draw_simple((struct part){.first = g * each, .stride = 1, .nodes = each}, k, (int)round, edges);
  else
    for (int i = 0; i < each; i++)
      draw_cube((struct part){.first = i, .stride = each, .nodes = groups}, k, (int)round - within, edges);
  return GV_OK;
}

const struct gv_topology gv_topology_base = {
    .named = {.name = "base", .summary = "at most k messages a round, and exact after one period for every n",
              .options = options},
    .weighting = GV_WEIGHTS_OWN,
    .law = {true, 0, 0},
    .check = check,
    .period = period,
    .draw = draw,
};
