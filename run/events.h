/* events.h - event files as TensorBoard reads them: scalars by step, appended and flushed.
 *
 * The format is TensorFlow's: records of length, checksum, data, checksum; the data an Event of its event.proto and
 * summary.proto.
 */
#ifndef GV_RUN_EVENTS_H
#define GV_RUN_EVENTS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <grapevine/status.h>

struct gv_scalar {
  const char *tag;  /* "loss/test": TensorBoard groups by what stands before the '/' */
  double value;     /* kept as a float; left out when it is not finite */
};

struct gv_events {
  FILE *file;
  char *path;
};

/* Begins a new file in a folder that is there. What its earlier files say of `step` and those behind it counts no
 * more: a run that goes on from before its last evaluation makes those anew. On failure nothing new is left. */
enum gv_status gv_events_begin(const char *folder, int64_t step, struct gv_events *events, struct gv_error *err);

/* One event; wall_time in seconds since 1970. */
enum gv_status gv_events_add(struct gv_events *events, double wall_time, int64_t step,
                             const struct gv_scalar *scalars, size_t count, struct gv_error *err);

void gv_events_clear(struct gv_events *events);    /* closes; safe on a zero struct */
void gv_events_discard(struct gv_events *events);  /* and removes the file */

#endif
