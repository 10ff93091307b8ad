package org.vexfs.daemon.control;

import java.util.List;
import java.util.Optional;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.search.Answer;
import org.vexfs.daemon.search.QueryParser;

/// `.vexfs/queries/NAME/`: a saved query.
///
/// @param directory the directory that has the `.vexfs`
/// @param name what the query is called
record QueryDirectory(ControlContext context, NodeId directory, String name)
    implements VirtualNode.Directory, VirtualNode.OfItsDirectory {
  private static final int READ_BITS = 0444;
  private static final List<Child> CHILDREN =
      List.of(Child.directory("hits"), Child.file("query"), Child.file("results.jsonl"));

  @Override
  public List<Child> children(Host host, Caller caller) {
    return CHILDREN;
  }

  @Override
  public Optional<VirtualNode> child(Host host, Caller caller, String child) {
    return Optional.ofNullable(
        switch (child) {
          case "hits" -> new Hits(this);
          case "query" -> new QueryFile(this);
          case "results.jsonl" -> new Results(this);
          default -> null;
        });
  }

  /// The query as it is now.
  SavedQuery query(Host host) throws ErrnoException {
    return context
        .queries()
        .find(context.placeOf(host, directory), name)
        .orElseThrow(() -> ErrnoException.of(Errno.ENOENT));
  }

  /// What it finds now for `caller`; nothing where no query was written yet.
  private Optional<Answer> answer(Host host, Caller caller) throws ErrnoException, VectorFailure {
    byte[] query = query(host).query();
    return query.length == 0
        ? Optional.empty()
        : Optional.of(context.answer(host, caller, directory, QueryParser.parse(query)));
  }

  /// `results.jsonl`: the answer, made when it is opened.
  record Results(QueryDirectory saved) implements VirtualNode.File {
    @Override
    public Appearance appearance(Host host) throws ErrnoException {
      return saved.context.original(host, subject(host)).asFile(READ_BITS, 0);
    }

    @Override
    public TreePath subject(Host host) throws ErrnoException {
      return saved.subject(host);
    }

    @Override
    public boolean isWritable() {
      return false;
    }

    @Override
    public VirtualHandle open(Host host, Caller caller, int flags)
        throws ErrnoException, VectorFailure {
      Optional<Answer> answer = saved.answer(host, caller);
      return new FixedHandle(answer.map(Answer::toJsonLines).orElse(new byte[0]));
    }
  }

  /// `hits/`: the answer as symbolic links, asked for when it is listed.
  record Hits(QueryDirectory saved) implements VirtualNode.Directory {
    /// `.vexfs`, `queries`, the saved query and `hits`.
    private static final int DEPTH = 4;

    @Override
    public ControlContext context() {
      return saved.context;
    }

    @Override
    public TreePath subject(Host host) throws ErrnoException {
      return saved.subject(host);
    }

    @Override
    public List<Child> children(Host host, Caller caller) throws ErrnoException, VectorFailure {
      List<Child> links =
          saved
              .answer(host, caller)
              .map(answer -> HitLinks.of(saved.context, saved.directory, answer, DEPTH))
              .orElse(List.of());
      saved.context.links().show(this, caller, links);
      return links;
    }

    @Override
    public Optional<VirtualNode> child(Host host, Caller caller, String name) {
      return saved.context.links().find(this, caller, name);
    }
  }
}
