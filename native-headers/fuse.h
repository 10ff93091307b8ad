/* What jextract reads for org.vexfs.bindings.fuse: the low-level API of libfuse 3.
   312 is the last API version that keeps one set of symbols from libfuse 3.10 to 3.18. */
#define FUSE_USE_VERSION 312
#define _FILE_OFFSET_BITS 64
#include <fuse_lowlevel.h>
