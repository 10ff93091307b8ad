package org.vexfs.daemon.overlay;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.Set;

/// A POSIX access control list, as the attribute `system.posix_acl_access` holds it: a version,
/// then entries of tag, permissions and id, all little-endian (`linux/posix_acl_xattr.h`).
final class AccessList {
  /// The attribute that holds it; there is none where the mode says everything.
  static final String ATTRIBUTE = "system.posix_acl_access";

  /// The attribute that holds what a directory gives to what is made in it.
  static final String DEFAULT_ATTRIBUTE = "system.posix_acl_default";

  private static final int VERSION = 2;
  private static final int ENTRY_BYTES = 8;

  private static final short USER_OBJECT = 0x01;
  private static final short USER = 0x02;
  private static final short GROUP_OBJECT = 0x04;
  private static final short GROUP = 0x08;
  private static final short MASK = 0x10;
  private static final short OTHER = 0x20;

  private static final int EVERYTHING = 7;

  private final ByteBuffer entries;

  private AccessList(ByteBuffer entries) {
    this.entries = entries;
  }

  /// Whether an attribute of this name holds a list.
  static boolean isAttribute(String name) {
    return name.equals(ATTRIBUTE) || name.equals(DEFAULT_ATTRIBUTE);
  }

  /// The list in an attribute's value; empty where it is of another version or torn.
  static Optional<AccessList> of(byte[] value) {
    ByteBuffer buffer = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    if (buffer.remaining() < Integer.BYTES || buffer.getInt() != VERSION) {
      return Optional.empty();
    }
    ByteBuffer entries = buffer.slice().order(ByteOrder.LITTLE_ENDIAN);
    return entries.remaining() % ENTRY_BYTES == 0
        ? Optional.of(new AccessList(entries))
        : Optional.empty();
  }

  /// Whether it lets somebody who is not the superuser have all of `wanted`, by the algorithm of
  /// acl(5).
  ///
  /// @param isOwner whether the asker owns the file
  /// @param isInOwningGroup whether the asker belongs to the file's group
  /// @param groups all groups of the asker
  boolean permits(
      int wanted, boolean isOwner, int uid, boolean isInOwningGroup, Set<Integer> groups) {
    if (isOwner) {
      return grants(find(USER_OBJECT).orElse(0), wanted);
    }
    int mask = find(MASK).orElse(EVERYTHING);
    boolean isListed = false;
    for (int at = 0; at < entries.limit(); at += ENTRY_BYTES) {
      short tag = tag(at);
      int id = entries.getInt(at + Integer.BYTES);
      if (tag == USER && id == uid) {
        return grants(permissions(at) & mask, wanted);
      }
      if ((tag == GROUP_OBJECT && isInOwningGroup) || (tag == GROUP && groups.contains(id))) {
        isListed = true;
        if (grants(permissions(at) & mask, wanted)) {
          return true;
        }
      }
    }
    return !isListed && grants(find(OTHER).orElse(0), wanted);
  }

  private Optional<Integer> find(short tag) {
    for (int at = 0; at < entries.limit(); at += ENTRY_BYTES) {
      if (tag(at) == tag) {
        return Optional.of(permissions(at));
      }
    }
    return Optional.empty();
  }

  private short tag(int at) {
    return entries.getShort(at);
  }

  private int permissions(int at) {
    return entries.getShort(at + Short.BYTES);
  }

  private static boolean grants(int permissions, int wanted) {
    return (permissions & wanted) == wanted;
  }
}
