/* grapevine model list: every plugin that is found, those too that cannot be loaded. */
#include "cli/cli.h"
#include "cli/page.h"
#include "core/base/option.h"
#include "plugins/load.h"
#include "plugins/search.h"
#include "run/json.h"

static const struct gv_option rows[] = {
    {.key = "plugin-dir", .type = GV_OPTION_TEXT, .value = "",
     .help = "folders of model plugins, joined by ':', looked into first"},
    {.key = "json", .type = GV_OPTION_FLAG, .value = "no", .help = "the list as JSON"},
    {.key = "help", .type = GV_OPTION_FLAG, .value = "no", .help = "this page"},
    {.key = NULL},
};

struct page {
  FILE *out;
  bool files;
};

/* Calls see for each plugin, in order of their names; model is NULL where it cannot be loaded, and why says it.
 * Where there is no plugin, see is called once, with file NULL. */
static enum gv_status each_model(const struct gv_search *search,
                                 void (*see)(void *context, const struct gv_plugin_file *file,
                                             const struct gv_model *model, const char *why),
                                 void *context, struct gv_error *err)
{
  struct gv_plugin_list list = {0};
  enum gv_status status = gv_plugin_list(search, &list, err);
  for (size_t i = 0; i < list.count; i++) {
    const struct gv_model *model = NULL;
    struct gv_error refused = {GV_OK, ""};
    (void)gv_plugin_load(list.files[i].path, search, &model, NULL, &refused);
    see(context, &list.files[i], model, refused.text);
  }
  if (status == GV_OK && list.count == 0)
    see(context, NULL, NULL, NULL);
  gv_plugin_list_clear(&list);
  return status;
}

static void print_one(void *context, const struct gv_plugin_file *file, const struct gv_model *model,
                      const char *why)
{
  const struct page *page = context;
  bool colour = gv_colour(page->out);
  if (file == NULL)
    fprintf(page->out, "  none\n");
  else if (model != NULL)
    fprintf(page->out, "  %-22s %s\n", model->name, model->summary);
  else
    fprintf(page->out, "  %-22s %sunusable:%s %s\n", file->name, colour ? "\033[31m" : "",
            colour ? "\033[0m" : "", why);
  if (model != NULL && page->files)
    fprintf(page->out, "  %-22s %s%s%s\n", "", colour ? "\033[2m" : "", file->path, colour ? "\033[0m" : "");
}

enum gv_status gv_print_models(FILE *out, const struct gv_search *search, bool files, struct gv_error *err)
{
  return each_model(search, print_one, &(struct page){out, files}, err);
}

static void add_one(void *context, const struct gv_plugin_file *file, const struct gv_model *model, const char *why)
{
  json_t *models = context, *entry = json_object();
  if (file == NULL) {
    json_decref(entry);
    return;
  }
  json_object_set_new(entry, "name", gv_json_text(file->name));
  json_object_set_new(entry, "file", gv_json_text(file->path));
  if (model != NULL)
    json_object_set_new(entry, "summary", gv_json_text(model->summary));
  else
    json_object_set_new(entry, "error", gv_json_text(why));
  json_array_append_new(models, entry);
}

static enum gv_status print_json(const struct gv_search *search, struct gv_error *err)
{
  json_t *models = json_array();
  enum gv_status status = each_model(search, add_one, models, err);
  if (status == GV_OK)
    return gv_print_json(json_pack("{s:o}", "models", models), err);
  json_decref(models);
  return status;
}

static int run_list(int argc, char **argv)
{
  struct gv_error error = {GV_OK, ""};
  struct gv_options *options = NULL;
  struct gv_search search = {0};
  const char *word = NULL;
  gv_show_log(false);
  enum gv_status status = gv_arguments_word(argc, argv, rows, &word, &options, &error);
  if (status == GV_OK && word != NULL)
    status = gv_fail(&error, GV_USAGE, "list takes no name, and was given '%s'; `grapevine model show %s` explains "
                     "a model", word, word);
  bool help = status == GV_OK && gv_options_flag(options, "help");
  if (help)
    gv_print_page(stdout, &gv_command_model_list);
  if (status == GV_OK && !help)
    status = gv_plugin_search_fill(&search, gv_options_text(options, "plugin-dir"), &error);
  if (status == GV_OK && !help)
    status = gv_options_flag(options, "json") ? print_json(&search, &error)
                                              : gv_print_models(stdout, &search, true, &error);
  gv_search_clear(&search);
  gv_options_destroy(options);
  return status == GV_OK ? 0 : gv_complain(&error);
}

const struct gv_command gv_command_model_list = {
    .within = "model",
    .name = "list",
    .arguments = "[--OPTION VALUE ...]",
    .summary = "the models that are found, with their files",
    .about = "Lists the models that are found in --plugin-dir, in GRAPEVINE_PLUGIN_PATH and where Grapevine is "
             "installed: name, summary and file, or why the file is no model.",
    .options = rows,
    .examples = "grapevine model list --json",
    .run = run_list,
};
