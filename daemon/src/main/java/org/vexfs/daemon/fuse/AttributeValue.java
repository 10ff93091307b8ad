package org.vexfs.daemon.fuse;

/// The value of an extended attribute that a request sets.
final class AttributeValue {
  final byte[] bytes;

  AttributeValue(byte[] bytes) {
    this.bytes = bytes;
  }
}
