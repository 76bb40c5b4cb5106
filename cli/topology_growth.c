/* grapevine topology growth: the spectral gap of every family against n, beside the law that it should follow. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/base/option.h"
#include "core/graph/topology.h"
#include "run/json.h"
#include "run/topology/topology.h"

enum { SIZES_MAX = 12 };

static const struct gv_option rows[] = {
    {.key = "nodes", .type = GV_OPTION_TEXT, .value = "16,64,256,1024",
     .help = "the n to look at, up to 12 of them"},
    {.key = "seed", .type = GV_OPTION_INT, .value = "1", .min = 0, .max = 9007199254740992.0,
     .help = "of topologies that are drawn at random"},
    {.key = "json", .type = GV_OPTION_FLAG, .value = "no", .help = "the table as JSON"},
    {.key = "help", .type = GV_OPTION_FLAG, .value = "no", .help = "this page"},
    {.key = NULL},
};

struct family {
  const struct gv_topology *topology;
  bool defined[SIZES_MAX];
  double gap[SIZES_MAX];      /* a round */
  int exact[SIZES_MAX];       /* rounds after which all agree; 0: never quite */
  double slope, law_slope;    /* of ln gap against ln n; NAN: none */
};

/* Where all agree exactly there is no gap to grow; the law is fitted over the same n as the gaps. */
static void fit(struct family *family, const int *sizes, int count)
{
  double x[SIZES_MAX], y[SIZES_MAX], law[SIZES_MAX];
  int used = 0;
  for (int i = 0; i < count; i++)
    if (family->defined[i] && family->exact[i] == 0 && family->gap[i] > 0) {
      x[used] = log(sizes[i]);
      y[used] = log(family->gap[i]);
      law[used++] = gv_law_log(family->topology, sizes[i]);
    }
  family->slope = gv_slope(x, y, used);
  family->law_slope = family->topology->law.known ? gv_slope(x, law, used) : NAN;
}

static enum gv_status look(struct family *family, const int *sizes, int count, uint64_t seed, struct gv_error *err)
{
  enum gv_status status = GV_OK;
  for (int i = 0; i < count && status == GV_OK; i++) {
    struct gv_topology_figures figures;
    gv_topology_progress(family->topology->named.name, sizes[i]);
    status =
        gv_topology_try(family->topology, sizes[i], seed, GV_LOOK_SPECTRUM, &family->defined[i], &figures, err);
    if (status == GV_OK && family->defined[i]) {
      family->gap[i] = figures.gap;
      family->exact[i] = figures.exact ? figures.spectrum.rounds : 0;
    }
  }
  fit(family, sizes, count);
  gv_topology_progress(NULL, 0);
  return status;
}

/* "n^p" or "(ln n)^p" after what stands in text already, joined by a space */
static void add_factor(char *text, size_t size, const char *base, int power)
{
  size_t used = strlen(text);
  if (power == 1)
    snprintf(text + used, size - used, "%s%s", used > 0 ? " " : "", base);
  else if (power > 1)
    snprintf(text + used, size - used, strchr(base, ' ') != NULL ? "%s(%s)^%d" : "%s%s^%d", used > 0 ? " " : "",
             base, power);
}

/* "1/(n ln n)" */
static const char *law_text(const struct gv_law *law, char *text, size_t size)
{
  char above[24] = "", below[24] = "";
  if (!law->known) {
    snprintf(text, size, "-");
    return text;
  }
  add_factor(above, sizeof above, "n", law->power);
  add_factor(above, sizeof above, "ln n", law->log);
  add_factor(below, sizeof below, "n", -law->power);
  add_factor(below, sizeof below, "ln n", -law->log);
  bool bracket = law->power < 0 && law->log < 0;
  snprintf(text, size, "%s%s%s%s%s", above[0] != '\0' ? above : "1", below[0] != '\0' ? "/" : "",
           bracket ? "(" : "", below, bracket ? ")" : "");
  return text;
}

static void print_slope(double slope)
{
  if (isfinite(slope))
    printf("  %6.2f", slope);
  else
    printf("  %6s", "-");
}

static void print_family(const struct family *family, int count)
{
  char text[32];
  printf("%-23s", family->topology->named.name);
  for (int i = 0; i < count; i++) {
    if (!family->defined[i])
      snprintf(text, sizeof text, "-");
    else if (family->exact[i] > 0)
      snprintf(text, sizeof text, "exact in %d", family->exact[i]);
    else
      snprintf(text, sizeof text, "%.4g", family->gap[i]);
    printf("  %11s", text);
  }
  printf("  %-10s", law_text(&family->topology->law, text, sizeof text));
  print_slope(family->slope);
  print_slope(family->law_slope);
  putchar('\n');
  fflush(stdout);
}

static void print_head(const int *sizes, int count)
{
  bool colour = gv_colour(stdout);
  printf("%s%-23s", colour ? "\033[1m" : "", "spectral gap a round, n");
  for (int i = 0; i < count; i++)
    printf("  %11d", sizes[i]);
  printf("  %-10s  %6s  %6s%s\n", "law", "slope", "law's", colour ? "\033[0m" : "");
}

static void print_foot(void)
{
  printf("\nslope: of ln gap against ln n, least squares; law's: that of the law over the same n. Graphs that\n"
         "change every round: 1 - rho^(1/rounds) of the product of a period, or of the first ceil(log2 n) rounds\n"
         "of what is drawn anew, a sample; exact in R: where there is a period, it is J after R rounds.\n"
         "Constants and lower orders bend short ranges; the grid's law is a lower bound, its true order is 1/n.\n");
}

static json_t *family_json(const struct family *family, int count)
{
  char law[32];
  json_t *gaps = json_array(), *exact = json_array();
  for (int i = 0; i < count; i++) {
    json_array_append_new(gaps, family->defined[i] ? gv_json_number(family->gap[i]) : json_null());
    json_array_append_new(exact, family->defined[i] && family->exact[i] > 0 ? json_integer(family->exact[i])
                                                                            : json_null());
  }
  return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "topology", family->topology->named.name, "gap_per_round",
                   gaps, "exact_rounds", exact, "law",
                   family->topology->law.known ? json_string(law_text(&family->topology->law, law, sizeof law))
                                               : json_null(),
                   "slope", gv_json_number(family->slope), "law_slope", gv_json_number(family->law_slope));
}

static enum gv_status tabulate(const struct gv_options *options, struct gv_error *err)
{
  int sizes[SIZES_MAX], count = 0;
  bool json = gv_options_flag(options, "json");
  enum gv_status status = gv_read_sizes("growth", gv_options_text(options, "nodes"), sizes, SIZES_MAX, &count, err);
  if (status != GV_OK)
    return status;
  json_t *families = json_array(), *nodes = json_array();
  for (int i = 0; i < count; i++)
    json_array_append_new(nodes, json_integer(sizes[i]));
  if (!json)
    print_head(sizes, count);
  for (size_t t = 0; gv_topology_table.entries[t] != NULL && status == GV_OK; t++) {
    struct family family = {.topology = (const struct gv_topology *)gv_topology_table.entries[t]};
    if (gv_topology_wants_options(family.topology))
      continue;
    status = look(&family, sizes, count, (uint64_t)gv_options_int(options, "seed"), err);
    if (status == GV_OK && json)
      json_array_append_new(families, family_json(&family, count));
    else if (status == GV_OK)
      print_family(&family, count);
  }
  if (status == GV_OK && json)
    return gv_print_json(json_pack("{s:o, s:o}", "nodes", nodes, "families", families), err);
  if (status == GV_OK)
    print_foot();
  json_decref(nodes);
  json_decref(families);
  return status;
}

static int run_growth(int argc, char **argv)
{
  return gv_run_plain(argc, argv, &gv_command_topology_growth, "it tabulates all families", tabulate);
}

const struct gv_command gv_command_topology_growth = {
    .within = "topology",
    .name = "growth",
    .arguments = "[--nodes N,N,...] [--OPTION VALUE ...]",
    .summary = "the spectral gap of all families against n, beside the law",
    .about = "Tabulates how the spectral gap of every family shrinks as the nodes grow, beside the law that "
             "theory has for it and the slopes of both.",
    .options = rows,
    .examples = "grapevine topology growth --nodes 16,32,64",
    .run = run_growth,
};
