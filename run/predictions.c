/* Predictions in memory and as CSV. */
#include "run/predictions.h"

#include <string.h>

#include "core/base/file.h"
#include "core/base/memory.h"

static size_t width_of(const struct gv_predictions *p)
{
  return (size_t)(p->classes > 0 ? p->classes : p->outputs);
}

enum gv_status gv_predictions_place(struct gv_predictions *p, int64_t samples, const struct gv_shape *shape,
                                    bool keep_scores, struct gv_error *err)
{
  *p = (struct gv_predictions){.samples = samples, .classes = shape->classes, .outputs = shape->outputs};
  size_t n = (size_t)samples, width = width_of(p);
  const char *what = "predictions";
  enum gv_status status = GV_OK;
  if (p->classes > 0)
    status = gv_alloc_for(&p->labels, n, sizeof *p->labels, what, err);
  if (p->classes > 0 && status == GV_OK)
    status = gv_alloc_for(&p->answers, n, sizeof *p->answers, what, err);
  if (keep_scores && p->outputs > 0 && status == GV_OK)
    status = gv_alloc_for(&p->targets, n, width * sizeof *p->targets, what, err);
  if (keep_scores && status == GV_OK)
    status = gv_alloc_for(&p->scores, n, width * sizeof *p->scores, what, err);
  return status;
}

void gv_predictions_clear(struct gv_predictions *p)
{
  gv_free(p->labels);
  gv_free(p->answers);
  gv_free(p->targets);
  gv_free(p->scores);
  *p = (struct gv_predictions){0};
}

static int32_t first_largest(const float *scores, int32_t classes)
{
  int32_t best = 0;
  for (int32_t c = 1; c < classes; c++)
    if (scores[c] > scores[best])
      best = c;
  return best;
}

void gv_predictions_put(struct gv_predictions *p, int64_t first, const struct gv_batch *batch, const float *scores)
{
  size_t width = width_of(p), n = (size_t)batch->n, at = (size_t)first;
  for (size_t s = 0; s < n && p->classes > 0; s++) {
    p->labels[at + s] = batch->labels[s];
    p->answers[at + s] = first_largest(scores + s * width, p->classes);
  }
  if (p->scores != NULL)
    memcpy(p->scores + at * width, scores, n * width * sizeof *scores);
  if (p->targets != NULL)
    memcpy(p->targets + at * width, batch->targets, n * width * sizeof *p->targets);
}

void gv_predictions_count(const struct gv_predictions *p, int64_t *samples, int64_t *correct)
{
  memset(samples, 0, (size_t)p->classes * sizeof *samples);
  memset(correct, 0, (size_t)p->classes * sizeof *correct);
  for (int64_t s = 0; s < p->samples; s++) {
    samples[p->labels[s]]++;
    correct[p->labels[s]] += p->answers[s] == p->labels[s];
  }
}

enum gv_status gv_predictions_write(const struct gv_predictions *p, const char *path, struct gv_error *err)
{
  struct gv_new_file file;
  enum gv_status status = gv_file_begin(&file, path, err);
  if (status != GV_OK)
    return status;
  size_t width = width_of(p);
  fputs(p->classes > 0 ? "index,label,prediction" : "index", file.stream);
  for (size_t c = 0; c < width && p->targets != NULL; c++)
    fprintf(file.stream, ",target%zu", c);
  for (size_t c = 0; c < width; c++)
    fprintf(file.stream, p->classes > 0 ? ",score%zu" : ",prediction%zu", c);
  fputc('\n', file.stream);
  for (size_t s = 0; s < (size_t)p->samples; s++) {
    fprintf(file.stream, "%zu", s);
    if (p->classes > 0)
      fprintf(file.stream, ",%d,%d", p->labels[s], p->answers[s]);
    for (size_t c = 0; c < width && p->targets != NULL; c++)
      fprintf(file.stream, ",%.9g", (double)p->targets[s * width + c]);
    for (size_t c = 0; c < width; c++)
      fprintf(file.stream, ",%.9g", (double)p->scores[s * width + c]);
    fputc('\n', file.stream);
  }
  return gv_file_commit(&file, err);
}
