/* Begins, watches and hears a process that trains. */
#include "run/study/child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/spawn.h"

extern char **environ;

static bool add(char **list, size_t *n, char *own)
{
  list[*n] = own;
  *n += own != NULL;
  return own != NULL;
}

static bool add_pair(char **list, size_t *n, const char *key, const char *value)
{
  char *text = NULL;
  return asprintf(&text, "--%s=%s", key, value) > 0 && add(list, n, text);
}

static void free_list(char **list)
{
  for (size_t i = 0; list != NULL && list[i] != NULL; i++)
    free(list[i]);
  free(list);
}

/* Arguments of the program, ends with NULL, for free_list; NULL without memory. */
static char **arguments_of(const struct gv_child_setup *setup, const struct gv_planned *run)
{
  char **list = calloc(run->count + 10, sizeof *list), *folder = NULL, number[32];
  bool resumes = run->state == GV_RUN_BEGUN, good = list != NULL;
  const char *workers = gv_planned_setting(run, "workers");
  size_t n = 0;
  good = good && add(list, &n, strdup(setup->program)) && add(list, &n, strdup("train")) &&
         add(list, &n, strdup("--quiet"));
  good = good && asprintf(&folder, "--%s=%s/%s", resumes ? "resume" : "out", setup->folder, run->folder) > 0 &&
         add(list, &n, folder);
  snprintf(number, sizeof number, "%d", setup->workers);
  if (good && setup->workers > 0)
    good = add_pair(list, &n, "workers", number);
  else if (good && resumes && workers != NULL)  /* the file may say another number by now */
    good = add_pair(list, &n, "workers", workers);
  if (good && setup->unbound && gv_planned_setting(run, "bind") == NULL)  /* or all stand on the first processors */
    good = add_pair(list, &n, "bind", "none");
  for (size_t s = 0; s < run->count && !resumes && good; s++)
    good = add_pair(list, &n, run->settings[s].key, run->settings[s].value);
  snprintf(number, sizeof number, "%llu", (unsigned long long)run->seed);
  if (good && !resumes)
    good = add_pair(list, &n, "seed", number);
  if (!good) {
    free_list(list);
    list = NULL;
  }
  return list;
}

/* The environment with the study's id; its first entry alone is to be freed. */
static char **environment(void)
{
  size_t count = 0;
  while (environ != NULL && environ[count] != NULL)
    count++;
  char **all = calloc(count + 2, sizeof *all);
  if (all == NULL || asprintf(&all[0], GV_STUDY_VARIABLE "=%ld", (long)getpid()) < 0) {
    free(all);
    return NULL;
  }
  for (size_t i = 0, n = 1; i < count; i++)
    if (strncmp(environ[i], GV_STUDY_VARIABLE "=", sizeof GV_STUDY_VARIABLE) != 0)
      all[n++] = environ[i];
  return all;
}

enum gv_status gv_child_start(const struct gv_child_setup *setup, struct gv_planned *run, struct gv_child *child,
                              struct gv_error *err)
{
  char **arguments = arguments_of(setup, run), **variables = environment();
  int why = ENOMEM, null = -1;
  FILE *said = NULL;
  pid_t id = 0;
  if (arguments != NULL && variables != NULL) {
    null = open("/dev/null", O_RDWR | O_CLOEXEC);
    said = null >= 0 ? tmpfile() : NULL;
    why = said == NULL ? errno  /* apart: the terminal's Ctrl-C is the study's, which passes it on */
                       : gv_spawn(arguments[0], (const char *const *)(uintptr_t)arguments, variables,
                                  (const int[]){null, null, fileno(said)}, true, &id);
  }
  free_list(arguments);
  if (variables != NULL)
    free(variables[0]);
  free(variables);
  if (null >= 0)
    close(null);
  if (why != 0) {
    if (said != NULL)
      fclose(said);
    return gv_fail(err, GV_SYSTEM, "%s: no process for run %s: %s", setup->folder, run->folder, strerror(why));
  }
  *child = (struct gv_child){.id = id, .said = said, .run = run};
  return GV_OK;
}

bool gv_child_ended(const struct gv_child *child, int *how)
{
  return child->id > 0 && waitpid(child->id, how, WNOHANG) == child->id;
}

void gv_child_close(struct gv_child *child, char *text, size_t size)
{
  char line[1024];
  static const char name[] = "grapevine: ", error[] = "error: ";
  *text = '\0';
  rewind(child->said);
  while (fgets(line, sizeof line, child->said) != NULL) {
    const char *from = line;
    line[strcspn(line, "\n")] = '\0';
    if (strncmp(from, name, sizeof name - 1) == 0)
      from += sizeof name - 1;
    if (strncmp(from, error, sizeof error - 1) == 0)
      from += sizeof error - 1;
    if (*from != '\0')
      snprintf(text, size, "%.500s", from);
  }
  fclose(child->said);
  *child = (struct gv_child){0};
}
