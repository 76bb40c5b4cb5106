/* crc32c.h - the checksum CRC-32C (Castagnoli), as records of event files carry it. */
#ifndef GV_BASE_CRC32C_H
#define GV_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Of n bytes; 0xe3069283 of "123456789" (RFC 3720, B.4). */
uint32_t gv_crc32c(const void *bytes, size_t n);

#endif
