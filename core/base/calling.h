/* calling.h - which function of which model a thread is in, or which plugin it loads: what is said of a crash. The
 * calls go through here. */
#ifndef GV_BASE_CALLING_H
#define GV_BASE_CALLING_H

#include <stdint.h>

#include <grapevine/model.h>

/* Read by a signal handler on the same thread. */
struct gv_calling {
  const struct gv_model *model;
  const char *function;  /* NULL: none, whatever else stands here */
  int64_t node;          /* whose data it is given, in `round`; -1: no node's */
  uint64_t round;
  const char *loading;   /* the plugin that is being loaded; NULL: none */
};

extern _Thread_local struct gv_calling gv_calling;

/* Where it is set, threads of a team call it before their work; the program makes ready for a crash there. */
extern void (*gv_calling_thread)(void);

static inline void gv_calling_for(int64_t node, uint64_t round)
{
  gv_calling.node = node;
  gv_calling.round = round;
}

static inline void gv_calling_begin(const struct gv_model *model, const char *function)
{
  gv_calling.model = model;
  gv_calling.function = function;
}

static inline int gv_calling_end(int result)
{
  gv_calling.function = NULL;
  return result;
}

static inline int gv_call_plan(const struct gv_model *model, const struct gv_host *host, const struct gv_task *task,
                               struct gv_plan *plan)
{
  gv_calling_begin(model, "plan");
  return gv_calling_end(model->plan(host, task, plan));
}

static inline int gv_call_create(const struct gv_model *model, const struct gv_host *host,
                                 const struct gv_task *task, void **instance)
{
  gv_calling_begin(model, "create");
  return gv_calling_end(model->create(host, task, instance));
}

static inline int gv_call_init(const struct gv_model *model, void *instance, uint64_t seed, float *w)
{
  gv_calling_begin(model, "init");
  return gv_calling_end(model->init(instance, seed, w));
}

static inline int gv_call_gradient(const struct gv_model *model, void *instance, const float *w,
                                   const struct gv_batch *batch, float *g, float *loss)
{
  gv_calling_begin(model, "gradient");
  return gv_calling_end(model->gradient(instance, w, batch, g, loss));
}

static inline int gv_call_evaluate(const struct gv_model *model, void *instance, const float *w,
                                   const struct gv_batch *batch, struct gv_metrics *metrics)
{
  gv_calling_begin(model, "evaluate");
  return gv_calling_end(model->evaluate(instance, w, batch, metrics));
}

static inline int gv_call_predict(const struct gv_model *model, void *instance, const float *w,
                                  const struct gv_batch *batch, float *scores)
{
  gv_calling_begin(model, "predict");
  return gv_calling_end(model->predict(instance, w, batch, scores));
}

/* Nothing where the model has no such function. */
static inline void gv_call_destroy(const struct gv_model *model, void *instance)
{
  if (model->destroy == NULL)
    return;
  gv_calling_begin(model, "destroy");
  model->destroy(instance);
  (void)gv_calling_end(0);
}

#endif
