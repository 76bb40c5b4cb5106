/* graphs.h - for tests that walk the table of topologies: which of them take n nodes with their default options. */
#ifndef GV_TESTS_GRAPHS_H
#define GV_TESTS_GRAPHS_H

#include "core/graph/topology.h"
#include "tests/suite.h"

static inline bool takes_nodes(const struct gv_named *named, int nodes)
{
  const struct gv_topology *topology = (const struct gv_topology *)named;
  const struct gv_named *found;
  struct gv_options *options = NULL;
  assert_ok(gv_named_parse(&gv_topology_table, named->name, &found, &options, err));
  const struct gv_topology_input input = {.options = options, .nodes = nodes, .seed = 1};
  bool takes = topology->check == NULL || topology->check(&input, NULL) == GV_OK;
  gv_options_destroy(options);
  return takes;
}

#endif
