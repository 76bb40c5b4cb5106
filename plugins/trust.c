/* Owners and rights of a path and the folders above, after the habits of ssh and sudo. */
#include "plugins/trust.h"

#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { ENTRY = 16384 };  /* bytes for a line of passwd or group; a group of more members is nobody's own */

static bool owns(const char *path, uid_t user)
{
  struct stat st;
  return stat(path, &st) == 0 && st.st_uid == user;
}

/* The owner of the program, or of the library where a program embeds it, could change that as well; the owner of
 * the root folder stands for root in a user namespace that maps it to nobody. */
static bool trusted_user(uid_t user)
{
  static const char here;
  Dl_info object;
  return user == 0 || user == geteuid() || owns("/", user) || owns("/proc/self/exe", user) ||
         (dladdr(&here, &object) != 0 && object.dli_fname != NULL && owns(object.dli_fname, user));
}

/* Whether the group is the user's own: see trust.h. Where neither is in the databases they carry one number. */
static bool own_group(uid_t user, gid_t group)
{
  char user_line[ENTRY], group_line[ENTRY];
  struct passwd person, *found = NULL;
  struct group people, *members = NULL;
  if (getpwuid_r(user, &person, user_line, sizeof user_line, &found) != 0 ||
      getgrgid_r(group, &people, group_line, sizeof group_line, &members) != 0)
    return false;
  if (found == NULL || members == NULL)
    return found == NULL && members == NULL && user == group;
  if (person.pw_gid != group || strcmp(person.pw_name, people.gr_name) != 0)
    return false;
  for (char **member = people.gr_mem; *member != NULL; member++)
    if (strcmp(*member, person.pw_name) != 0)
      return false;
  return true;
}

/* One step: path itself, or a folder above it. */
static bool safe(const char *path, bool above, char *why, size_t size)
{
  struct stat st;
  if (stat(path, &st) != 0) {
    snprintf(why, size, "'%.200s': %s", path, strerror(errno));
    return false;
  }
  if (!trusted_user(st.st_uid)) {
    snprintf(why, size, "'%.200s' belongs to user %u, who is neither you nor root", path, (unsigned)st.st_uid);
    return false;
  }
  if (above && (st.st_mode & S_ISVTX))
    return true;
  if (st.st_mode & S_IWOTH) {
    snprintf(why, size, "everybody may write to '%.200s'; chmod o-w takes that away", path);
    return false;
  }
  /* With an access list the bits of the group are its mask: what some user or group that it names may do. */
  if ((st.st_mode & S_IWGRP) && getxattr(path, "system.posix_acl_access", NULL, 0) > 0) {
    snprintf(why, size, "an access list lets others write to '%.200s'; setfacl -b takes that away", path);
    return false;
  }
  if ((st.st_mode & S_IWGRP) && st.st_gid != 0 && !own_group(st.st_uid, st.st_gid)) {
    snprintf(why, size, "group %u may write to '%.200s'; chmod g-w takes that away", (unsigned)st.st_gid, path);
    return false;
  }
  return true;
}

bool gv_trusted(const char *path, char *why, size_t size)
{
  char real[PATH_MAX];
  if (realpath(path, real) == NULL) {
    snprintf(why, size, "'%.200s': %s", path, strerror(errno));
    return false;
  }
  for (bool above = false;; above = true) {
    if (!safe(real, above, why, size))
      return false;
    char *slash = strrchr(real, '/');
    if (slash == NULL || slash[1] == '\0')
      return true;
    slash[slash == real] = '\0';
  }
}
