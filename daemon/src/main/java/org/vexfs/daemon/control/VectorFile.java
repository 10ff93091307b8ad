package org.vexfs.daemon.control;

import java.util.Optional;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.overlay.Opened;
import org.vexfs.daemon.store.NpyFormat;

/// `.vexfs/vectors/PATH.npy`: the vectors of a file, as NumPy keeps arrays; a single row has shape
/// (d,).
///
/// @param directory the directory that has the `.vexfs`
/// @param collection which vectors
/// @param file whose vectors, relative to it
record VectorFile(ControlContext context, NodeId directory, String collection, TreePath file)
    implements VirtualNode.File {
  private static final int READ_WRITE_BITS = 0666;
  private static final byte[] NOTHING = {};

  @Override
  public Appearance appearance(Host host) throws ErrnoException, VectorFailure {
    long size =
        vectors(host)
            .map(matrix ->
                NpyFormat.encodedLength(matrix.rows(), matrix.dimension(), isFlat(matrix)))
            .orElse(0L);
    return context.original(host, subject(host)).asFile(READ_WRITE_BITS, size);
  }

  @Override
  public TreePath subject(Host host) throws ErrnoException {
    return context.pathOf(host, directory).resolve(file);
  }

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public VirtualHandle open(Host host, Caller caller, int flags)
      throws ErrnoException, VectorFailure {
    boolean truncates = (flags & Libc.O_TRUNC()) != 0;
    byte[] content =
        truncates
            ? NOTHING
            : vectors(host).map(matrix -> NpyFormat.encode(matrix, isFlat(matrix))).orElse(NOTHING);
    return (flags & Libc.O_ACCMODE()) == Libc.O_RDONLY()
        ? new FixedHandle(content, Opened.Caching.PAGES)
        : new VectorHandle(this, content);
  }

  private Optional<VectorMatrix> vectors(Host host) throws ErrnoException, VectorFailure {
    TreePath path = subject(host);
    context.meet(host, path);
    return context.search().store().get(path, 0, collection);
  }

  private static boolean isFlat(VectorMatrix matrix) {
    return matrix.rows() == 1;
  }
}
