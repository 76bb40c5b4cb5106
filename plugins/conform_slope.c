/* The rule that the gradient is the slope of the loss.
 *
 * The loss at the two ends of a short way through the parameters differs by the integral of the gradient along that
 * way: the fundamental theorem of calculus, which holds across the kinks of relu and max-pooling too. The way runs
 * along one tensor in turn. It is as short as the rounding of a float loss allows, so the gradient in its middle is
 * most often integral enough; where it jumps, the integral takes more points before anybody is accused. Sums are in
 * double.
 */
#include "plugins/conform_trial.h"

#include <math.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/random.h"

/* Along what a tensor is moved. Errors of all of it show along the gradient, penalties along w, the rest at random:
 * everywhere, in a stretch, in one element. */
enum way { ALONG_G, ALONG_W, EVERYWHERE, STRETCH, LAST_STRETCH, FIRST, LAST, LARGEST, ANY, WAYS };

struct slope {
  struct gv_trial *t;
  struct gv_seat *seat;
  const struct gv_guarded *w;
  struct gv_batch batch;
  double *g;                      /* (parameters) the gradient at w */
  double *u;                      /* (parameters) the direction, a unit vector over one tensor */
  struct gv_guarded *moved, *at;  /* scratch: t->again; t->g, the gradient there */
  double noise;                   /* how far off rounding may put the difference of two losses */
  double worst;                   /* how far off the worst tensor was, of the slope */
  const char *worst_name;
  int flat;                       /* tensors of which no way told anything */
};

/* One stretch of the way: what was found, and what the gradient says. */
struct finding {
  double off;   /* the difference, as a share of how much the loss changes on the way */
  double sure;  /* so much of it is neither rounding nor a gradient that jumps between two points */
  bool loud;    /* the loss changes by much more than rounding */
  bool tells;   /* and the integral is known well enough to judge */
};

/* The loss, and the gradient along u, at w + length u; moved is w beyond the tensor. */
static enum gv_status look(struct slope *s, const struct gv_placed *tensor, double length, double *loss,
                           double *slope, struct gv_error *err)
{
  for (int64_t i = tensor->first; i < tensor->first + tensor->count; i++)
    s->moved->at[i] = (float)((double)s->w->at[i] + length * s->u[i]);
  float value;
  enum gv_status status = gv_seat_gradient(s->t, s->seat, s->moved, &s->batch, s->at, &value, err);
  *loss = value;
  *slope = 0;
  for (int64_t i = tensor->first; i < tensor->first + tensor->count; i++)
    *slope += s->u[i] * (double)s->at->at[i];
  return status;
}

/* Goes `half` to either side of w. usual is how large a slope along a random direction would be. */
static enum gv_status measure(struct slope *s, const struct gv_placed *tensor, double half, int points,
                              double usual, double limit, struct finding *f, struct gv_error *err)
{
  double up, down, last, before, unused, integral = 0, variation = 0, jumps = 0, step = 2 * half / points;
  enum gv_status status = look(s, tensor, half, &up, &last, err);
  if (status == GV_OK)
    status = look(s, tensor, -half, &down, &before, err);
  for (int p = 0; p <= points && status == GV_OK; p++) {  /* the middles of equal pieces, and at last the end */
    double slope = last;
    if (p < points)
      status = look(s, tensor, half * ((2 * p + 1.0) / points - 1), &unused, &slope, err);
    integral += p < points ? slope * step : 0;
    variation += p < points ? fabs(slope) * step : 0;
    jumps += (slope - before) * (slope - before);
    before = slope;
  }
  if (status != GV_OK)
    return status;
  double found = up - down, size = fmax(fmax(fabs(found), variation), usual * 2 * half);
  double unknown = step * sqrt(jumps);  /* a jump may be anywhere between two points */
  f->loud = isfinite(size) && size > 20 * s->noise;
  f->tells = f->loud && unknown <= limit / 2 * size;
  f->off = fabs(found - integral) / size;
  f->sure = fmax(0, fabs(found - integral) - s->noise - unknown) / size;
  return GV_OK;
}

/* The gradient along u, and how large it would be along a random direction. */
static double along(const struct slope *s, const struct gv_placed *tensor, double *usual)
{
  double slope = 0, square = 0;
  for (int64_t i = tensor->first; i < tensor->first + tensor->count; i++) {
    slope += s->u[i] * s->g[i];
    square += s->g[i] * s->g[i];
  }
  *usual = sqrt(square / (double)tensor->count);
  return slope;
}

/* u <- the way through the tensor, a unit vector; false where there is none. */
static bool choose_way(const struct slope *s, const struct gv_placed *tensor, enum way way, uint32_t draw)
{
  int64_t n = tensor->count, first = 0, count = n;
  double *u = s->u + tensor->first, square = 0;
  struct gv_stream stream;
  gv_stream_start(&stream, GV_TRIAL_SEED, GV_RANDOM_SPLIT, draw, 3);
  if (way == STRETCH || way == LAST_STRETCH) {
    count = (n + 7) / 8;
    first = way == LAST_STRETCH ? n - count : (int64_t)(gv_stream_uniform(&stream) * (double)(n - count + 1));
  } else if (way >= FIRST) {
    count = 1;
    first = way == FIRST ? 0 : way == LAST ? n - 1 : (int64_t)(gv_stream_uniform(&stream) * (double)n);
    for (int64_t i = 0; i < n && way == LARGEST; i++)
      first = fabs(s->g[tensor->first + i]) > fabs(s->g[tensor->first + first]) ? i : first;
  }
  memset(u, 0, (size_t)n * sizeof *u);
  for (int64_t i = first; i < first + count; i++) {
    if (way == ALONG_G)
      u[i] = s->g[tensor->first + i];
    else if (way == ALONG_W)
      u[i] = s->w->at[tensor->first + i];
    else
      u[i] = gv_stream_normal(&stream);
    square += u[i] * u[i];
  }
  if (!(square > 0) || !isfinite(square))
    return false;
  for (int64_t i = 0; i < n; i++)
    u[i] /= sqrt(square);
  return true;
}

/* *nearest <- the most favourable of a few measurements along one way: all of them are far off only where the
 * gradient is wrong. */
static enum gv_status follow(struct slope *s, const struct gv_placed *tensor, enum way way, uint32_t draw,
                             double limit, struct finding *nearest, struct gv_error *err)
{
  static const struct {
    double longer;
    int points;
  } tries[] = {{1, 1}, {1, 9}, {1, 33}, {8, 65}, {1, 129}};
  double usual;
  *nearest = (struct finding){0};
  if (!choose_way(s, tensor, way, draw))
    return GV_OK;
  double slope = along(s, tensor, &usual), size = fmax(fabs(slope), usual);
  double half = size > 0 ? fmin(1, 10 * s->noise / (limit * size)) : 1;
  for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
    struct finding here;
    enum gv_status status =
        measure(s, tensor, fmin(1, half * tries[i].longer), tries[i].points, usual, limit, &here, err);
    if (status != GV_OK)
      return status;
    if (here.tells && (!nearest->tells || here.sure < nearest->sure))
      *nearest = here;
    if ((nearest->tells && nearest->sure <= limit / 4) || (i == 0 && !here.loud))
      break;
  }
  memcpy(s->moved->at + tensor->first, s->w->at + tensor->first, (size_t)tensor->count * sizeof(float));
  return GV_OK;
}

static enum gv_status check_tensor(struct slope *s, const struct gv_placed *tensor, bool thorough, uint32_t draw,
                                   struct gv_error *err)
{
  bool told = false;
  for (enum way way = 0; way < (thorough ? WAYS : STRETCH); way++) {
    double limit = way == ALONG_G ? 0.02 : 0.05;
    struct finding f;
    enum gv_status status = follow(s, tensor, way, draw + way, limit, &f, err);
    if (status != GV_OK)
      return status;
    told = told || f.tells;
    if (f.off >= s->worst) {
      s->worst = f.off;
      s->worst_name = tensor->tensor.name;
    }
    if (f.sure > limit)
      return gv_trial_broken(s->t, err, "the gradient of tensor '%.64s' is not the slope of the loss: off by "
                             "%.3g %% of it", tensor->tensor.name, 100 * f.off);
  }
  s->flat += !told;
  return GV_OK;
}

/* noise <- from how the loss jitters where it should not: such small steps to either side leave no more of a smooth
 * loss than rounding does. At least what a sum of about 1 is rounded to: a small loss may be the logarithm of one,
 * or a difference of two, and then jumps from one float to another so far apart. */
static enum gv_status listen(struct slope *s, double loss, struct gv_error *err)
{
  struct gv_stream stream;
  double jitter = 0;
  gv_stream_start(&stream, GV_TRIAL_SEED, GV_RANDOM_SPLIT, 0, 4);
  enum gv_status status = GV_OK;
  for (int k = 0; k < 6 && status == GV_OK; k++) {
    float side[2];
    double step = k % 2 == 0 ? 1e-6 : 1e-5;
    for (size_t i = 0; i < s->t->parameters; i++)
      s->u[i] = gv_stream_normal(&stream);
    for (int j = 0; j < 2 && status == GV_OK; j++) {
      for (size_t i = 0; i < s->t->parameters; i++)
        s->moved->at[i] = (float)((double)s->w->at[i] * (1 + (j == 0 ? step : -step) * s->u[i]));
      status = gv_seat_gradient(s->t, s->seat, s->moved, &s->batch, s->at, &side[j], err);
    }
    jitter = fmax(jitter, fabs((double)side[0] + (double)side[1] - 2 * loss));
  }
  s->noise = fmax(4 * 0x1p-24 * fmax(fabs(loss), 1), 2 * jitter);
  memcpy(s->moved->at, s->w->at, s->t->parameters * sizeof(float));
  return status;
}

/* Both points and batches when thorough, else one. */
static enum gv_status check_slopes(struct gv_trial *t, struct gv_seat *seat, bool thorough, struct gv_error *err)
{
  struct slope s = {.t = t, .seat = seat, .moved = &t->again, .at = &t->g};
  enum gv_status status = GV_OK;
  s.g = gv_alloc(t->parameters, sizeof *s.g);
  s.u = gv_alloc(t->parameters, sizeof *s.u);
  if (s.g == NULL || s.u == NULL)
    status = gv_trial_no_memory(t, err);
  for (int point = 0; point < (thorough ? 2 : 1) && status == GV_OK; point++) {
    float loss;
    s.w = point == 0 ? &t->w : &t->w2;
    s.batch = point == 0 ? gv_trial_whole(t) : gv_trial_part(t, 0, t->task.max_batch / 2 | 1);
    s.flat = 0;
    status = gv_seat_gradient(t, seat, s.w, &s.batch, s.at, &loss, err);
    for (size_t i = 0; i < t->parameters; i++)
      s.g[i] = s.at->at[i];
    if (status == GV_OK)
      status = listen(&s, loss, err);
    for (size_t i = 0; i < t->plan->count && status == GV_OK; i++)
      status = check_tensor(&s, &t->plan->tensors[i], thorough, (uint32_t)(i * WAYS), err);
  }
  if (status == GV_OK && s.flat == (int)t->plan->count)
    gv_trial_skip(t, "the loss is too flat to tell");
  else if (status == GV_OK && s.worst < 5e-4)
    gv_trial_note(t, "every tensor within 0.05 %%");
  else if (status == GV_OK)
    gv_trial_note(t, "worst: %.64s, off by %.2g %%", s.worst_name, 100 * s.worst);
  gv_free(s.g);
  gv_free(s.u);
  return status;
}

enum gv_status gv_rule_slope(struct gv_trial *t, struct gv_seat *seat, struct gv_error *err)
{
  return check_slopes(t, seat, true, err);
}

enum gv_status gv_trial_slope(struct gv_trial *t, struct gv_seat *seat, struct gv_error *err)
{
  return check_slopes(t, seat, false, err);
}
