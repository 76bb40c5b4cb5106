/* Finds the data of a saved model, and gives classes the numbers that the model knows them by. */
#include "run/eval_data.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "datasets/prepare.h"
#include "run/json.h"

/* A name that stands in a file may open nothing but what is found by its name: no path, nor what lies here. */
static enum gv_status open_named(const char *name, const char *path, struct gv_dataset **out, struct gv_error *err)
{
  if (name == NULL)
    return gv_fail(err, GV_INPUT, "%s: its metadata name no data set; --data says on what to evaluate", path);
  if (gv_dataset_is_plain(name))
    return gv_dataset_open(name, 1, out, err);
  if (*name == '\0' || strpbrk(name, "/:") != NULL)
    return gv_fail(err, GV_INPUT,
                   "%s: its metadata name the data set '%.64s', which is no name; --data says on what "
                   "to evaluate",
                   path, name);
  return gv_fail(err, GV_INPUT,
                 "%s: it was trained on '%.64s', which is found by its path alone; --data says where "
                 "it is",
                 path, name);
}

/* ---- how it was prepared ---- */

static double number(const struct gv_options *options, const struct gv_safetensors *file, const char *key,
                     const char *metadata, double least, double most, double otherwise)
{
  const char *text = gv_safetensors_metadata(file, metadata);
  char *end = NULL;
  if (!gv_options_is_word(options, key))
    return gv_options_real(options, key);
  double value = text != NULL ? strtod(text, &end) : otherwise;
  return text != NULL && end != text && *end == '\0' && value >= least && value <= most ? value : otherwise;
}

static struct gv_preparing preparing_of(const struct gv_options *options, const struct gv_safetensors *file)
{
  static const char *const words[] = {"none", "unit", "standard"};
  struct gv_preparing p = {.normalize = gv_options_text(options, "normalize")};
  const char *said = gv_safetensors_metadata(file, "normalize"), *seed = gv_safetensors_metadata(file, "seed");
  for (int w = 0; w < 3 && said != NULL && strcmp(gv_options_text(options, "normalize"), "auto") == 0; w++)
    if (strcmp(said, words[w]) == 0)
      p.normalize = words[w];
  p.test_share = number(options, file, "test-share", "test_share", 0, 0.9, GV_TEST_SHARE_AUTO);
  p.train_limit = gv_options_is_word(options, "train-limit") ?
                  (int64_t)number(options, file, "train-limit", "train_limit", 1, INT32_MAX, 0) :
                  gv_options_int(options, "train-limit");
  p.seed = seed != NULL ? strtoull(seed, NULL, 10) : 1;
  return p;
}

/* ---- the numbers of classes ---- */

/* *numbers <- of each of the model's names its number, -1 where several have it: bytes that are not UTF-8 are all
 * one character in a file. */
static enum gv_status number_names(const json_t *names, json_t **numbers, struct gv_error *err)
{
  *numbers = json_object();
  bool failed = *numbers == NULL;
  for (size_t c = 0; c < json_array_size(names) && !failed; c++) {
    const char *name = json_string_value(json_array_get(names, c));
    bool again = name != NULL && json_object_get(*numbers, name) != NULL;
    failed = name != NULL && json_object_set_new(*numbers, name, json_integer(again ? -1 : (json_int_t)c)) != 0;
  }
  return failed ? gv_fail(err, GV_MEMORY, "no memory for the names of classes") : GV_OK;
}

static enum gv_status map_classes(const json_t *numbers, size_t count, const struct gv_dataset *dataset,
                                  int32_t *map, struct gv_error *err)
{
  enum gv_status status = GV_OK;
  for (int32_t c = 0; c < dataset->shape.classes && status == GV_OK; c++) {
    char text[16];
    snprintf(text, sizeof text, "%d", c);
    json_t *written = gv_json_text(dataset->class_names != NULL ? dataset->class_names[c] : text);
    const char *name = json_string_value(written);
    const json_t *number = name != NULL ? json_object_get(numbers, name) : NULL;
    map[c] = (int32_t)json_integer_value(number);
    if (name == NULL)
      status = gv_fail(err, GV_MEMORY, "no memory for the names of classes");
    else if (number == NULL)
      status = gv_fail(err, GV_INPUT, "data %s: the class '%.40s' is none of the %zu that the model was trained on",
                       dataset->name, name, count);
    else if (map[c] < 0)
      status = gv_fail(err, GV_INPUT, "data %s: several classes that the model was trained on are '%.40s' in its "
                       "file, where names that are not UTF-8 may become one", dataset->name, name);
    json_decref(written);
  }
  return status;
}

/* Replaces the names by the model's. */
static enum gv_status take_names(const json_t *names, struct gv_dataset *dataset, struct gv_error *err)
{
  size_t count = json_array_size(names);
  char **list = calloc(count + 1, sizeof *list);
  bool failed = list == NULL;
  for (size_t c = 0; c < count && !failed; c++) {
    const char *name = json_string_value(json_array_get(names, c));
    list[c] = name != NULL ? strdup(name) : NULL;
    failed = list[c] == NULL;
  }
  if (failed) {
    for (size_t c = 0; list != NULL && c < count; c++)
      free(list[c]);
    free(list);
    return gv_fail(err, GV_INPUT, "data %s: the metadata of the model hold class names that are none",
                   dataset->name);
  }
  for (int32_t c = 0; dataset->class_names != NULL && c < dataset->shape.classes; c++)
    free(dataset->class_names[c]);
  free(dataset->class_names);
  dataset->class_names = list;
  dataset->shape.classes = (int32_t)count;
  return GV_OK;
}

static enum gv_status renumber(const char *text, struct gv_dataset *dataset, struct gv_error *err)
{
  json_t *names;
  enum gv_status status = gv_json_parse(dataset->shape.classes > 0 ? text : NULL, &names, err);
  if (status != GV_OK)
    return status;
  if (!json_is_array(names) || json_array_size(names) == 0 || json_array_size(names) > INT32_MAX) {
    json_decref(names);
    return GV_OK;  /* a file that says nothing of them: numbers stay */
  }
  int32_t *map = NULL;
  json_t *numbers = NULL;
  status = gv_alloc_for(&map, (size_t)dataset->shape.classes, sizeof *map, "the names of classes", err);
  if (status == GV_OK)
    status = number_names(names, &numbers, err);
  if (status == GV_OK)
    status = map_classes(numbers, json_array_size(names), dataset, map, err);
  struct gv_part *parts[] = {&dataset->train, &dataset->test};
  for (int p = 0; p < 2 && status == GV_OK; p++)
    for (int64_t s = 0; s < parts[p]->samples; s++)
      parts[p]->labels[s] = map[parts[p]->labels[s]];
  if (status == GV_OK)
    status = take_names(names, dataset, err);
  gv_free(map);
  json_decref(numbers);
  json_decref(names);
  return status;
}

enum gv_status gv_eval_data(const struct gv_options *options, const struct gv_safetensors *file, const char *path,
                            struct gv_dataset **out, struct gv_error *err)
{
  const char *given = gv_options_text(options, "data");
  struct gv_dataset *dataset = NULL;
  struct gv_preparing preparing = preparing_of(options, file);
  enum gv_status status = strcmp(given, "auto") != 0 ? gv_dataset_open(given, 1, &dataset, err) :
                          open_named(gv_safetensors_metadata(file, "data"), path, &dataset, err);
  if (status == GV_OK && dataset->test.samples > 0 && gv_options_is_word(options, "test-share"))
    preparing.test_share = GV_TEST_SHARE_AUTO;  /* the model was trained on other data */
  if (status == GV_OK)
    status = gv_dataset_prepare(dataset, &preparing, err);
  if (status == GV_OK)
    status = renumber(gv_safetensors_metadata(file, "class_names"), dataset, err);
  if (status == GV_OK)
    *out = dataset;
  else
    gv_dataset_destroy(dataset);
  return status;
}
