/* Asks a model for its plan. By itself, for the host's services lie between the two. */
#include <stdlib.h>

#include "core/base/calling.h"
#include "plugins/host.h"
#include "plugins/plan.h"

enum gv_status gv_plan_create(const struct gv_model *model, const struct gv_task *task, const struct gv_host *host,
                              struct gv_plan **plan, struct gv_error *err)
{
  struct gv_plan *made = calloc(1, sizeof *made);
  if (made == NULL)
    return gv_fail(err, GV_MEMORY, "model %s: no memory for its plan", model->name);
  gv_plugin_host_forget(host);
  enum gv_status status = GV_OK;
  if (gv_call_plan(model, host, task, made) != 0 || gv_plugin_host_failed(host))
    status = gv_fail(err, GV_MODEL, "%s", gv_plugin_host_error(host));
  else if (made->count == 0)
    status = gv_fail(err, GV_MODEL, "model %s: its plan adds no tensor; a model has one parameter or more",
                     model->name);
  if (status == GV_OK)
    *plan = made;
  else
    gv_plan_destroy(made);
  return status;
}
