/* grapevine cost: the communication of a round on a cluster, parallel SGD beside decentralized SGD. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/page.h"
#include "core/base/memory.h"
#include "core/base/option.h"
#include "run/cost.h"
#include "run/json.h"

enum { SIZES_MAX = 12, TOPOLOGIES_MAX = 16 };

static const struct gv_option rows[] = {
    {.key = "nodes", .type = GV_OPTION_TEXT, .value = "4,16,64,256", .help = "the n to look at, joined by commas"},
    {.key = "parameters", .type = GV_OPTION_REAL, .value = "25.5e6", .min = 1, .max = 1e15,
     .help = "of the model, float32; a message has them all"},
    {.key = "topology", .type = GV_OPTION_TEXT, .value = "",
     .help = "given once for each; not given: ring, exponential and one-peer-exponential"},
    {.key = "network", .type = GV_OPTION_TEXT, .value = "ethernet-10g",
     .help = "a preset, or alpha=SECONDS,bandwidth=BYTES/S; `grapevine help` lists them"},
    {.key = "period", .type = GV_OPTION_INT, .value = "0", .min = 0, .max = 1e9,
     .help = "each topology also with a mean of all every so many rounds; 0: without"},
    {.key = "compute-time", .type = GV_OPTION_REAL, .value = "0", .min = 0, .max = 1e6,
     .help = "seconds that a node computes in a round: then how many rounds of parallel SGD one takes"},
    {.key = "seed", .type = GV_OPTION_INT, .value = "1", .min = 0, .max = 9007199254740992.0,
     .help = "of topologies that are drawn at random"},
    {.key = "json", .type = GV_OPTION_FLAG, .value = "no", .help = "the table as JSON"},
    {.key = "help", .type = GV_OPTION_FLAG, .value = "no", .help = "this page"},
    {.key = NULL},
};

static const char *const usual[] = {"ring", "exponential", "one-peer-exponential"};

struct ask {
  struct gv_options *options;
  const char *topology[TOPOLOGIES_MAX];
  int topologies;
  struct gv_network network;
  const struct gv_named *preset;  /* NULL: by numbers */
  double bytes, compute;
  json_t *page;                   /* NULL: as text */
};

static enum gv_status set(void *context, const char *key, const char *value, struct gv_error *err)
{
  struct ask *ask = context;
  if (strcmp(key, "topology") == 0) {
    if (ask->topologies == TOPOLOGIES_MAX)
      return gv_fail(err, GV_USAGE, "topology %s: that is one more than %d, the most there may be", value,
                     TOPOLOGIES_MAX);
    ask->topology[ask->topologies++] = value;
  }
  return gv_options_set(ask->options, key, value, err);
}

/* all: what parallel SGD takes. */
static void tell(const struct ask *ask, int nodes, const char *method, const struct gv_cost *cost,
                 const struct gv_cost *all)
{
  double share = (ask->compute + cost->seconds) / (ask->compute + all->seconds);
  if (ask->page != NULL) {
    json_array_append_new(ask->page,
                          json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "nodes", nodes, "method",
                                    gv_json_text(method), "messages", gv_json_number(cost->messages), "bytes",
                                    gv_json_number(cost->bytes), "seconds", gv_json_number(cost->seconds), "round",
                                    gv_json_number(ask->compute + cost->seconds), "share", gv_json_number(share)));
    return;
  }
  char bytes[32], time[32], round[32];
  printf("  %6d  %-34s %9.4g  %9s  %8s", nodes, method, cost->messages,
         gv_bytes_text(cost->bytes, bytes, sizeof bytes), gv_short_time(cost->seconds, time, sizeof time));
  if (ask->compute > 0)
    printf("  %8s", gv_short_time(ask->compute + cost->seconds, round, sizeof round));
  if (isfinite(share))
    printf("  %8.3g", share);
  printf("\n");
}

/* partial (topologies): what each takes of so many nodes. */
static void tell_size(const struct ask *ask, int nodes, const struct gv_cost *partial)
{
  struct gv_cost all, periodic;
  int64_t period = gv_options_int(ask->options, "period");
  gv_cost_allreduce(&ask->network, nodes, ask->bytes, &all);
  tell(ask, nodes, "all-reduce (parallel SGD)", &all, &all);
  for (int t = 0; t < ask->topologies; t++) {
    char name[80];
    tell(ask, nodes, ask->topology[t], &partial[t], &all);
    if (period == 0)
      continue;
    gv_cost_periodic(&partial[t], &all, period, &periodic);
    snprintf(name, sizeof name, "%.40s, all every %lld", ask->topology[t], (long long)period);
    tell(ask, nodes, name, &periodic, &all);
  }
}

static enum gv_status tell_all(struct ask *ask, struct gv_error *err)
{
  struct gv_cost partial[SIZES_MAX][TOPOLOGIES_MAX];
  int sizes[SIZES_MAX], count = 0;
  char alpha[32], bytes[32];
  ask->bytes = 4 * gv_options_real(ask->options, "parameters");
  ask->compute = gv_options_real(ask->options, "compute-time");
  enum gv_status status =
      gv_read_sizes("cost", gv_options_text(ask->options, "nodes"), sizes, SIZES_MAX, &count, err);
  if (status == GV_OK)
    status = gv_network_parse(gv_options_text(ask->options, "network"), &ask->network, &ask->preset, err);
  if (status != GV_OK)
    return status;
  for (size_t t = 0; !gv_options_given(ask->options, "topology") && t < sizeof usual / sizeof usual[0]; t++)
    ask->topology[ask->topologies++] = usual[t];
  for (int i = 0; i < count && status == GV_OK; i++)  /* before anything is said */
    for (int t = 0; t < ask->topologies && status == GV_OK; t++)
      status = gv_cost_topology(&ask->network, ask->topology[t], sizes[i],
                                (uint64_t)gv_options_int(ask->options, "seed"), ask->bytes, &partial[i][t], err);
  if (status != GV_OK)
    return status;
  if (gv_options_flag(ask->options, "json"))
    ask->page = json_array();
  else
    printf("messages of %s; alpha %s, %.4g GB/s\n\n  %6s  %-34s %9s  %9s  %8s%s  %8s\n",
           gv_bytes_text(ask->bytes, bytes, sizeof bytes), gv_short_time(ask->network.alpha, alpha, sizeof alpha),
           1e-9 / ask->network.beta, "nodes", "method", "messages", "received", "time",
           ask->compute > 0 ? "     round" : "", "of PSGD's");
  for (int i = 0; i < count; i++)
    tell_size(ask, sizes[i], partial[i]);
  bool calibrated = gv_network_calibrated(&ask->network, ask->preset);
  if (ask->page != NULL)
    return gv_print_json(json_pack("{s:o, s:b, s:f, s:f, s:f, s:o}", "network",
                                   gv_json_text(gv_options_text(ask->options, "network")), "calibrated", calibrated,
                                   "bytes", ask->bytes, "alpha", ask->network.alpha, "bandwidth",
                                   1 / ask->network.beta, "methods", ask->page), err);
  if (calibrated)
    printf("\nThe network was calibrated on one published pair, 278 ms for all-reduce and 150 ms for a partial\n"
           "average with two neighbours, of 25.5 M parameters on 256 nodes: that pair is no prediction.\n");
  return GV_OK;
}

static int run_cost(int argc, char **argv)
{
  struct gv_error error = {GV_OK, ""};
  struct ask ask = {0};
  int code = 0;
  enum gv_status status = gv_options_create(rows, "cost", &ask.options, &error);
  if (status == GV_OK)
    status = gv_arguments(argc, argv, rows, &ask, set, &error);
  if (status == GV_OK && gv_options_flag(ask.options, "help"))
    gv_print_page(stdout, &gv_command_cost);
  else if (status == GV_OK)
    status = tell_all(&ask, &error);
  if (status != GV_OK)
    code = gv_complain(&error);
  gv_options_destroy(ask.options);
  return code;
}

const struct gv_command gv_command_cost = {
    .name = "cost",
    .arguments = "[--OPTION VALUE ...]",
    .summary = "communication time of a cluster: parallel SGD beside decentralized SGD",
    .about = "What the communication of a round takes on a cluster of n machines, by the alpha-beta model: a "
             "message of M bytes takes alpha + M beta seconds. Parallel SGD averages by ring all-reduce, which "
             "takes 2(n-1) alpha + 2(n-1)/n M beta; a node that receives from d neighbours takes d (alpha + M "
             "beta).",
    .options = rows,
    .examples = "grapevine cost --network fitted --nodes 256 --topology ring",
    .run = run_cost,
};
