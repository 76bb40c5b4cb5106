/* topologies.h - the descriptors behind gv_topology_table, one file each. */
#ifndef GV_GRAPH_TOPOLOGIES_TOPOLOGIES_H
#define GV_GRAPH_TOPOLOGIES_TOPOLOGIES_H

#include "core/graph/topology.h"

extern const struct gv_topology gv_topology_base;
extern const struct gv_topology gv_topology_equi_dyn;
extern const struct gv_topology gv_topology_equi_dyn_undirected;
extern const struct gv_topology gv_topology_equi_static;
extern const struct gv_topology gv_topology_equi_static_undirected;
extern const struct gv_topology gv_topology_erdos_renyi;
extern const struct gv_topology gv_topology_exponential;
extern const struct gv_topology gv_topology_file;
extern const struct gv_topology gv_topology_full;
extern const struct gv_topology gv_topology_geometric;
extern const struct gv_topology gv_topology_grid;
extern const struct gv_topology gv_topology_hypercube;
extern const struct gv_topology gv_topology_line;
extern const struct gv_topology gv_topology_one_peer_exponential;
extern const struct gv_topology gv_topology_one_peer_ring;
extern const struct gv_topology gv_topology_random_matching;
extern const struct gv_topology gv_topology_random_regular;
extern const struct gv_topology gv_topology_ring;
extern const struct gv_topology gv_topology_star;
extern const struct gv_topology gv_topology_torus;

#endif
