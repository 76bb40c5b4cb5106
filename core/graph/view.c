/* The rounds asked for last, drawn into memory that is used again. */
#include "core/graph/view.h"

#include "core/base/memory.h"
#include "core/graph/faults.h"
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

/* Whether rounds are made when they are asked for. */
static bool is_made(const struct gv_schedule *s)
{
  return !s->average && (s->period == 0 || gv_schedule_faulty(s));
}

/* Of the rounds of a period. */
static size_t most_edges(const struct gv_schedule *s)
{
  int64_t most = 0;
  for (int k = 0; k < s->period && !s->average; k++)
    if (s->graphs[k].first[s->nodes] > most)
      most = s->graphs[k].first[s->nodes];
  return (size_t)most;
}

/* There is room for it, so it cannot fail. */
static void make(struct gv_view *view, uint64_t round, struct gv_graph *graph)
{
  const struct gv_schedule *s = view->schedule;
  if (s->period == 0)
    (void)gv_realise(s, (uint32_t)round, &view->edges, graph, NULL);
  if (gv_schedule_faulty(s))
    gv_faults_apply(s, round, s->period == 0 ? graph : gv_schedule_graph(s, round), graph);
}

enum gv_status gv_view_create(const struct gv_schedule *schedule, struct gv_view **out, struct gv_error *err)
{
  struct gv_view *view = NULL;
  enum gv_status status = gv_alloc_for(&view, 1, sizeof *view, "the topology", err);
  if (status != GV_OK)
    return status;
  view->schedule = schedule;
  bool drawn = schedule->period == 0;
  size_t room = drawn ? (size_t)schedule->nodes * (size_t)schedule->topology->degree_max : most_edges(schedule);
  if (drawn)
    status = gv_edges_create(&view->edges, schedule->nodes, room, err);
  for (int slot = 0; slot < GV_VIEW_ROUNDS && status == GV_OK && is_made(schedule); slot++) {
    view->round[slot] = UINT64_MAX;
    status = gv_graph_reserve(&view->graphs[slot], schedule->nodes, room, err);
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
  if (view->schedule->period > 0 && !gv_schedule_faulty(view->schedule))
    return gv_schedule_graph(view->schedule, round);
  int oldest = 0, slot = 0;
  for (; slot < GV_VIEW_ROUNDS && view->round[slot] != round; slot++)
    if (view->used[slot] < view->used[oldest])
      oldest = slot;
  if (slot == GV_VIEW_ROUNDS) {
    slot = oldest;
    make(view, round, &view->graphs[slot]);
    view->round[slot] = round;
  }
  view->used[slot] = ++view->clock;
  return &view->graphs[slot];
}
