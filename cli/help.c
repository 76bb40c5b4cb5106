/* grapevine help: every named thing from its option table. */
#include <string.h>

#include "cli/cli.h"
#include "cli/page.h"
#include "core/algorithms/algorithm.h"
#include "core/algorithms/optimizer.h"
#include "core/algorithms/rate.h"
#include "core/base/named.h"
#include "core/cluster/network.h"
#include "core/graph/topology.h"
#include "core/graph/weights/weights.h"
#include "datasets/known.h"
#include "datasets/reader.h"
#include "datasets/split.h"
#include "plugins/load.h"
#include "plugins/search.h"
#include "run/consensus/signals.h"

const struct gv_table *const gv_tables[] = {
    &gv_topology_table, &gv_weight_table, &gv_algorithm_table, &gv_optimizer_table,
    &gv_rate_table,     &gv_known_table,  &gv_reader_table,    &gv_split_table,
    &gv_start_table,    &gv_signal_table, &gv_network_table,   NULL,
};

enum { TABLES = sizeof gv_tables / sizeof gv_tables[0] - 1 };

static void print_page(const char *kind, const char *name, const char *summary, const struct gv_option *options)
{
  printf("%s (%s)\n  %s\n", name, kind, summary);
  if (options == NULL || options[0].key == NULL) {
    printf("  no options\n");
    return;
  }
  printf("\nOptions, as in %s:%s=%s\n", name, options[0].key,
         options[0].value[0] != '\0' ? options[0].value : "...");
  gv_print_options(stdout, options, false);
}

/* Models are looked for, and so stand in what the program prints and not in its man page, which lasts. */
static struct {
  const struct gv_search *search;  /* NULL: without */
  struct gv_error error;
} models;

static void list_names(FILE *out)
{
  if (models.search != NULL) {
    fprintf(out, "model - what is trained; plugins, found in --plugin-dir, GRAPEVINE_PLUGIN_PATH and where they "
                 "are installed\n");
    (void)gv_print_models(out, models.search, false, &models.error);
    fprintf(out, "\n");
  }
  for (size_t t = 0; t < TABLES; t++) {
    fprintf(out, "%s%s - %s\n", t > 0 ? "\n" : "", gv_tables[t]->kind, gv_tables[t]->summary);
    for (size_t i = 0; gv_tables[t]->entries[i] != NULL; i++)
      fprintf(out, "  %-22s %s\n", gv_tables[t]->entries[i]->name, gv_tables[t]->entries[i]->summary);
  }
}

static enum gv_status list_all(struct gv_error *err)
{
  struct gv_search search = {0};
  enum gv_status status = gv_plugin_search_fill(&search, NULL, err);
  if (status == GV_OK) {
    models.search = &search;
    gv_print_page(stdout, &gv_command_help);
    models.search = NULL;
    status = models.error.status;
    *err = models.error;
  }
  gv_search_clear(&search);
  return status;
}

/* All names that there are, for the nearest one: of all tables, commands and the plugins of a list. */
static const char *any_name(const void *context, size_t i)
{
  const struct gv_plugin_list *plugins = context;
  for (size_t t = 0; t < TABLES; t++)
    for (size_t k = 0; gv_tables[t]->entries[k] != NULL; k++)
      if (i-- == 0)
        return gv_tables[t]->entries[k]->name;
  for (size_t c = 0; gv_program.commands[c] != NULL; c++)
    if (i-- == 0)
      return gv_program.commands[c]->name;
  return i < plugins->count ? plugins->files[i].name : NULL;
}

static enum gv_status unknown(const char *name, const struct gv_search *search, struct gv_error *err)
{
  struct gv_plugin_list plugins = {0};
  enum gv_status status = gv_plugin_list(search, &plugins, err);
  if (status != GV_OK)
    return status;
  const char *near = gv_nearest(name, any_name, &plugins);
  if (near != NULL)
    gv_fail(err, GV_USAGE, "nothing is named '%s'; did you mean '%s'? `grapevine help` lists all", name, near);
  else
    gv_fail(err, GV_USAGE, "nothing is named '%s'; `grapevine help` lists all", name);
  gv_plugin_list_clear(&plugins);
  return GV_USAGE;
}

static enum gv_status explain(const char *name, struct gv_error *err)
{
  bool known = false;
  for (size_t t = 0; t < TABLES; t++)
    for (size_t i = 0; gv_tables[t]->entries[i] != NULL; i++) {
      const struct gv_named *entry = gv_tables[t]->entries[i];
      if (strcmp(entry->name, name) == 0) {
        print_page(gv_tables[t]->kind, entry->name, entry->summary, entry->options);
        known = true;
      }
    }
  if (known)
    return GV_OK;
  struct gv_search search = {0};
  const struct gv_model *model = NULL;
  enum gv_status status = gv_plugin_search_fill(&search, NULL, err);
  if (status == GV_OK)
    status = gv_plugin_load(name, &search, &model, NULL, err);
  if (status == GV_OK) {
    print_page("model", model->name, model->summary, model->options);
  } else if (status == GV_USAGE) {  /* no plugin either; one that is there but cannot be loaded has said why */
    status = unknown(name, &search, err);
  }
  gv_search_clear(&search);
  return status;
}

static int run_help(int argc, char **argv)
{
  struct gv_error error = {GV_OK, ""};
  if (argc > 2) {
    gv_fail(&error, GV_USAGE, "help explains one name at a time, and there are %d", argc - 1);
    return gv_complain(&error);
  }
  const struct gv_command *command = argc == 2 ? gv_command_find(gv_program.commands, argv[1]) : NULL;
  enum gv_status status = GV_OK;
  if (command != NULL && command != &gv_command_help)
    gv_print_page(stdout, command);
  else if (argc == 2 && command == NULL && strcmp(argv[1], "--help") != 0)
    status = explain(argv[1], &error);
  else
    status = list_all(&error);
  return status == GV_OK ? 0 : gv_complain(&error);
}

const struct gv_command gv_command_help = {
    .name = "help",
    .arguments = "[NAME]",
    .summary = "explain a model, topology, algorithm, split, data set or command; with no name, list them",
    .about = "Names, by the option that takes them:",
    .listing = list_names,
    .options = gv_help_alone,
    .examples = "grapevine help dirichlet",
    .takes = "name",
    .run = run_help,
};
