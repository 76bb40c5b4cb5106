/* plan.h - what a model's flat parameter vector is made of: its tensors, in order, and where each begins. */
#ifndef GV_PLUGINS_PLAN_H
#define GV_PLUGINS_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include <grapevine/model.h>
#include <grapevine/status.h>

/* Most parameters of a model: 4 TiB of floats, and products with a node count stay far from overflow. */
#define GV_PLAN_MAX (INT64_C(1) << 40)

struct gv_placed {
  struct gv_tensor tensor;  /* its name is the plan's own copy */
  int64_t first, count;     /* it is w[first .. first + count - 1] */
};

struct gv_plan {
  struct gv_placed *tensors;
  size_t count;
  int64_t parameters;  /* length of the vector */
};

/* Asks the model for its plan. host is one of gv_plugin_host_table: what the model says against it is the error. */
enum gv_status gv_plan_create(const struct gv_model *model, const struct gv_task *task, const struct gv_host *host,
                              struct gv_plan **plan, struct gv_error *err);
void gv_plan_destroy(struct gv_plan *plan);

/* Checks and appends a copy of one tensor; host->add_tensor is made of it. */
enum gv_status gv_plan_add(struct gv_plan *plan, const struct gv_tensor *tensor, struct gv_error *err);

#endif
