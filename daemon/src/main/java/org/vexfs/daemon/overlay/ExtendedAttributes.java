package org.vexfs.daemon.overlay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.bindings.libc.stat;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.search.VectorAttribute;

/// The extended attributes of a file as its users see them: the host's own, and the vectors among
/// them, which [VectorAttributes] keeps.
final class ExtendedAttributes {
  private static final String TRUSTED_PREFIX = "trusted.";

  private final Namespace namespace;
  private final Reconciliation reconciliation;
  private final VectorAttributes vectors;

  ExtendedAttributes(Namespace namespace, Reconciliation reconciliation, VectorAttributes vectors) {
    this.namespace = namespace;
    this.reconciliation = reconciliation;
    this.vectors = vectors;
  }

  /// Only what has content can have vectors, as Linux has it for all `user.` attributes but those
  /// of directories.
  static void requireRegular(MemorySegment attributes) throws ErrnoException {
    if ((stat.st_mode(attributes) & Libc.__S_IFMT()) != Libc.__S_IFREG()) {
      throw ErrnoException.of(Errno.EPERM);
    }
  }

  /// The value. A host without access control lists says EOPNOTSUPP of them, for which the kernel
  /// would refuse everybody but the owner; that there is none is as true.
  byte[] get(Host host, Inode inode, String name) throws ErrnoException, VectorFailure {
    if (VectorAttribute.isVector(name)) {
      return vector(host, inode, name);
    }
    try {
      return host.attributes().get(inode.descriptor, name);
    } catch (ErrnoException e) {
      boolean isListUnknown = e.errno() == Errno.EOPNOTSUPP && AccessList.isAttribute(name);
      throw isListUnknown ? ErrnoException.of(Errno.ENODATA) : e;
    }
  }

  private byte[] vector(Host host, Inode inode, String name) throws ErrnoException, VectorFailure {
    TreePath path;
    try {
      path = reconciliation.vectorPathOf(host, inode);
    } catch (ErrnoException e) {
      throw e.errno() == Errno.ENOENT ? ErrnoException.of(Errno.ENODATA) : e;
    }
    return vectors.get(path, inode.fingerprint(host), name);
  }

  /// The names, each followed by NUL. As the host has it, only the privileged hear of the
  /// `trusted.` ones, which the daemon itself may see.
  byte[] list(Host host, Caller caller, Inode inode) throws ErrnoException, VectorFailure {
    byte[] all = host.attributes().list(inode.descriptor);
    byte[] names = caller.uid() == 0 ? all : withoutTrusted(all);
    return vectors.hasNone() ? names : withVectorNames(host, inode, names);
  }

  private static byte[] withoutTrusted(byte[] names) {
    String list = new String(names, ISO_8859_1);
    if (!list.contains(TRUSTED_PREFIX)) {
      return names;
    }
    StringBuilder kept = new StringBuilder();
    for (String name : list.split("\0", 0)) {
      if (!name.startsWith(TRUSTED_PREFIX)) {
        kept.append(name).append('\0');
      }
    }
    return kept.toString().getBytes(ISO_8859_1);
  }

  private byte[] withVectorNames(Host host, Inode inode, byte[] names)
      throws ErrnoException, VectorFailure {
    List<String> added;
    try {
      added = vectors.names(reconciliation.vectorPathOf(host, inode), inode.fingerprint(host));
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        // Nameless: with its last name a file loses its vectors.
        return names;
      }
      throw e;
    }
    if (added.isEmpty()) {
      return names;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(names);
    for (String name : added) {
      all.writeBytes(name.getBytes(ISO_8859_1));
      all.write(0);
    }
    return all.toByteArray();
  }

  /// Sets a value; `flags` as in `setxattr(2)`.
  void set(Host host, Caller caller, Inode inode, String name, byte[] value, int flags)
      throws ErrnoException, VectorFailure {
    if (VectorAttribute.isVector(name)) {
      host.fstat(inode.descriptor, host.scratchStat());
      requireRegular(host.scratchStat());
      reconciliation.arrived(host, inode);
      long fingerprint = inode.fingerprint(host);
      namespace.attaching(
          () -> vectors.set(namespace.pathOf(host, inode), fingerprint, name, value, flags));
    } else {
      host.attributes().set(inode.descriptor, name, value, flags);
      if (name.equals(AccessList.ATTRIBUTE)) {
        SetIdBits.permissionsChanged(host, caller, inode);
      }
    }
  }

  /// Removes an attribute.
  void remove(Host host, Inode inode, String name) throws ErrnoException, VectorFailure {
    if (VectorAttribute.isVector(name)) {
      reconciliation.arrived(host, inode);
      namespace.attaching(() ->
          vectors.remove(
              namespace.pathOf(host, inode),
              inode.fingerprint(host),
              VectorAttribute.collectionOf(name)));
    } else {
      host.attributes().remove(inode.descriptor, name);
    }
  }
}
