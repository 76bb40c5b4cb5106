/* grapevine topology list: every family, what it costs a node, and for which n it is there. */
#include "cli/cli.h"
#include "cli/page.h"
#include "core/base/option.h"
#include "core/graph/topology.h"
#include "run/json.h"
#include "run/topology/topology.h"

static const struct gv_option rows[] = {
    {.key = "json", .type = GV_OPTION_FLAG, .value = "no", .help = "the list as JSON"},
    {.key = "help", .type = GV_OPTION_FLAG, .value = "no", .help = "this page"},
    {.key = NULL},
};

/* What a family is for a few nodes. */
struct entry {
  const struct gv_topology *topology;
  bool shown;           /* there is a sample: its defaults suffice */
  int degree, period;   /* of GV_TOPOLOGY_SAMPLE nodes */
  const char *nodes;    /* which n */
};

/* Whether its default options take so many nodes. */
static enum gv_status takes(const struct gv_topology *topology, int nodes, bool *yes, struct gv_error *err)
{
  struct gv_options *options = NULL;
  enum gv_status status = gv_options_create(topology->named.options, topology->named.name, &options, err);
  const struct gv_topology_input input = {.options = options, .nodes = nodes, .seed = 1};
  *yes = status == GV_OK && (topology->check == NULL || topology->check(&input, NULL) == GV_OK);
  gv_options_destroy(options);
  return status;
}

/* In words, as far as n = 2 .. 64 tell. */
static enum gv_status which_nodes(const struct gv_topology *topology, const char **words, struct gv_error *err)
{
  bool all = true, even = true, power = true, yes = false;
  enum gv_status status = GV_OK;
  for (int n = 2; n <= 64 && status == GV_OK; n++) {
    status = takes(topology, n, &yes, err);
    all = all && yes;
    even = even && yes == (n % 2 == 0);
    power = power && yes == ((n & (n - 1)) == 0);
  }
  *words = all ? "every n" : even ? "even n" : power ? "powers of two" : "some n";
  return status;
}

static enum gv_status fill(const struct gv_topology *topology, struct entry *entry, struct gv_error *err)
{
  struct gv_schedule *schedule = NULL;
  *entry = (struct entry){.topology = topology, .nodes = "by its file"};
  if (gv_topology_wants_options(topology))
    return GV_OK;
  enum gv_status status = gv_schedule_create(topology->named.name, NULL, GV_TOPOLOGY_SAMPLE, 1, &schedule, err);
  if (status != GV_OK)
    return status;
  entry->shown = true;
  entry->degree = schedule->degree_max;
  entry->period = schedule->period;
  gv_schedule_destroy(schedule);
  return which_nodes(topology, &entry->nodes, err);
}

static void print_entry(const struct entry *entry)
{
  char degree[16] = "-", rounds[24] = "-";
  if (entry->shown) {
    snprintf(degree, sizeof degree, "%d", entry->degree);
    if (entry->period > 1)
      snprintf(rounds, sizeof rounds, "period %d", entry->period);
    else
      snprintf(rounds, sizeof rounds, entry->period == 1 ? "static" : "drawn anew");
  }
  size_t columns = (size_t)gv_columns(stdout);
  int at = printf("  %-23s %6s  %-10s  %-13s  ", entry->topology->named.name, degree, rounds, entry->nodes);
  if (columns < 100)
    at = printf("\n%6s", "") - 1;  /* no room beside the figures: below them */
  gv_print_wrapped(stdout, entry->topology->named.summary, (size_t)at, columns);
}

static json_t *entry_json(const struct entry *entry)
{
  json_t *time_varying = entry->shown ? json_boolean(entry->period != 1) : json_null();
  json_t *degree = entry->shown ? json_integer(entry->degree) : json_null();
  json_t *period = entry->shown && entry->period > 0 ? json_integer(entry->period) : json_null();
  return json_pack("{s:s, s:s, s:o, s:o, s:o, s:b, s:s}", "topology", entry->topology->named.name, "summary",
                   entry->topology->named.summary, "degree", degree, "time_varying",
                   time_varying, "period", period, "directed", (int)entry->topology->directed,
                   "accepts", entry->nodes);
}

static enum gv_status list(const struct gv_options *options, struct gv_error *err)
{
  bool json = gv_options_flag(options, "json");
  json_t *families = json_array();
  enum gv_status status = GV_OK;
  if (!json)
    printf("  %-23s %6s  %-10s  %-13s  of %d nodes\n", "topology", "degree", "rounds", "nodes", GV_TOPOLOGY_SAMPLE);
  for (size_t t = 0; gv_topology_table.entries[t] != NULL && status == GV_OK; t++) {
    struct entry entry;
    status = fill((const struct gv_topology *)gv_topology_table.entries[t], &entry, err);
    if (status == GV_OK && json)
      json_array_append_new(families, entry_json(&entry));
    else if (status == GV_OK)
      print_entry(&entry);
  }
  if (status == GV_OK && json)
    return gv_print_json(json_pack("{s:i, s:o}", "nodes", GV_TOPOLOGY_SAMPLE, "topologies", families), err);
  json_decref(families);
  return status;
}

static int run_list(int argc, char **argv)
{
  return gv_run_plain(argc, argv, &gv_command_topology_list, "`grapevine topology NAME` shows one", list);
}

const struct gv_command gv_command_topology_list = {
    .within = "topology",
    .name = "list",
    .arguments = "[--json]",
    .summary = "the topologies: degree, rounds, for which n",
    .about = "Lists the topologies: from how many others a node receives in a round, whether the graph stays, "
             "for how many nodes it is defined. `grapevine help NAME` has the options of one.",
    .options = rows,
    .examples = "grapevine topology list",
    .run = run_list,
};
