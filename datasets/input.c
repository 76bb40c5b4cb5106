/* Reads plain and gzip files through zlib, and names what is wrong with them. */
#include "datasets/input.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/memory.h"
#include "core/base/paths.h"

enum {
  STEP = 1 << 24,     /* bytes asked of zlib at a time */
  ROOM_MIN = 1 << 16  /* first buffer of what grows */
};

/* file (NAME_MAX + 1) <- name, or name.gz; false: neither is in the folder. */
static bool file_of(const char *folder, const char *name, char *file)
{
  static const char *const endings[] = {"", ".gz"};
  struct stat st;
  bool there = false;
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (int i = 0; fd >= 0 && i < 2 && !there; i++)
    there = snprintf(file, NAME_MAX + 1, "%s%s", name, endings[i]) <= NAME_MAX && fstatat(fd, file, &st, 0) == 0 &&
            S_ISREG(st.st_mode);
  if (fd >= 0)
    close(fd);
  return there;
}

bool gv_input_there(const char *folder, const char *name)
{
  char file[NAME_MAX + 1];
  return file_of(folder, name, file);
}

enum gv_status gv_input_find(const char *folder, const char *name, char **path, struct gv_error *err)
{
  char file[NAME_MAX + 1];
  *path = NULL;
  if (!file_of(folder, name, file))
    return GV_OK;
  *path = gv_path_join(folder, file);
  return *path != NULL ? GV_OK : gv_fail(err, GV_MEMORY, "%s/%s: no memory to open it", folder, file);
}

enum gv_status gv_input_open(const char *path, struct gv_input *input, struct gv_error *err)
{
  struct stat st;
  *input = (struct gv_input){.path = strdup(path)};
  if (input->path == NULL)
    return gv_fail(err, GV_MEMORY, "%s: no memory to open it", path);
  if (stat(path, &st) != 0)
    return gv_fail(err, errno == ENOENT || errno == ENOTDIR ? GV_INPUT : GV_SYSTEM, "%s: cannot open: %s", path,
                   strerror(errno));
  if (S_ISDIR(st.st_mode))
    return gv_fail(err, GV_INPUT, "%s: is a folder; a file is wanted", path);
  errno = 0;
  input->stream = gzopen(path, "rb");
  if (input->stream == NULL)
    return gv_fail(err, GV_SYSTEM, "%s: cannot open: %s", path, strerror(errno != 0 ? errno : ENOMEM));
  (void)gzbuffer(input->stream, 1 << 17);
  input->plain = S_ISREG(st.st_mode) && gzdirect(input->stream) != 0;
  input->size = (uint64_t)st.st_size;
  return GV_OK;
}

void gv_input_close(struct gv_input *input)
{
  if (input->stream != NULL)
    (void)gzclose(input->stream);
  free(input->path);
  gv_free(input->line);
  *input = (struct gv_input){0};
}

enum gv_status gv_input_pull(struct gv_input *input, void *to, size_t size, size_t *got, struct gv_error *err)
{
  size_t have = 0;
  while (have < size) {
    unsigned ask = size - have < STEP ? (unsigned)(size - have) : STEP;
    int n = gzread(input->stream, (char *)to + have, ask);
    if (n > 0)
      have += (size_t)n;
    if (n == (int)ask)
      continue;
    int code;
    const char *why = gzerror(input->stream, &code);
    if (code == Z_BUF_ERROR)
      return gv_fail(err, GV_INPUT, "%s: the compressed data end too early; the file is truncated", input->path);
    if (code == Z_ERRNO)
      return gv_fail(err, GV_SYSTEM, "%s: cannot read: %s", input->path, strerror(errno));
    if (code == Z_MEM_ERROR)
      return gv_fail(err, GV_MEMORY, "%s: no memory to decompress it", input->path);
    if (code != Z_OK && code != Z_STREAM_END) {
      size_t length = strlen(input->path);  /* zlib puts the path before its reason */
      const char *reason =
          strncmp(why, input->path, length) == 0 ? why + length + strspn(why + length, ": ") : why;
      return gv_fail(err, GV_INPUT, "%s: the compressed data are damaged (%s)", input->path, reason);
    }
    break;
  }
  *got = have;
  return GV_OK;
}

enum gv_status gv_grow_by(struct gv_grow *grow, size_t more, const char *what, struct gv_error *err)
{
  if (more <= grow->room - grow->count)
    return GV_OK;
  size_t room = 2 * grow->room, least = ROOM_MIN / grow->size;
  room = room < least ? least : room;
  if (room < grow->count + more)
    room = grow->count + more;
  void *items = NULL;
  enum gv_status status = gv_alloc_for(&items, room, grow->size, what, err);
  if (status != GV_OK)
    return status;
  if (grow->count > 0)
    memcpy(items, grow->items, grow->count * grow->size);
  gv_free(grow->items);
  grow->items = items;
  grow->room = room;
  return GV_OK;
}

static enum gv_status fail_size(const struct gv_input *input, bool more, uint64_t found, uint64_t bytes,
                                const char *promise, struct gv_error *err)
{
  return gv_fail(err, GV_INPUT, "%s: %s%llu bytes follow its header, which promises %s, %llu bytes", input->path,
                 more ? "more than " : "", (unsigned long long)found, promise, (unsigned long long)bytes);
}

/* Fills out, which is its owner's from the first byte on. */
static enum gv_status fill(struct gv_input *input, uint64_t bytes, const char *promise, struct gv_grow *out,
                           struct gv_error *err)
{
  enum gv_status status = GV_OK;
  while (out->count < bytes) {
    if (out->count == out->room) {
      uint64_t left = bytes - out->count, more = out->room > 0 ? out->room : ROOM_MIN;
      status = gv_grow_by(out, input->plain || left < more ? left : more, input->path, err);
      if (status != GV_OK)
        return status;
    }
    size_t got = 0, ask = out->room - out->count < bytes - out->count ? out->room - out->count : bytes - out->count;
    status = gv_input_pull(input, (char *)out->items + out->count, ask, &got, err);
    if (status != GV_OK)
      return status;
    out->count += got;
    if (got < ask)
      return fail_size(input, false, out->count, bytes, promise, err);
  }
  uint8_t one;
  size_t got = 0;
  status = gv_input_pull(input, &one, 1, &got, err);  /* also what makes zlib compare the checksum */
  return status == GV_OK && got > 0 ? fail_size(input, true, bytes, bytes, promise, err) : status;
}

enum gv_status gv_input_rest(struct gv_input *input, uint64_t header, uint64_t bytes, const char *promise,
                             void *out, struct gv_error *err)
{
  if (input->plain && input->size - header != bytes)
    return fail_size(input, false, input->size - header, bytes, promise, err);
  struct gv_grow grow = {.size = 1};
  enum gv_status status = fill(input, bytes, promise, &grow, err);
  if (status != GV_OK)
    gv_free(grow.items);
  else
    memcpy(out, &grow.items, sizeof grow.items);
  return status;
}

enum gv_status gv_input_all(struct gv_input *input, struct gv_grow *out, struct gv_error *err)
{
  /* one byte more than there should be: a read that does not fill it has seen the end */
  enum gv_status status = gv_grow_by(out, input->plain ? input->size + 1 : 1, input->path, err);
  while (status == GV_OK) {
    size_t got = 0, ask = out->room - out->count;
    status = gv_input_pull(input, (char *)out->items + out->count, ask, &got, err);
    out->count += got;
    if (status != GV_OK || got < ask)
      break;
    status = gv_grow_by(out, out->room, input->path, err);
  }
  return status;
}

/* More of the file behind what is there; the unread part of it moves to the front. */
static enum gv_status refill(struct gv_input *input, struct gv_error *err)
{
  if (input->line_at > 0 && input->line_have > input->line_at)
    memmove(input->line, input->line + input->line_at, input->line_have - input->line_at);
  input->line_have -= input->line_at;
  input->line_at = 0;
  struct gv_grow grow = {
      .items = input->line, .count = input->line_have, .room = input->line_room, .size = 1};
  enum gv_status status = gv_grow_by(&grow, ROOM_MIN, input->path, err);
  input->line = grow.items;
  input->line_room = grow.room;
  size_t got = 0, ask = input->line_room - input->line_have - 1;  /* one for the last line's zero */
  if (status == GV_OK)
    status = gv_input_pull(input, input->line + input->line_have, ask, &got, err);
  input->line_have += got;
  input->line_end = got < ask;
  return status;
}

enum gv_status gv_input_line(struct gv_input *input, char **line, size_t *length, struct gv_error *err)
{
  size_t looked = 0;
  for (;;) {
    size_t left = input->line_have - input->line_at;
    char *start = left > 0 ? input->line + input->line_at : NULL;
    char *end = left > looked ? memchr(start + looked, '\n', left - looked) : NULL;
    if (end == NULL && !input->line_end) {
      looked = left;
      enum gv_status status = refill(input, err);
      if (status != GV_OK)
        return status;
      continue;
    }
    *line = NULL;
    *length = 0;
    if (end == NULL && left == 0)
      return GV_OK;
    size_t count = end != NULL ? (size_t)(end - start) : left;
    input->line_at += count + (end != NULL);
    start[count] = '\0';
    *length = count > 0 && start[count - 1] == '\r' ? count - 1 : count;
    start[*length] = '\0';
    *line = start;
    return GV_OK;
  }
}
