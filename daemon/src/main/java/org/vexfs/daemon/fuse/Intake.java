package org.vexfs.daemon.fuse;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.bindings.FileInfoBits;
import org.vexfs.bindings.fuse.fuse_file_info;
import org.vexfs.daemon.base.Errno;

/// Takes requests over from libfuse. While libfuse waits for its call to return, only the numbers
/// that it passes are kept, and copies of the structs that lie on its stack. Everything else lies
/// in the message, which stays as it is until the next one is received: so the [FsRequest] is made
/// of it once libfuse has returned, with none of its frames below.
///
/// An exception that left a function that libfuse called would end the JVM, so each is caught here
/// and answered with EIO.
final class Intake {
  private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

  private final FileInfoBits fileInfoBits;

  Intake(FileInfoBits fileInfoBits) {
    this.fileInfoBits = fileInfoBits;
  }

  /// A request of which libfuse has told; asked for it once, after libfuse has returned.
  @FunctionalInterface
  interface Delivery {
    /// The request; nothing where it was malformed and is answered already.
    Optional<FsRequest> copy();
  }

  /// Copies the arguments of one call.
  @FunctionalInterface
  interface Copier {
    FsRequest copy(Reply reply);
  }

  /// Copies the arguments of one call about an open file.
  @FunctionalInterface
  interface FileCopier {
    /// Makes the request.
    ///
    /// @param file the address of its `struct fuse_file_info`, or 0
    FsRequest copy(Reply reply, long file);
  }

  /// Copies the arguments of one call about an open file and something else.
  @FunctionalInterface
  interface PairCopier {
    /// Makes the request.
    ///
    /// @param file the address of the file's `struct fuse_file_info`, or 0
    /// @param other the address of the other struct
    FsRequest copy(Reply reply, long file, long other);
  }

  /// Where this libfuse keeps what the arguments of a call have as bits.
  FileInfoBits fileInfoBits() {
    return fileInfoBits;
  }

  /// Takes over a request that is to be answered.
  void take(long request, Copier copier) {
    leave(request, () -> copied(answered(request), copier));
  }

  /// Takes over a request that the kernel wants no answer to.
  void takeSilently(long request, Copier copier) {
    leave(
        request,
        () -> copied(Reply.toNobody(MemorySegment.ofAddress(request), fileInfoBits), copier));
  }

  /// Takes over a request about an open file, of which `info` tells.
  void takeFile(long request, long info, FileCopier copier) {
    try {
      long file = Receiver.current().keepFirst(info, fuse_file_info.sizeof());
      leave(request, () -> copied(answered(request), reply -> copier.copy(reply, file)));
    } catch (Throwable t) {
      failed(request, t);
    }
  }

  /// Takes over a request about an open file and a struct of `otherBytes`.
  void takePair(long request, long info, long other, long otherBytes, PairCopier copier) {
    try {
      Receiver receiver = Receiver.current();
      long file = receiver.keepFirst(info, fuse_file_info.sizeof());
      long second = receiver.keepSecond(other, otherBytes);
      leave(request, () -> copied(answered(request), reply -> copier.copy(reply, file, second)));
    } catch (Throwable t) {
      failed(request, t);
    }
  }

  private void leave(long request, Delivery delivery) {
    try {
      Receiver.current().deliver(delivery);
    } catch (Throwable t) {
      failed(request, t);
    }
  }

  private void failed(long request, Throwable t) {
    answered(request).error(Errno.EIO);
    LOG.error("A request could not be taken over", t);
  }

  private Reply answered(long request) {
    return Reply.to(MemorySegment.ofAddress(request), fileInfoBits);
  }

  private static Optional<FsRequest> copied(Reply reply, Copier copier) {
    try {
      return Optional.of(copier.copy(reply));
    } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException malformed) {
      reply.error(Errno.EIO);
      LOG.warn("A malformed request was refused: {}", malformed.toString());
    } catch (RuntimeException | Error e) {
      reply.error(Errno.EIO);
      LOG.error("A request could not be taken over", e);
    }
    return Optional.empty();
  }
}
