/*
 * Searching a VexFS mount by ioctl: one packed query in, its packed answer out, in one call and in the same memory.
 *
 *     int search = open("/mnt/notes/.vexfs/search", O_RDWR);
 *     int hits = ioctl(search, VEXFS_IOC_SEARCH(sizeof buffer), buffer);
 *
 * The call returns how many hits are in the buffer, or -1 with errno: EINVAL for a query that cannot be understood (the cause
 * is in .vexfs/errors), ENOENT for an unknown collection, ENOTTY on any other file. daemon/docs/QUERIES.md has the rules.
 *
 * Everything is little-endian, as every machine is that this was built for.
 */
#ifndef VEXFS_H
#define VEXFS_H

#include <stdint.h>
#include <sys/ioctl.h>

/* The buffer has `bytes` bytes: at least those of the query, and of an answer's header, and at most VEXFS_MAX_BUFFER. */
#define VEXFS_IOC_SEARCH(bytes) _IOC(_IOC_READ | _IOC_WRITE, 'V', 0x51, (bytes))
#define VEXFS_MAX_BUFFER 16383

#define VEXFS_QUERY_MAGIC 0x31515856u  /* "VXQ1" */
#define VEXFS_ANSWER_MAGIC 0x31415856u /* "VXA1" */

#define VEXFS_QUERY_EXACT 1u        /* compare every vector */
#define VEXFS_QUERY_MAX_DISTANCE 2u /* max_distance counts */

/* Followed by the vector, `dimension` floats, then the collection's name, then the filter as JSON. */
struct vexfs_query {
  uint32_t magic;
  uint16_t flags;
  uint16_t collection_bytes; /* 0: the collection "default" */
  uint32_t k;                /* hits wanted, from 1 */
  uint32_t ef;               /* 0: as the daemon thinks fit */
  uint32_t offset;           /* hits to leave out at the front */
  float max_distance;
  uint32_t dimension;
  uint32_t filter_bytes; /* 0: no filter */
};

#define VEXFS_ANSWER_EXACT 1u /* every vector in question was compared */

/* Followed by `hits` records, then by the paths. */
struct vexfs_answer {
  uint32_t magic;
  uint32_t hits;  /* in the buffer, the nearest first */
  uint32_t found; /* that there are: where more than `hits`, ask again with a greater offset */
  uint32_t flags;
  uint64_t searched;
  uint32_t took_us;
  uint32_t bytes; /* of the answer in all */
};

struct vexfs_hit {
  uint32_t path_offset; /* from the start of the buffer; relative to the directory, a NUL behind it */
  uint32_t path_bytes;  /* without the NUL */
  uint32_t row;
  uint32_t rank; /* from 1 */
  float distance;
  float score;
};

_Static_assert(sizeof(struct vexfs_query) == 32, "layout");
_Static_assert(sizeof(struct vexfs_answer) == 32, "layout");
_Static_assert(sizeof(struct vexfs_hit) == 24, "layout");

#endif
