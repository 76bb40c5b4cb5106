/* A run between two rounds: what is handed out to be saved, and taken up again. */
#include "core/engine/state.h"

#include <string.h>

#include "core/engine/internal.h"

static float *vector_of(const struct gv_engine *e, int node, int v)
{
  return v == 0 ? e->node[node].x : e->node[node].states + (size_t)(v - 1) * e->stride;
}

int gv_engine_vectors(const struct gv_engine *e)
{
  return 1 + e->setup.algorithm->states + e->setup.optimizer->states;
}

/* What lies in a node's mailboxes is its own once it is looked at: nobody else's to be saved. */
static void take_in(const struct gv_engine *e, int node)
{
  if (e->mail != NULL)
    gv_mail_settle(e->mail, node, e->node[node].x);
}

const float *gv_engine_vector(const struct gv_engine *e, int node, int v)
{
  take_in(e, node);
  return vector_of(e, node, v);
}

void gv_engine_node_state(const struct gv_engine *e, int node, struct gv_node_state *state)
{
  const struct gv_node *own = &e->node[node];
  take_in(e, node);
  *state = (struct gv_node_state){.loss = own->loss, .weight = own->weight, .rounds = own->rounds,
                                  .evaluated = own->evaluated};
  if (e->mail != NULL)
    state->weight = gv_mail_weight(e->mail, node);
}

/* A slow node's gradient under way is left out: it takes that step anew. */
static void count(const struct gv_engine *e, uint64_t round, struct gv_counters *out)
{
  *out = (struct gv_counters){.round = round, .last_evaluation = e->last_evaluation, .last_steps = e->last_steps,
                              .averages = e->worker[0].averages, .seconds = e->seconds,
                              .rhythm = e->worker[0].rhythm, .clock = e->clock->numbers};
  for (int i = 0; i < e->nodes; i++)
    out->steps += e->node[i].rounds;
  for (int w = 0; w < e->setup.workers; w++) {
    out->messages += e->worker[w].messages;
    out->bytes += e->worker[w].bytes;
    gv_asynchrony_add(&out->asynchrony, &e->worker[w].asynchrony);
  }
  if (e->setup.async)
    out->round = out->steps / (uint64_t)e->nodes;
  if (out->round < out->last_evaluation)  /* which counted the steps that are under way */
    out->round = out->last_evaluation;
}

void gv_worker_keep(struct gv_worker *worker, uint64_t round, bool must)
{
  struct gv_engine *e = worker->engine;
  struct gv_error error = {GV_OK, ""};
  if (e->setup.keep == NULL)
    return;
  gv_team_barrier(worker->team);
  if (worker->index == 0) {
    struct gv_counters counters;
    count(e, round, &counters);
    if (e->setup.keep(e->setup.context, &counters, must, &error) != GV_OK) {
      e->error = error;
      e->over = true;
    }
  }
  gv_team_barrier(worker->team);
}

void gv_worker_resume(struct gv_worker *worker)
{
  struct gv_engine *e = worker->engine;
  const struct gv_counters *counters = e->setup.resume;
  worker->averages = counters->averages;
  worker->rhythm = counters->rhythm;
  if (worker->index != 0)
    return;
  worker->messages = counters->messages;
  worker->bytes = counters->bytes;
  worker->asynchrony = counters->asynchrony;
  e->seconds = counters->seconds;
  e->last_evaluation = counters->last_evaluation;
  e->last_steps = counters->last_steps;
  if (counters->clock != NULL)
    memcpy(e->clock->numbers, counters->clock, gv_clock_count(e->nodes) * sizeof *e->clock->numbers);
  gv_budget_begin(&e->budget, counters->steps);
}

enum gv_status gv_node_resume(struct gv_engine *e, int index, struct gv_error *err)
{
  struct gv_node *node = &e->node[index];
  float *vector[1 + GV_STATES_MAX + GV_OPTIMIZER_STATES_MAX];
  struct gv_node_state state = {0};
  for (int v = 0; v < gv_engine_vectors(e); v++)
    vector[v] = vector_of(e, index, v);
  enum gv_status status = e->setup.restore(e->setup.context, index, vector, &state, err);
  node->loss = state.loss;
  node->rounds = state.rounds;
  node->evaluated = state.evaluated;
  node->weight = e->mail != NULL ? 1 : state.weight;
  if (e->mail != NULL)
    gv_mail_restore(e->mail, index, node->x, state.weight);
  else if (e->snapshots != NULL && node->slot != 0)  /* the newest message, beside the replica */
    memcpy(gv_snapshots_slot(e->snapshots, index, 0), node->x, e->dim * sizeof *node->x);
  if (e->snapshots != NULL)
    gv_snapshots_restore(e->snapshots, index, node->rounds);
  return status;
}
