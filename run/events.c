/* Writes TensorBoard's event files. Five fields of Event and two of a value are needed, all plain: encoded here,
 * they take less than a protobuf library and its compiler in the build would. */
#include "run/events.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/crc32c.h"

/* ---- protobuf: keys are field * 8 + wire type; fixed-size numbers are little-endian ---- */

enum {
  EVENT_WALL_TIME = 1 << 3 | 1, EVENT_STEP = 2 << 3 | 0, EVENT_FILE_VERSION = 3 << 3 | 2,
  EVENT_SUMMARY = 5 << 3 | 2, EVENT_SESSION_LOG = 7 << 3 | 2,
  SESSION_STATUS = 1 << 3 | 0, SESSION_START = 1,
  SUMMARY_VALUE = 1 << 3 | 2,
  VALUE_TAG = 1 << 3 | 2, VALUE_SIMPLE = 2 << 3 | 5
};

static unsigned char *put_fixed(unsigned char *at, uint64_t bits, int bytes)
{
  for (int b = 0; b < bytes; b++)
    *at++ = (unsigned char)(bits >> 8 * b);
  return at;
}

static unsigned char *put_varint(unsigned char *at, uint64_t value)
{
  for (; value >= 128; value >>= 7)
    *at++ = (unsigned char)(value | 128);
  *at++ = (unsigned char)value;
  return at;
}

static unsigned char *put_text(unsigned char *at, const char *text)
{
  size_t length = strlen(text);
  at = put_varint(at, length);
  memcpy(at, text, length);
  return at + length;
}

static unsigned char *put_double(unsigned char *at, double value)
{
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return put_fixed(at, bits, 8);
}

static unsigned char *put_float(unsigned char *at, float value)
{
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return put_fixed(at, bits, 4);
}

static size_t varint_size(uint64_t value)
{
  size_t size = 1;
  while (value >>= 7)
    size++;
  return size;
}

/* Of the message of one value. */
static size_t value_size(const struct gv_scalar *scalar)
{
  size_t length = strlen(scalar->tag);
  return 1 + varint_size(length) + length + 1 + 4;
}

static bool is_written(const struct gv_scalar *scalar)
{
  return isfinite((float)scalar->value);
}

/* ---- records ---- */

static uint32_t masked(const unsigned char *bytes, size_t n)
{
  uint32_t sum = gv_crc32c(bytes, n);
  return (sum >> 15 | sum << 17) + 0xa282ead8u;
}

static enum gv_status add_record(struct gv_events *events, const unsigned char *data, size_t n,
                                 struct gv_error *err)
{
  unsigned char head[12], tail[4];
  put_fixed(head, n, 8);
  put_fixed(head + 8, masked(head, 8), 4);
  put_fixed(tail, masked(data, n), 4);
  fwrite(head, 1, sizeof head, events->file);
  fwrite(data, 1, n, events->file);
  fwrite(tail, 1, sizeof tail, events->file);
  if (fflush(events->file) != 0 || ferror(events->file))
    return gv_fail(err, GV_SYSTEM, "%s: cannot be written: %s", events->path, strerror(errno));
  return GV_OK;
}

enum gv_status gv_events_add(struct gv_events *events, double wall_time, int64_t step,
                             const struct gv_scalar *scalars, size_t count, struct gv_error *err)
{
  size_t summary = 0;
  for (size_t s = 0; s < count; s++)
    if (is_written(&scalars[s]))
      summary += 1 + varint_size(value_size(&scalars[s])) + value_size(&scalars[s]);
  unsigned char *data = malloc(64 + summary), *at = data;
  if (data == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for an event of %s", events->path);
  *at++ = EVENT_WALL_TIME;
  at = put_double(at, wall_time);
  *at++ = EVENT_STEP;
  at = put_varint(at, (uint64_t)step);
  *at++ = EVENT_SUMMARY;
  at = put_varint(at, summary);
  for (size_t s = 0; s < count; s++) {
    if (!is_written(&scalars[s]))
      continue;
    *at++ = SUMMARY_VALUE;
    at = put_varint(at, value_size(&scalars[s]));
    *at++ = VALUE_TAG;
    at = put_text(at, scalars[s].tag);
    *at++ = VALUE_SIMPLE;
    at = put_float(at, (float)scalars[s].value);
  }
  enum gv_status status = add_record(events, data, (size_t)(at - data), err);
  free(data);
  return status;
}

/* The records that every file begins with: by the second, TensorBoard forgets what earlier files say of this step
 * and those behind it. */
static enum gv_status add_start(struct gv_events *events, time_t now, int64_t step, struct gv_error *err)
{
  unsigned char data[64], *at = data;
  *at++ = EVENT_WALL_TIME;
  at = put_double(at, (double)now);
  *at++ = EVENT_FILE_VERSION;
  at = put_text(at, "brain.Event:2");
  enum gv_status status = add_record(events, data, (size_t)(at - data), err);
  at = data + 9;
  *at++ = EVENT_STEP;
  at = put_varint(at, (uint64_t)step);
  *at++ = EVENT_SESSION_LOG;
  *at++ = 2;
  *at++ = SESSION_STATUS;
  *at++ = SESSION_START;
  return status == GV_OK ? add_record(events, data, (size_t)(at - data), err) : status;
}

/* ---- the file ---- */

/* The name that TensorBoard looks for. The number at its end tells two files of one second apart. */
static enum gv_status open_file(const char *folder, struct gv_events *events, time_t now, struct gv_error *err)
{
  char host[256] = "";
  if (gethostname(host, sizeof host - 1) != 0 || *host == '\0' || strchr(host, '/') != NULL)
    strcpy(host, "localhost");
  for (int number = 0; events->file == NULL && number < 1000; number++) {
    free(events->path);
    if (asprintf(&events->path, "%s/events.out.tfevents.%lld.%s.%ld.%d", folder, (long long)now, host,
                 (long)getpid(), number) < 0) {
      events->path = NULL;
      return gv_fail(err, GV_MEMORY, "no memory for the name of an event file");
    }
    events->file = fopen(events->path, "wxe");
    if (events->file == NULL && errno != EEXIST)
      break;
  }
  return events->file != NULL ? GV_OK : gv_fail(err, GV_SYSTEM, "tensorboard: %s: cannot be written: %s",
                                                events->path, strerror(errno));
}

enum gv_status gv_events_begin(const char *folder, int64_t step, struct gv_events *events, struct gv_error *err)
{
  struct gv_events begun = {0};
  time_t now = time(NULL);
  enum gv_status status = open_file(folder, &begun, now, err);
  if (status == GV_OK)
    status = add_start(&begun, now, step, err);
  if (status != GV_OK) {
    gv_events_discard(&begun);
    return status;
  }
  *events = begun;
  return GV_OK;
}

void gv_events_clear(struct gv_events *events)
{
  if (events->file != NULL)
    fclose(events->file);
  free(events->path);
  *events = (struct gv_events){0};
}

void gv_events_discard(struct gv_events *events)
{
  if (events->file != NULL)
    (void)unlink(events->path);
  gv_events_clear(events);
}
