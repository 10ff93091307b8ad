package org.vexfs.daemon.control;

import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.search.QueryParser;

/// A saved query that is open for writing.
final class QueryHandle extends EditedHandle {
  private final QueryDirectory saved;

  QueryHandle(QueryDirectory saved, byte[] present) {
    super(new WrittenContent("a saved query", SavedQueries.MAX_QUERY_BYTES, present));
    this.saved = saved;
  }

  @Override
  void save(Host host, WrittenContent content) throws ErrnoException, VectorFailure {
    byte[] query = content.toBytes();
    var _ = QueryParser.parse(query);
    ControlContext context = saved.context();
    context.queries().write(context.placeOf(host, saved.directory()), saved.name(), query);
  }
}
