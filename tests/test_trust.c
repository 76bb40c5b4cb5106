/* What a search for plugins passes over: folders and files that others may change, and what it says of them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/base/log.h"
#include "plugins/load.h"
#include "plugins/search.h"
#include "plugins/trust.h"
#include "tests/suite.h"

enum { STRANGER = 54321 };  /* a number that no system gives */

static char folder[] = "/tmp/gv-trust-XXXXXX", inner[64], file[96], why[400];

/* /tmp/gv-trust-.../in/mine.so, which nobody else may change. */
static void set_up(void)
{
  ck_assert_ptr_nonnull(mkdtemp(folder));
  snprintf(inner, sizeof inner, "%s/in", folder);
  snprintf(file, sizeof file, "%s/mine.so", inner);
  ck_assert_int_eq(mkdir(inner, 0700), 0);
  int fd = open(file, O_WRONLY | O_CREAT, 0600);
  ck_assert_int_ge(fd, 0);
  close(fd);
  ck_assert(gv_trusted(file, why, sizeof why));
}

static void tear_down(void)
{
  unlink(file);
  rmdir(inner);
  rmdir(folder);
}

static void mode(const char *path, mode_t bits)
{
  ck_assert_int_eq(chmod(path, bits), 0);
}

static void assert_distrusts(const char *path, const char *words)
{
  why[0] = '\0';
  ck_assert(!gv_trusted(path, why, sizeof why));
  ck_assert_msg(strstr(why, words) != NULL, "'%s' does not say '%s'", why, words);
}

START_TEST(rights)
{
  set_up();
  mode(inner, 0755);
  mode(file, 0755);
  ck_assert(gv_trusted(file, why, sizeof why));
  mode(file, 0757);
  assert_distrusts(file, "/in/mine.so'; chmod o-w");
  mode(file, 0755);
  mode(inner, 0757);
  assert_distrusts(file, "everybody may write to '/tmp/gv-trust-");
  assert_distrusts(inner, "/in'; chmod o-w");
  mode(inner, 01777);
  assert_distrusts(inner, "/in'; chmod o-w");  /* anybody may add a plugin */
  ck_assert(gv_trusted(file, why, sizeof why));  /* but not put another in this one's place */
  mode(inner, 0755);
  mode(folder, 0707);
  assert_distrusts(file, "everybody may write to");
  mode(folder, 0700);
  assert_distrusts("/nowhere/at/all", "No such file");
  tear_down();
}
END_TEST

START_TEST(owners)
{
  if (geteuid() != 0)
    return;  /* files cannot be given away */
  set_up();
  ck_assert_int_eq(chown(inner, STRANGER, 0), 0);
  assert_distrusts(file, "belongs to user 54321, who is neither you nor root");
  ck_assert_int_eq(chown(inner, 0, 0), 0);
  ck_assert_int_eq(chown(file, STRANGER, 0), 0);
  assert_distrusts(file, "mine.so' belongs to user 54321");
  ck_assert(gv_trusted(inner, why, sizeof why));
  tear_down();
}
END_TEST

START_TEST(groups)
{
  if (geteuid() != 0)
    return;
  set_up();
  mode(inner, 0775);
  mode(file, 0775);
  ck_assert(gv_trusted(file, why, sizeof why));  /* root's group */
  ck_assert_int_eq(chown(inner, 0, STRANGER), 0);
  assert_distrusts(inner, "group 54321 may write to '/tmp/gv-trust-");
  mode(inner, 0755);
  ck_assert(gv_trusted(inner, why, sizeof why));
  mode(inner, 0775);
  /* Debian's umask of 002: each user has a group of his own */
  ck_assert_int_eq(chown(file, STRANGER, STRANGER), 0);
  ck_assert_int_eq(chown(inner, STRANGER, STRANGER), 0);
  ck_assert_int_eq(chown(folder, STRANGER, STRANGER), 0);
  ck_assert_int_eq(seteuid(STRANGER), 0);
  ck_assert_msg(gv_trusted(file, why, sizeof why), "%s", why);
  ck_assert_int_eq(seteuid(0), 0);
  assert_distrusts(file, "belongs to user 54321");
  tear_down();
}
END_TEST

/* An access list whose mask stands where the group's rights do; as the kernel keeps it, in little-endian words. */
START_TEST(access_lists)
{
  static const uint8_t stranger_writes[] = {2, 0, 0, 0,                        /* the version */
                                            1, 0, 7, 0, 255, 255, 255, 255,    /* the owner */
                                            2, 0, 7, 0, 0x31, 0xd4, 0, 0,      /* user 54321 */
                                            4, 0, 5, 0, 255, 255, 255, 255,    /* the group */
                                            16, 0, 7, 0, 255, 255, 255, 255,   /* the mask */
                                            32, 0, 5, 0, 255, 255, 255, 255};  /* others */
  set_up();
  mode(inner, 0755);
  bool lists = setxattr(inner, "system.posix_acl_access", stranger_writes, sizeof stranger_writes, 0) == 0;
  if (!lists)
    ck_assert_msg(errno == ENOTSUP || errno == EPERM, "%s", strerror(errno));
  if (lists) {
    assert_distrusts(file, "an access list lets others write to '/tmp/gv-trust-");
    assert_distrusts(inner, "/in'; setfacl -b takes that away");
    mode(inner, 0755);  /* the mask takes the right away */
    ck_assert_msg(gv_trusted(file, why, sizeof why), "%s", why);
  }
  tear_down();
}
END_TEST

START_TEST(links_are_followed)
{
  char link[80];
  set_up();
  snprintf(link, sizeof link, "%s/link.so", folder);
  ck_assert_int_eq(symlink(file, link), 0);
  ck_assert(gv_trusted(link, why, sizeof why));
  mode(inner, 0777);
  assert_distrusts(link, "/in'; chmod o-w");
  unlink(link);
  tear_down();
}
END_TEST

static int lines;
static char said[600];

static void keep_line(void *context, enum gv_log_level level, const char *line)
{
  (void)context;
  if (level == GV_LOG_WARNING) {
    lines++;
    snprintf(said, sizeof said, "%s", line);
  }
}

START_TEST(a_search_passes_over_and_says_so_once)
{
  set_up();
  struct gv_search search = {0};
  struct gv_plugin_list list;
  const struct gv_model *model = NULL;
  gv_log_set_sink(keep_line, NULL);
  ck_assert(gv_search_add(&search, inner));
  assert_ok(gv_plugin_list(&search, &list, err));
  ck_assert_uint_eq(list.count, 1);
  gv_plugin_list_clear(&list);
  ck_assert_int_eq(lines, 0);
  mode(file, 0666);
  for (int i = 0; i < 2; i++) {
    assert_ok(gv_plugin_list(&search, &list, err));
    ck_assert_uint_eq(list.count, 0);
    gv_plugin_list_clear(&list);
  }
  ck_assert_int_eq(lines, 1);
  ck_assert_ptr_nonnull(strstr(said, "the model plugin /tmp/gv-trust-"));
  assert_fails(GV_USAGE, "what others may change is passed over: everybody may write to '/tmp/gv-trust-",
               gv_plugin_load("mine", &search, &model, NULL, err));
  mode(file, 0644);
  mode(inner, 0777);
  for (int i = 0; i < 2; i++)
    assert_fails(GV_USAGE, "/in'; chmod o-w takes that away)", gv_plugin_load("mine", &search, &model, NULL, err));
  ck_assert_int_eq(lines, 2);
  ck_assert_ptr_nonnull(strstr(said, "the model plugin folder /tmp/gv-trust-"));
  /* what is named by its path is taken: it is no object, and that is all there is to say */
  assert_fails(GV_INPUT, "cannot be loaded", gv_plugin_load(file, &search, &model, NULL, err));
  ck_assert_int_eq(lines, 2);
  gv_log_set_sink(NULL, NULL);
  gv_search_clear(&search);
  tear_down();
}
END_TEST

/* Who may write to where the program lies may change the program, so what is installed beside it, in a project's
 * folder of a umask of 002, is taken as it is; what only the search path names is not. */
START_TEST(what_is_beside_the_program_is_not_asked)
{
  set_up();
  struct gv_search search = {0};
  struct gv_plugin_list list;
  const struct gv_model *model = NULL;
  gv_log_set_sink(keep_line, NULL);
  ck_assert(gv_search_add(&search, inner));
  search.owned = 1;
  mode(file, 0666);
  mode(inner, 0777);
  assert_ok(gv_plugin_list(&search, &list, err));
  ck_assert_uint_eq(list.count, 1);
  gv_plugin_list_clear(&list);
  assert_fails(GV_INPUT, "cannot be loaded", gv_plugin_load("mine", &search, &model, NULL, err));
  assert_fails(GV_USAGE, "other.so in /tmp", gv_plugin_load("other", &search, &model, NULL, err));
  ck_assert_int_eq(lines, 0);
  search.owned = 0;
  assert_fails(GV_USAGE, "is passed over", gv_plugin_load("mine", &search, &model, NULL, err));
  ck_assert_int_eq(lines, 1);
  gv_log_set_sink(NULL, NULL);
  gv_search_clear(&search);
  tear_down();
}
END_TEST

int main(void)
{
  const TTest *const tests[] = {rights, owners, groups, access_lists, links_are_followed,
                                a_search_passes_over_and_says_so_once, what_is_beside_the_program_is_not_asked,
                                NULL};
  return run_suite("trust", tests);
}
