/* Presets of networks, and the time of their messages. */
#include "core/cluster/network.h"

#include <stdio.h>
#include <string.h>

/* A preset's options: latency in seconds, bytes a second. */
#define NETWORK_ROWS(latency, bytes)                                                                \
  {{.key = "alpha", .type = GV_OPTION_REAL, .value = latency, .min = 0, .max = 1e3,                 \
    .help = "latency of a message, seconds"},                                                       \
   {.key = "bandwidth", .type = GV_OPTION_REAL, .value = bytes, .min = 1, .max = 1e15,              \
    .help = "bytes a second that a node receives"},                                                 \
   {.key = NULL}}

static const struct gv_option rows_1g[] = NETWORK_ROWS("5e-5", "1.25e8");
static const struct gv_option rows_10g[] = NETWORK_ROWS("3e-5", "1.25e9");
static const struct gv_option rows_25g[] = NETWORK_ROWS("2e-5", "3.125e9");
static const struct gv_option rows_100g[] = NETWORK_ROWS("2e-6", "1.25e10");
static const struct gv_option rows_published[] = NETWORK_ROWS("2.53e-4", "1.364e9");

static const struct gv_named ethernet_1g = {"ethernet-1g", "1 Gbit/s, 50 us: an office", rows_1g};
static const struct gv_named ethernet_10g = {"ethernet-10g", "10 Gbit/s, 30 us: the machines of a rack", rows_10g};
static const struct gv_named ethernet_25g = {"ethernet-25g", "25 Gbit/s, 20 us: rented machines", rows_25g};
static const struct gv_named infiniband_100g = {"infiniband-100g", "100 Gbit/s, 2 us: a computing centre",
                                                rows_100g};
static const struct gv_named fitted = {
    "fitted", "alpha 0.253 ms, beta 0.733 ns/byte, calibrated on one published pair of times, 278 and 150 ms",
    rows_published};

static const struct gv_named *const entries[] = {&ethernet_1g, &ethernet_10g, &ethernet_25g, &infiniband_100g,
                                                 &fitted,      NULL};

const struct gv_table gv_network_table = {
    .kind = "network",
    .summary = "the network of the cluster whose time is simulated; or alpha=SECONDS,bandwidth=BYTES/S",
    .entries = entries,
};

enum gv_status gv_network_parse(const char *spec, struct gv_network *network, const struct gv_named **preset,
                                struct gv_error *err)
{
  const struct gv_named *found = NULL;
  struct gv_options *options = NULL;
  size_t name = strcspn(spec, ":=,");
  enum gv_status status;
  if (spec[name] == '=') {  /* no preset: both are to be given */
    status = gv_options_create(rows_1g, "network", &options, err);
    if (status == GV_OK)
      status = gv_options_parse(options, spec, err);
    for (const struct gv_option *row = rows_1g; row->key != NULL && status == GV_OK; row++)
      if (!gv_options_given(options, row->key))
        status = gv_fail(err, GV_USAGE, "network %s: %s is missing; accepted: alpha=SECONDS,bandwidth=BYTES/S, or "
                         "a preset as ethernet-10g", spec, row->key);
  } else {
    status = gv_named_parse(&gv_network_table, spec, &found, &options, err);
  }
  if (status == GV_OK) {
    network->alpha = gv_options_real(options, "alpha");
    network->beta = 1 / gv_options_real(options, "bandwidth");
    if (preset != NULL)
      *preset = found;
  }
  gv_options_destroy(options);
  return status;
}

bool gv_network_calibrated(const struct gv_network *network, const struct gv_named *preset)
{
  struct gv_network published;
  return preset == &fitted && gv_network_parse(fitted.name, &published, NULL, NULL) == GV_OK &&
         network->alpha == published.alpha && network->beta == published.beta;
}

double gv_network_message(const struct gv_network *network, double bytes)
{
  return network->alpha + bytes * network->beta;
}

double gv_allreduce_messages(int n)
{
  return n > 1 ? 2 * (n - 1.0) : 0;
}

double gv_allreduce_bytes(int n, double bytes)
{
  return n > 1 ? 2 * (n - 1.0) / n * bytes : 0;
}

double gv_network_allreduce(const struct gv_network *network, int n, double bytes)
{
  return gv_allreduce_messages(n) * network->alpha + gv_allreduce_bytes(n, bytes) * network->beta;
}

double gv_network_partial(const struct gv_network *network, double d, double bytes)
{
  return d * gv_network_message(network, bytes);
}
