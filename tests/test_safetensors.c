/* Reading models from files of any kind: whole ones, of another program, damaged and hostile ones. */
#include <endian.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/plan.h"
#include "run/safetensors.h"
#include "tests/scratch.h"
#include "tests/suite.h"

/* ---- made-up files, in a folder of their own ---- */

static struct folder folder;
static struct gv_plan *plan;  /* "turned" [3, 2] stored transposed, "conv" [2, 1, 2, 1], "bias" [2] */

enum { PARAMETERS = 12 };

static void enter(void)
{
  folder = folder_enter();
  plan = calloc(1, sizeof *plan);
  const struct gv_tensor tensors[] = {
      {.name = "turned", .rank = 2, .shape = {3, 2}, .transposed = 1},
      {.name = "conv", .rank = 4, .shape = {2, 1, 2, 1}},
      {.name = "bias", .rank = 1, .shape = {2}},
  };
  for (size_t t = 0; t < 3; t++)
    assert_ok(gv_plan_add(plan, &tensors[t], err));
}

static void leave(void)
{
  gv_plan_destroy(plan);
  folder_leave(&folder);
}

/* A file of a header length, a header (bytes) and values (size). */
static void put(const char *path, uint64_t length, const void *header, size_t bytes, const void *values,
                size_t size)
{
  FILE *file = fopen(path, "wb");
  ck_assert_ptr_nonnull(file);
  length = htole64(length);
  fwrite(&length, sizeof length, 1, file);
  fwrite(header, 1, bytes, file);
  if (size > 0)
    fwrite(values, 1, size, file);
  ck_assert_int_eq(fclose(file), 0);
}

static void put_text(const char *path, const char *header, const void *values, size_t size)
{
  put(path, strlen(header), header, strlen(header), values, size);
}

static void floats(float *values, int n)
{
  for (int i = 0; i < n; i++)
    values[i] = (float)i + 0.25f;
}

static enum gv_status read_file(const char *path, float *w, struct gv_error *err)
{
  struct gv_safetensors *file = NULL;
  enum gv_status status = gv_safetensors_open(path, &file, err);
  if (status == GV_OK)
    status = gv_safetensors_read(file, plan, w, err);
  gv_safetensors_close(file);
  return status;
}

/* ---- what is read ---- */

static const char whole[] =
    "{\"__metadata__\":{\"model\":\"m\",\"quote\":\"\\\"\\u00fc\"},"
    "\"turned\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[0,24]},"
    "\"conv\":{\"dtype\":\"F32\",\"shape\":[2,1,2,1],\"data_offsets\":[24,40]},"
    "\"bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[40,48]}}   ";

START_TEST(a_whole_file)
{
  enter();
  float values[PARAMETERS], w[PARAMETERS];
  struct gv_safetensors *file = NULL;
  floats(values, PARAMETERS);
  put_text("f", whole, values, sizeof values);
  assert_ok(gv_safetensors_open("f", &file, err));
  ck_assert_str_eq(gv_safetensors_metadata(file, "model"), "m");
  ck_assert_str_eq(gv_safetensors_metadata(file, "quote"), "\"\xc3\xbc");
  ck_assert_ptr_null(gv_safetensors_metadata(file, "data"));
  assert_ok(gv_safetensors_read(file, plan, w, err));
  for (int r = 0; r < 3; r++)
    for (int c = 0; c < 2; c++)
      ck_assert_float_eq(w[3 * c + r], values[2 * r + c]);
  ck_assert_mem_eq(w + 6, values + 6, 6 * sizeof *w);
  gv_safetensors_close(file);
  gv_safetensors_close(NULL);
  leave();
}
END_TEST

START_TEST(what_was_written_is_read)
{
  enter();
  float w[PARAMETERS], again[PARAMETERS];
  floats(w, PARAMETERS);
  w[3] = -0.0f;
  w[4] = 1e-42f;  /* denormal */
  const struct gv_metadata metadata[] = {{"data", "d\xff"}};
  assert_ok(gv_safetensors_write("f", plan, w, metadata, 1, err));
  assert_ok(read_file("f", again, err));
  ck_assert_mem_eq(w, again, sizeof w);
  leave();
}
END_TEST

/* Another order of tensors than the plan's, doubles among floats, no metadata, values that begin anywhere. */
START_TEST(a_file_of_another_program)
{
  enter();
  static const char header[] =
      "{\"conv\":{\"shape\":[2,1,2,1],\"data_offsets\":[0,32],\"dtype\":\"F64\",\"more\":null},"
      "\"bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[32,40]},\n"
      "\"turned\":{\"dtype\":\"F64\",\"shape\":[3,2],\"data_offsets\":[40,88]}} ";
  unsigned char bytes[88];
  float w[PARAMETERS], bias[2] = {-1, 0x1p-149f};
  double conv[4] = {0.1, 1, 2, -3}, turned[6] = {10, 11, 12, 13, 14, 1e-60};
  memcpy(bytes, conv, 32);
  memcpy(bytes + 32, bias, 8);
  memcpy(bytes + 40, turned, 48);
  put_text("f", header, bytes, sizeof bytes);
  assert_ok(read_file("f", w, err));
  const float want[] = {10, 12, 14, 11, 13, 0, 0.1f, 1, 2, -3, -1, 0x1p-149f};
  ck_assert_mem_eq(w, want, sizeof want);
  leave();
}
END_TEST

/* More values than are read at a time, turned. */
START_TEST(a_large_tensor)
{
  enter();
  enum { ROWS = 193, COLUMNS = 301 };
  struct gv_plan *large = calloc(1, sizeof *large);
  assert_ok(gv_plan_add(large, &(struct gv_tensor){.name = "w", .rank = 2, .shape = {ROWS, COLUMNS},
                                                   .transposed = 1}, err));
  float *w = calloc(ROWS * COLUMNS, sizeof *w), *again = calloc(ROWS * COLUMNS, sizeof *again);
  floats(w, ROWS * COLUMNS);
  assert_ok(gv_safetensors_write("f", large, w, NULL, 0, err));
  struct gv_safetensors *file = NULL;
  assert_ok(gv_safetensors_open("f", &file, err));
  assert_ok(gv_safetensors_read(file, large, again, err));
  ck_assert_mem_eq(w, again, ROWS * COLUMNS * sizeof *w);
  ck_assert_int_eq(truncate("f", 200000), 0);  /* somebody cuts it after it was opened */
  assert_fails(GV_INPUT, "f: it became shorter", gv_safetensors_read(file, large, again, err));
  gv_safetensors_close(file);
  gv_plan_destroy(large);
  free(w);
  free(again);
  leave();
}
END_TEST

/* ---- what is refused ---- */

#define ONE(dtype, shape, offsets) \
  "{\"x\":{\"dtype\":" dtype ",\"shape\":" shape ",\"data_offsets\":" offsets "}}"

START_TEST(headers_that_are_refused)
{
  enter();
  static const struct { const char *header, *said; } bad[] = {
      {"", "its header is no JSON"},
      {"{", "its header is no JSON"},
      {"nonsense", "its header is no JSON"},
      {"{} {}", "its header is no JSON"},
      {"[]", "its header is no JSON object"},
      {"{\"x\":1,\"x\":1}", "duplicate"},
      {"{\"a\\u0000b\":1}", "its header is no JSON"},
      {"{\"\xff\":1}", "its header is no JSON"},
      {"{\"__metadata__\":[]}", "__metadata__ is no JSON object"},
      {"{\"__metadata__\":{\"model\":7}}", "metadata 'model' is no text"},
      {"{\"x\":null}", "tensor 'x': its entry"},
      {"{\"x\":{}}", "tensor 'x': its entry"},
      {"{\"x\":[\"F32\",[2],[0,8]]}", "tensor 'x': its entry"},
      {ONE("32", "[2]", "[0,8]"), "tensor 'x': its entry"},
      {ONE("\"F32\"", "2", "[0,8]"), "tensor 'x': its entry"},
      {ONE("\"F32\"", "[2.0]", "[0,8]"), "tensor 'x': its entry"},
      {ONE("\"F32\"", "[-2]", "[0,8]"), "tensor 'x': its entry"},
      {ONE("\"F32\"", "[\"2\"]", "[0,8]"), "tensor 'x': its entry"},
      {ONE("\"F32\"", "[[2]]", "[0,8]"), "tensor 'x': its entry"},
      {ONE("\"F32\"", "[2]", "[0]"), "tensor 'x': its entry"},
      {ONE("\"F32\"", "[2]", "[0,8,8]"), "tensor 'x': its entry"},
      {ONE("\"F32\"", "[2]", "[-8,0]"), "tensor 'x': its entry"},
      {ONE("\"F32\"", "[2]", "[0,8.0]"), "tensor 'x': its entry"},
      {ONE("\"F32\"", "[2]", "{\"0\":0}"), "tensor 'x': its entry"},
      {ONE("\"F16\"", "[4]", "[0,8]"), "'x' is of type F16; accepted are F32 and F64"},
      {ONE("\"I64\"", "[1]", "[0,8]"), "'x' is of type I64"},
      {ONE("\"F32\"", "[2]", "[8,0]"), "bytes are said to be 8 to 0"},
      {ONE("\"F32\"", "[2]", "[4,12]"), "bytes are said to be 4 to 12, and the file has 8"},
      {ONE("\"F32\"", "[2]", "[9223372036854775800,9223372036854775807]"), "bytes are said to be"},
      {ONE("\"F32\"", "[2]", "[0,9223372036854775808]"), "its header is no JSON: too big integer"},
      {ONE("\"F32\"", "[3]", "[0,8]"), "8 bytes are not what its shape"},
      {ONE("\"F64\"", "[2]", "[0,8]"), "8 bytes are not what its shape"},
      {ONE("\"F32\"", "[]", "[0,8]"), "8 bytes are not what its shape"},
      {ONE("\"F32\"", "[0]", "[0,8]"), "8 bytes are not what its shape"},
      {ONE("\"F32\"", "[4611686018427387904,2]", "[0,8]"), "8 bytes are not what its shape"},
      {ONE("\"F32\"", "[4294967296,4294967296,2]", "[0,8]"), "8 bytes are not what its shape"},
      {ONE("\"F32\"", "[1]", "[0,4]"), "4 bytes of its values belong to no tensor"},
      {"{}", "8 bytes of its values belong to no tensor"},
      {"{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
       "\"y\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "tensor 'y' shares bytes"},
      {"{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]},"
       "\"y\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "shares bytes"},
  };
  struct gv_safetensors *file = NULL;
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    put_text("bad", bad[i].header, "\0\0\0\0\0\0\0\0", 8);
    struct gv_error why = {GV_OK, ""};
    enum gv_status status = gv_safetensors_open("bad", &file, &why);
    ck_assert_msg(status == GV_INPUT && strncmp(why.text, "bad: ", 5) == 0 && strstr(why.text, bad[i].said) != NULL,
                  "%s: %d, '%s'", bad[i].header, status, why.text);
    ck_assert_ptr_null(file);
  }
  leave();
}
END_TEST

/* A list in a list in a list: neither the stack nor the memory goes with it. */
START_TEST(a_deep_header)
{
  enter();
  enum { DEPTH = 1 << 20 };
  char *header = malloc(DEPTH);
  struct gv_safetensors *file = NULL;
  memset(header, '[', DEPTH);
  put("f", DEPTH, header, DEPTH, NULL, 0);
  assert_fails(GV_INPUT, "f: its header is no JSON: maximum parsing depth", gv_safetensors_open("f", &file, err));
  free(header);
  leave();
}
END_TEST

START_TEST(lengths_that_lie)
{
  enter();
  struct gv_safetensors *file = NULL;
  static const uint64_t lengths[] = {3, 100, 100000001, UINT64_C(1) << 40, INT64_MAX, UINT64_MAX - 7, UINT64_MAX};
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    put("f", lengths[i], "{}", 2, NULL, 0);
    assert_fails(GV_INPUT, "f: its header is said to have", gv_safetensors_open("f", &file, err));
  }
  /* More than the format allows, in a file that is as long as it says. */
  put("f", 100000001, "{}", 2, NULL, 0);
  ck_assert_int_eq(truncate("f", 200000000), 0);
  assert_fails(GV_INPUT, "100000000 that are accepted", gv_safetensors_open("f", &file, err));
  put("f", 0, "", 0, NULL, 0);
  assert_fails(GV_INPUT, "f: its header is no JSON", gv_safetensors_open("f", &file, err));
  leave();
}
END_TEST

/* Every beginning of a good file is refused, and never read past its end. */
START_TEST(a_file_cut_anywhere)
{
  enter();
  float values[PARAMETERS], w[PARAMETERS];
  floats(values, PARAMETERS);
  for (size_t length = 0, size = 8 + sizeof whole - 1 + sizeof values; length < size; length++) {
    put_text("f", whole, values, sizeof values);
    ck_assert_int_eq(truncate("f", (off_t)length), 0);
    assert_fails(GV_INPUT, "f: ", read_file("f", w, err));
  }
  leave();
}
END_TEST

/* Every byte of the header in turn becomes another: an error or not, but nothing worse. */
START_TEST(a_header_spoilt_anywhere)
{
  enter();
  float values[PARAMETERS], w[PARAMETERS];
  char header[sizeof whole];
  int refused = 0;
  floats(values, PARAMETERS);
  for (size_t i = 0; i < sizeof whole - 1; i++)
    for (const char *c = "0\"[{-9\\\xff"; *c != '\0'; c++) {
      memcpy(header, whole, sizeof whole);
      header[i] = *c;
      put_text("f", header, values, sizeof values);
      refused += read_file("f", w, NULL) != GV_OK;
    }
  ck_assert_int_ge(refused, 1000);
  leave();
}
END_TEST

static void refuse_tensors(const char *turned, const char *shape, const char *more, const char *said)
{
  char header[1000];
  float values[PARAMETERS] = {0}, w[PARAMETERS];
  snprintf(header, sizeof header,
           "{\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[0,24]},"
           "\"conv\":{\"dtype\":\"F32\",\"shape\":[2,1,2,1],\"data_offsets\":[24,40]},"
           "\"bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[40,48]}%s}", turned, shape, more);
  put_text("f", header, values, sizeof values);
  assert_fails(GV_INPUT, said, read_file("f", w, err));
}

START_TEST(tensors_that_do_not_fit)
{
  enter();
  float values[PARAMETERS] = {0}, w[PARAMETERS];
  refuse_tensors("other", "[3,2]", "", "f: there is no tensor 'turned' of shape [3, 2], which the model has; "
                 "found: other, conv, bias");
  refuse_tensors("turned", "[2,3]", "", "f: tensor 'turned' has the shape [2, 3]; for the model it is [3, 2]");
  refuse_tensors("turned", "[6]", "", "tensor 'turned' has the shape [6]; for the model it is [3, 2]");
  refuse_tensors("turned", "[3,2,1]", "", "tensor 'turned' has the shape [3, 2, 1]");
  refuse_tensors("turned", "[3,2]", ",\"empty\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[48,48]}",
                 "f: it has a tensor 'empty', which the model has not");
  put_text("f", "{\"__metadata__\":{}}", NULL, 0);
  assert_fails(GV_INPUT, "found: no tensor at all", read_file("f", w, err));
  /* A long list of names, and a name that would draw on the terminal. */
  char header[8000] = "{", name[300];
  for (int i = 0; i < 100; i++) {
    snprintf(name, sizeof name, "%s\"\\u001b[31mlayer%d\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}",
             i > 0 ? "," : "", i);
    strcat(header, name);
  }
  strcat(header, "}");
  struct gv_error why;
  put_text("f", header, NULL, 0);
  ck_assert_int_eq(read_file("f", w, &why), GV_INPUT);
  ck_assert_ptr_nonnull(strstr(why.text, ", ..."));
  ck_assert_ptr_null(strchr(why.text, '\033'));

  /* Values that are no numbers, each in its own place. */
  const float odd[] = {NAN, INFINITY, -INFINITY};
  for (int i = 0; i < 3; i++) {
    memset(values, 0, sizeof values);
    values[6 + i] = odd[i];
    char said[100];
    snprintf(said, sizeof said, "f: tensor 'conv': value %d is %g", i, (double)odd[i]);
    put_text("f", whole, values, sizeof values);
    assert_fails(GV_INPUT, said, read_file("f", w, err));
  }
  leave();
}
END_TEST

START_TEST(a_double_too_large_for_a_float)
{
  enter();
  struct gv_plan *one = calloc(1, sizeof *one);
  assert_ok(gv_plan_add(one, &(struct gv_tensor){.name = "x", .rank = 1, .shape = {1}}, err));
  double value = 1e39;
  float w;
  struct gv_safetensors *file = NULL;
  put_text("f", ONE("\"F64\"", "[1]", "[0,8]"), &value, sizeof value);
  assert_ok(gv_safetensors_open("f", &file, err));
  assert_fails(GV_INPUT, "f: tensor 'x': value 0 is 1e+39", gv_safetensors_read(file, one, &w, err));
  gv_safetensors_close(file);
  gv_plan_destroy(one);
  leave();
}
END_TEST

START_TEST(what_is_no_file)
{
  enter();
  struct gv_safetensors *file = NULL;
  assert_fails(GV_INPUT, "nowhere: cannot be read: No such file", gv_safetensors_open("nowhere", &file, err));
  ck_assert_int_eq(mkdir("folder", 0777), 0);
  assert_fails(GV_INPUT, "folder: that is no file; name a model's, as in folder/model.safetensors",
               gv_safetensors_open("folder", &file, err));
  ck_assert_int_eq(mkfifo("pipe", 0666), 0);
  assert_fails(GV_INPUT, "pipe: that is no file", gv_safetensors_open("pipe", &file, err));
  FILE *empty = fopen("empty", "w");
  ck_assert_ptr_nonnull(empty);
  fclose(empty);
  assert_fails(GV_INPUT, "empty: 0 bytes", gv_safetensors_open("empty", &file, err));
  put("zip", UINT64_C(0x0000080304034b50), "what torch.save writes", 22, NULL, 0);
  assert_fails(GV_INPUT, "no safetensors file", gv_safetensors_open("zip", &file, err));
  leave();
}
END_TEST

int main(void)
{
  if (htole32(1) != 1) {
    puts("1..0 # SKIP the made-up files hold the values of a little-endian machine");
    return 0;
  }
  return run_suite("safetensors", (const TTest *const[]){
      a_whole_file, what_was_written_is_read, a_file_of_another_program, a_large_tensor, headers_that_are_refused,
      a_deep_header, lengths_that_lie, a_file_cut_anywhere, a_header_spoilt_anywhere, tensors_that_do_not_fit,
      a_double_too_large_for_a_float, what_is_no_file, NULL});
}
