/* run.h - what the files of run/ share: a run from its options to its files. */
#ifndef GV_RUN_RUN_H
#define GV_RUN_RUN_H

#include <jansson.h>

#include <grapevine/grapevine.h>

#include "core/algorithms/algorithm.h"
#include "core/algorithms/optimizer.h"
#include "core/algorithms/rate.h"
#include "core/base/machine.h"
#include "core/base/option.h"
#include "core/base/paths.h"
#include "core/engine/engine.h"
#include "core/graph/schedule.h"
#include "datasets/batches.h"
#include "datasets/dataset.h"
#include "datasets/split.h"
#include "plugins/host.h"
#include "plugins/plan.h"
#include "run/checkpoint.h"
#include "run/folder.h"
#include "run/placing.h"
#include "run/records.h"

struct gv_run {
  struct gv_options *options;  /* of gv_run_options */
  struct gv_watcher watcher;
  struct gv_stop stop;
  bool used;                   /* a run trains once */
  bool untested;               /* the test samples are left out: for benchmarks of training alone */

  /* Named choices, resolved (resolve.c). */
  const struct gv_algorithm *algorithm;
  const struct gv_optimizer *optimizer;
  const struct gv_rate_schedule *rate;
  struct gv_options *algorithm_options, *optimizer_options, *rate_options, *model_options;
  const struct gv_model *model;
  char *model_path;
  struct gv_search search;
  struct gv_machine machine;
  struct gv_dataset *dataset;
  struct gv_shards *shards;
  struct gv_batches *batches;
  struct gv_source source;
  struct gv_schedule *schedule;
  uint64_t rounds;
  double eval_every;  /* rounds */
  struct gv_network network;   /* of the simulated cluster */
  bool async;
  double *slow;                /* (nodes) of --straggler; NULL: none */
  int nodes;
  struct gv_placing placing;   /* workers, and where they stand */
  uint64_t seed;

  double first_loss;           /* the first that gv_run_advise heard; NAN before */
  bool advised;                /* what gv_run_advise has to say was said */

  struct gv_task task;
  struct gv_plugin_hosts *hosts;
  const struct gv_host **host_tables;  /* (threads of all workers) */
  struct gv_plan *plan;
  float *start;                /* (parameters) of --init, until the engine has them; NULL: the model's own */
  struct gv_engine *engine;
  struct gv_folder folder;
  char *resumes;               /* the folder of --resume; NULL: a new run */
  struct gv_checkpoint checkpoint;  /* that it goes on from; file NULL: at the start */
  bool looked;                 /* what the engine evaluates first after a resume was seen */
  int64_t digest;              /* of the data set; -1 until a checkpoint needs it, and graph_digest */
  int64_t graph_digest;        /* of the schedule */
  struct gv_error unkept;      /* why the last checkpoint could not be written; GV_OK: it was */
  double kept_at, keeping;     /* seconds of the clock when the last checkpoint was written, and how many it took */
  struct gv_records records;   /* what is written at evaluations beside metrics.csv */
  struct gv_result result;
  char *summary;
};

/* options.c: whether an option is no part of an experiment: where and how fast it is run, what is written, which
 * draw of chance. */
bool gv_run_option_is_apart(const char *key);

/* resolve.c: every option checked, plugin and data loaded, schedule validated; nothing is written yet. */
enum gv_status gv_run_resolve(struct gv_run *run, struct gv_error *err);

/* resume.c: --resume, before anything is resolved: the options and the checkpoint of the run in that folder. */
enum gv_status gv_run_take_up(struct gv_run *run, struct gv_error *err);

/* run.c: as far as the first round, without a file; then the run is used up. */
enum gv_status gv_run_try(struct gv_run *run, struct gv_error *err);

/* pace.c: --pace and --straggler. */
enum gv_status gv_run_resolve_pace(struct gv_run *run, struct gv_error *err);

/* target.c: --target-accuracy and --target-loss, into run->result; whether its last evaluation is there. */
enum gv_status gv_run_resolve_target(struct gv_run *run, struct gv_error *err);
bool gv_run_on_target(const struct gv_run *run);

/* advice.c: warns once when the loss of an algorithm whose step is bounded by the topology too rises above where
 * it began. NULL: the run ended by it. */
void gv_run_advise(struct gv_run *run, const struct gv_evaluation *evaluation);

/* What --verbose says when the evaluation before round 0 is done. */
#define GV_FIRST_ROUND_LINE "all is ready; the first round is next"

/* report.c: the text of every option; NULL without memory. */
json_t *gv_run_options_json(const struct gv_run *run);

/* report.c: the texts of config.json and summary.json, for the caller to free; NULL without memory. */
char *gv_run_config_text(const struct gv_run *run);
char *gv_run_summary_text(const struct gv_run *run);

#endif
