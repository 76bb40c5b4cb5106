/* One weight vector over many samples, chunk by chunk, shared by workers. */
#include "core/engine/score.h"

#include <math.h>
#include <stdbool.h>

#include "core/base/calling.h"
#include "core/base/memory.h"
#include "core/base/team.h"

/* What a worker has. */
struct seat {
  _Alignas(GV_APART) struct gv_instance here;
  bool created;
  struct gv_buffer buffer;
  float *scores;       /* (GV_EVALUATION_BATCH, classes or outputs), or NULL */
  int64_t failed_at;   /* chunk; -1: none */
  struct gv_error error;
};

struct board {
  const struct gv_scoring *scoring;
  int64_t chunks;
  struct gv_metrics *chunk;  /* (chunks) */
  struct seat *seat;         /* (workers) */
};

enum gv_status gv_score_batch(const struct gv_instance *here, const float *w, const struct gv_batch *batch,
                              struct gv_metrics *metrics, struct gv_error *err)
{
  *metrics = (struct gv_metrics){0};
  if (gv_call_evaluate(here->model, here->instance, w, batch, metrics) != 0)
    return gv_fail(err, GV_MODEL, "%s", here->failure(here->host));
  if (isnan(metrics->loss))
    metrics->loss = NAN;  /* without the sign that some processors give it */
  if (!isfinite(metrics->loss))
    return gv_fail(err, GV_NUMERIC, "model %s: the loss is %g", here->model->name, metrics->loss);
  if (metrics->correct < 0 || metrics->correct > batch->n)
    return gv_fail(err, GV_MODEL, "model %s: evaluate counts %lld of %d samples correct", here->model->name,
                   (long long)metrics->correct, batch->n);
  return GV_OK;
}

static enum gv_status place(struct seat *seat, const struct gv_scoring *s, struct gv_error *err)
{
  const struct gv_shape *shape = &s->task->shape;
  size_t width = (size_t)(shape->classes > 0 ? shape->classes : shape->outputs);
  enum gv_status status = gv_buffer_place(&seat->buffer, shape, GV_EVALUATION_BATCH, err);
  if (status == GV_OK && s->scored != NULL)
    status = gv_alloc_for(&seat->scores, GV_EVALUATION_BATCH * width, sizeof(float), "scores", err);
  if (status == GV_OK) {
    seat->created = gv_call_create(s->model, seat->here.host, s->task, &seat->here.instance) == 0;
    if (!seat->created)
      status = gv_fail(err, GV_MODEL, "%s", s->failure(seat->here.host));
  }
  return status;
}

static enum gv_status score_chunk(struct board *board, struct seat *seat, int64_t c, struct gv_error *err)
{
  const struct gv_scoring *s = board->scoring;
  int64_t first = c * GV_EVALUATION_BATCH, left = s->samples - first;
  struct gv_batch batch;
  struct gv_error why = {GV_OK, ""};
  s->rows(s->source, first, (int32_t)(left < GV_EVALUATION_BATCH ? left : GV_EVALUATION_BATCH), &seat->buffer,
          &batch);
  enum gv_status status = gv_score_batch(&seat->here, s->w, &batch, &board->chunk[c], &why);
  if (status == GV_OK && s->scored != NULL) {
    if (gv_call_predict(s->model, seat->here.instance, s->w, &batch, seat->scores) != 0)
      status = gv_fail(&why, GV_MODEL, "%s", s->failure(seat->here.host));
    else
      s->scored(s->context, first, &batch, seat->scores);
  }
  return status == GV_OK ? GV_OK
                         : gv_fail(err, status, "samples %lld to %lld: %s", (long long)first,
                                   (long long)(first + batch.n - 1), why.text);
}

static void work(void *arg, struct gv_team *team, int index)
{
  struct board *board = arg;
  const struct gv_scoring *s = board->scoring;
  struct seat *seat = &board->seat[index];
  (void)team;
  seat->here = (struct gv_instance){.model = s->model, .host = s->hosts[index], .failure = s->failure};
  seat->failed_at = place(seat, s, &seat->error) == GV_OK ? -1 : index;
  for (int64_t c = index; c < board->chunks && seat->failed_at < 0; c += s->workers) {
    if (score_chunk(board, seat, c, &seat->error) != GV_OK)
      seat->failed_at = c;
    if (index == 0 && s->progress != NULL)
      s->progress(s->context, (double)(c + 1) / (double)board->chunks);
  }
  if (seat->created)
    gv_call_destroy(s->model, seat->here.instance);
}

static enum gv_status first_failure(const struct board *board, struct gv_error *err)
{
  const struct seat *first = NULL;
  for (int i = 0; i < board->scoring->workers; i++) {
    const struct seat *seat = &board->seat[i];
    if (seat->failed_at >= 0 && (first == NULL || seat->failed_at < first->failed_at))
      first = seat;
  }
  return first == NULL ? GV_OK : gv_fail(err, first->error.status, "%s", first->error.text);
}

enum gv_status gv_score(const struct gv_scoring *scoring, struct gv_metrics *sum, struct gv_error *err)
{
  struct board board = {.scoring = scoring,
                        .chunks = (scoring->samples + GV_EVALUATION_BATCH - 1) / GV_EVALUATION_BATCH};
  enum gv_status status =
      gv_alloc_for(&board.chunk, (size_t)board.chunks, sizeof *board.chunk, "the evaluation", err);
  if (status == GV_OK)
    status = gv_alloc_for(&board.seat, (size_t)scoring->workers, sizeof *board.seat, "the workers", err);
  if (status == GV_OK)
    status = gv_team_run(scoring->workers, scoring->cpus, work, &board, err);
  if (status == GV_OK)
    status = first_failure(&board, err);
  *sum = (struct gv_metrics){0};
  for (int64_t c = 0; c < board.chunks && status == GV_OK; c++) {
    sum->loss += board.chunk[c].loss;
    sum->correct += board.chunk[c].correct;
  }
  for (int i = 0; i < scoring->workers && board.seat != NULL; i++) {
    gv_buffer_clear(&board.seat[i].buffer);
    gv_free(board.seat[i].scores);
  }
  gv_free(board.chunk);
  gv_free(board.seat);
  return status;
}
