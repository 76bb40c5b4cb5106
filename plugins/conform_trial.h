/* conform_trial.h - what the files of the conformance check share: a model on trial, its data, its instances. */
#ifndef GV_PLUGINS_CONFORM_TRIAL_H
#define GV_PLUGINS_CONFORM_TRIAL_H

#include <stdbool.h>

#include "core/base/option.h"
#include "core/base/team.h"
#include "plugins/conform.h"
#include "plugins/host.h"
#include "plugins/plan.h"

enum { GV_TRIAL_SEED = 1, GV_TRIAL_DETAIL = 256 };

/* A vector between two borders that nobody may write to. */
struct gv_guarded {
  float *memory, *at;
  size_t count;
};

/* Made-up samples, max_batch of them. */
struct gv_samples {
  struct gv_guarded x, targets, labels;  /* labels are int32_t; one of the two is empty */
};

struct gv_trial {
  const struct gv_model *model;
  struct gv_task task;
  const struct gv_conform_watcher *watcher;  /* never NULL */
  struct gv_plan *plan;
  size_t parameters;
  struct gv_samples data;             /* the options' trials share them */
  struct gv_samples part;             /* so do they this: rows from the middle of data, copied to be aligned */
  struct gv_guarded w, w2, g, again;  /* (parameters) two random points; scratch */
  struct gv_guarded scores;           /* (max_batch, classes or outputs) */
  const char *with;                   /* the option value on trial, "hidden=1", or NULL */
  bool skipped;                       /* set by a rule, with a detail */
  char detail[GV_TRIAL_DETAIL];       /* what a rule that is kept has to say */
};

/* An instance on the worker that made it. */
struct gv_seat {
  struct gv_plugin_hosts *hosts;
  const struct gv_host *host;
  void *instance;
  int worker;
  bool refused;  /* create said why it made none */
};

/* A rule: GV_OK when it is kept, or skipped. */
typedef enum gv_status gv_rule(struct gv_trial *t, struct gv_seat *seat, struct gv_error *err);

/* ---- conform_trial.c ---- */

bool gv_guarded_make(struct gv_guarded *v, size_t count);
void gv_guarded_end(struct gv_guarded *v);
bool gv_guarded_whole(const struct gv_guarded *v);
void gv_guarded_fill(struct gv_guarded *v, float value);
bool gv_guarded_same(const struct gv_guarded *a, const struct gv_guarded *b);  /* bit by bit */
bool gv_guarded_finite(const struct gv_guarded *v);

/* t->data, and room for t->part. */
enum gv_status gv_trial_samples(struct gv_trial *t, struct gv_error *err);
void gv_trial_samples_end(struct gv_trial *t);

/* Samples `first` .. first + n - 1. Those that do not begin with sample 0 hold until the next such are asked for,
 * and are not for two threads at once. */
struct gv_batch gv_trial_part(const struct gv_trial *t, int32_t first, int32_t n);
struct gv_batch gv_trial_whole(const struct gv_trial *t);

/* The batch sizes on trial: 1, an odd one, max_batch. sizes has room for 3. Returns how many differ. */
int gv_trial_sizes(const struct gv_trial *t, int32_t *sizes);

/* The vectors, once there is a plan. */
enum gv_status gv_trial_vectors(struct gv_trial *t, struct gv_error *err);
void gv_trial_end(struct gv_trial *t);  /* not the data */

/* "model NAME: RULE", GV_MODEL. */
enum gv_status gv_trial_broken(const struct gv_trial *t, struct gv_error *err, const char *format, ...)
    GV_PRINTF(3, 4);
enum gv_status gv_trial_no_memory(const struct gv_trial *t, struct gv_error *err);
/* What a rule adds to its line, and why it was skipped. */
void gv_trial_note(struct gv_trial *t, const char *format, ...) GV_PRINTF(2, 3);
enum gv_status gv_trial_skip(struct gv_trial *t, const char *format, ...) GV_PRINTF(2, 3);

/* A seat for the calling thread; seat->worker is set by the caller. Close it on the same thread, opened or not. */
enum gv_status gv_seat_open(const struct gv_trial *t, struct gv_seat *seat, struct gv_error *err);
void gv_seat_close(const struct gv_trial *t, struct gv_seat *seat);

/* The calls, which every rule makes through these: they fail where the model does, and where it wrote beyond what
 * it was given. */
enum gv_status gv_seat_init(const struct gv_trial *t, struct gv_seat *seat, uint64_t seed, struct gv_guarded *w,
                            struct gv_error *err);
enum gv_status gv_seat_gradient(const struct gv_trial *t, struct gv_seat *seat, const struct gv_guarded *w,
                                const struct gv_batch *batch, struct gv_guarded *g, float *loss,
                                struct gv_error *err);
enum gv_status gv_seat_evaluate(const struct gv_trial *t, struct gv_seat *seat, const struct gv_guarded *w,
                                const struct gv_batch *batch, struct gv_metrics *metrics, struct gv_error *err);
enum gv_status gv_seat_predict(const struct gv_trial *t, struct gv_seat *seat, const struct gv_guarded *w,
                               const struct gv_batch *batch, struct gv_guarded *scores, struct gv_error *err);

/* w <- the start vector of the seed, made anew, plus normal numbers of size `spread`: no symmetric point. */
enum gv_status gv_seat_start(const struct gv_trial *t, struct gv_seat *seat, uint64_t seed, double spread,
                             struct gv_guarded *w, struct gv_error *err);

/* ---- conform.c ---- */

/* *plan <- the model's plan; *refused <- whether there is none because the model says why it does not want such a
 * task. */
enum gv_status gv_trial_plan(const struct gv_trial *t, struct gv_plan **plan, bool *refused, struct gv_error *err);

/* ---- the rules ---- */

gv_rule gv_rule_init;         /* conform_calls.c */
gv_rule gv_rule_outputs;
gv_rule gv_rule_bits;
gv_rule gv_rule_separate;
gv_rule gv_rule_keeps_nothing;
gv_rule gv_rule_before_two;   /* on one worker, for gv_rule_two on two */
gv_rule gv_rule_two;
gv_rule gv_rule_slope;        /* conform_slope.c */
gv_rule gv_rule_sums;         /* conform_values.c */
gv_rule gv_rule_predict;
gv_rule gv_rule_not_finite;
gv_rule gv_rule_learns;
gv_rule gv_rule_allocations;  /* conform_memory.c */
gv_rule gv_rule_options;      /* conform_options.c */

/* conform_slope.c: the slopes at one option value, in fewer directions. */
enum gv_status gv_trial_slope(struct gv_trial *t, struct gv_seat *seat, struct gv_error *err);

#endif
