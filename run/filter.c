/* Starts a program between two files without names. */
#include "run/filter.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/spawn.h"

extern char **environ;

enum gv_status gv_filter_check(const char *program, const char *package, const char *path, struct gv_error *err)
{
  const char *folder = getenv("PATH");
  char file[4096];
  folder = folder != NULL ? folder : "/bin:/usr/bin";  /* as gv_spawn */
  while (*folder != '\0') {
    int length = (int)strcspn(folder, ":");
    if (snprintf(file, sizeof file, "%.*s/%s", length, folder, program) < (int)sizeof file &&
        access(file, X_OK) == 0)
      return GV_OK;
    folder += length;
    folder += *folder == ':';
  }
  return gv_fail(err, GV_SYSTEM, "%s: %s, which draws it, is not installed: Debian package %s", path, program,
                 package);
}

/* Waits for the program. What waitpid says of its end; -1, with errno, where it could not be started. */
static int run_program(const char *const *arguments, FILE *in, FILE *out, FILE *said)
{
  const int streams[3] = {fileno(in), fileno(out), fileno(said)};
  pid_t id = 0;
  int how = 0;
  errno = gv_spawn(arguments[0], arguments, environ, streams, false, &id);
  if (errno != 0)
    return -1;
  while (waitpid(id, &how, 0) < 0)
    if (errno != EINTR)
      return -1;
  return how;
}

/* The last line with words: gnuplot shows the place of a mistake before it. */
static void read_complaint(FILE *said, char *text, size_t size)
{
  char line[256];
  snprintf(text, size, "it says nothing");
  rewind(said);
  while (fgets(line, sizeof line, said) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    if (line[strspn(line, " ^")] != '\0')
      snprintf(text, size, "%s", line + strspn(line, " "));
  }
}

enum gv_status gv_filter_run(const char *const *arguments, FILE *in, const char *path, struct gv_error *err)
{
  FILE *out = tmpfile(), *said = tmpfile();
  char text[256];
  enum gv_status status = GV_OK;
  if (out == NULL || said == NULL || fflush(in) != 0 || ferror(in) || fseek(in, 0, SEEK_SET) != 0) {
    status = gv_fail(err, GV_SYSTEM, "%s: no temporary file for %s: %s", path, arguments[0], strerror(errno));
  } else {
    int how = run_program(arguments, in, out, said);
    if (how == -1) {
      status = gv_fail(err, GV_SYSTEM, "%s: %s: %s", path, arguments[0], strerror(errno));
    } else if (WIFSIGNALED(how)) {
      status = gv_fail(err, GV_SYSTEM, "%s: %s was ended by a signal: %s", path, arguments[0],
                       strsignal(WTERMSIG(how)));
    } else if (WEXITSTATUS(how) != 0 || fseek(out, 0, SEEK_END) != 0 || ftell(out) == 0) {
      read_complaint(said, text, sizeof text);
      status = gv_fail(err, GV_SYSTEM, "%s: %s drew nothing: %s", path, arguments[0], text);
    } else {
      status = gv_file_copy(out, path, err);
    }
  }
  if (out != NULL)
    fclose(out);
  if (said != NULL)
    fclose(said);
  return status;
}
