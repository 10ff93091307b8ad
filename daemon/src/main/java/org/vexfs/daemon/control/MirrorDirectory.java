package org.vexfs.daemon.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.search.Query;
import org.vexfs.daemon.store.VectorStore;

/// A directory under `near`, `links` or `vectors`, which repeat the tree of real files: it stands
/// for a real directory, and lists what in it has vectors.
///
/// @param directory the directory that has the `.vexfs`
/// @param kind what its files are
/// @param collection whose vectors are meant
/// @param below the real directory, relative to `directory`
record MirrorDirectory(
    ControlContext context, NodeId directory, Kind kind, String collection, TreePath below)
    implements VirtualNode.Directory {
  private static final String VECTOR_SUFFIX = ".npy";

  /// What the files of a mirrored tree are.
  enum Kind {
    /// Tables of what is near to the real file of the same name.
    NEAR,
    /// Directories with links to what is near to the real file of the same name.
    LINKS,
    /// The vectors of the real file, under its name and `.npy`.
    VECTORS
  }

  static MirrorDirectory near(ControlContext context, NodeId directory) {
    return new MirrorDirectory(
        context, directory, Kind.NEAR, Query.DEFAULT_COLLECTION, TreePath.ROOT);
  }

  static MirrorDirectory links(ControlContext context, NodeId directory) {
    return new MirrorDirectory(
        context, directory, Kind.LINKS, Query.DEFAULT_COLLECTION, TreePath.ROOT);
  }

  static MirrorDirectory vectors(ControlContext context, NodeId directory, String collection) {
    return new MirrorDirectory(context, directory, Kind.VECTORS, collection, TreePath.ROOT);
  }

  @Override
  public TreePath subject(Host host) throws ErrnoException {
    return context.pathOf(host, directory).resolve(below);
  }

  /// Vector files are made and removed by those who may write the real file, as [#create] and
  /// [#remove] check; that the real directory takes no files of theirs has nothing to do with it.
  @Override
  public Appearance appearance(Host host) throws ErrnoException {
    Appearance original = context.original(host, subject(host));
    return kind == Kind.VECTORS ? original.asSharedDirectory() : original.asDirectory();
  }

  @Override
  public Optional<? extends VirtualNode> child(Host host, Caller caller, String name)
      throws ErrnoException, VectorFailure {
    if (typeOf(host, name) == Libc.__S_IFDIR()) {
      return Optional.of(
          new MirrorDirectory(context, directory, kind, collection, below.child(name)));
    }
    return switch (kind) {
      case NEAR ->
          typeOf(host, name) == Libc.__S_IFREG()
              ? Optional.of(new NearFile(context, directory, below.child(name)))
              : Optional.empty();
      case LINKS ->
          typeOf(host, name) == Libc.__S_IFREG()
              ? Optional.of(new LinksDirectory(context, directory, below.child(name)))
              : Optional.empty();
      case VECTORS -> vectorFile(host, name).filter(file -> hasVectors(host, file.file()));
    };
  }

  /// The file type of the real entry, 0 where there is none.
  private int typeOf(Host host, String name) throws ErrnoException {
    try {
      return context.original(host, subject(host).child(name)).mode() & Libc.__S_IFMT();
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return 0;
      }
      throw e;
    }
  }

  /// What `name` is the vector file of, where that is a real file.
  private Optional<VectorFile> vectorFile(Host host, String name) throws ErrnoException {
    if (!name.endsWith(VECTOR_SUFFIX) || name.length() == VECTOR_SUFFIX.length()) {
      return Optional.empty();
    }
    String original = name.substring(0, name.length() - VECTOR_SUFFIX.length());
    return typeOf(host, original) == Libc.__S_IFREG()
        ? Optional.of(new VectorFile(context, directory, collection, below.child(original)))
        : Optional.empty();
  }

  private boolean hasVectors(Host host, TreePath file) {
    try {
      VectorStore store = context.search().store();
      TreePath path = context.pathOf(host, directory).resolve(file);
      context.meet(host, path);
      return store.collectionsOf(path, 0).contains(collection);
    } catch (ErrnoException | VectorFailure e) {
      // Whoever opens it learns why.
      return true;
    }
  }

  @Override
  public List<Child> children(Host host, Caller caller) throws ErrnoException, VectorFailure {
    VectorStore store = context.search().store();
    TreePath real = subject(host);
    List<Child> children = new ArrayList<>();
    for (String name : context.overlay().names(host, real)) {
      TreePath path = real.child(name);
      if (store.directory(path).isPresent()) {
        children.add(Child.directory(name));
      } else if (store.collectionsOf(path, 0).contains(collection)) {
        children.add(
            switch (kind) {
              case NEAR -> Child.file(name);
              case LINKS -> Child.directory(name);
              case VECTORS -> Child.file(name + VECTOR_SUFFIX);
            });
      }
    }
    return children;
  }

  @Override
  public VirtualNode create(Host host, Caller caller, String name)
      throws ErrnoException, VectorFailure {
    if (kind != Kind.VECTORS) {
      throw ErrnoException.of(Errno.EPERM);
    }
    Optional<VectorFile> file = vectorFile(host, name);
    if (file.isEmpty()) {
      throw new VectorFailure.NotFound(
          "vectors/"
              + below.child(name)
              + ": there is no regular file that it could belong to; the name is that of a file,"
              + " followed by .npy");
    }
    context.overlay().requireWritable(host, caller, file.get().subject(host));
    return file.get();
  }

  @Override
  public void remove(Host host, Caller caller, String name) throws ErrnoException, VectorFailure {
    if (kind != Kind.VECTORS) {
      throw ErrnoException.of(Errno.EPERM);
    }
    Optional<VectorFile> file = vectorFile(host, name);
    if (file.isEmpty() || !hasVectors(host, file.get().file())) {
      throw ErrnoException.of(Errno.ENOENT);
    }
    context.overlay().requireWritable(host, caller, file.get().subject(host));
    context.overlay().detach(host, file.get().subject(host), collection);
  }
}
