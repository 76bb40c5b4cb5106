/* network.h - what communication takes on a cluster, by the alpha-beta model: a message of M bytes takes
 * alpha + M beta seconds, beta the seconds of a byte (Hockney, Parallel Computing 1994).
 *
 * All times are in seconds, all sizes in bytes. n nodes; n = 1 takes no time.
 */
#ifndef GV_CLUSTER_NETWORK_H
#define GV_CLUSTER_NETWORK_H

#include <stdbool.h>

#include <grapevine/status.h>

#include "core/base/named.h"

/* All zero: a network on which nothing takes time. */
struct gv_network {
  double alpha;  /* latency of a message */
  double beta;   /* of a byte: 1 over the bandwidth */
};

extern const struct gv_table gv_network_table;  /* presets; their options: alpha, bandwidth */

/* "ethernet-10g", "ethernet-10g:alpha=1e-4", "alpha=1e-4,bandwidth=1e9". *preset <- its entry, may be NULL. */
enum gv_status gv_network_parse(const char *spec, struct gv_network *network, const struct gv_named **preset,
                                struct gv_error *err);

/* Whether a network of this preset, or NULL, has the numbers of `fitted`, which were calibrated on one published
 * pair of times; with another, as of fitted:alpha=1, it has not. */
bool gv_network_calibrated(const struct gv_network *network, const struct gv_named *preset);

/* One message. */
double gv_network_message(const struct gv_network *network, double bytes);

/* What each of n nodes sends, and receives, in a mean over them by ring all-reduce (Patarasuk and Yuan, JPDC 2009):
 * 2(n-1) messages, of 2(n-1)/n M bytes in all. n >= 0. */
double gv_allreduce_messages(int n);
double gv_allreduce_bytes(int n, double bytes);

/* How long that takes, 2(n-1) alpha + 2(n-1)/n M beta. */
double gv_network_allreduce(const struct gv_network *network, int n, double bytes);

/* What a node takes to receive from d neighbours, d (alpha + M beta). */
double gv_network_partial(const struct gv_network *network, double d, double bytes);

#endif
