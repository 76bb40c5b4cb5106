/* grapevine topology: the figures of one topology, its matrix as a file, its picture; and what else there is. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/page.h"
#include "cli/screen.h"
#include "core/base/file.h"
#include "core/base/option.h"
#include "core/graph/topology.h"
#include "run/json.h"
#include "run/topology/topology.h"

static const struct gv_command *const commands[] = {
    &gv_command_topology_list,
    &gv_command_topology_growth,
    &gv_command_topology_advise,
    NULL,
};

static const struct gv_option rows[] = {
    {.key = "nodes", .type = GV_OPTION_INT, .value = "16", .min = 1, .max = 10000000, .help = "how many"},
    {.key = "weights", .type = GV_OPTION_TEXT, .value = "metropolis",
     .help = "rule for the edges of an undirected topology; `grapevine help` has them"},
    {.key = "seed", .type = GV_OPTION_INT, .value = "1", .min = 0, .max = 9007199254740992.0,
     .help = "of topologies that are drawn at random"},
    {.key = "json", .type = GV_OPTION_FLAG, .value = "no",
     .help = "the figures as JSON on standard output, nothing else"},
    {.key = "matrix", .type = GV_OPTION_TEXT, .value = "",
     .help = "write W(round) to this file: up to 2000 nodes a row a line, beyond that Matrix Market"},
    {.key = "draw", .type = GV_OPTION_TEXT, .value = "",
     .help = "draw nodes and edges to this file, .svg, .png (with Graphviz) or .dot"},
    {.key = "round", .type = GV_OPTION_INT, .value = "all", .min = 0, .max = UINT32_MAX, .words = "all",
     .help = "which round of a time-varying topology --matrix and --draw take; all: --draw takes all in one "
             "picture, --matrix the first, round 0"},
    {.key = "help", .type = GV_OPTION_FLAG, .value = "no", .help = "this page"},
    {.key = NULL},
};

void gv_topology_progress(const char *name, int nodes)
{
  if (gv_screen_obstacle() != NULL)
    return;
  if (name != NULL)
    gv_screen_line("%s, %d nodes ...", name, nodes);
  else
    gv_screen_no_line();
}

/* ---- for people ---- */

static void print_row(const char *what, const char *value, const char *why)
{
  bool colour = gv_colour(stdout);
  int at = printf("  %-16s %-14s ", what, value);
  printf("%s", colour ? "\033[2m" : "");
  gv_print_wrapped(stdout, why, (size_t)at, (size_t)gv_columns(stdout));
  printf("%s", colour ? "\033[0m" : "");
}

static const char *number(double x, char *text, size_t size)
{
  snprintf(text, size, fabs(x - 1) < 1e-3 && x != 1 ? "%.12g" : "%.6g", x);
  return text;
}

static void print_rho(const struct gv_schedule *s, const struct gv_topology_figures *f)
{
  const struct gv_spectrum *spectrum = &f->spectrum;
  char text[32], why[160];
  bool product = s->period != 1;
  snprintf(why, sizeof why,
           s->period == 0 ? "||P - J||_2, P the product of the first %d round%s"
           : product      ? "||P - J||_2, P the product of %d round%s: the error shrinks at least by it"
                          : "||W - J||_2: the error shrinks at least by this factor a round",
           spectrum->rounds, spectrum->rounds == 1 ? "" : "s");
  print_row("rho", f->exact ? "0" : number(spectrum->rho, text, sizeof text), why);
  snprintf(why, sizeof why, "1 - rho%s%s", spectrum->method != NULL ? "; " : "",
           spectrum->method != NULL ? spectrum->method : "");
  if (isfinite(spectrum->accuracy) && spectrum->accuracy > 0)
    snprintf(why + strlen(why), sizeof why - strlen(why), ", to about %.0e of it", spectrum->accuracy);
  print_row("spectral gap", number(spectrum->gap, text, sizeof text), why);
  if (product && !f->exact && spectrum->rounds > 1)
    print_row("gap a round", number(f->gap, text, sizeof text), "1 - rho^(1/rounds)");
  if (isfinite(spectrum->lambda_min))
    print_row("lambda_min", number(spectrum->lambda_min, text, sizeof text), "the smallest eigenvalue of W");
}

static void print_page(const struct gv_schedule *s, const struct gv_topology_figures *f)
{
  const struct gv_facts *facts = &f->facts;
  bool colour = gv_colour(stdout);
  const char *bold = colour ? "\033[1m" : "", *plain = colour ? "\033[0m" : "";
  char text[64], why[160];
  printf("%s%s%s, %d node%s, weights %s\n  %s\n\n", bold, s->topology->named.name, plain, s->nodes,
         s->nodes == 1 ? "" : "s", gv_schedule_weights(s), s->topology->named.summary);
  if (s->period == 1)
    snprintf(text, sizeof text, "static");
  else if (s->period > 1)
    snprintf(text, sizeof text, "period %d", s->period);
  else
    snprintf(text, sizeof text, "drawn anew");
  int used = snprintf(why, sizeof why, "%s, %s; rows and columns sum to 1", s->directed ? "directed" : "undirected",
                      facts->symmetric ? "every W symmetric" : "W not symmetric");
  if (facts->sums_error > 0)
    snprintf(why + used, sizeof why - (size_t)used, " within %.1g", facts->sums_error);
  print_row("rounds", text, why);
  if (facts->degree_min == facts->degree_max)
    snprintf(text, sizeof text, "%d", facts->degree_max);
  else
    snprintf(text, sizeof text, "%d to %d", facts->degree_min, facts->degree_max);
  snprintf(why, sizeof why, "others a node receives from a round; %.6g on average", facts->degree_mean);
  print_row("degree", text, why);
  snprintf(text, sizeof text, "%.10g", facts->messages);
  print_row("messages", text, s->average ? "a round, if all send to all; a global average takes fewer" :
            "a round, of all nodes together");
  print_rho(s, f);
  snprintf(text, sizeof text, f->rounds > 0 ? "%.0f" : "-", f->rounds);
  print_row("rounds to 1e-3", text, f->measured ? "measured, the slower of z_i = i and normal numbers" :
            f->rounds > 0 ? "by rho, until the error is under 1e-3 of the first" :
            "the product does not shrink the error, and no count of rounds was reached");
  if (f->exact && s->period != 0)
    printf("\n  %sexact after %d round%s%s: %s is J, and every node holds the mean\n", bold, f->spectrum.rounds,
           f->spectrum.rounds == 1 ? "" : "s", plain, s->period == 1 ? "W" : "the product");
}

/* ---- for programs ---- */

static json_t *count(double x)
{
  return x == floor(x) ? json_integer((json_int_t)x) : json_real(x);
}

static enum gv_status print_json(const struct gv_schedule *s, const struct gv_topology_figures *f,
                                 struct gv_error *err)
{
  const struct gv_facts *facts = &f->facts;
  const struct gv_spectrum *spectrum = &f->spectrum;
  char *options = gv_options_format(s->options);
  json_t *page = json_pack(
      "{s:o, s:o, s:i, s:s, s:I, s:b, s:o, s:b, s:b, s:b}", "topology", gv_json_text(s->topology->named.name),
      "options", gv_json_text(options != NULL ? options : ""), "nodes", s->nodes, "weights", gv_schedule_weights(s),
      "seed", (json_int_t)s->seed, "time_varying", (int)(s->period != 1), "period",
      s->period > 0 ? json_integer(s->period) : json_null(), "directed", (int)s->directed, "symmetric",
      (int)facts->symmetric, "connected", (int)facts->connected);
  free(options);
  json_t *rest = json_pack(
      "{s:i, s:f, s:i, s:o, s:i, s:o, s:o, s:o, s:s, s:o, s:b, s:f, s:o, s:o, s:s}", "degree_min",
      facts->degree_min, "degree_mean", facts->degree_mean, "degree_max", facts->degree_max, "rho",
      gv_json_number(spectrum->rho), "rho_rounds", spectrum->rounds, "spectral_gap", gv_json_number(spectrum->gap),
      "gap_accuracy", gv_json_number(spectrum->accuracy), "gap_per_round", gv_json_number(f->gap), "method",
      spectrum->method != NULL ? spectrum->method : "", "lambda_min", gv_json_number(spectrum->lambda_min), "exact",
      (int)f->exact, "doubly_stochastic_error", facts->sums_error, "messages_per_round", count(facts->messages),
      "rounds_to_1e3", f->rounds > 0 ? count(f->rounds) : json_null(), "rounds_by",
      f->measured ? "measured" : "rho");
  if (page == NULL || rest == NULL || json_object_update(page, rest) != 0) {
    json_decref(page);
    page = NULL;
  }
  json_decref(rest);
  return gv_print_json(page, err);
}

/* ---- the command ---- */

/* What cannot be written is better known before the figures, which may take a while. */
static enum gv_status check_files(const struct gv_options *options, struct gv_error *err)
{
  const char *matrix = gv_options_text(options, "matrix"), *drawing = gv_options_text(options, "draw");
  enum gv_status status = GV_OK;
  if (gv_options_given(options, "matrix") && *matrix == '\0')
    status = gv_fail(err, GV_USAGE, "matrix: the file's name is empty");
  if (status == GV_OK && gv_options_given(options, "draw"))
    status = gv_draw_check(drawing, (int)gv_options_int(options, "nodes"), err);
  if (status == GV_OK && *matrix != '\0' && strcmp(matrix, drawing) == 0)
    status = gv_fail(err, GV_USAGE, "%s: --matrix and --draw name the same file", matrix);
  if (status == GV_OK && *matrix != '\0')
    status = gv_file_try(matrix, err);
  return status == GV_OK && *drawing != '\0' ? gv_file_try(drawing, err) : status;
}

static int64_t round_of(const struct gv_options *options)  /* -1: all */
{
  return gv_options_is_word(options, "round") ? -1 : gv_options_int(options, "round");
}

static enum gv_status write_files(const struct gv_schedule *s, const struct gv_options *options,
                                  struct gv_error *err)
{
  const char *matrix = gv_options_text(options, "matrix"), *drawing = gv_options_text(options, "draw");
  int64_t round = round_of(options);
  enum gv_status status = GV_OK;
  if (matrix[0] != '\0')
    status = gv_matrix_write(s, round < 0 ? 0 : (uint64_t)round, matrix, err);
  return status == GV_OK && drawing[0] != '\0' ? gv_draw(s, round, true, drawing, err) : status;
}

static void print_files(const struct gv_options *options)
{
  const char *matrix = gv_options_text(options, "matrix"), *drawing = gv_options_text(options, "draw");
  int64_t round = round_of(options);
  if (matrix[0] != '\0')
    printf("\n  W(%" PRId64 ") is in %s\n", round < 0 ? 0 : round, matrix);
  if (drawing[0] != '\0')
    printf("\n  the picture is %s\n", drawing);
}

static enum gv_status show(const char *spec, const struct gv_options *options, struct gv_error *err)
{
  int nodes = (int)gv_options_int(options, "nodes");
  const char *weights = gv_options_given(options, "weights") ? gv_options_text(options, "weights") : NULL;
  bool json = gv_options_flag(options, "json");
  struct gv_schedule *schedule = NULL;
  struct gv_topology_figures figures;
  enum gv_status status = check_files(options, err);
  if (status == GV_OK)
    status = gv_schedule_create(spec, weights, nodes, (uint64_t)gv_options_int(options, "seed"), &schedule, err);
  if (status != GV_OK)
    return status;
  gv_topology_progress(schedule->topology->named.name, nodes);
  status = gv_topology_look(schedule, GV_LOOK_ALL, &figures, err);
  gv_topology_progress(NULL, 0);
  if (status == GV_OK)
    status = write_files(schedule, options, err);
  if (status == GV_OK && json) {
    status = print_json(schedule, &figures, err);
  } else if (status == GV_OK) {
    print_page(schedule, &figures);
    print_files(options);
  }
  gv_schedule_destroy(schedule);
  return status;
}

static int run_topology(int argc, char **argv)
{
  if (argc < 2) {
    gv_print_page(stderr, &gv_command_topology);
    return 2;
  }
  const struct gv_command *command = gv_command_find(commands, argv[1]);
  return command != NULL ? command->run(argc - 1, argv + 1)
                         : gv_run_word(argc, argv, &gv_command_topology,
                                       "wants a name; `grapevine topology list` has them", show);
}

const struct gv_command gv_command_topology = {
    .name = "topology",
    .arguments = "NAME[:KEY=VALUE,...] [--OPTION VALUE ...]\n"
                 "COMMAND [--OPTION VALUE ...]",
    .summary = "how fast nodes agree over a graph: spectrum, matrix, picture, growth, which to choose",
    .about = "Says how fast n nodes agree by averaging over a graph, and what it costs; or one of these commands.",
    .commands = commands,
    .options = rows,
    .examples = "grapevine topology torus --nodes 64 --draw torus.svg",
    .takes = "topology",
    .run = run_topology,
};
