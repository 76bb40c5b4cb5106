/* topologies.h - the descriptors behind gv_topology_table, one file each. */
#ifndef GV_GRAPH_TOPOLOGIES_H
#define GV_GRAPH_TOPOLOGIES_H

#include "core/graph/topology.h"

extern const struct gv_topology gv_topology_exponential;
extern const struct gv_topology gv_topology_full;
extern const struct gv_topology gv_topology_grid;
extern const struct gv_topology gv_topology_hypercube;
extern const struct gv_topology gv_topology_line;
extern const struct gv_topology gv_topology_one_peer_exponential;
extern const struct gv_topology gv_topology_ring;
extern const struct gv_topology gv_topology_star;
extern const struct gv_topology gv_topology_torus;

#endif
