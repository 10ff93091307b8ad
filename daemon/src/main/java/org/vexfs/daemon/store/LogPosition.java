package org.vexfs.daemon.store;

import java.lang.foreign.MemorySegment;

/// Where a record lies.
///
/// @param segment the segment that holds it
/// @param position where it begins in the segment's file
/// @param region the mapped part of the segment that it lies in
/// @param offset where it begins in the region
record LogPosition(LogSegment segment, long position, MemorySegment region, long offset) {}
