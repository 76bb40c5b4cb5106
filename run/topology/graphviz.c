/* Starts a program of Graphviz between two files. */
#include "run/topology/graphviz.h"

#include <errno.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* line <- the first line that the program said; else how it ended. */
static void read_reason(FILE *said, int how, char *line, size_t size)
{
  rewind(said);
  if (fgets(line, (int)size, said) != NULL && line[0] != '\n')
    line[strcspn(line, "\n")] = '\0';
  else if (WIFSIGNALED(how))
    snprintf(line, size, "ended by signal %d", WTERMSIG(how));
  else
    snprintf(line, size, "exit status %d", WEXITSTATUS(how));
}

enum gv_status gv_graphviz(const char *program, const char *first, const char *second, FILE *dot, FILE *out,
                           const char *path, struct gv_error *err)
{
  const char *const arguments[] = {program, first != NULL ? first : second, first != NULL ? second : NULL, NULL};
  FILE *said = tmpfile();
  if (said == NULL || fflush(dot) != 0 || fseek(dot, 0, SEEK_SET) != 0) {
    if (said != NULL)
      fclose(said);
    return gv_fail(err, GV_SYSTEM, "%s: no temporary file for %s: %s", path, program, strerror(errno));
  }
  posix_spawn_file_actions_t actions;
  pid_t child;
  int how = 0;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, fileno(dot), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, fileno(out), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, fileno(said), STDERR_FILENO);
  int failure = posix_spawnp(&child, program, &actions, NULL, (char *const *)(uintptr_t)arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  while (failure == 0 && waitpid(child, &how, 0) == -1 && errno == EINTR)
    ;
  enum gv_status status = GV_OK;
  if (failure == ENOENT || (failure == 0 && WIFEXITED(how) && WEXITSTATUS(how) == 127))
    status = gv_fail(err, GV_SYSTEM, "%s: %s, which draws .svg and .png, is not installed: Debian package "
                     "graphviz; a .dot file needs no program", path, program);
  else if (failure != 0)
    status = gv_fail(err, GV_SYSTEM, "%s: %s cannot be started: %s", path, program, strerror(failure));
  else if (how != 0) {
    char reason[200];
    read_reason(said, how, reason, sizeof reason);
    status = gv_fail(err, GV_SYSTEM, "%s: %s failed: %s", path, program, reason);
  }
  fclose(said);
  return status;
}
