/* The rounds asked for last, drawn into memory that is used again. */
#include "core/graph/view.h"

#include "core/base/memory.h"
#include "core/graph/realise.h"
#include "core/graph/topology.h"

struct gv_view {
  const struct gv_schedule *schedule;
  struct gv_edges edges;
  struct gv_graph graphs[GV_VIEW_ROUNDS];
  uint64_t round[GV_VIEW_ROUNDS];  /* which one each holds; UINT64_MAX: none yet */
  uint64_t used[GV_VIEW_ROUNDS];   /* when it was asked for last */
  uint64_t clock;
};

enum gv_status gv_view_create(const struct gv_schedule *schedule, struct gv_view **out, struct gv_error *err)
{
  struct gv_view *view = NULL;
  enum gv_status status = gv_alloc_for(&view, 1, sizeof *view, "the topology", err);
  if (status != GV_OK)
    return status;
  view->schedule = schedule;
  if (schedule->period == 0) {
    size_t room = (size_t)schedule->nodes * (size_t)schedule->topology->degree_max;
    status = gv_edges_create(&view->edges, schedule->nodes, room, err);
    for (int slot = 0; slot < GV_VIEW_ROUNDS && status == GV_OK; slot++) {
      view->round[slot] = UINT64_MAX;
      status = gv_graph_reserve(&view->graphs[slot], schedule->nodes, room, err);
    }
  }
  if (status != GV_OK) {
    gv_view_destroy(view);
    return status;
  }
  *out = view;
  return GV_OK;
}

void gv_view_destroy(struct gv_view *view)
{
  if (view == NULL)
    return;
  gv_edges_destroy(&view->edges);
  for (int slot = 0; slot < GV_VIEW_ROUNDS; slot++)
    gv_graph_clear(&view->graphs[slot]);
  gv_free(view);
}

const struct gv_graph *gv_view_graph(struct gv_view *view, uint64_t round)
{
  if (view->schedule->period > 0)
    return gv_schedule_graph(view->schedule, round);
  int oldest = 0, slot = 0;
  for (; slot < GV_VIEW_ROUNDS && view->round[slot] != round; slot++)
    if (view->used[slot] < view->used[oldest])
      oldest = slot;
  if (slot == GV_VIEW_ROUNDS) {
    slot = oldest;
    /* There is room for it, so it cannot fail. */
    (void)gv_realise(view->schedule, (uint32_t)round, &view->edges, &view->graphs[slot], NULL);
    view->round[slot] = round;
  }
  view->used[slot] = ++view->clock;
  return &view->graphs[slot];
}
