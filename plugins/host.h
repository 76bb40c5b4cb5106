/* host.h - the services that plugins get: one table a worker, each with its own memory and its own error. */
#ifndef GV_PLUGINS_HOST_H
#define GV_PLUGINS_HOST_H

#include <stdbool.h>

#include <grapevine/model.h>
#include <grapevine/status.h>

struct gv_plugin_hosts;

/* Tables for `workers` (>= 1) workers of one model. A table is used by one thread at a time. */
enum gv_status gv_plugin_hosts_create(const char *model_name, int workers, struct gv_plugin_hosts **hosts,
                                      struct gv_error *err);

/* Releases all memory that plugins allocated: after the last instance is destroyed and its thread has ended. */
void gv_plugin_hosts_destroy(struct gv_plugin_hosts *hosts);

/* The table of a worker; valid as long as hosts. */
const struct gv_host *gv_plugin_host_table(const struct gv_plugin_hosts *hosts, int worker);

/* Why the plugin's function failed: "model NAME: ..." with the first message since the last gv_plugin_host_forget
 * or gv_plugin_host_error, or that there was none. Valid until the table's next failure; reading it makes room for
 * the next. The first is kept because a plugin may say in broader words what a service has said already. */
const char *gv_plugin_host_error(const struct gv_host *host);

/* Whether there is a message that nobody has read. */
bool gv_plugin_host_failed(const struct gv_host *host);
void gv_plugin_host_forget(const struct gv_host *host);

#endif
