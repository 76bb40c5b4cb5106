/* Writes the man pages and the tables of the completion, of what the program itself reads:
 *
 *   manual TABLES FOLDER/grapevine.1 FOLDER/grapevine-train.1 ...
 *
 * The pages are those that get installed; a command that none of them is of is an error, and so is the reverse. */
#include <errno.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/completion.h"
#include "cli/page.h"
#include "cli/roff.h"

struct manual {
  char **paths;
  int count, written;
};

static int complain(const char *what, const char *why)
{
  fprintf(stderr, "manual: %s: %s\n", what, why);
  return 1;
}

static FILE *begin(const char *path)
{
  FILE *out = fopen(path, "w");
  if (out == NULL)
    (void)complain(path, strerror(errno));
  return out;
}

static int end(FILE *out, const char *path)
{
  bool failed = ferror(out) != 0;
  return fclose(out) != 0 || failed ? complain(path, "cannot be written") : 0;
}

static const char *page_path(const struct manual *manual, const char *name)
{
  for (int i = 0; i < manual->count; i++) {
    const char *slash = strrchr(manual->paths[i], '/');
    if (strcmp(slash != NULL ? slash + 1 : manual->paths[i], name) == 0)
      return manual->paths[i];
  }
  return NULL;
}

static int write_page(struct manual *manual, const struct gv_command *command, const struct gv_command *above)
{
  char name[72];
  size_t length = gv_page_name(command, name, sizeof name - sizeof ".1");
  memcpy(name + length, ".1", sizeof ".1");
  const char *path = page_path(manual, name);
  if (path == NULL)
    return complain(name, "is the page of a command, and is missing in cli/local.mk");
  FILE *out = begin(path);
  if (out == NULL)
    return 1;
  gv_roff_page(out, command, above);
  manual->written++;
  int code = end(out, path);
  const struct gv_command *const *below = command->commands;
  for (; code == 0 && below != NULL && *below != NULL; below++)
    code = write_page(manual, *below, command);
  return code;
}

int main(int argc, char **argv)
{
  if (argc < 3)
    return complain("usage", "manual TABLES FOLDER/PAGE.1 ...");
  struct manual manual = {.paths = argv + 2, .count = argc - 2};
  int code = write_page(&manual, &gv_program, NULL);
  if (code == 0 && manual.written != manual.count)
    code = complain("cli/local.mk", "it has a page of a command that is not there");
  FILE *out = code == 0 ? begin(argv[1]) : NULL;
  if (out == NULL)
    return 1;
  gv_completion_tables(out);
  return end(out, argv[1]);
}
