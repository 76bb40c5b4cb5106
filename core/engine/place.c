/* Memory of workers and nodes, taken and first touched on the worker's own thread. */
#include <string.h>

#include "core/base/calling.h"
#include "core/engine/internal.h"

enum gv_status gv_worker_place(struct gv_worker *worker, struct gv_error *err)
{
  struct gv_engine *e = worker->engine;
  const struct gv_engine_setup *s = &e->setup;
  enum gv_status status = gv_buffer_place(&worker->buffer, &s->source->shape, s->task->max_batch, err);
  if (status == GV_OK && !s->algorithm->gradient_message)
    status = gv_alloc_for(&worker->gradient, e->stride, sizeof(float), "a gradient", err);
  if (status == GV_OK)
    status = gv_view_create(s->schedule, &worker->view, err);
  if (status == GV_OK)
    status = gv_alloc_for(&worker->direction, 2 * GV_BLOCK, sizeof(float), "a block", err);
  if (status == GV_OK)
    status = gv_alloc_for(&worker->average, GV_MESSAGES_MAX * GV_BLOCK, sizeof(float), "a block", err);
  if (status == GV_OK)
    status = gv_alloc_for(&worker->later, (size_t)gv_hosting_count(&worker->nodes), sizeof(int), "the nodes", err);
  if (status == GV_OK && s->measure)
    status = gv_alloc_for(&worker->measuring, e->stride, sizeof(float), "the metrics", err);
  if (status == GV_OK && s->measure)
    status = gv_alloc_for(&worker->measured, e->stride, sizeof(double), "the metrics", err);
  if (status == GV_OK) {
    worker->created = gv_call_create(s->model, s->hosts[worker->index], s->task, &worker->instance) == 0;
    if (!worker->created)
      status = gv_fail(err, GV_MODEL, "%s", s->failure(s->hosts[worker->index]));
  }
  if (status == GV_OK)
    status = gv_crew_settle(worker, err);
  return status;
}

enum gv_status gv_node_place(struct gv_worker *worker, int index, struct gv_error *err)
{
  struct gv_engine *e = worker->engine;
  struct gv_node *node = &e->node[index];
  const struct gv_algorithm *algorithm = e->setup.algorithm;
  size_t states = (size_t)algorithm->states + (size_t)e->setup.optimizer->states;
  enum gv_status status = e->mail != NULL        ? gv_mail_place(e->mail, index, worker->view, err)
                          : e->snapshots != NULL ? gv_snapshots_place(e->snapshots, index, worker->view, err)
                                                 : gv_exchange_place(e->exchange, index, worker->view, err);
  if (status == GV_OK && gv_engine_owns(&e->setup))
    status = gv_alloc_for(&node->own, e->stride, sizeof(float), "the nodes' weights", err);
  if (status == GV_OK && e->setup.async && e->setup.slow != NULL && e->setup.slow[index] > 1)
    status = gv_alloc_for(&node->pending, e->stride, sizeof(float), "a slow node's gradient", err);
  if (status == GV_OK && states > 0) {
    status = gv_alloc_for(&node->states, states * e->stride, sizeof(float), "the nodes' states", err);
    if (status == GV_OK)
      memset(node->states, 0, states * e->stride * sizeof(float));  /* first touch, on the node's worker */
  }
  return status;
}

void gv_node_begin(struct gv_engine *e, int index)
{
  struct gv_node *node = &e->node[index];
  const struct gv_algorithm *algorithm = e->setup.algorithm;
  size_t bytes = e->dim * sizeof(float);
  node->weight = 1;
  if (e->snapshots != NULL) {
    /* The newest message of nobody's step yet; adpsgd's replica is it, dsgd's lies beside it. */
    node->slot = algorithm->replica_message ? 0 : 1;
    memcpy(gv_snapshots_slot(e->snapshots, index, 0), e->start, bytes);
    node->x = gv_snapshots_slot(e->snapshots, index, node->slot);
  } else if (e->mail != NULL) {
    memcpy(gv_mail_mass(e->mail, index), e->start, bytes);
    node->x = node->own;
  } else {
    node->x = node->own != NULL ? node->own : gv_exchange_message(e->exchange, index, 0, 0);
  }
  memcpy(node->x, e->start, bytes);
}
