/* conform.h - tries a loaded model on made-up data and says which rule of <grapevine/model.h> it breaks. */
#ifndef GV_PLUGINS_CONFORM_H
#define GV_PLUGINS_CONFORM_H

#include <grapevine/model.h>
#include <grapevine/status.h>

/* Runs the model through its life on normal features and random targets of task's shape, and checks, in this order:
 * plan and init are pure; gradient and evaluate give the same bits again, write nothing beyond their outputs and
 * leave w and batch alone, for batches of 1, an odd number and max_batch; instances on two threads at once give
 * these bits too; the gradient is the slope of the loss, tensor by tensor; evaluate sums over samples and agrees
 * with predict; features that are not finite crash nothing. Starts two workers. The first rule
 * that is broken is the error. */
enum gv_status gv_plugin_conform(const struct gv_model *model, const struct gv_task *task, struct gv_error *err);

#endif
