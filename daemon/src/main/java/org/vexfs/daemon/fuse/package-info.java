/// The session with the kernel, through libfuse's low-level API.
///
/// Virtual threads ([Receivers]) wait for requests. One of them reads a request from `/dev/fuse`
/// into a buffer and lets libfuse decode it ([Receiver]). libfuse calls back into [Upcalls], which
/// keeps what it was called with and returns; nothing else ever runs with a native frame below it,
/// but that [Interruptions] wakes the thread of a request that its caller gave up. [StackMonitor]
/// measures the stack there. Back in Java the receiver makes an [FsRequest] of what was kept, and
/// the same virtual thread has [Dispatcher] run the one method of the tree that answers it, while
/// others receive. The [Reply] travels with the request and is answered exactly once.
///
/// This is the only package that uses the bindings to libfuse, and the only one that turns failures
/// into `errno`.
package org.vexfs.daemon.fuse;
