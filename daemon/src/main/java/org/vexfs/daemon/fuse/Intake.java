package org.vexfs.daemon.fuse;

import java.lang.foreign.MemorySegment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.bindings.FileInfoBits;
import org.vexfs.daemon.base.Errno;

/// Takes requests over from libfuse: copies the arguments of a call into an [FsRequest] and leaves
/// that with the [Receiver] whose thread it runs on. Arguments live only as long as the call,
/// except the data of a write, whose buffer the request keeps.
///
/// An exception that left a function that libfuse called would end the JVM, so each is caught here
/// and answered with EIO.
final class Intake {
  private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

  private final FileInfoBits fileInfoBits;

  Intake(FileInfoBits fileInfoBits) {
    this.fileInfoBits = fileInfoBits;
  }

  /// Copies the arguments of one call.
  @FunctionalInterface
  interface Copier {
    FsRequest copy(Reply reply);
  }

  /// Where this libfuse keeps what the arguments of a call have as bits.
  FileInfoBits fileInfoBits() {
    return fileInfoBits;
  }

  /// Takes over a request that is to be answered.
  void take(long request, Copier copier) {
    take(Reply.to(MemorySegment.ofAddress(request), fileInfoBits), copier);
  }

  /// Takes over a request that the kernel wants no answer to.
  void takeSilently(long request, Copier copier) {
    take(Reply.toNobody(MemorySegment.ofAddress(request), fileInfoBits), copier);
  }

  private static void take(Reply reply, Copier copier) {
    try {
      Receiver.current().deliver(copier.copy(reply));
    } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException malformed) {
      LOG.warn("A malformed request was refused: {}", malformed.toString());
      reply.error(Errno.EIO);
    } catch (Throwable t) {
      LOG.error("A request could not be taken over", t);
      reply.error(Errno.EIO);
    }
  }
}
