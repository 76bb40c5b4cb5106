/* The table of topologies. A new one: its file, a line here, a line in topologies.h and in local.mk. */
#include "core/graph/topologies/topologies.h"

static const struct gv_named *const entries[] = {
    &gv_topology_one_peer_exponential.named,
    &gv_topology_exponential.named,
    &gv_topology_ring.named,
    &gv_topology_line.named,
    &gv_topology_star.named,
    &gv_topology_grid.named,
    &gv_topology_torus.named,
    &gv_topology_hypercube.named,
    &gv_topology_erdos_renyi.named,
    &gv_topology_geometric.named,
    &gv_topology_random_regular.named,
    &gv_topology_equi_static.named,
    &gv_topology_equi_static_undirected.named,
    &gv_topology_full.named,
    &gv_topology_one_peer_ring.named,
    &gv_topology_random_matching.named,
    &gv_topology_equi_dyn.named,
    &gv_topology_equi_dyn_undirected.named,
    &gv_topology_base.named,
    &gv_topology_file.named,
    NULL,
};

const struct gv_table gv_topology_table = {
    .kind = "topology",
    .summary = "who receives from whom in each round",
    .entries = entries,
};
