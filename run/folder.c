/* Makes a run's folder and writes its text files. */
#include "run/folder.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "core/base/file.h"
#include "core/base/paths.h"

/* mkdir -p of everything above the last part. */
static int make_parents(const char *path)
{
  char *copy = strdup(path);
  if (copy == NULL)
    return ENOMEM;
  int why = 0;
  for (char *c = copy + 1; *c != '\0' && why == 0; c++)
    if (*c == '/') {
      *c = '\0';
      if (mkdir(copy, 0777) != 0 && errno != EEXIST)
        why = errno;
      *c = '/';
    }
  free(copy);
  return why;
}

/* runs/DATE-TIME, with -2, -3 behind it when a run of the same second was faster. */
static enum gv_status make_dated(char **out, struct gv_error *err)
{
  time_t now = time(NULL);
  struct tm local;
  char date[32];
  localtime_r(&now, &local);
  strftime(date, sizeof date, "%Y%m%d-%H%M%S", &local);
  if (mkdir("runs", 0777) != 0 && errno != EEXIST)
    return gv_fail(err, GV_SYSTEM, "out runs: the folder cannot be made: %s; --out names another", strerror(errno));
  for (int i = 1; i < 10000; i++) {
    char *path = NULL;
    int written = i == 1 ? asprintf(&path, "runs/%s", date) : asprintf(&path, "runs/%s-%d", date, i);
    if (written < 0)
      return gv_fail(err, GV_MEMORY, "no memory for the name of the run's folder");
    if (mkdir(path, 0777) == 0) {
      *out = path;
      return GV_OK;
    }
    int why = errno;
    free(path);
    if (why != EEXIST)
      return gv_fail(err, GV_SYSTEM, "out runs/%s: the folder cannot be made: %s; --out names another", date, strerror(why));
  }
  return gv_fail(err, GV_SYSTEM, "out runs/%s: there are 10000 runs of this second; --out names another folder", date);
}

static enum gv_status make_named(const char *path, char **out, struct gv_error *err)
{
  if (*path == '\0')
    return gv_fail(err, GV_USAGE, "out: the folder's name is empty");
  int why = make_parents(path);
  if (why == 0 && mkdir(path, 0777) != 0 && errno != EEXIST)
    why = errno;
  if (why != 0)
    return gv_fail(err, GV_SYSTEM, "out %s: the folder cannot be made: %s", path, strerror(why));
  if (!gv_is_folder(path))
    return gv_fail(err, GV_USAGE, "out %s: that is a file; a folder is wanted", path);
  char *config = gv_path_join(path, "config.json");
  bool taken = config != NULL && gv_is_file(config);
  free(config);
  if (taken)
    return gv_fail(err, GV_USAGE, "out %s: the folder already holds a run; name another", path);
  *out = strdup(path);
  return *out != NULL ? GV_OK : gv_fail(err, GV_MEMORY, "no memory for the name of the run's folder");
}

enum gv_status gv_folder_create(const char *path, struct gv_folder *folder, struct gv_error *err)
{
  struct gv_folder made = {0};
  enum gv_status status = strcmp(path, "auto") == 0 ? make_dated(&made.path, err) : make_named(path, &made.path, err);
  if (status != GV_OK)
    return status;
  char *metrics = gv_path_join(made.path, "metrics.csv");
  if (metrics != NULL)
    made.metrics = fopen(metrics, "we");
  int why = errno;
  free(metrics);
  if (made.metrics == NULL) {
    status = gv_fail(err, GV_SYSTEM, "out %s: metrics.csv cannot be written: %s", made.path, strerror(why));
    gv_folder_clear(&made);
    return status;
  }
  fputs("round,epoch,seconds,train_loss,test_loss,test_accuracy,node_accuracy_min,node_accuracy_mean,"
        "node_accuracy_max,consensus_distance,learning_rate\n", made.metrics);
  *folder = made;
  return GV_OK;
}

void gv_folder_clear(struct gv_folder *folder)
{
  if (folder->metrics != NULL)
    fclose(folder->metrics);
  free(folder->path);
  *folder = (struct gv_folder){0};
}

enum gv_status gv_folder_write(const struct gv_folder *folder, const char *name, const char *text, struct gv_error *err)
{
  char *path = gv_path_join(folder->path, name);
  if (path == NULL || text == NULL) {
    free(path);
    return gv_fail(err, GV_MEMORY, "no memory to write %s", name);
  }
  struct gv_new_file file;
  enum gv_status status = gv_file_begin(&file, path, err);
  free(path);
  if (status != GV_OK)
    return status;
  fputs(text, file.stream);
  fputc('\n', file.stream);
  return gv_file_commit(&file, err);
}

enum gv_status gv_folder_add_metrics(struct gv_folder *folder, const struct gv_evaluation *e, struct gv_error *err)
{
  const double cells[] = {e->epoch, e->seconds, e->train_loss, e->test_loss, e->test_accuracy, e->node_accuracy_min,
                          e->node_accuracy_mean, e->node_accuracy_max, e->consensus_distance, e->learning_rate};
  fprintf(folder->metrics, "%llu", (unsigned long long)e->round);
  for (size_t c = 0; c < sizeof cells / sizeof cells[0]; c++)
    fprintf(folder->metrics, isfinite(cells[c]) ? ",%.9g" : ",", cells[c]);
  fputc('\n', folder->metrics);
  if (fflush(folder->metrics) != 0 || ferror(folder->metrics))
    return gv_fail(err, GV_SYSTEM, "%s/metrics.csv: cannot be written: %s", folder->path, strerror(errno));
  return GV_OK;
}
