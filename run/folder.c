/* Makes a run's folder and writes its text files. */
#include "run/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/paths.h"

/* What a run may write: a folder that holds any of it is not taken. */
static const char *const names[] = {"config.json", "split.json", "metrics.csv", "nodes.csv", "summary.json",
                                    "model.safetensors", GV_CHECKPOINT, GV_CHECKPOINT_PREVIOUS};

static const char columns[] =
    "round,epoch,seconds,simulated_seconds,train_loss,test_loss,test_accuracy,node_accuracy_min,node_accuracy_mean,"
    "node_accuracy_max,consensus_distance,learning_rate,node_rounds_min,node_rounds_max,staleness_mean,"
    "staleness_max,published,skipped,messages_per_node,bytes_per_node,global_averages,objective,"
    "objective_by_samples,gradient_norm,gradient_dissimilarity,drift_max\n";

int gv_folder_make(char *path, char *made)
{
  int why = 0;
  size_t length = strlen(path);
  for (size_t i = 1; i <= length && why == 0; i++) {
    if ((path[i] != '/' && path[i] != '\0') || path[i - 1] == '/')
      continue;
    char after = path[i];
    path[i] = '\0';
    made[i] = mkdir(path, 0777) == 0;
    int failure = errno;
    if (!made[i] && failure != EEXIST && !gv_is_folder(path))
      why = failure;
    path[i] = after;
  }
  return why;
}

void gv_folder_unmake(char *path, const char *made)
{
  for (size_t i = path != NULL && made != NULL ? strlen(path) : 0; i > 0; i--)
    if (made[i]) {
      char after = path[i];
      path[i] = '\0';
      (void)rmdir(path);
      path[i] = after;
    }
}

/* Makes the folder and its parents. *fresh <- false when it was there before, as a folder or as something else. */
static enum gv_status make(const char *path, struct gv_folder *folder, bool *fresh, struct gv_error *err)
{
  size_t length = strlen(path);
  while (length > 1 && path[length - 1] == '/')
    length--;
  *folder = (struct gv_folder){.path = strndup(path, length), .made = calloc(length + 1, 1)};
  if (folder->path == NULL || folder->made == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for the name of the run's folder");
  int why = gv_folder_make(folder->path, folder->made);
  *fresh = folder->made[length];
  return why == 0 ? GV_OK
                  : gv_fail(err, GV_SYSTEM, "out %s: the folder cannot be made: %s; --out names another", path,
                            strerror(why));
}

/* runs/DATE-TIME, with -2, -3 behind it when a run of the same second was faster. */
static enum gv_status make_dated(struct gv_folder *folder, struct gv_error *err)
{
  time_t now = time(NULL);
  struct tm local;
  char date[32], path[64];
  localtime_r(&now, &local);
  strftime(date, sizeof date, "%Y%m%d-%H%M%S", &local);
  for (int i = 1; i < 10000; i++) {
    snprintf(path, sizeof path, i == 1 ? "runs/%s" : "runs/%s-%d", date, i);
    bool fresh = false;
    enum gv_status status = make(path, folder, &fresh, err);
    if (status != GV_OK || fresh)
      return status;
    gv_folder_clear(folder);
  }
  return gv_fail(err, GV_SYSTEM, "out runs/%s: there are 10000 runs of this second; --out names another folder",
                 date);
}

static enum gv_status make_named(const char *path, struct gv_folder *folder, struct gv_error *err)
{
  if (*path == '\0')
    return gv_fail(err, GV_USAGE, "out: the folder's name is empty");
  bool fresh = false;
  enum gv_status status = make(path, folder, &fresh, err);
  if (status == GV_OK && !fresh && !gv_is_folder(path))
    return gv_fail(err, GV_USAGE, "out %s: that is a file; a folder is wanted", path);
  return status;
}

/* Only who has the lock may look: before, another may begin a run there, or come to its end. */
static enum gv_status check_empty(const struct gv_folder *folder, const char *path, struct gv_error *err)
{
  struct stat st;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (fstatat(folder->lock, names[i], &st, AT_SYMLINK_NOFOLLOW) == 0)
      return gv_fail(err, GV_USAGE, "out %s: the folder already holds a run (%s); name another", path, names[i]);
  return GV_OK;
}

/* Whether the path still leads to the folder that was opened: who had the lock may have taken it back, and another
 * have made it anew, whose lock is another. */
static bool is_same(int fd, const char *path)
{
  struct stat opened, there;
  return fstat(fd, &opened) == 0 && stat(path, &there) == 0 && opened.st_dev == there.st_dev &&
         opened.st_ino == there.st_ino;
}

/* Two processes that train in one folder would spoil each other's files. A folder that another has is no longer
 * this one's to take back, whoever made it. */
static enum gv_status lock(struct gv_folder *folder, const char *option, struct gv_error *err)
{
  int fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return gv_fail(err, GV_SYSTEM, "%s %s: cannot be opened: %s", option, folder->path, strerror(errno));
  if ((flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) || !is_same(fd, folder->path)) {
    close(fd);
    free(folder->made);
    folder->made = NULL;
    return gv_fail(err, GV_SYSTEM, "%s %s: another process trains in this folder", option, folder->path);
  }
  folder->locked = true;
  folder->lock = fd;
  return GV_OK;
}

/* Whether the name is one that gv_file_commit gives a file of a run just before it renames it. */
static bool is_temporary(const char *name)
{
  size_t length = strlen(name);
  bool ours = false;
  for (size_t i = 0; i < sizeof names / sizeof names[0] && !ours; i++)
    ours = strncmp(name, names[i], strlen(names[i])) == 0 && name[strlen(names[i])] == '.';
  return ours && length > 4 && strcmp(name + length - 4, ".tmp") == 0;
}

/* What a run that was killed was just writing. */
static void sweep(int folder)
{
  int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *entries = fd >= 0 ? fdopendir(fd) : NULL;
  for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;)
    if (is_temporary(entry->d_name))
      (void)unlinkat(folder, entry->d_name, 0);
  if (entries != NULL)
    closedir(entries);
  else if (fd >= 0)
    close(fd);
}

enum gv_status gv_folder_lock(const char *path, struct gv_folder *folder, struct gv_error *err)
{
  *folder = (struct gv_folder){.path = strdup(path)};
  enum gv_status status = folder->path != NULL ? lock(folder, "resume", err)
                                               : gv_fail(err, GV_MEMORY, "no memory for the run's folder");
  if (status != GV_OK)
    gv_folder_clear(folder);
  return status;
}

enum gv_status gv_folder_reopen(struct gv_folder *folder, const uint64_t *last, struct gv_error *err)
{
  enum gv_status status = gv_rows_reopen(folder->path, "metrics.csv", columns, last, &folder->metrics, err);
  if (status == GV_OK)
    sweep(folder->lock);
  return status;
}

enum gv_status gv_folder_create(const char *path, struct gv_folder *folder, struct gv_error *err)
{
  struct gv_folder made = {0};
  enum gv_status status = strcmp(path, "auto") == 0 ? make_dated(&made, err) : make_named(path, &made, err);
  if (status == GV_OK)
    status = lock(&made, "out", err);
  if (status == GV_OK)
    status = check_empty(&made, path, err);
  if (status != GV_OK) {
    gv_folder_unmake(made.path, made.made);
    gv_folder_clear(&made);
    return status;
  }
  *folder = made;
  return GV_OK;
}

enum gv_status gv_folder_begin_metrics(struct gv_folder *folder, struct gv_error *err)
{
  return gv_rows_create(folder->path, "metrics.csv", columns, &folder->metrics, err);
}

void gv_folder_remove(const struct gv_folder *folder, const char *name)
{
  (void)unlinkat(folder->lock, name, 0);
}

static void remove_files(int folder)
{
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    (void)unlinkat(folder, names[i], 0);
}

void gv_folder_discard(struct gv_folder *folder)
{
  if (folder->locked)
    remove_files(folder->lock);
  gv_folder_unmake(folder->path, folder->made);
  gv_folder_clear(folder);
}

void gv_folder_erase(const char *path)
{
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return;
  remove_files(fd);
  sweep(fd);
  (void)rmdir(path);
  close(fd);
}

void gv_folder_clear(struct gv_folder *folder)
{
  gv_rows_clear(&folder->metrics);
  if (folder->locked)
    close(folder->lock);
  free(folder->path);
  free(folder->made);
  *folder = (struct gv_folder){0};
}

enum gv_status gv_folder_write(const struct gv_folder *folder, const char *name, const char *text,
                               struct gv_error *err)
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
  gv_file_put(&file, text, 1, strlen(text));
  fputc('\n', file.stream);
  return gv_file_commit(&file, err);
}

enum gv_status gv_folder_add_metrics(struct gv_folder *folder, const struct gv_evaluation *e,
                                     struct gv_error *err)
{
  const double cells[] = {e->epoch, e->seconds, e->simulated_seconds, e->train_loss, e->test_loss,
                          e->test_accuracy, e->node_accuracy_min,
                          e->node_accuracy_mean, e->node_accuracy_max, e->consensus_distance, e->learning_rate,
                          (double)e->node_rounds_min, (double)e->node_rounds_max, gv_staleness_mean(e),
                          (double)e->asynchrony.staleness_max, (double)e->asynchrony.published,
                          (double)e->asynchrony.skipped, e->messages, e->bytes, (double)e->global_averages,
                          e->objective, e->objective_by_samples, e->gradient_norm, e->gradient_dissimilarity,
                          e->drift_max};
  FILE *out = folder->metrics.file;
  enum gv_status status = gv_rows_begin(&folder->metrics, err);
  if (status != GV_OK)
    return status;
  fprintf(out, "%llu", (unsigned long long)e->round);
  for (size_t c = 0; c < sizeof cells / sizeof cells[0]; c++)
    fprintf(out, isfinite(cells[c]) ? ",%.9g" : ",", cells[c]);
  fputc('\n', out);
  return gv_rows_end(&folder->metrics, err);
}
