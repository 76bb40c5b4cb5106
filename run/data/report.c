/* The figures of a split, as JSON that people can read too. */
#include "run/data/report.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "run/json.h"

static json_t *histogram_of(const struct gv_census *census)
{
  if (census->histogram == NULL)
    return json_null();
  json_t *rows = json_array();
  for (int i = 0; i < census->nodes; i++)
    json_array_append_new(rows, gv_json_counts(census->histogram + (int64_t)i * census->classes, census->classes));
  return rows;
}

json_t *gv_split_json(const struct gv_dataset *dataset, const struct gv_shards *shards,
                      const struct gv_census *census, uint64_t seed)
{
  json_t *page = json_pack("{s:o, s:o, s:I, s:i, s:I, s:i}", "data", gv_json_text(dataset->name), "split",
                           gv_json_text(shards->spec), "seed", (json_int_t)seed, "nodes", census->nodes, "samples",
                           (json_int_t)census->samples, "classes", census->classes);
  json_object_set_new(page, "class_names", gv_json_names(dataset->class_names, census->classes));
  json_object_set_new(page, "tv_mean", gv_json_number(census->tv_mean));
  json_object_set_new(page, "js_mean", gv_json_number(census->js_mean));
  json_object_set_new(page, "effective_classes_mean", gv_json_number(census->effective_classes_mean));
  json_object_set_new(page, "size_min", json_integer(census->size_min));
  json_object_set_new(page, "size_median", gv_json_number(census->size_median));
  json_object_set_new(page, "size_max", json_integer(census->size_max));
  json_object_set_new(page, "sizes", gv_json_counts(census->sizes, census->nodes));
  json_object_set_new(page, "histogram", histogram_of(census));
  return page;
}

/* Returns false without memory. */
static bool put_text(FILE *out, const json_t *value, size_t flags)
{
  char *text = gv_json_dump(value, flags);
  bool good = text != NULL && fputs(text, out) >= 0;
  free(text);
  return good;
}

static bool put_value(FILE *out, const json_t *value)
{
  const json_t *first = json_array_get(value, 0);
  if (!json_is_array(first))
    return put_text(out, value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
  bool good = true;
  for (size_t i = 0; i < json_array_size(value) && good; i++) {
    fputs(i == 0 ? "[\n    " : ",\n    ", out);
    good = put_text(out, json_array_get(value, i), JSON_ENCODE_ANY);
  }
  fputs("\n  ]", out);
  return good;
}

char *gv_split_text(json_t *page)
{
  char *text = NULL;
  size_t size = 0;
  const char *key;
  json_t *value;
  FILE *out = page != NULL ? open_memstream(&text, &size) : NULL;
  if (out != NULL) {
    bool first = true, good = true;
    json_object_foreach(page, key, value) {
      fprintf(out, "%s  \"%s\": ", first ? "{\n" : ",\n", key);
      good = good && put_value(out, value);
      first = false;
    }
    fputs("\n}", out);
    good = !ferror(out) && good;
    if (fclose(out) != 0 || !good) {
      free(text);
      text = NULL;
    }
  }
  json_decref(page);
  return text;
}
