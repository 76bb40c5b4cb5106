/* topology.h - what `grapevine topology` says: the figures of one topology, of all families, and a choice. */
#ifndef GV_RUN_TOPOLOGY_TOPOLOGY_H
#define GV_RUN_TOPOLOGY_TOPOLOGY_H

#include "core/graph/facts.h"
#include "core/graph/spectrum/spectrum.h"

struct gv_topology;

/* Rounds are counted until the error is no more than this part of the first; by rho, until it must be under it. */
#define GV_TOPOLOGY_FACTOR 1e-3

struct gv_topology_figures {
  struct gv_facts facts;
  struct gv_spectrum spectrum;
  double gap;       /* a round: the spectral gap, or 1 - rho^(1/rounds) where rho is of a product */
  bool exact;       /* rho is 0 to rounding: all agree after spectrum.rounds rounds; never said of rounds that are
                       drawn anew, of which the first ones are but a sample */
  double rounds;    /* until GV_TOPOLOGY_FACTOR: by rho where static, else measured; 0: there is no number */
  bool measured;    /* rounds: else by rho, where so many rounds could not be simulated */
};

enum gv_topology_extent {
  GV_LOOK_SPECTRUM,  /* facts, spectrum, gap, exact */
  GV_LOOK_ALL        /* rounds too */
};

enum gv_status gv_topology_look(const struct gv_schedule *schedule, enum gv_topology_extent extent,
                                struct gv_topology_figures *out, struct gv_error *err);

/* Whether its default options do not suffice, as those of one that wants a file. */
bool gv_topology_wants_options(const struct gv_topology *topology);

/* The figures of a family for n nodes; *defined <- false where it is not defined for them, which is no failure. */
enum gv_status gv_topology_try(const struct gv_topology *topology, int nodes, uint64_t seed,
                               enum gv_topology_extent extent, bool *defined, struct gv_topology_figures *out,
                               struct gv_error *err);

/* The least squares slope of y against x (count); NAN with less than two different x. */
double gv_slope(const double *x, const double *y, int count);

/* ln of n^power (ln n)^log. */
double gv_law_log(const struct gv_topology *topology, int nodes);

/* ---- matrix.c ---- */

/* Writes W(round) to path: up to GV_MATRIX_DENSE nodes a row a line, beyond that Matrix Market. */
enum { GV_MATRIX_DENSE = 2000 };
enum gv_status gv_matrix_write(const struct gv_schedule *schedule, uint64_t round, const char *path,
                               struct gv_error *err);

/* ---- draw.c ---- */

/* Draws the graph into path, by its ending .dot, .svg or .png; the last two with Graphviz's programs. round < 0:
 * all rounds, or the first few of them, in one picture. named: it says the topology's name and number of nodes. */
enum gv_status gv_draw(const struct gv_schedule *schedule, int64_t round, bool named, const char *path,
                       struct gv_error *err);

/* Whether the path ends in what gv_draw makes. */
enum gv_status gv_draw_check(const char *path, int nodes, struct gv_error *err);

#endif
