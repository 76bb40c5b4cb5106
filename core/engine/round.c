/* Synchronous rounds: local step, publish; then mixing and combine. The hot path.
 *
 * A pass of a worker over its nodes mixes a node's round and takes its next step while its vector is in the cache.
 * Nobody waits for ever: what a pass waits for was published, or read to the end, in the pass before. */
#include <math.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/clones.h"
#include "core/engine/internal.h"

/* A round as all nodes of a worker see it. */
struct turn {
  uint64_t round;
  float rate;
  enum gv_mixing mixing;   /* what the algorithm asks for */
  enum gv_mixing carried;  /* what carries it out: neighbours' averages with W = J are global ones */
  const float *mean[GV_MESSAGES_MAX];  /* of a global average */
  const float *rest;       /* what float took from mean[0], where averages are apart */
  double note;             /* the mean of the notes beside the messages */
  float clip;              /* of the mean gradient */
};

static struct turn turn_of(const struct gv_worker *worker, uint64_t round)
{
  const struct gv_engine_setup *s = &worker->engine->setup;
  struct turn turn = {.round = round, .rate = (float)gv_engine_rate(worker->engine, round), .clip = 1};
  turn.mixing = s->algorithm->mixing(s->algorithm_options, &worker->rhythm, round);
  if (turn.mixing == GV_MIX_NEIGHBORS && s->global_every != 0 && (round + 1) % s->global_every == 0)
    turn.mixing = GV_MIX_GLOBAL;
  turn.carried = turn.mixing == GV_MIX_NEIGHBORS && s->schedule->average ? GV_MIX_GLOBAL : turn.mixing;
  return turn;
}

/* Whether a global average is one by all-reduce: compressed messages cannot be summed on their way. */
static bool is_reduced(const struct gv_engine *e, const struct turn *turn)
{
  return turn->mixing == GV_MIX_GLOBAL || !e->setup.algorithm->compresses;
}

/* ---- before mixing ---- */

/* Returns the loss. */
static double take_gradient(struct gv_worker *worker, int index, float *g, const struct turn *turn)
{
  struct gv_engine *e = worker->engine;
  /* A worker that failed keeps publishing until all leave at the same round, so nobody waits for it. A node before
     the one that failed, which was put off, may be the one to report. */
  if (worker->failed && (turn->round > worker->fail_round ||
                         (turn->round == worker->fail_round && index >= worker->fail_place)))
    return 0;
  double began = e->setup.slow != NULL ? gv_thread_seconds() : 0;
  double loss = gv_worker_timed_compute(worker, index, g, turn->round, (double)turn->rate);
  if (e->setup.slow != NULL && e->setup.slow[index] > 1)
    gv_straggle(e, index, began);
  return loss;
}

/* bytes: of a message. A global average is counted where it is taken. */
static void count_sent(struct gv_worker *worker, int index, const struct turn *turn, double bytes)
{
  const struct gv_engine *e = worker->engine;
  uint64_t readers = (uint64_t)e->nodes - 1;
  if (turn->carried == GV_MIX_NEIGHBORS) {
    const struct gv_graph *graph = gv_view_graph(worker->view, turn->round);
    readers = (uint64_t)(graph->reader_first[index + 1] - graph->reader_first[index]);
  } else if (is_reduced(e, turn)) {
    return;
  }
  worker->messages += readers;
  worker->bytes += readers * (uint64_t)bytes;
}

static void step(struct gv_worker *worker, int index, const struct turn *turn)
{
  struct gv_engine *e = worker->engine;
  struct gv_node *node = &e->node[index];
  const struct gv_algorithm *algorithm = e->setup.algorithm;
  float *message[GV_MESSAGES_MAX] = {NULL};
  double loss = 0, bytes = gv_engine_message_bytes(&e->setup);
  bool absent = gv_schedule_absent(e->setup.schedule, index, turn->round);
  for (int m = 0; m < algorithm->messages; m++)
    message[m] = gv_exchange_message(e->exchange, index, m, 0);
  float *g = algorithm->gradient_message ? message[0] : worker->gradient;
  if (!algorithm->replica_message && !absent)
    loss = take_gradient(worker, index, g, turn);
  if (algorithm->local != NULL && !absent && !worker->failed)
    gv_worker_local(worker, node, node->x, g, turn->rate, turn->mixing, message);
  if (algorithm->compresses && !absent && !worker->failed) {
    if (turn->mixing == GV_MIX_GLOBAL)
      memcpy(message[0], node->x, e->dim * sizeof *message[0]);
    else
      bytes = gv_worker_compress(worker, index, turn->round, message[0]);
  }
  worker->message_bytes = bytes;
  if (turn->carried == GV_MIX_NONE)
    return;
  if (!absent)
    count_sent(worker, index, turn, bytes);
  if (algorithm->pushes || algorithm->heard != NULL)
    gv_exchange_note(e->exchange, index, algorithm->pushes ? node->weight : loss);
  gv_exchange_publish(e->exchange, index);
}

/* ---- mixing ---- */

/* x (n) <- the global average. */
static void take_mean(float *x, const float *own, const float *mean, size_t n)
{
  if (x != own)  /* a node alone: the mean is its own */
    memcpy(x, mean, n * sizeof *x);
}

/* to (n) <- part (mean + rest - own) */
GV_CLONES
static void mean_apart(float *restrict to, const float *restrict own, const float *restrict mean,
                       const float *restrict rest, float part, size_t n)
{
#pragma omp simd
  for (size_t i = 0; i < n; i++)
    to[i] = part * ((mean[i] - own[i]) + rest[i]);
}

/* mixed[0] of an algorithm whose average is apart. */
static void average_apart(struct gv_worker *worker, int index, const struct turn *turn, size_t first,
                          struct gv_block *block)
{
  struct gv_engine *e = worker->engine;
  block->mixed[0] = worker->average;
  if (turn->carried == GV_MIX_NEIGHBORS)
    gv_exchange_mix_apart(e->exchange, index, 0, first, block->n, worker->average);
  else
    mean_apart(worker->average, block->own[0], turn->mean[0] + first, turn->rest + first,
               e->setup.algorithm->lazy ? 0.5f : 1, block->n);
}

/* block->mixed <- the averages of its elements; what is in place goes to block->x, its place in the next slot. */
static void average_block(struct gv_worker *worker, int index, const struct turn *turn, size_t first,
                          struct gv_block *block)
{
  struct gv_engine *e = worker->engine;
  const struct gv_algorithm *algorithm = e->setup.algorithm;
  for (int m = 0; m < algorithm->messages; m++) {
    bool in_x = m == 0 && algorithm->in_place;
    float *to = in_x ? block->x : worker->average + (size_t)m * GV_BLOCK;
    const float *own = block->own[m];
    block->mixed[m] = to;
    if (m == 0 && algorithm->apart && turn->mixing == GV_MIX_NEIGHBORS)
      average_apart(worker, index, turn, first, block);
    else if (turn->carried == GV_MIX_NEIGHBORS)
      gv_exchange_mix(e->exchange, index, m, first, block->n, to);
    else if (turn->carried == GV_MIX_GLOBAL && in_x)
      take_mean(to, own, turn->mean[m] + first, block->n);
    else
      block->mixed[m] = turn->carried == GV_MIX_GLOBAL ? turn->mean[m] + first : own;
  }
}

/* From the averages to the next x (dim), block by block. */
static void combine(struct gv_worker *worker, int index, const struct turn *turn, float *x)
{
  struct gv_engine *e = worker->engine;
  struct gv_node *node = &e->node[index];
  const struct gv_algorithm *algorithm = e->setup.algorithm;
  float clip = algorithm->replica_message ? gv_worker_clip(worker, worker->gradient) : turn->clip;
  for (size_t first = 0; first < e->dim; first += GV_BLOCK) {
    struct gv_block block;
    gv_block_begin(e, node, x, first, turn->rate, turn->mixing, &block);
    for (int m = 0; m < algorithm->messages; m++)
      block.own[m] = gv_exchange_own(e->exchange, index, m) + first;
    average_block(worker, index, turn, first, &block);
    const float *g = algorithm->replica_message    ? worker->gradient + first
                     : algorithm->gradient_message ? block.mixed[0]
                                                   : NULL;
    block.d = g != NULL ? gv_worker_direction(worker, node, node->x + first, g, clip, first, block.n) : NULL;
    algorithm->combine(e->setup.algorithm_options, &block);
  }
}

/* The same without a combine: the average as a whole is the next x. */
static void average(struct gv_worker *worker, int index, const struct turn *turn, float *x)
{
  struct gv_engine *e = worker->engine;
  if (turn->carried == GV_MIX_NEIGHBORS)
    gv_exchange_mix(e->exchange, index, 0, 0, e->dim, x);
  else if (turn->carried == GV_MIX_GLOBAL)
    take_mean(x, gv_exchange_own(e->exchange, index, 0), turn->mean[0], e->dim);
}

/* The second half of a node's round. */
static void mix(struct gv_worker *worker, int index, const struct turn *turn)
{
  struct gv_engine *e = worker->engine;
  struct gv_node *node = &e->node[index];
  const struct gv_algorithm *algorithm = e->setup.algorithm;
  bool absent = gv_schedule_absent(e->setup.schedule, index, turn->round);
  if (algorithm->replica_message && !absent)
    take_gradient(worker, index, worker->gradient, turn);
  if (turn->carried == GV_MIX_NEIGHBORS)
    gv_exchange_collect(e->exchange, index, turn->round);
  if (algorithm->pushes && !absent)
    node->weight = turn->carried == GV_MIX_NEIGHBORS ? gv_exchange_collected(e->exchange, index) : turn->note;
  float *x = node->x;
  if (node->own == NULL && turn->carried != GV_MIX_NONE)
    x = gv_exchange_message(e->exchange, index, 0, 1);
  if (absent && x != node->x)
    memcpy(x, node->x, e->dim * sizeof *x);
  else if (!absent && algorithm->combine != NULL)
    combine(worker, index, turn, x);
  else if (!absent)
    average(worker, index, turn, x);
  node->x = x;
  node->rounds += !absent;
  if (turn->carried != GV_MIX_NONE)
    gv_exchange_finish(e->exchange, index);
}

/* Counts what those who take part send, as a ring all-reduce does it. */
static void count_average(struct gv_worker *worker, uint64_t round)
{
  const struct gv_engine *e = worker->engine;
  int present = 0;
  for (int i = 0; i < e->nodes; i++)
    present += !gv_schedule_absent(e->setup.schedule, i, round);
  double bytes = gv_allreduce_bytes(present, gv_engine_message_bytes(&e->setup));
  worker->messages += (uint64_t)(present * gv_allreduce_messages(present));
  worker->bytes += (uint64_t)llrint(present * bytes);  /* whole, but for the division by their number */
}

/* The means of all messages, and what the algorithm makes of the mean loss. */
static void average_all(struct gv_worker *worker, struct turn *turn)
{
  struct gv_engine *e = worker->engine;
  const struct gv_algorithm *algorithm = e->setup.algorithm;
  bool noted = algorithm->pushes || algorithm->heard != NULL;
  for (int m = 0; m < algorithm->messages; m++)
    turn->mean[m] = gv_exchange_average(e->exchange, worker->index, worker->nodes.first, m, turn->round,
                                        noted && m == 0 ? &turn->note : NULL);
  if (algorithm->apart && turn->mixing == GV_MIX_NEIGHBORS)
    turn->rest = gv_exchange_average_rest(e->exchange, worker->index, worker->nodes.first, turn->round);
  if (algorithm->gradient_message)
    turn->clip = gv_worker_clip(worker, turn->mean[0]);
  if (algorithm->heard != NULL && turn->mixing == GV_MIX_GLOBAL)
    algorithm->heard(e->setup.algorithm_options, &worker->rhythm, turn->round, turn->note);
  worker->averages += is_reduced(e, turn);
  if (is_reduced(e, turn) && worker->index == 0)
    count_average(worker, turn->round);
}

/* ---- passes ---- */

void gv_worker_step(struct gv_worker *worker, uint64_t round)
{
  struct turn turn = turn_of(worker, round);
  for (int i = worker->nodes.first; i < worker->nodes.end; i += worker->nodes.step)
    step(worker, i, &turn);
}

/* One worker moves the simulated cluster's clock on: the one that measures. bytes: of a message of the round. */
static void tick(struct gv_worker *worker, const struct turn *turn, double bytes)
{
  struct gv_engine *e = worker->engine;
  const struct gv_graph *graph = NULL;
  enum gv_delivery delivery = GV_DELIVER_NONE;
  if (turn->carried == GV_MIX_NEIGHBORS) {
    delivery = GV_DELIVER_LINKS;
    graph = gv_view_graph(worker->view, turn->round);
  } else if (turn->carried == GV_MIX_GLOBAL && is_reduced(e, turn)) {
    delivery = GV_DELIVER_ALLREDUCE;
    bytes = gv_engine_message_bytes(&e->setup);
  } else if (turn->carried == GV_MIX_GLOBAL) {
    delivery = GV_DELIVER_ALL;
  }
  gv_clock_round(e->clock, turn->round, delivery, graph, bytes);
}

void gv_worker_mix(struct gv_worker *worker, uint64_t round, bool steps)
{
  struct gv_engine *e = worker->engine;
  struct turn turn = turn_of(worker, round), next = turn;
  if (turn.carried == GV_MIX_GLOBAL)
    average_all(worker, &turn);
  double bytes = worker->message_bytes;  /* before the next step has its own */
  if (steps)
    next = turn_of(worker, round + 1);
  /* Whose neighbours are late is put off to the end of the pass; the order of nodes changes no result. */
  int late = 0;
  for (int i = worker->nodes.first; i < worker->nodes.end; i += worker->nodes.step) {
    bool last = i + worker->nodes.step >= worker->nodes.end;
    if (turn.carried == GV_MIX_NEIGHBORS && !last && !gv_exchange_ready(e->exchange, i, round)) {
      worker->later[late++] = i;
      continue;
    }
    mix(worker, i, &turn);
    if (steps)
      step(worker, i, &next);
  }
  for (int l = 0; l < late; l++) {
    mix(worker, worker->later[l], &turn);
    if (steps)
      step(worker, worker->later[l], &next);
  }
  if (worker->index == e->host[e->timed])  /* the round's gradients have been taken, whichever half they are of */
    tick(worker, &turn, bytes);
}
