/* Collects and checks the tensors of a model. */
#include "plugins/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is wrong with the tensor by itself, or NULL. *count <- its elements. */
static const char *fault(const struct gv_tensor *tensor, int64_t *count)
{
  if (tensor->rank < 1 || tensor->rank > GV_TENSOR_RANK)
    return "its rank is not one of 1 to 4";
  if (tensor->transposed != 0 && tensor->transposed != 1)
    return "transposed is neither 0 nor 1";
  if (tensor->transposed && tensor->rank != 2)
    return "transposed needs rank 2";
  *count = 1;
  for (int32_t i = 0; i < tensor->rank; i++) {
    if (tensor->shape[i] < 1)
      return "its shape has a side below 1";
    if (tensor->shape[i] > GV_PLAN_MAX / *count)
      return "it has more than 2^40 elements";
    *count *= tensor->shape[i];
  }
  return NULL;
}

enum gv_status gv_plan_add(struct gv_plan *plan, const struct gv_tensor *tensor, struct gv_error *err)
{
  const char *name = tensor->name;
  if (name == NULL || *name == '\0')
    return gv_fail(err, GV_MODEL, "tensor %zu has no name", plan->count);
  for (const char *c = name; *c != '\0'; c++)  /* what every reader of the saved file takes as a key */
    if (*c <= ' ' || *c >= 0x7f)
      return gv_fail(err, GV_MODEL, "the name of tensor '%.64s' holds a character that is no visible ASCII one",
                     name);
  if (strcmp(name, "__metadata__") == 0)
    return gv_fail(err, GV_MODEL, "no tensor may be called '%s': safetensors files keep that name", name);
  for (size_t i = 0; i < plan->count; i++)
    if (strcmp(plan->tensors[i].tensor.name, name) == 0)
      return gv_fail(err, GV_MODEL, "two tensors are called '%.64s'", name);
  int64_t count;
  const char *why = fault(tensor, &count);
  if (why == NULL && count > GV_PLAN_MAX - plan->parameters)
    why = "with it the model has more than 2^40 parameters";
  if (why != NULL)
    return gv_fail(err, GV_MODEL, "tensor '%.64s': %s", name, why);
  struct gv_placed *more = realloc(plan->tensors, (plan->count + 1) * sizeof *more);
  if (more == NULL)
    return gv_fail(err, GV_MEMORY, "tensor '%.64s': no memory", name);
  plan->tensors = more;
  char *copy = strdup(name);
  if (copy == NULL)
    return gv_fail(err, GV_MEMORY, "tensor '%.64s': no memory", name);
  struct gv_placed *placed = &more[plan->count++];
  *placed = (struct gv_placed){.tensor = *tensor, .first = plan->parameters, .count = count};
  placed->tensor.name = copy;
  for (int32_t i = tensor->rank; i < GV_TENSOR_RANK; i++)
    placed->tensor.shape[i] = 1;
  plan->parameters += count;
  return GV_OK;
}

void gv_plan_destroy(struct gv_plan *plan)
{
  if (plan == NULL)
    return;
  for (size_t i = 0; i < plan->count; i++)
    free((char *)plan->tensors[i].tensor.name);  /* our copy */
  free(plan->tensors);
  free(plan);
}
