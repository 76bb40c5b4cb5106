/* Holds samples out for the test, keeps as many as are wanted: rows of a part, moved together. */
#include "datasets/prepare.h"

#include <math.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/random.h"

/* Streams of the two draws. */
enum { HOLD = 0, LIMIT = 1 };

/* to <- rows[0..n-1] of from; to may be from when rows ascend. */
static void move_rows(char *to, const char *from, size_t size, const int32_t *rows, int64_t n)
{
  if (from == NULL)
    return;
  for (int64_t r = 0; r < n; r++)
    memmove(to + (size_t)r * size, from + (size_t)rows[r] * size, size);
}

static void move_sparse(struct gv_sparse *to, const struct gv_sparse *from, const int32_t *rows, int64_t n)
{
  int64_t at = 0;
  for (int64_t r = 0; r < n; r++) {
    int64_t first = from->first[rows[r]], count = from->first[rows[r] + 1] - first;
    memmove(to->column + at, from->column + first, (size_t)count * sizeof *to->column);
    memmove(to->value + at, from->value + first, (size_t)count * sizeof *to->value);
    to->first[r] = at;  /* at <= first: what is still to be read lies behind */
    at += count;
  }
  to->first[n] = at;
}

static void move_part(const struct gv_shape *shape, struct gv_part *to, const struct gv_part *from,
                      const int32_t *rows, int64_t n)
{
  size_t features = (size_t)shape->features;
  move_rows((char *)to->bytes, (const char *)from->bytes, features, rows, n);
  move_rows((char *)to->floats, (const char *)from->floats, features * sizeof(float), rows, n);
  if (from->sparse.first != NULL)
    move_sparse(&to->sparse, &from->sparse, rows, n);
  move_rows((char *)to->labels, (const char *)from->labels, sizeof(int32_t), rows, n);
  move_rows((char *)to->targets, (const char *)from->targets, (size_t)shape->outputs * sizeof(float), rows, n);
  move_rows((char *)to->groups, (const char *)from->groups, sizeof(int32_t), rows, n);
  to->samples = n;
}

/* Memory for n rows like those of part; what part has not, the new one has not. */
static enum gv_status part_like(const struct gv_shape *shape, const struct gv_part *part, const int32_t *rows,
                                int64_t n, struct gv_part *out, struct gv_error *err)
{
  static const char what[] = "samples held out";
  size_t samples = (size_t)n, features = (size_t)shape->features;
  size_t nonzeros = 0;
  for (int64_t r = 0; part->sparse.first != NULL && r < n; r++)
    nonzeros += (size_t)(part->sparse.first[rows[r] + 1] - part->sparse.first[rows[r]]);
  const struct { const void *has; void *out; size_t count, size; } blocks[] = {
      {part->bytes, &out->bytes, samples * features, 1},
      {part->floats, &out->floats, samples * features, sizeof(float)},
      {part->sparse.first, &out->sparse.first, samples + 1, sizeof(int64_t)},
      {part->sparse.first, &out->sparse.column, nonzeros, sizeof(int32_t)},
      {part->sparse.first, &out->sparse.value, nonzeros, sizeof(float)},
      {part->labels, &out->labels, samples, sizeof(int32_t)},
      {part->targets, &out->targets, samples * (size_t)shape->outputs, sizeof(float)},
      {part->groups, &out->groups, samples, sizeof(int32_t)}};
  enum gv_status status = GV_OK;
  for (size_t b = 0; b < sizeof blocks / sizeof blocks[0] && status == GV_OK; b++)
    if (blocks[b].has != NULL)
      status = gv_alloc_for(blocks[b].out, blocks[b].count, blocks[b].size, what, err);
  return status;
}

/* Which of the training samples are picked: the same share of each stratum, a class of a group, to within one, and
 * `picked` in all. The strata are walked in order; the count that is due is rounded as it adds up. */
struct picking {
  int64_t *first;   /* (strata + 2) */
  int32_t *order;   /* (samples): by stratum */
  bool *pick;       /* (samples) */
  int64_t strata;
};

static void picking_clear(struct picking *p)
{
  gv_free(p->first);
  gv_free(p->order);
  gv_free(p->pick);
}

static int64_t stratum_of(const struct gv_dataset *dataset, int64_t s)
{
  const struct gv_part *part = &dataset->train;
  int64_t classes = dataset->shape.classes > 0 ? dataset->shape.classes : 1;
  return (part->groups != NULL ? part->groups[s] * classes : 0) + (part->labels != NULL ? part->labels[s] : 0);
}

static enum gv_status picking_make(const struct gv_dataset *dataset, int64_t picked, uint64_t seed, uint32_t draw,
                                   struct picking *p, struct gv_error *err)
{
  int64_t samples = dataset->train.samples, classes = dataset->shape.classes > 0 ? dataset->shape.classes : 1;
  p->strata = classes * (dataset->groups > 0 ? dataset->groups : 1);
  enum gv_status status = gv_alloc_for(&p->first, (size_t)p->strata + 2, sizeof *p->first, "the classes", err);
  if (status == GV_OK)
    status = gv_alloc_for(&p->order, (size_t)samples, sizeof *p->order, "sample order", err);
  if (status == GV_OK)
    status = gv_alloc_for(&p->pick, (size_t)samples, sizeof *p->pick, "sample order", err);
  if (status != GV_OK)
    return status;
  for (int64_t s = 0; s < samples; s++)
    p->first[stratum_of(dataset, s) + 2]++;
  for (int64_t c = 2; c < p->strata + 2; c++)
    p->first[c] += p->first[c - 1];
  for (int64_t s = 0; s < samples; s++)
    p->order[p->first[stratum_of(dataset, s) + 1]++] = (int32_t)s;
  for (int64_t c = 0, have = 0; c < p->strata; c++) {
    struct gv_stream stream;
    int64_t count = p->first[c + 1] - p->first[c];
    gv_stream_start(&stream, seed, GV_RANDOM_HOLD, (uint32_t)c, draw);
    gv_stream_shuffle(&stream, p->order + p->first[c], (size_t)count);
    int64_t due = llround((double)p->first[c + 1] / (double)samples * (double)picked);
    for (int64_t s = 0; s < due - have && s < count; s++)
      p->pick[p->order[p->first[c] + s]] = true;
    have = due;
  }
  return GV_OK;
}

/* order <- the samples that were picked (or not), ascending. Returns how many. */
static int64_t list(struct picking *p, int64_t samples, bool picked)
{
  int64_t n = 0;
  for (int64_t s = 0; s < samples; s++)
    if (p->pick[s] == picked)
      p->order[n++] = (int32_t)s;
  return n;
}

static enum gv_status hold_out(struct gv_dataset *dataset, double share, uint64_t seed, struct gv_error *err)
{
  int64_t samples = dataset->train.samples, held = llround(share * (double)samples);
  if (held == samples)
    return gv_fail(err, GV_USAGE, "test-share %g: of %lld samples none is left to train on", share,
                   (long long)samples);
  struct picking picking = {0};
  struct gv_part test = {0};
  enum gv_status status = picking_make(dataset, held, seed, HOLD, &picking, err);
  if (status == GV_OK) {
    int64_t n = list(&picking, samples, true);
    status = part_like(&dataset->shape, &dataset->train, picking.order, n, &test, err);
    if (status == GV_OK)
      move_part(&dataset->shape, &test, &dataset->train, picking.order, n);
  }
  if (status == GV_OK) {
    int64_t n = list(&picking, samples, false);
    move_part(&dataset->shape, &dataset->train, &dataset->train, picking.order, n);
    dataset->test = test;
  } else {
    gv_part_clear(&test);
  }
  picking_clear(&picking);
  return status;
}

static enum gv_status limit(struct gv_dataset *dataset, int64_t count, uint64_t seed, struct gv_error *err)
{
  struct picking picking = {0};
  enum gv_status status = picking_make(dataset, count, seed, LIMIT, &picking, err);
  if (status == GV_OK) {
    int64_t n = list(&picking, dataset->train.samples, true);
    move_part(&dataset->shape, &dataset->train, &dataset->train, picking.order, n);
  }
  picking_clear(&picking);
  return status;
}

enum gv_status gv_dataset_prepare(struct gv_dataset *dataset, const struct gv_preparing *preparing,
                                  struct gv_error *err)
{
  double share = preparing->test_share;
  int64_t samples = dataset->train.samples;
  enum gv_status status = GV_OK;
  if (share > 0 && dataset->test.samples > 0)
    return gv_fail(err, GV_USAGE,
                   "test-share %g: data %s come with a test part of %lld samples; leave --test-share "
                   "out",
                   share, dataset->name, (long long)dataset->test.samples);
  if (share < 0)
    share = dataset->held_whole || dataset->test.samples > 0 ? 0 : GV_TEST_PERCENT / 100.0;
  if (share > 0)
    status = hold_out(dataset, share, preparing->seed, err);
  if (status == GV_OK && preparing->train_limit > 0 && preparing->train_limit < dataset->train.samples)
    status = limit(dataset, preparing->train_limit, preparing->seed, err);
  /* Settling has normalized bytes already, by all that was there. */
  bool same = samples == dataset->train.samples &&
              (strcmp(preparing->normalize, "auto") == 0 || strcmp(preparing->normalize, dataset->normalized) == 0);
  return status == GV_OK && !same ? gv_dataset_normalize(dataset, preparing->normalize, err) : status;
}
