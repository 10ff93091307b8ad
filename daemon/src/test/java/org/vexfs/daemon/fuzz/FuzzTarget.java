package org.vexfs.daemon.fuzz;

import java.io.IOException;
import java.util.List;
import org.vexfs.daemon.base.VectorFailure;

/// Something that takes input from strangers, made ready to be given any bytes at all.
public interface FuzzTarget extends AutoCloseable {
  /// Inputs that make sense, from which a fuzzer goes on.
  List<byte[]> seeds() throws Exception;

  /// Gives it one input. A refusal is what it is for; whatever this throws is a finding.
  void test(byte[] input) throws Exception;

  /// Gives back what it holds.
  @Override
  default void close() throws IOException, VectorFailure {}
}
