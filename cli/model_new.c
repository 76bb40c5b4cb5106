/* grapevine model new: writes a model to begin with, and says what to type next. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "config.h"
#include "core/base/log.h"
#include "core/base/option.h"
#include "core/base/paths.h"
#include "core/base/shell.h"
#include "plugins/search.h"
#include "plugins/skeleton.h"

static const struct gv_option rows[] = {
    {.key = "dir", .type = GV_OPTION_TEXT, .value = "", .help = "the folder to write into; not given: ./NAME"},
    {.key = "help", .type = GV_OPTION_FLAG, .value = "no", .help = "this page"},
    {.key = NULL},
};

static bool looks_by_itself(const char *folder)
{
  struct gv_search usual = {0};
  bool found = false;
  if (gv_search_add(&usual, GV_PC_PATH))
    for (size_t i = 0; i < usual.count; i++)
      found = found || strcmp(usual.folders[i], folder) == 0;
  gv_search_clear(&usual);
  return found;
}

/* The command that builds: with what pkg-config has to be told, when this is no place where it looks by itself. */
static char *make_command(void)
{
  char *folder = gv_path_pkg_config(), *word = NULL, *command = NULL;
  if (folder == NULL || looks_by_itself(folder)) {
    command = strdup("make");
  } else {
    word = gv_shell_word(folder);
    if (word == NULL || asprintf(&command, "PKG_CONFIG_PATH=%s make", word) < 0)
      command = NULL;
  }
  free(word);
  free(folder);
  return command;
}

/* Warns when a model of this name is found already; --plugin-dir puts a new one first. */
static enum gv_status warn_of_namesake(const char *name, struct gv_error *err)
{
  struct gv_search search = {0};
  struct gv_plugin_list list = {0};
  enum gv_status status = gv_plugin_search_fill(&search, NULL, err);
  if (status == GV_OK)
    status = gv_plugin_list(&search, &list, err);
  for (size_t i = 0; i < list.count; i++)
    if (strcmp(list.files[i].name, name) == 0)
      gv_log(GV_LOG_WARNING, "there is a model %s already, %s; yours is taken where --plugin-dir names its folder",
             name, list.files[i].path);
  gv_plugin_list_clear(&list);
  gv_search_clear(&search);
  return status;
}

static void print_next(const struct gv_skeleton *s, const char *folder_word)
{
  const char *slash = s->folder[strlen(s->folder) - 1] == '/' ? "" : "/";
  int width = (int)strlen(s->name) + 2 > 9 ? (int)strlen(s->name) + 2 : 9;  /* of "README.md", or NAME.c */
  printf("Written into %s%s\n"
         "  %s.c%*s  the model; it begins as softmax regression\n"
         "  %-*s  builds %s.so\n"
         "  %-*s  how to use it\n"
         "\nTry next\n",
         s->folder, slash, s->name, width - (int)strlen(s->name) - 2, "", width, "Makefile", s->name, width,
         "README.md");
  if (strcmp(s->folder, ".") != 0)
    printf("  cd %s%s\n", folder_word[0] == '-' ? "./" : "", folder_word);
  printf("  %s\n  %s model check ./%s.so\n  %s train --plugin-dir . --model %s\n", s->make, s->grapevine, s->name,
         s->grapevine, s->name);
}

static enum gv_status write_new(const char *name, const char *folder, struct gv_error *err)
{
  char *make = make_command(), *grapevine = gv_program_word(), *folder_word = gv_shell_word(folder);
  enum gv_status status = gv_skeleton_check_name(name, err);
  if (status == GV_OK && (make == NULL || grapevine == NULL || folder_word == NULL))
    status = gv_fail(err, GV_MEMORY, "no memory for the commands to try");
  struct gv_skeleton skeleton = {.name = name, .folder = folder, .make = make, .grapevine = grapevine};
  if (status == GV_OK)
    status = gv_skeleton_write(&skeleton, err);
  if (status == GV_OK)
    print_next(&skeleton, folder_word);
  if (status == GV_OK)
    status = warn_of_namesake(name, err);
  free(make);
  free(grapevine);
  free(folder_word);
  return status;
}

static enum gv_status begin_model(const char *name, const struct gv_options *options, struct gv_error *err)
{
  const char *folder = gv_options_given(options, "dir") ? gv_options_text(options, "dir") : name;
  return *folder != '\0' ? write_new(name, folder, err)
                         : gv_fail(err, GV_USAGE, "new: dir is ''; give the folder to write into");
}

static int run_new(int argc, char **argv)
{
  return gv_run_word(argc, argv, &gv_command_model_new,
                     "wants a name for the model, as in `grapevine model new mine`", begin_model);
}

const struct gv_command gv_command_model_new = {
    .within = "model",
    .name = "new",
    .arguments = "NAME [--dir FOLDER]",
    .summary = "begin a model of your own: a plugin in C that trains, and its Makefile",
    .about = "Writes a model of one's own: NAME.c, a plugin of under 80 lines that trains at once, a Makefile "
             "and a README.md. No file is overwritten. NAME is made of lower-case letters, digits, '-' and '_'.",
    .options = rows,
    .examples = "grapevine model new mine --dir ~/models/mine",
    .takes = "word",
    .run = run_new,
};
