/* Files, descriptors, the heap and the program, as the soak looks at them. */
#include "tests/soak/outside.h"

#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <grapevine/grapevine.h>

#include "core/base/option.h"
#include "tests/heap.h"

extern char **environ;

bool soak_same_file(const char *a, const char *b, const char *name)
{
  char path[2][2 * SOAK_TEXT];
  snprintf(path[0], sizeof path[0], "%s/%s", a, name);
  snprintf(path[1], sizeof path[1], "%s/%s", b, name);
  FILE *file[2] = {fopen(path[0], "rb"), fopen(path[1], "rb")};
  bool same = file[0] != NULL && file[1] != NULL;
  while (same) {
    char piece[2][4096];
    size_t got = fread(piece[0], 1, sizeof piece[0], file[0]);
    same = fread(piece[1], 1, sizeof piece[1], file[1]) == got && memcmp(piece[0], piece[1], got) == 0;
    if (got == 0)
      break;
  }
  for (int i = 0; i < 2; i++)
    if (file[i] != NULL)
      fclose(file[i]);
  return same;
}

int soak_descriptors(void)
{
  struct dirent **entries;
  int count = scandir("/proc/self/fd", &entries, NULL, NULL);
  for (int i = 0; i < count; i++)
    free(entries[i]);
  if (count >= 0)
    free(entries);
  return count;
}

size_t soak_heap(void)
{
  return heap_used();
}

int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

bool soak_leaks(void)
{
  return __lsan_do_recoverable_leak_check != NULL && __lsan_do_recoverable_leak_check() != 0;
}

/* Whether a line is told beside a refusal: a warning, and where the rows of a run that failed are. */
static bool is_aside(const char *line)
{
  static const char warning[] = "grapevine: warning: ", measured[] = "grapevine: what was measured until round ";
  return strncmp(line, warning, sizeof warning - 1) == 0 || strncmp(line, measured, sizeof measured - 1) == 0;
}

/* Lines of a file, but for those; said <- them, joined by '|'. */
static int read_lines(const char *path, char *said, size_t size)
{
  int lines = 0;
  size_t used = 0, room = 0;
  char *line = NULL;
  FILE *file = fopen(path, "r");
  said[0] = '\0';
  while (file != NULL && getline(&line, &room, file) > 0)
    if (!is_aside(line)) {
      line[strcspn(line, "\n")] = '\0';
      if (used < size)
        used += (size_t)snprintf(said + used, size - used, "%s%s", lines > 0 ? "|" : "", line);
      lines++;
    }
  free(line);
  if (file != NULL)
    fclose(file);
  return lines;
}

int soak_program(const struct soak_config *config, const char *out, const char *folder, char *said, size_t size,
                 int *lines)
{
  const char *build = getenv("GV_BUILD");
  char program[SOAK_TEXT], path[2 * SOAK_TEXT], workers[16], option[SOAK_PAIRS_MAX][40];
  char *argument[2 * SOAK_PAIRS_MAX + 10];
  int count = 0, ended;
  pid_t child;
  if (build == NULL)
    return -1;
  snprintf(program, sizeof program, "%s/grapevine", build);
  snprintf(path, sizeof path, "%s/said", folder);
  snprintf(workers, sizeof workers, "%d", config->workers[1]);
  argument[count++] = program;
  argument[count++] = (char *)"train";
  for (int i = 0; i < config->count; i++) {
    snprintf(option[i], sizeof option[i], "--%s", config->pair[i].key);
    bool flag = gv_option_find(gv_run_options(), config->pair[i].key)->type == GV_OPTION_FLAG;
    if (flag && strcmp(config->pair[i].value, "yes") != 0)
      continue;  /* on a command line a flag stands alone, or is not there */
    argument[count++] = option[i];
    if (!flag)
      argument[count++] = (char *)config->pair[i].value;
  }
  argument[count++] = (char *)"--workers";
  argument[count++] = workers;
  argument[count++] = (char *)"--out";
  argument[count++] = (char *)out;
  argument[count++] = (char *)"--quiet";
  argument[count] = NULL;
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 2, path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
  int failed = posix_spawn(&child, program, &files, NULL, argument, environ);
  posix_spawn_file_actions_destroy(&files);
  if (failed != 0 || waitpid(child, &ended, 0) != child)
    return -1;
  *lines = read_lines(path, said, size);
  return WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
}
