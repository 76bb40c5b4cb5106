/* Asynchronous pace: every node steps at its own speed and averages with what its neighbours published last.
 * Nothing here waits for another node. The hot path. */
#include <math.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/engine/internal.h"

/* Seconds from one taking of steps to the next: aim between. */
static const double near = 1e-4, far = 5e-4;
static const double nap = 1e-3;

/* Takes a node's next step out of the budget of all, *ticket <- its number among them. False: none is left. */
static bool claim(struct gv_worker *worker, bool slow, uint64_t limit, uint64_t *ticket)
{
  struct gv_engine *e = worker->engine;
  if (slow && worker->left == 0)  /* not more than one, which others would wait for at the end */
    return gv_budget_take(&e->budget, 1, limit, e->setup.workers, ticket) == 1;
  if (worker->left == 0) {
    double now = gv_seconds(), past = now - worker->claimed;
    if (past < near && worker->want < 4096)
      worker->want *= 2;
    else if (past > far && worker->want > 1)
      worker->want /= 2;
    worker->claimed = now;
    worker->left = gv_budget_take(&e->budget, worker->want, limit, e->setup.workers, &worker->ticket);
    if (worker->left == 0)
      return false;
  }
  worker->left--;
  *ticket = worker->ticket++;
  return true;
}

static float rate_at(struct gv_worker *worker, uint64_t ticket)
{
  struct gv_engine *e = worker->engine;
  uint64_t round = ticket / (uint64_t)e->nodes;
  if (round != worker->rate_round || worker->rate == 0) {
    worker->rate_round = round;
    worker->rate = (float)gv_engine_rate(e, round);
  }
  return worker->rate;
}

/* dsgd: the stepped replica is the message; its average goes to another slot. */
static void publish_and_mix(struct gv_worker *worker, int index)
{
  struct gv_engine *e = worker->engine;
  struct gv_node *node = &e->node[index];
  int next = gv_snapshots_free(e->snapshots, index, node->slot);
  if (next >= 0) {
    gv_snapshots_publish(e->snapshots, index, node->slot, node->rounds);
    worker->asynchrony.published++;
  } else {
    worker->asynchrony.skipped++;
  }
  gv_snapshots_collect(e->snapshots, index, node->rounds, &worker->asynchrony);
  if (next >= 0) {
    float *x = gv_snapshots_slot(e->snapshots, index, next);
    gv_snapshots_mix(e->snapshots, index, node->x, 0, e->dim, x);
    node->x = x;
    node->slot = next;
  } else {
    for (size_t first = 0; first < e->dim; first += GV_BLOCK) {
      size_t n = e->dim - first < GV_BLOCK ? e->dim - first : GV_BLOCK;
      gv_snapshots_mix(e->snapshots, index, node->x, first, n, worker->average);
      memcpy(node->x + first, worker->average, n * sizeof(float));
    }
  }
  gv_snapshots_release(e->snapshots, index);
}

/* adpsgd: the replica is its node's newest message, and so only read; the next one goes to another slot, or, while
 * none is free, to memory of the node's own. */
static void mix_and_publish(struct gv_worker *worker, int index, const float *g, float rate)
{
  struct gv_engine *e = worker->engine;
  struct gv_node *node = &e->node[index];
  const struct gv_algorithm *algorithm = e->setup.algorithm;
  float clip = gv_worker_clip(worker, g);
  int next = gv_snapshots_free(e->snapshots, index, -1);
  float *x = next >= 0 ? gv_snapshots_slot(e->snapshots, index, next) : node->own;
  gv_snapshots_collect(e->snapshots, index, node->rounds, &worker->asynchrony);
  for (size_t first = 0; first < e->dim; first += GV_BLOCK) {
    struct gv_block block;
    gv_block_begin(e, node, x, first, rate, GV_MIX_NEIGHBORS, &block);
    gv_snapshots_mix(e->snapshots, index, node->x, first, block.n, worker->average);
    block.mixed[0] = worker->average;
    block.d = gv_worker_direction(worker, node, node->x + first, g + first, clip, first, block.n);
    algorithm->combine(e->setup.algorithm_options, &block);
  }
  gv_snapshots_release(e->snapshots, index);
  node->x = x;
  if (next >= 0) {
    gv_snapshots_publish(e->snapshots, index, next, node->rounds + 1);
    worker->asynchrony.published++;
  } else {
    worker->asynchrony.skipped++;
  }
}

/* The second half of a node's step: everything after the gradient. */
static void apply(struct gv_worker *worker, int index, const float *g, float rate)
{
  struct gv_engine *e = worker->engine;
  struct gv_node *node = &e->node[index];
  const struct gv_algorithm *algorithm = e->setup.algorithm;
  if (algorithm->pushes) {
    float *mass = gv_mail_mass(e->mail, index);
    gv_worker_local(worker, node, mass, g, rate, GV_MIX_NEIGHBORS, &mass);
    gv_mail_deliver(e->mail, index, node->rounds, node->x, &worker->asynchrony);
  } else if (algorithm->replica_message) {
    mix_and_publish(worker, index, g, rate);
  } else {
    gv_worker_local(worker, node, node->x, g, rate, GV_MIX_NEIGHBORS, &node->x);
    publish_and_mix(worker, index);
  }
  node->rounds++;
}

static bool stop_asked(const struct gv_engine *e)
{
  return gv_stop_asked(&e->gate.failed) || gv_stop_asked(e->setup.stop);
}

static double training_seconds(const struct gv_engine *e)
{
  return e->seconds + (gv_seconds() - e->segment_start);
}

/* A slow node's gradient is there, but counts as under way until `due`; meanwhile its worker serves the others. */
static void delay(struct gv_worker *worker, struct gv_node *node, double factor, double began, float rate,
                  double loss_before)
{
  node->due_loss = node->loss - loss_before;
  node->loss = loss_before;
  node->due = training_seconds(worker->engine) + (factor - 1) * (gv_thread_seconds() - began);
  node->due_rate = rate;
  node->waits = true;
}

static void go_on(struct gv_worker *worker, int index)
{
  struct gv_node *node = &worker->engine->node[index];
  node->waits = false;
  node->loss += node->due_loss;
  apply(worker, index, node->pending, node->due_rate);
}

/* At the end of a run: the slow nodes' last steps are waited for, or, after a stop, given back. */
static void end_steps(struct gv_worker *worker)
{
  struct gv_engine *e = worker->engine;
  for (int i = worker->nodes.first; i < worker->nodes.end; i += worker->nodes.step) {
    struct gv_node *node = &e->node[i];
    while (node->waits && !stop_asked(e) && training_seconds(e) < node->due)
      gv_pause(fmax(0, fmin(node->due - training_seconds(e), nap)));
    if (node->waits && !stop_asked(e))
      go_on(worker, i);
    else if (node->waits)
      gv_budget_return(&e->budget, 1);
  }
}

/* Begins, or goes on with, the step of one node. False: no step is left. *due <- when a waiting node goes on. */
static bool visit(struct gv_worker *worker, int index, uint64_t limit, bool *moved, double *due)
{
  struct gv_engine *e = worker->engine;
  struct gv_node *node = &e->node[index];
  double factor = e->setup.slow != NULL ? e->setup.slow[index] : 1;
  if (node->waits) {
    if (training_seconds(e) < node->due) {
      *due = fmin(*due, node->due);
      return true;
    }
    go_on(worker, index);
  } else {
    uint64_t ticket;
    if (stop_asked(e) || !claim(worker, factor > 1, limit, &ticket))
      return false;
    double began = factor > 1 ? gv_thread_seconds() : 0, loss_before = node->loss;
    float rate = rate_at(worker, ticket), *g = factor > 1 ? node->pending : worker->gradient;
    gv_worker_timed_compute(worker, index, g, node->rounds, (double)rate);
    if (worker->failed)
      return false;
    if (factor > 1)
      delay(worker, node, factor, began, rate, loss_before);
    else
      apply(worker, index, g, rate);
  }
  *moved = true;
  return true;
}

void gv_worker_async(struct gv_worker *worker, uint64_t limit)
{
  struct gv_engine *e = worker->engine;
  bool reports = worker->index == 0 && e->setup.progress != NULL, goes_on = true;
  while (goes_on && !stop_asked(e)) {
    bool moved = false;
    double due = INFINITY;
    for (int i = worker->nodes.first; i < worker->nodes.end && goes_on; i += worker->nodes.step)
      goes_on = visit(worker, i, limit, &moved, &due);
    uint64_t taken = gv_budget_taken(&e->budget);
    if (reports && taken / (uint64_t)e->nodes >= e->next_progress)
      gv_engine_report(e, taken / (uint64_t)e->nodes);
    if (!moved && goes_on) {
      goes_on = taken < limit;
      gv_pause(fmax(0, fmin(due - training_seconds(e), nap)));
    }
  }
  if (stop_asked(e) || limit == e->setup.rounds * (uint64_t)e->nodes)
    end_steps(worker);
  gv_budget_return(&e->budget, worker->left);
  worker->left = 0;
}
