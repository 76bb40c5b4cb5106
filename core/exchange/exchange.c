/* The synchronous exchange: two slots a node, `published` and `mixed` epochs, slices for the global average. */
#include "core/exchange/exchange.h"

#include <math.h>
#include <string.h>

#include "core/base/cache.h"
#include "core/base/epoch.h"
#include "core/base/memory.h"
#include "core/exchange/mix.h"

/* Row sums this near to 1 are 1: no message is then scaled. */
static const double rounding = 1e-12;

/* What the hosting worker keeps about a node. Touched by that worker alone, but for the slots' floats and
 * the notes. */
struct port {
  _Alignas(GV_APART) float *slots;     /* (2, messages, stride) */
  const float **from;                  /* (degree_max) the collected neighbours' slots of this mixing */
  float *weight;                       /* (degree_max) beside from */
  int degree;
  uint32_t mixing;                     /* mixings finished; this one uses slot mixing mod 2 */
  struct gv_view *view;                /* of the worker */
  float excess;                        /* what the collected row sums to beyond 1; shares alone have any */
  double note[2], collected;           /* beside the messages, read by others; the sum of the collected ones */
  uint64_t read_in[2];                 /* 1 + the round of the last mixing through each slot; 0: nobody waits */
};

struct gv_exchange {
  const struct gv_schedule *schedule;
  int nodes, workers, messages;
  size_t dim, stride;                  /* stride: dim in whole cache lines */
  uint32_t turns;                      /* 1: slots are used in turn; 0: a node alone has one, and mixes nothing */
  bool implied;                        /* undirected, static: who published this mixing has mixed the last */
  double share;                        /* W stands for (1 - share) I + share W */
  bool streams;                        /* the slots do not stay in the caches: averages into slots go past them */
  struct port *ports;                  /* (nodes) */
  struct gv_epoch *published, *mixed;  /* (nodes) mixings published, finished */
  struct gv_epoch *reduced;            /* (workers) slices reduced */
  uint32_t *reductions;                /* (workers, one a GV_APART bytes) slices this worker reduced */
  const float **slots;                 /* (2, messages, nodes) every node's slots, for the global average */
  const float **present;               /* (workers, nodes) scratch, where nodes sit out rounds; else NULL */
  float *mean, *rest;                  /* (messages, stride); (stride) or NULL: of message 0 */
};

enum { LINE_FLOATS = GV_CACHE_LINE / sizeof(float), APART_WORDS = GV_APART / sizeof(uint32_t) };

enum gv_status gv_exchange_create(const struct gv_schedule *schedule, int workers, size_t dim, int messages,
                                  struct gv_exchange **out, struct gv_error *err)
{
  void *memory = NULL;
  const char *what = "the exchange";
  enum gv_status status = gv_alloc_for(&memory, 1, sizeof(struct gv_exchange), what, err);
  if (status != GV_OK)
    return status;
  struct gv_exchange *ex = memory;
  size_t nodes = (size_t)schedule->nodes, teams = (size_t)workers;
  *ex = (struct gv_exchange){
      .schedule = schedule,
      .nodes = schedule->nodes,
      .workers = workers,
      .messages = messages,
      .dim = dim,
      .stride = (dim + LINE_FLOATS - 1) / LINE_FLOATS * LINE_FLOATS,
      .turns = schedule->nodes > 1,
      .share = 1,
      .implied = schedule->period == 1 && !schedule->directed && !gv_schedule_faulty(schedule),
  };
  /* A vector that fits the second level is read there by the step that follows its average. */
  ex->streams = gv_mix_streams(nodes * 2 * (size_t)messages * ex->stride * sizeof(float)) &&
                ex->stride * sizeof(float) > gv_cache_look(2).each / 2;
  status = gv_alloc_for(&ex->ports, nodes, sizeof *ex->ports, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&ex->published, nodes, sizeof *ex->published, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&ex->mixed, nodes, sizeof *ex->mixed, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&ex->reduced, teams, sizeof *ex->reduced, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&ex->reductions, teams, GV_APART, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&ex->slots, 2 * (size_t)messages * nodes, sizeof *ex->slots, what, err);
  if (status == GV_OK && schedule->faults.churn > 0)
    status = gv_alloc_for(&ex->present, teams * nodes, sizeof *ex->present, what, err);
  if (status == GV_OK)
    status =
        gv_alloc_for(&ex->mean, ex->stride * (size_t)messages, sizeof *ex->mean, "the mean vector", err);
  if (status != GV_OK) {
    gv_exchange_destroy(ex);
    return status;
  }
  *out = ex;
  return GV_OK;
}

void gv_exchange_destroy(struct gv_exchange *ex)
{
  if (ex == NULL)
    return;
  for (int i = 0; i < ex->nodes && ex->ports != NULL; i++) {
    gv_free(ex->ports[i].slots);
    gv_free(ex->ports[i].from);
    gv_free(ex->ports[i].weight);
  }
  gv_free(ex->ports);
  gv_free(ex->published);
  gv_free(ex->mixed);
  gv_free(ex->reduced);
  gv_free(ex->reductions);
  gv_free(ex->slots);
  gv_free(ex->present);
  gv_free(ex->mean);
  gv_free(ex->rest);
  gv_free(ex);
}

void gv_exchange_set_share(struct gv_exchange *ex, double share)
{
  ex->share = share;
}

enum gv_status gv_exchange_keep_rest(struct gv_exchange *ex, struct gv_error *err)
{
  return gv_alloc_for(&ex->rest, ex->stride, sizeof *ex->rest, "the mean vector", err);
}

static float *slot(const struct gv_exchange *ex, int node, uint32_t mixing, int m)
{
  size_t index = (size_t)(mixing & ex->turns) * (size_t)ex->messages + (size_t)m;
  return ex->ports[node].slots + index * ex->stride;
}

enum gv_status gv_exchange_place(struct gv_exchange *ex, int node, struct gv_view *view, struct gv_error *err)
{
  struct port *port = &ex->ports[node];
  port->view = view;
  size_t floats = (1 + (size_t)ex->turns) * (size_t)ex->messages * ex->stride;
  size_t degree = ex->schedule->average ? 0 : (size_t)ex->schedule->degree_max;
  enum gv_status status = gv_alloc_for(&port->slots, floats, sizeof(float), "the nodes' messages", err);
  if (status == GV_OK)
    status = gv_alloc_for(&port->from, degree, sizeof *port->from, "the nodes' neighbours", err);
  if (status == GV_OK)
    status = gv_alloc_for(&port->weight, degree, sizeof *port->weight, "the nodes' neighbours", err);
  if (status != GV_OK)
    return status;
  memset(port->slots, 0, floats * sizeof(float));  /* first touch, on the node's worker */
  for (uint32_t mixing = 0; mixing < 2; mixing++)
    for (int m = 0; m < ex->messages; m++)
      ex->slots[(mixing * (size_t)ex->messages + (size_t)m) * (size_t)ex->nodes + (size_t)node] =
          slot(ex, node, mixing, m);
  return GV_OK;
}

float *gv_exchange_message(struct gv_exchange *ex, int node, int m, int ahead)
{
  struct port *port = &ex->ports[node];
  uint32_t mixing = port->mixing + (uint32_t)ahead;
  uint64_t *read_in = &port->read_in[mixing & 1];
  if (*read_in != 0) {  /* who read this slot two mixings ago must be done: pairs with the raise in finish */
    const struct gv_graph *graph = gv_view_graph(port->view, *read_in - 1);
    for (int64_t e = graph->reader_first[node]; e < graph->reader_first[node + 1]; e++)
      gv_epoch_wait(&ex->mixed[graph->reader[e]], mixing - 1);
    *read_in = 0;
  }
  return slot(ex, node, mixing, m);
}

const float *gv_exchange_own(const struct gv_exchange *ex, int node, int m)
{
  return slot(ex, node, ex->ports[node].mixing, m);
}

void gv_exchange_note(struct gv_exchange *ex, int node, double note)
{
  struct port *port = &ex->ports[node];
  port->note[port->mixing & ex->turns] = note;
}

void gv_exchange_publish(struct gv_exchange *ex, int node)
{
  gv_epoch_raise(&ex->published[node], ex->ports[node].mixing + 1);
}

bool gv_exchange_ready(const struct gv_exchange *ex, int node, uint64_t round)
{
  const struct gv_graph *graph = gv_view_graph(ex->ports[node].view, round);
  for (int64_t e = graph->first[node]; e < graph->first[node + 1]; e++)
    if (!gv_epoch_reached(&ex->published[graph->from[e]], ex->ports[node].mixing + 1))
      return false;
  return true;
}

/* A row of shares sums to what it sums to. */
static void collect_shares(struct gv_exchange *ex, int node, const struct gv_graph *graph)
{
  struct port *port = &ex->ports[node];
  uint32_t turn = port->mixing & ex->turns;
  double row = graph->self[node], notes = graph->self[node] * port->note[turn];
  for (int64_t e = graph->first[node]; e < graph->first[node + 1]; e++) {
    row += graph->weight[e];
    notes += graph->weight[e] * ex->ports[graph->from[e]].note[turn];
  }
  port->excess = fabs(row - 1) < rounding ? 0 : (float)(row - 1);
  port->collected = notes;
}

double gv_exchange_collected(const struct gv_exchange *ex, int node)
{
  return ex->ports[node].collected;
}

void gv_exchange_collect(struct gv_exchange *ex, int node, uint64_t round)
{
  struct port *port = &ex->ports[node];
  const struct gv_graph *graph = gv_view_graph(port->view, round);
  port->degree = 0;
  for (int64_t e = graph->first[node]; e < graph->first[node + 1]; e++) {
    int32_t j = graph->from[e];
    gv_epoch_wait(&ex->published[j], port->mixing + 1);  /* pairs with the raise in publish */
    port->from[port->degree] = slot(ex, j, port->mixing, 0);
    port->weight[port->degree++] = (float)(ex->share * graph->weight[e]);
  }
  if (ex->schedule->shares)
    collect_shares(ex, node, graph);
  if (!ex->implied)
    port->read_in[port->mixing & 1] = round + 1;
}

typedef void mixer(float *out, const float *self, int degree, const float *const *from, const float *weight,
                   size_t n);

static void mix_by(struct gv_exchange *ex, mixer *mix, int node, int m, size_t first, size_t count, float *out)
{
  struct port *port = &ex->ports[node];
  const float *own = slot(ex, node, port->mixing, m) + first;
  size_t offset = (size_t)m * ex->stride + first;
  if (out == own)
    return;
  if (offset != 0)
    for (int j = 0; j < port->degree; j++)
      port->from[j] += offset;
  mix(out, own, port->degree, port->from, port->weight, count);
  if (offset != 0)
    for (int j = 0; j < port->degree; j++)
      port->from[j] -= offset;
  if (port->excess != 0)
    gv_mix_add(out, own, port->excess, count);
}

void gv_exchange_mix(struct gv_exchange *ex, int node, int m, size_t first, size_t count, float *out)
{
  bool whole = count == ex->dim;  /* a block of it is the caller's scratch, which is to stay in the cache */
  mix_by(ex, whole && ex->streams ? gv_mix_stream : gv_mix, node, m, first, count, out);
}

void gv_exchange_mix_apart(struct gv_exchange *ex, int node, int m, size_t first, size_t count, float *out)
{
  mix_by(ex, gv_mix_apart, node, m, first, count, out);
}

/* Of `all` (nodes) those who take part in the round, in order; count <- how many, *note <- the mean of theirs. */
static const float *const *take_part(const struct gv_exchange *ex, int worker, uint32_t turn, uint64_t round,
                                     const float *const *all, int *count, double *note)
{
  const float **present = ex->present != NULL ? ex->present + (size_t)worker * (size_t)ex->nodes : NULL;
  double sum = 0;
  *count = 0;
  for (int i = 0; i < ex->nodes && (present != NULL || note != NULL); i++)
    if (present == NULL || !gv_schedule_absent(ex->schedule, i, round)) {
      if (present != NULL)
        present[*count] = all[i];
      if (note != NULL)
        sum += ex->ports[i].note[turn];
      ++*count;
    }
  if (note != NULL)
    *note = sum / *count;
  if (present == NULL)
    *count = ex->nodes;
  return present != NULL ? present : all;
}

/* Every node's slot of message m. */
static const float *const *slots_of(const struct gv_exchange *ex, uint32_t mixing, int m)
{
  return ex->slots + ((size_t)(mixing & 1) * (size_t)ex->messages + (size_t)m) * (size_t)ex->nodes;
}

/* Passes the worker's slice on, and waits for the others'. */
static void share_slice(struct gv_exchange *ex, int worker)
{
  uint32_t done = ++ex->reductions[(size_t)worker * APART_WORDS];
  gv_epoch_raise(&ex->reduced[worker], done);
  for (int w = 0; w < ex->workers; w++)
    gv_epoch_wait(&ex->reduced[w], done);  /* pairs with the raise above, on the other workers */
}

const float *gv_exchange_average(struct gv_exchange *ex, int worker, int node, int m, uint64_t round, double *note)
{
  uint32_t mixing = ex->ports[node].mixing;
  for (int i = 0; i < ex->nodes; i++)
    gv_epoch_wait(&ex->published[i], mixing + 1);
  size_t first, end;
  gv_slice(ex->stride, worker, ex->workers, &first, &end);
  float *mean = ex->mean + (size_t)m * ex->stride;
  int count;
  const float *const *all =
      take_part(ex, worker, mixing & ex->turns, round, slots_of(ex, mixing, m), &count, note);
  if (count > 0)
    (ex->streams ? gv_mean_stream : gv_mean)(mean + first, count, all, first, end - first);
  share_slice(ex, worker);
  return mean;
}

const float *gv_exchange_average_rest(struct gv_exchange *ex, int worker, int node, uint64_t round)
{
  uint32_t mixing = ex->ports[node].mixing;
  size_t first, end;
  gv_slice(ex->stride, worker, ex->workers, &first, &end);
  int count;
  const float *const *all =
      take_part(ex, worker, mixing & ex->turns, round, slots_of(ex, mixing, 0), &count, NULL);
  if (count > 0)
    gv_mean_rest(ex->rest + first, ex->mean, count, all, first, end - first);
  share_slice(ex, worker);
  return ex->rest;
}

void gv_exchange_finish(struct gv_exchange *ex, int node)
{
  struct port *port = &ex->ports[node];
  port->mixing++;
  if (!ex->implied)
    gv_epoch_raise(&ex->mixed[node], port->mixing);
}
