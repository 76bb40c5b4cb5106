/* Pinned snapshots: one word names a node's newest slot and counts its pins, so that pinning is one addition. */
#include "core/exchange/snapshots.h"

#include <stdatomic.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/exchange/asynchrony.h"
#include "core/exchange/mix.h"

enum { PIN_BITS = 48, SLOTS_MAX = GV_SNAPSHOT_SLOTS_MAX };

static const uint64_t pin_mask = ((uint64_t)1 << PIN_BITS) - 1;

struct pin {
  const float *message;
  int32_t node, slot;
};

/* What a node shows to others, and, apart from it, what only its worker touches. */
struct board {
  _Alignas(GV_APART) _Atomic uint64_t newest;               /* slot << PIN_BITS | pins since it was published */
  _Alignas(GV_APART) _Atomic uint64_t released[SLOTS_MAX];  /* pins given back, by slot, ever */
  _Alignas(GV_APART) uint64_t pinned[SLOTS_MAX];  /* pins taken, by slot, ever; known once it is not the newest */
  uint64_t round[SLOTS_MAX];    /* of the message in a slot; published with it, and read by who pinned it */
  uint64_t retired[SLOTS_MAX];  /* when it stopped being the newest: the last one is likely still in the cache */
  uint64_t published;
  int count, newest_slot;
  float *slots;                 /* (count, stride) */
  struct gv_view *view;         /* of the worker */
  struct pin *pins;             /* (degree_max) the collected messages */
  const float **from;           /* (degree_max) */
  float *weight;                /* (degree_max) */
  int degree;
};

struct gv_snapshots {
  const struct gv_schedule *schedule;
  const int *host;
  size_t dim, stride;
  struct board *boards;  /* (nodes) */
};

enum gv_status gv_snapshots_create(const struct gv_schedule *schedule, const int *host, size_t dim,
                                   struct gv_snapshots **out, struct gv_error *err)
{
  struct gv_snapshots *s = NULL;
  size_t line = GV_CACHE_LINE / sizeof(float);
  enum gv_status status = gv_alloc_for(&s, 1, sizeof *s, "the exchange", err);
  if (status != GV_OK)
    return status;
  *s = (struct gv_snapshots){.schedule = schedule, .host = host, .dim = dim,
                             .stride = (dim + line - 1) / line * line};
  status = gv_alloc_for(&s->boards, (size_t)schedule->nodes, sizeof *s->boards, "the exchange", err);
  if (status != GV_OK) {
    gv_snapshots_destroy(s);
    return status;
  }
  *out = s;
  return GV_OK;
}

void gv_snapshots_destroy(struct gv_snapshots *s)
{
  if (s == NULL)
    return;
  for (int i = 0; i < s->schedule->nodes && s->boards != NULL; i++) {
    gv_free(s->boards[i].slots);
    gv_free(s->boards[i].pins);
    gv_free(s->boards[i].from);
    gv_free(s->boards[i].weight);
  }
  gv_free(s->boards);
  gv_free(s);
}

/* The worker of a reader, when it is another one and not among those seen. */
static void see(const struct gv_snapshots *s, int node, int reader, int *seen, int *count)
{
  int i = 0;
  while (i < *count && seen[i] != s->host[reader])
    i++;
  if (i == *count && s->host[reader] != s->host[node])
    seen[(*count)++] = s->host[reader];
}

/* Other workers that ever read the node, at most `most`. Each pins one of its slots at a time. */
static int reading_workers(const struct gv_snapshots *s, int node, int most)
{
  int seen[SLOTS_MAX], count = 0;
  for (int k = 0; k < s->schedule->period; k++) {
    const struct gv_graph *graph = &s->schedule->graphs[k];
    for (int64_t e = graph->reader_first[node]; e < graph->reader_first[node + 1] && count < most; e++)
      see(s, node, graph->reader[e], seen, &count);
  }
  for (int i = 0; s->schedule->period == 0 && i < s->schedule->nodes && count < most; i++)
    see(s, node, i, seen, &count);  /* anybody, some day */
  return count;
}

enum gv_status gv_snapshots_place(struct gv_snapshots *s, int node, struct gv_view *view, struct gv_error *err)
{
  struct board *board = &s->boards[node];
  board->view = view;
  size_t degree = (size_t)s->schedule->degree_max;
  /* One is the newest, one held, one to write to; a reader pins one more each. */
  board->count = 3 + reading_workers(s, node, SLOTS_MAX - 3);
  size_t floats = (size_t)board->count * s->stride;
  enum gv_status status = gv_alloc_for(&board->slots, floats, sizeof(float), "the nodes' messages", err);
  if (status == GV_OK)
    status = gv_alloc_for(&board->pins, degree, sizeof *board->pins, "the nodes' neighbours", err);
  if (status == GV_OK)
    status = gv_alloc_for(&board->from, degree, sizeof *board->from, "the nodes' neighbours", err);
  if (status == GV_OK)
    status = gv_alloc_for(&board->weight, degree, sizeof *board->weight, "the nodes' neighbours", err);
  return status;
}

void gv_snapshots_restore(struct gv_snapshots *s, int node, uint64_t round)
{
  s->boards[node].round[0] = round;
}

float *gv_snapshots_slot(const struct gv_snapshots *s, int node, int slot)
{
  return s->boards[node].slots + (size_t)slot * s->stride;
}

int gv_snapshots_free(struct gv_snapshots *s, int node, int held)
{
  struct board *board = &s->boards[node];
  int best = -1;
  for (int i = 0; i < board->count; i++)
    if (i != board->newest_slot && i != held && (best < 0 || board->retired[i] > board->retired[best]) &&
        /* pairs with the release of the last reader: its reads are over before the slot is written again */
        atomic_load_explicit(&board->released[i], memory_order_acquire) == board->pinned[i])
      best = i;
  return best;
}

void gv_snapshots_publish(struct gv_snapshots *s, int node, int slot, uint64_t round)
{
  struct board *board = &s->boards[node];
  board->round[slot] = round;
  /* Release: pairs with the acquire of whoever pins it. What comes back is every pin of the former newest. */
  uint64_t before = atomic_exchange_explicit(&board->newest, (uint64_t)slot << PIN_BITS, memory_order_acq_rel);
  board->pinned[before >> PIN_BITS] += before & pin_mask;
  board->retired[before >> PIN_BITS] = ++board->published;
  board->newest_slot = slot;
}

void gv_snapshots_collect(struct gv_snapshots *s, int node, uint64_t round, struct gv_asynchrony *lag)
{
  struct board *own = &s->boards[node];
  const struct gv_graph *graph = gv_view_graph(own->view, round);
  own->degree = 0;
  for (int64_t e = graph->first[node]; e < graph->first[node + 1]; e++) {
    int32_t j = graph->from[e];
    struct board *board = &s->boards[j];
    uint64_t word = atomic_fetch_add_explicit(&board->newest, 1, memory_order_acquire);
    int32_t slot = (int32_t)(word >> PIN_BITS);
    own->pins[own->degree] = (struct pin){gv_snapshots_slot(s, j, slot), j, slot};
    own->weight[own->degree++] = (float)graph->weight[e];
    gv_asynchrony_take(lag, round, board->round[slot]);
  }
}

void gv_snapshots_mix(struct gv_snapshots *s, int node, const float *own, size_t first, size_t count, float *out)
{
  struct board *board = &s->boards[node];
  for (int j = 0; j < board->degree; j++)
    board->from[j] = board->pins[j].message + first;
  gv_mix(out, own + first, board->degree, board->from, board->weight, count);
}

void gv_snapshots_release(struct gv_snapshots *s, int node)
{
  struct board *own = &s->boards[node];
  for (int j = 0; j < own->degree; j++)
    atomic_fetch_add_explicit(&s->boards[own->pins[j].node].released[own->pins[j].slot], 1, memory_order_release);
  own->degree = 0;
}
