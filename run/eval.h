/* eval.h - a saved model on a data set: from the model's file to figures. */
#ifndef GV_RUN_EVAL_H
#define GV_RUN_EVAL_H

#include <stdint.h>

#include <grapevine/option.h>
#include <grapevine/status.h>

#include "core/base/option.h"

struct gv_eval;

/* What an evaluation has come to. Strings and arrays are the evaluation's. */
struct gv_eval_result {
  const char *model_file;                         /* as it was named */
  const char *model, *model_options, *plugin;     /* name, options with defaults, and the shared object */
  const char *data, *data_found, *part;           /* name, where it lay, "test" or "train" */
  int64_t parameters, samples;
  int32_t classes, outputs;                       /* as in gv_shape */
  int workers;
  double loss;                                    /* mean over the samples, without penalties */
  double accuracy;                                /* 0..1; NAN without classes */
  double seconds;                                 /* of the evaluation, without loading */
  const int64_t *class_samples, *class_correct;   /* (classes), or NULL: the model does not predict */
  char *const *class_names;                       /* (classes), or NULL: they are numbers */
};

/* The rows behind `grapevine eval --help`; ends with a NULL key. */
const struct gv_option *gv_eval_options(void);

/* Reads the model, opens the data, evaluates, writes the predictions if they are asked for. options has the rows
 * of gv_eval_options, and may have more; it outlives the result. progress (may be NULL) is told, on the calling
 * thread, how much, 0..1, is done after how many seconds. */
enum gv_status gv_eval_create(const struct gv_options *options,
                              void (*progress)(void *context, double share, double seconds), void *context,
                              struct gv_eval **out, struct gv_error *err);
void gv_eval_destroy(struct gv_eval *eval);  /* NULL is fine */

const struct gv_eval_result *gv_eval_result(const struct gv_eval *eval);

/* The result as JSON, for the caller to free; NULL without memory. */
char *gv_eval_text(const struct gv_eval *eval);

#endif
