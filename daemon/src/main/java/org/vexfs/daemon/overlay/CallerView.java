package org.vexfs.daemon.overlay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.bindings.libc.stat;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.search.FactSource;
import org.vexfs.daemon.search.HostState;
import org.vexfs.daemon.search.SearchView;

/// What one caller may see of SOURCE, by the modes and access control lists of files and
/// directories. For one search: directories are remembered, and so are the caller's groups.
final class CallerView implements SearchView {
  private static final int READ = 4;
  private static final int WRITE = 2;
  private static final int SEARCH = 1;
  private static final int OWNER_SHIFT = 6;
  private static final int GROUP_SHIFT = 3;
  private static final int GROUP_BITS = 070;
  private static final String USER_PREFIX = "user.";

  private final Host host;
  private final Inode root;
  private final Caller caller;
  private final KnownFacts facts;
  private final Consumer<TreePath> vanished;
  private final Set<Integer> groups;
  private final Map<TreePath, Boolean> searchable = new HashMap<>();

  /// `vanished` hears of files that are not there any more.
  CallerView(Host host, Inode root, Caller caller, KnownFacts facts, Consumer<TreePath> vanished) {
    this.host = host;
    this.root = root;
    this.caller = caller;
    this.facts = facts;
    this.vanished = vanished;
    this.groups = caller.uid() == 0 ? Set.of() : SupplementaryGroups.of(caller);
  }

  @Override
  public boolean isVisible(TreePath path) {
    MemorySegment attributes = host.scratchStat();
    try {
      host.fstatat(root.descriptor, path.bytes(), attributes);
      return !Overlay.isHidden(path)
          && permits(path, attributes, READ)
          && isSearchable(path.parent());
    } catch (ErrnoException e) {
      if (VanishedFiles.isAbsence(e)) {
        vanished.accept(path);
      }
      return false;
    }
  }

  /// Refuses who may not write the file, as `setxattr(2)` would.
  void requireWritable(TreePath path) throws ErrnoException {
    if (Overlay.isHidden(path)) {
      throw ErrnoException.of(Errno.ENOENT);
    }
    if (!isSearchable(path.parent())) {
      throw ErrnoException.of(Errno.EACCES);
    }
    MemorySegment attributes = host.scratchStat();
    host.fstatat(root.descriptor, path.bytes(), attributes);
    if (!permits(path, attributes, WRITE)) {
      throw ErrnoException.of(Errno.EACCES);
    }
  }

  private boolean isSearchable(TreePath directory) {
    if (caller.uid() == 0) {
      return true;
    }
    Boolean known = searchable.get(directory);
    if (known == null) {
      known = (directory.isRoot() || isSearchable(directory.parent())) && permitsSearch(directory);
      searchable.put(directory, known);
    }
    return known;
  }

  private boolean permitsSearch(TreePath directory) {
    MemorySegment attributes = host.scratchStat();
    try {
      if (directory.isRoot()) {
        host.fstat(root.descriptor, attributes);
      } else {
        host.fstatat(root.descriptor, directory.bytes(), attributes);
      }
      return permits(directory, attributes, SEARCH);
    } catch (ErrnoException gone) {
      return false;
    }
  }

  private boolean permits(TreePath path, MemorySegment attributes, int wanted)
      throws ErrnoException {
    if (caller.uid() == 0) {
      return true;
    }
    int mode = stat.st_mode(attributes);
    boolean isOwner = stat.st_uid(attributes) == caller.uid();
    boolean isInGroup = groups.contains(stat.st_gid(attributes));
    // As the kernel has it: without permissions for the group, no list grants or refuses more.
    boolean mayHaveList = !isOwner && (mode & GROUP_BITS) != 0;
    Optional<AccessList> list = mayHaveList ? accessList(path) : Optional.empty();
    if (list.isPresent()) {
      return list.get().permits(wanted, isOwner, caller.uid(), isInGroup, groups);
    }
    int shift = isOwner ? OWNER_SHIFT : isInGroup ? GROUP_SHIFT : 0;
    return (mode >> shift & wanted) == wanted;
  }

  private Optional<AccessList> accessList(TreePath path) throws ErrnoException {
    int flags = Libc.O_PATH() | Libc.O_NOFOLLOW();
    String below = path.isRoot() ? "." : path.bytes();
    int descriptor = host.openat(root.descriptor, below, flags, 0);
    try {
      return AccessList.of(host.attributes().get(descriptor, AccessList.ATTRIBUTE));
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENODATA || e.errno() == Errno.EOPNOTSUPP) {
        return Optional.empty();
      }
      throw e;
    } finally {
      host.closeDescriptor(descriptor);
    }
  }

  @Override
  public FactSource facts() {
    return facts;
  }

  @Override
  public Optional<HostState> state() {
    return Optional.of(facts.stateFor(caller.uid(), groups));
  }

  @Override
  public SortedMap<String, String> attributes(TreePath path) {
    SortedMap<String, String> attributes = new TreeMap<>();
    try {
      int descriptor =
          host.openat(root.descriptor, path.bytes(), Libc.O_PATH() | Libc.O_NOFOLLOW(), 0);
      try {
        String names = new String(host.attributes().list(descriptor), ISO_8859_1);
        for (String name : names.split("\0", 0)) {
          if (name.startsWith(USER_PREFIX)) {
            String value = new String(host.attributes().get(descriptor, name), ISO_8859_1);
            attributes.put(TreePath.textOfBytes(name), TreePath.textOfBytes(value));
          }
        }
      } finally {
        host.closeDescriptor(descriptor);
      }
    } catch (ErrnoException gone) {
      // A file that vanished meanwhile has no attributes.
      return attributes;
    }
    return attributes;
  }
}
