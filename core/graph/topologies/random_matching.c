/* A uniformly random matching a round: all nodes in pairs; of an odd number one stays alone. */
#include "core/graph/topologies/drawn.h"
#include "core/graph/topologies/topologies.h"

static int period(const struct gv_topology_input *input)
{
  (void)input;
  return 0;
}

static enum gv_status draw(const struct gv_topology_input *input, uint32_t round, struct gv_edges *edges,
                           struct gv_error *err)
{
  (void)err;
  int32_t *order = edges->scratch;
  struct gv_stream stream;
  gv_draw_start(&stream, input, GV_FAMILY_RANDOM_MATCHING, 0, round);
  for (int i = 0; i < input->nodes; i++)
    order[i] = i;
  gv_stream_shuffle(&stream, order, (size_t)input->nodes);
  for (int i = 0; i + 1 < input->nodes; i += 2)
    gv_edges_join(edges, order[i], order[i + 1], 0);
  return GV_OK;
}

const struct gv_topology gv_topology_random_matching = {
    .named = {.name = "random-matching", .summary = "one message a round, random pairs, new in every round"},
    .weighting = GV_WEIGHTS_RULE,
    .law = {true, 0, 0},
    .period = period,
    .degree_max = 1,
    .draw = draw,
};
