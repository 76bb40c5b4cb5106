/* grapevine data: what data sets there are, and the figures of one. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/base/memory.h"
#include "core/base/option.h"
#include "datasets/known.h"
#include "run/data/describe.h"
#include "run/data/open.h"
#include "run/json.h"

/* ---- list ---- */

static const struct gv_option list_rows[] = {
    {.key = "json", .type = GV_OPTION_FLAG, .value = "no", .help = "the list as JSON"},
    {.key = "help", .type = GV_OPTION_FLAG, .value = "no", .help = "this page"},
    {.key = NULL},
};

/* Calls `each` for every known set with the folder where it is, or NULL. */
static enum gv_status each_known(void (*each)(void *context, const struct gv_known *known, const char *path),
                                 void *context, struct gv_error *err)
{
  enum gv_status status = GV_OK;
  for (size_t i = 0; gv_known_table.entries[i] != NULL && status == GV_OK; i++) {
    const struct gv_known *known = (const struct gv_known *)gv_known_table.entries[i];
    char *path = NULL;
    status = gv_known_locate(known, &path, NULL, err);
    if (status == GV_OK)
      each(context, known, path);
    free(path);
  }
  return status;
}

static void print_known(void *context, const struct gv_known *known, const char *path)
{
  (void)context;
  int at = printf("  %-16s ", known->named.name);
  printf("%s\n%*s", known->named.summary, at, "");
  if (path != NULL)
    printf("in %s\n", path);
  else
    printf("not here: %s\n", known->install);
}

static void add_known(void *context, const struct gv_known *known, const char *path)
{
  json_array_append_new(context, json_pack("{s:s, s:s, s:s, s:o}", "name", known->named.name, "kind", "known",
                                           "summary", known->named.summary, "found",
                                           path != NULL ? gv_json_text(path) : json_null()));
}

static const char *kind_of(const struct gv_reader *reader)
{
  return reader->recognizes != NULL ? "reader" : "made";
}

static void print_readers(const char *title, const char *kind)
{
  printf("\n%s\n", title);
  for (size_t i = 0; gv_reader_table.entries[i] != NULL; i++) {
    const struct gv_reader *reader = (const struct gv_reader *)gv_reader_table.entries[i];
    if (strcmp(kind_of(reader), kind) == 0)
      printf("  %-16s %s\n", reader->named.name, reader->named.summary);
  }
}

static enum gv_status list(const struct gv_options *options, struct gv_error *err)
{
  enum gv_status status;
  if (gv_options_flag(options, "json")) {
    json_t *all = json_array();
    status = each_known(add_known, all, err);
    for (size_t i = 0; gv_reader_table.entries[i] != NULL; i++) {
      const struct gv_reader *reader = (const struct gv_reader *)gv_reader_table.entries[i];
      json_array_append_new(all, json_pack("{s:s, s:s, s:s}", "name", reader->named.name, "kind", kind_of(reader),
                                           "summary", reader->named.summary));
    }
    return status == GV_OK ? gv_print_json(all, err) : (json_decref(all), status);
  }
  printf("Known by name, --data NAME\n");
  status = each_known(print_known, NULL, err);
  print_readers("Readers of files, --data FILE or --data READER:path=FILE,...", "reader");
  print_readers("Made up, --data NAME:KEY=VALUE,...", "made");
  printf("\n`grapevine help NAME` explains the options of each.\n");
  return status;
}

static int run_list(int argc, char **argv)
{
  return gv_run_plain(argc, argv, &gv_command_data_list, "show takes one", list);
}

const struct gv_command gv_command_data_list = {
    .within = "data",
    .name = "list",
    .arguments = "[--json]",
    .summary = "known data sets and where they lie, readers, made-up data",
    .about = "The data sets known by name and where they lie, the readers of files, and data that are made up.",
    .options = list_rows,
    .examples = "grapevine data list",
    .run = run_list,
};

/* ---- show ---- */

static const struct gv_option show_rows[] = {
    {.key = "data", .type = GV_OPTION_TEXT, .value = "", .help = "the same as DATA"},
    GV_DATA_NORMALIZE("auto: unit for bytes, none for others"),
    GV_DATA_LIMIT(""),
    GV_DATA_SHARE("0.2"),
    {.key = "nodes", .type = GV_OPTION_INT, .value = "8", .min = 1, .max = 1e6,
     .help = "for how many nodes data are made up"},
    {.key = "seed", .type = GV_OPTION_INT, .value = "1", .min = 0, .max = 9007199254740992.0,
     .help = "of what is held out or left out"},
    {.key = "json", .type = GV_OPTION_FLAG, .value = "no", .help = "the figures as JSON"},
    {.key = "help", .type = GV_OPTION_FLAG, .value = "no", .help = "this page"},
    {.key = NULL},
};

enum { CLASSES_SHOWN = 30, NAME_SHOWN = 22 };

static void print_counts(const struct gv_dataset *dataset, const struct gv_description *d)
{
  int32_t classes = dataset->shape.classes;
  if (d->counts == NULL)
    return;
  printf("\n  class%27s%10s\n", "training", "test");
  for (int32_t c = 0; c < classes && c < CLASSES_SHOWN; c++) {
    char number[16], name[4 * NAME_SHOWN + 1];
    snprintf(number, sizeof number, "%d", c);
    gv_text_cell(dataset->class_names != NULL ? dataset->class_names[c] : number, NAME_SHOWN, name, sizeof name);
    printf("  %s%*s%10lld%10lld\n", name, NAME_SHOWN - gv_text_width(name), "", (long long)d->counts[c],
           (long long)d->counts[classes + c]);
  }
  if (classes > CLASSES_SHOWN)
    printf("  and %d more; --json has all\n", classes - CLASSES_SHOWN);
}

static void print_page(const struct gv_dataset *dataset, const struct gv_description *d)
{
  const struct gv_shape *shape = &dataset->shape;
  char bytes[32];
  printf("%s\n  found        %s\n", dataset->name, dataset->found);
  printf("  samples      %lld training, %lld test\n", (long long)dataset->train.samples,
         (long long)dataset->test.samples);
  if (shape->channels > 1 || shape->height > 1)
    printf("  shape        %d x %d x %d, %lld features\n", shape->channels, shape->height, shape->width,
           (long long)shape->features);
  else
    printf("  shape        %lld feature%s\n", (long long)shape->features, shape->features == 1 ? "" : "s");
  if (shape->classes > 0)
    printf("  classes      %d\n", shape->classes);
  else
    printf("  targets      %d, from %.6g to %.6g\n", shape->outputs, d->target_least, d->target_largest);
  if (dataset->groups > 0)
    printf("  origins      %d; --split natural makes them nodes\n", dataset->groups);
  printf("  values       %.6g to %.6g, mean %.4g, deviation %.4g (normalize %s)\n", d->least, d->largest, d->mean,
         d->deviation, dataset->normalized);
  printf("  memory       %s as %s", gv_bytes_text(d->bytes, bytes, sizeof bytes), d->storage);
  if (strcmp(d->storage, "sparse") == 0)
    printf(", %.3g %% of the values", 100 * d->nonzeros);
  printf("\n");
  print_counts(dataset, d);
}

static enum gv_status open_shown(const char *word, const struct gv_options *options, struct gv_dataset **out,
                                 struct gv_error *err)
{
  int nodes = (int)gv_options_int(options, "nodes");
  uint64_t seed = (uint64_t)gv_options_int(options, "seed");
  if (word != NULL && gv_options_given(options, "data"))
    return gv_fail(err, GV_USAGE, "show: '%s' and --data both name data; leave one out", word);
  word = word != NULL ? word : gv_options_text(options, "data");
  if (*word == '\0')
    return gv_fail(err, GV_USAGE, "show: which data? `grapevine data list` has names");
  return gv_data_open(word, options, nodes, seed, out, err);
}

static enum gv_status show(const char *word, const struct gv_options *options, struct gv_error *err)
{
  struct gv_dataset *dataset = NULL;
  struct gv_description description = {0};
  enum gv_status status = open_shown(word, options, &dataset, err);
  if (status == GV_OK)
    status = gv_describe(dataset, &description, err);
  if (status == GV_OK && gv_options_flag(options, "json"))
    status = gv_print_json(gv_description_json(dataset, &description), err);
  else if (status == GV_OK)
    print_page(dataset, &description);
  gv_description_clear(&description);
  gv_dataset_destroy(dataset);
  return status;
}

static int run_show(int argc, char **argv)
{
  return gv_run_word(argc, argv, &gv_command_data_show, NULL, show);
}

const struct gv_command gv_command_data_show = {
    .within = "data",
    .name = "show",
    .arguments = "DATA [--OPTION VALUE ...]",
    .summary = "shape, classes, counts and range of one, and where it was found",
    .about = "Reads a data set as a run would, and shows its shape, classes, counts, range, and where it was "
             "found.",
    .options = show_rows,
    .examples = "grapevine data show digits",
    .takes = "data",
    .run = run_show,
};

/* ---- the command ---- */

static const struct gv_command *const commands[] = {&gv_command_data_list, &gv_command_data_show, NULL};

static int run_data(int argc, char **argv)
{
  return gv_run_family(argc, argv, &gv_command_data);
}

const struct gv_command gv_command_data = {
    .name = "data",
    .arguments = "COMMAND [--OPTION VALUE ...]",
    .summary = "data sets: what there are, and the figures of one",
    .about = "Data sets: what there are, and the figures of one.",
    .commands = commands,
    .options = gv_help_alone,
    .notes = "`grapevine data COMMAND --help` explains a command.",
    .examples = "grapevine data show digits",
    .run = run_data,
};
