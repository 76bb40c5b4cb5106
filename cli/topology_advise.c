/* grapevine topology advise: the families side by side, by the messages that agreement takes, and which to take. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/page.h"
#include "core/base/option.h"
#include "core/graph/topology.h"
#include "run/json.h"
#include "run/topology/topology.h"

enum { FAMILIES_MAX = 64 };

static const struct gv_option rows[] = {
    {.key = "nodes", .type = GV_OPTION_INT, .value = "16", .min = 2, .max = 1000000, .help = "how many"},
    {.key = "degree", .type = GV_OPTION_INT, .value = "any", .min = 1, .max = INT32_MAX, .words = "any",
     .help = "the most that a node may receive from in a round"},
    {.key = "seed", .type = GV_OPTION_INT, .value = "1", .min = 0, .max = 9007199254740992.0,
     .help = "of topologies that are drawn at random"},
    {.key = "json", .type = GV_OPTION_FLAG, .value = "no", .help = "the ranking as JSON"},
    {.key = "help", .type = GV_OPTION_FLAG, .value = "no", .help = "this page"},
    {.key = NULL},
};

struct advice {
  const struct gv_topology *topology;
  struct gv_topology_figures figures;
  double each, all;  /* messages a node, a round and until agreement */
};

/* Fewest messages first, then fewest rounds; what does not agree in sight comes last. */
static int by_messages(const void *a, const void *b)
{
  const struct advice *x = a, *y = b;
  if ((x->figures.rounds > 0) != (y->figures.rounds > 0))
    return x->figures.rounds > 0 ? -1 : 1;
  if (x->all != y->all)
    return x->all < y->all ? -1 : 1;
  return (x->figures.rounds > y->figures.rounds) - (x->figures.rounds < y->figures.rounds);
}

static int exact_rounds(const struct advice *a)
{
  return a->figures.exact ? a->figures.spectrum.rounds : 0;
}

/* The one of the fewest rounds; those of equal rounds stand with the fewest messages first. */
static const struct advice *quickest(const struct advice *list, int count)
{
  const struct advice *best = &list[0];
  for (int i = 1; i < count; i++)
    if (list[i].figures.rounds > 0 && list[i].figures.rounds < best->figures.rounds)
      best = &list[i];
  return best;
}

static void write_sentence(const struct advice *list, int count, char *text, size_t size)
{
  const struct advice *best = &list[0], *quick = quickest(list, count);
  char exact[64] = "";
  if (!(best->figures.rounds > 0)) {
    snprintf(text, size, "None of them brings the error under 1e-3 in sight.");
    return;
  }
  if (exact_rounds(best) > 0)
    snprintf(exact, sizeof exact, ", and after %d all agree exactly", exact_rounds(best));
  int used = snprintf(text, size, "Take %s: %.0f round%s of %.3g message%s a node bring the error under 1e-3%s; no "
                      "other needs fewer messages.", best->topology->named.name, best->figures.rounds,
                      best->figures.rounds == 1 ? "" : "s", best->each, best->each == 1 ? "" : "s", exact);
  if (quick != best && used > 0 && (size_t)used < size)
    snprintf(text + used, size - (size_t)used, " Where rounds cost more than messages, take %s: %.0f round%s of "
             "%.4g messages a node.", quick->topology->named.name, quick->figures.rounds,
             quick->figures.rounds == 1 ? "" : "s", quick->each);
}

static void print_ranking(const struct advice *list, int count, int nodes)
{
  bool colour = gv_colour(stdout);
  char text[512], rounds[32], all[32], exact[16];
  printf("%s%-23s  %6s  %14s  %14s  %14s  %8s%s\n", colour ? "\033[1m" : "", "topology", "degree", "messages/round",
         "rounds to 1e-3", "messages", "exact in", colour ? "\033[0m" : "");
  for (int i = 0; i < count; i++) {
    const struct advice *a = &list[i];
    snprintf(rounds, sizeof rounds, a->figures.rounds > 0 ? "%.0f" : "-", a->figures.rounds);
    snprintf(all, sizeof all, a->figures.rounds > 0 ? (a->all < 100 ? "%.4g" : "%.0f") : "-", a->all);
    snprintf(exact, sizeof exact, exact_rounds(a) > 0 ? "%d" : "-", exact_rounds(a));
    printf("%-23s  %6d  %14.4g  %14s  %14s  %8s\n", a->topology->named.name, a->figures.facts.degree_max, a->each,
           rounds, all, exact);
  }
  printf("\n%d nodes, default options; messages of one node, a round and until the error is 1e-3 of the first,\n"
         "fewest first; rounds by rho where the graph stays, else measured; exact in: rounds until all agree.\n\n",
         nodes);
  write_sentence(list, count, text, sizeof text);
  gv_print_wrapped(stdout, text, 0, (size_t)gv_columns(stdout));
}

static enum gv_status print_json(const struct advice *list, int count, int nodes, struct gv_error *err)
{
  char text[512];
  json_t *ranking = json_array();
  for (int i = 0; i < count; i++) {
    const struct advice *a = &list[i];
    bool known = a->figures.rounds > 0;
    json_t *exact = exact_rounds(a) > 0 ? json_integer(exact_rounds(a)) : json_null();
    json_array_append_new(
        ranking, json_pack("{s:s, s:i, s:f, s:o, s:o, s:o, s:o}", "topology", a->topology->named.name, "degree_max",
                           a->figures.facts.degree_max, "messages_per_node_per_round", a->each, "rounds_to_1e3",
                           known ? json_integer((json_int_t)a->figures.rounds) : json_null(), "messages_per_node",
                           known ? json_real(a->all) : json_null(), "exact_rounds",
                           exact, "gap_per_round", gv_json_number(a->figures.gap)));
  }
  write_sentence(list, count, text, sizeof text);
  return gv_print_json(json_pack("{s:i, s:o, s:s}", "nodes", nodes, "ranking", ranking, "advice", text), err);
}

static enum gv_status advise(const struct gv_options *options, struct gv_error *err)
{
  int nodes = (int)gv_options_int(options, "nodes"), count = 0, least = INT32_MAX;
  int64_t most = gv_options_is_word(options, "degree") ? INT32_MAX : gv_options_int(options, "degree");
  struct advice *list = calloc(FAMILIES_MAX, sizeof *list);
  enum gv_status status = list != NULL ? GV_OK : gv_fail(err, GV_MEMORY, "no memory for the ranking");
  for (size_t t = 0; gv_topology_table.entries[t] != NULL && count < FAMILIES_MAX && status == GV_OK; t++) {
    struct advice *a = &list[count];
    bool defined = false;
    a->topology = (const struct gv_topology *)gv_topology_table.entries[t];
    if (gv_topology_wants_options(a->topology))
      continue;
    gv_topology_progress(a->topology->named.name, nodes);
    status = gv_topology_try(a->topology, nodes, (uint64_t)gv_options_int(options, "seed"), GV_LOOK_ALL, &defined,
                             &a->figures, err);
    if (status != GV_OK || !defined)
      continue;
    least = a->figures.facts.degree_max < least ? a->figures.facts.degree_max : least;
    a->each = a->figures.facts.degree_mean;
    a->all = a->each * a->figures.rounds;
    count += a->figures.facts.degree_max <= most;
  }
  gv_topology_progress(NULL, 0);
  if (status == GV_OK && count == 0)
    status = gv_fail(err, GV_USAGE, "advise: no topology has degree %lld or less for %d nodes; the least is %d",
                     (long long)most, nodes, least);
  if (status == GV_OK) {
    qsort(list, (size_t)count, sizeof *list, by_messages);
    if (gv_options_flag(options, "json"))
      status = print_json(list, count, nodes, err);
    else
      print_ranking(list, count, nodes);
  }
  free(list);
  return status;
}

static int run_advise(int argc, char **argv)
{
  return gv_run_plain(argc, argv, &gv_command_topology_advise, "it ranks all families", advise);
}

const struct gv_command gv_command_topology_advise = {
    .within = "topology",
    .name = "advise",
    .arguments = "--nodes N [--degree D] [--OPTION VALUE ...]",
    .summary = "rank the families by the messages that agreement takes",
    .about = "Ranks the families that are defined for N nodes by the messages a node sends until the error of "
             "average consensus is 1e-3 of the first, and says which to take.",
    .options = rows,
    .examples = "grapevine topology advise --nodes 24 --degree 4",
    .run = run_advise,
};
