package org.vexfs.daemon.overlay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.bindings.libc.stat;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.search.SearchView;

/// What one caller may see of SOURCE, by the modes of files and directories. For one search:
/// directories are remembered.
///
/// The caller's supplementary groups are read when the view is made; where its process is out of
/// sight (another PID namespace, or gone), it has none, and sees less rather than more.
final class CallerView implements SearchView {
  private static final int READ = 4;
  private static final int SEARCH = 1;
  private static final int OWNER_SHIFT = 6;
  private static final int GROUP_SHIFT = 3;
  private static final String USER_PREFIX = "user.";

  private final Host host;
  private final Inode root;
  private final Caller caller;
  private final Set<Integer> groups;
  private final Map<TreePath, Boolean> searchable = new HashMap<>();

  CallerView(Host host, Inode root, Caller caller) {
    this.host = host;
    this.root = root;
    this.caller = caller;
    this.groups = caller.uid() == 0 ? Set.of() : groupsOf(caller);
  }

  @Override
  public boolean isVisible(TreePath path) {
    MemorySegment attributes = host.scratchStat();
    try {
      host.fstatat(root.descriptor, path.bytes(), attributes);
    } catch (ErrnoException gone) {
      return false;
    }
    return permits(attributes, READ) && isSearchable(path.parent());
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
      return permits(attributes, SEARCH);
    } catch (ErrnoException gone) {
      return false;
    }
  }

  private boolean permits(MemorySegment attributes, int wanted) {
    if (caller.uid() == 0) {
      return true;
    }
    int mode = stat.st_mode(attributes);
    int gid = stat.st_gid(attributes);
    int shift;
    if (stat.st_uid(attributes) == caller.uid()) {
      shift = OWNER_SHIFT;
    } else if (gid == caller.gid() || groups.contains(gid)) {
      shift = GROUP_SHIFT;
    } else {
      shift = 0;
    }
    return (mode >> shift & wanted) == wanted;
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

  private static Set<Integer> groupsOf(Caller caller) {
    Path status = Path.of("/proc", Integer.toString(caller.pid()), "status");
    try (var lines = Files.lines(status, ISO_8859_1)) {
      Set<Integer> groups = new HashSet<>();
      lines
          .filter(line -> line.startsWith("Groups:"))
          .flatMap(line -> Arrays.stream(line.substring("Groups:".length()).strip().split(" ", 0)))
          .filter(group -> !group.isEmpty())
          .forEach(group -> groups.add(Integer.parseUnsignedInt(group)));
      return groups;
    } catch (IOException unseen) {
      return Set.of();
    }
  }
}
