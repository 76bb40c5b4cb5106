/* trust.h - whether nobody else could have put a file there: what a search loads is code. */
#ifndef GV_PLUGINS_TRUST_H
#define GV_PLUGINS_TRUST_H

#include <stdbool.h>
#include <stddef.h>

/* Whether only people whom the user trusts anyway can change what path, a folder or a file behind all links, holds:
 * root, the user, whoever owns this program, or the root folder. Path and every folder above belong to one of them
 * and may be written to by no other; by a group only if it is root's, or the owner's own (his primary one, called
 * like him, without other members: Debian's umask of 002). A sticky folder above, as /tmp, may be written to by
 * all, for none of them can rename what is another's; path itself may not. What cannot be looked at is not trusted.
 * why <- if not: what is wrong with which folder, in words that follow a colon. */
bool gv_trusted(const char *path, char *why, size_t size);

#endif
