package org.vexfs.daemon.control;

import java.util.OptionalInt;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.Limits;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.store.VectorCollection;
import org.vexfs.daemon.store.VectorValues;

/// A vector file that is open for writing: takes a value in any form.
final class VectorHandle extends EditedHandle {
  /// A header and the longest text form of a value, besides the largest entry.
  private static final long MAX_BYTES = 3 * Limits.MAX_ENTRY_BYTES;

  private final VectorFile file;

  VectorHandle(VectorFile file, byte[] present) {
    super(new WrittenContent("a vector file", MAX_BYTES, present));
    this.file = file;
  }

  @Override
  void save(Host host, WrittenContent content) throws ErrnoException, VectorFailure {
    VectorMatrix value =
        VectorValues.parse(content.array(), 0, content.length(), settledDimension());
    file.context().overlay().attach(host, file.subject(host), file.collection(), value);
  }

  /// How many values a vector of the collection has; empty before its first.
  private OptionalInt settledDimension() throws VectorFailure {
    int dimension =
        file.context()
            .search()
            .store()
            .collection(file.collection())
            .map(VectorCollection::dimension)
            .orElse(0);
    return dimension == 0 ? OptionalInt.empty() : OptionalInt.of(dimension);
  }
}
