/* How far a run came. */
#include <math.h>
#include <string.h>

#include "run/page/parts.h"

double gv_page_figure(const struct gv_shown_run *run, const char *key)
{
  const json_t *value = json_object_get(run->summary, key);
  if (run->summary != NULL)
    return json_is_number(value) ? json_number_value(value) : NAN;
  /* metrics.csv has these names otherwise than summary.json: a row is of one round */
  const char *name = strcmp(key, "rounds") == 0 ? "round" : strcmp(key, "epochs") == 0 ? "epoch" : key;
  long column = gv_metrics_column(&run->metrics, name);
  double last = NAN;
  for (size_t row = run->metrics.rows; row-- > 0 && column >= 0 && !isfinite(last);)
    last = run->metrics.value[row * run->metrics.columns + (size_t)column];
  return last;
}

char *gv_page_state(const struct gv_shown_run *run, char *text, size_t size)
{
  double at = gv_page_figure(run, "rounds");
  const json_t *planned = json_object_get(json_object_get(run->config, "resolved"), "rounds");
  char of[40] = "";
  if (json_is_integer(planned))
    snprintf(of, sizeof of, " of %lld", (long long)json_integer_value(planned));
  if (!isfinite(at))
    snprintf(text, size, "not finished, nothing measured yet");
  else if (run->summary == NULL)
    snprintf(text, size, "not finished, last measured at round %.0f%s", at, of);
  else if (!gv_shown_is_finished(run))
    snprintf(text, size, "interrupted at round %.0f%s", at, of);
  else if (json_is_number(json_object_get(run->summary, "rounds_to_target")))
    snprintf(text, size, "finished at its target, at round %.0f%s", at, of);
  else
    snprintf(text, size, "finished after %.0f rounds", at);
  return text;
}
