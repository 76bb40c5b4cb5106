/* The pace of a run and who is slow in it: --pace and --straggler, checked against algorithm and topology. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/graph/topology.h"
#include "run/run.h"

static enum gv_status resolve_pace(struct gv_run *run, struct gv_error *err)
{
  const char *pace = gv_options_text(run->options, "pace");
  int paces = run->algorithm->paces;
  const char *name = run->algorithm->named.name;
  bool known = true;
  if (strcmp(pace, "async") == 0)
    run->async = true;
  else if (strcmp(pace, "auto") == 0)
    run->async = !(paces & GV_PACE_SYNC);
  else
    known = strcmp(pace, "sync") == 0;
  if (!known)
    return gv_fail(err, GV_USAGE, "pace %s: accepted are sync, async and auto", pace);
  if (run->async && !(paces & GV_PACE_ASYNC))
    return gv_fail(err, GV_USAGE, "pace async: algorithm %s needs the messages of one and the same round; "
                   "accepted are --algorithm dsgd, adpsgd and push-sum", name);
  if (!run->async && !(paces & GV_PACE_SYNC))
    return gv_fail(err, GV_USAGE, "pace sync: %s is an asynchronous algorithm; leave --pace out, or take dsgd",
                   name);
  if (run->async && run->schedule->average)
    return gv_fail(err, GV_USAGE, "pace async: topology %s is a mean over all nodes, which waits for all of them; "
                   "accepted is one where a node hears some of the others, as one-peer-exponential",
                   gv_options_text(run->options, "topology"));
  return GV_OK;
}

/* One NODE:FACTOR, which ends at `end`. */
static enum gv_status slow_down(struct gv_run *run, const char *text, const char *end, struct gv_error *err)
{
  char *after_node = NULL, *after_factor = NULL;
  errno = 0;
  long node = strtol(text, &after_node, 10);
  double factor = after_node != text && *after_node == ':' ? strtod(after_node + 1, &after_factor) : 0;
  if (text == end)
    return gv_fail(err, GV_USAGE, "straggler: nothing stands before or after a ','; accepted is NODE:FACTOR, "
                   "joined by ','");
  if (after_factor != end || errno != 0 || *text < '0' || *text > '9' || after_factor == after_node + 1)
    return gv_fail(err, GV_USAGE, "straggler %.*s: accepted is NODE:FACTOR, as in 3:20", (int)(end - text), text);
  if (node >= run->nodes)
    return gv_fail(err, GV_USAGE, "straggler %.*s: there are nodes 0 to %d", (int)(end - text), text,
                   run->nodes - 1);
  if (!(factor >= 1 && factor <= 1e6))
    return gv_fail(err, GV_USAGE, "straggler %.*s: the factor is %g; accepted are 1 to 1000000", (int)(end - text),
                   text, factor);
  if (run->slow[node] > 1)
    return gv_fail(err, GV_USAGE, "straggler %.*s: node %ld is named twice", (int)(end - text), text, node);
  run->slow[node] = factor;
  return GV_OK;
}

static enum gv_status resolve_straggler(struct gv_run *run, struct gv_error *err)
{
  const char *text = gv_options_text(run->options, "straggler");
  if (*text == '\0')
    return GV_OK;
  enum gv_status status = gv_alloc_for(&run->slow, (size_t)run->nodes, sizeof *run->slow, "the stragglers", err);
  for (int i = 0; status == GV_OK && i < run->nodes; i++)
    run->slow[i] = 1;
  for (bool more = true; status == GV_OK && more;) {
    const char *end = text + strcspn(text, ",");
    status = slow_down(run, text, end, err);
    more = *end == ',';
    text = end + 1;
  }
  return status;
}

enum gv_status gv_run_resolve_pace(struct gv_run *run, struct gv_error *err)
{
  enum gv_status status = resolve_pace(run, err);
  return status == GV_OK ? resolve_straggler(run, err) : status;
}
