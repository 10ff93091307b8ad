package org.vexfs.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vexfs.bindings.fuse.Fuse;
import org.vexfs.bindings.fuse.fuse_args;
import org.vexfs.bindings.fuse.fuse_buf;
import org.vexfs.bindings.fuse.fuse_bufvec;
import org.vexfs.bindings.fuse.fuse_conn_info;
import org.vexfs.bindings.fuse.fuse_ctx;
import org.vexfs.bindings.fuse.fuse_entry_param;
import org.vexfs.bindings.fuse.fuse_file_info;
import org.vexfs.bindings.fuse.fuse_forget_data;
import org.vexfs.bindings.fuse.fuse_lowlevel_ops;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.bindings.libc.dirent64;
import org.vexfs.bindings.libc.rlimit;

/// jextract's layouts, constants and the bit fields that it skips, against what the compiler makes
/// of the installed headers.
final class StructLayoutTest {
  @TempDir Path directory;

  /// A struct and the members whose places are compared. Where libfuse has grown it since 3.14, the
  /// daemon allocates `allocatedBytes`, and the C size may be anything up to that.
  private record Struct(
      String name, GroupLayout layout, List<String> members, Optional<Long> allocatedBytes) {

    /// All members, and the very size.
    static Struct exact(String name, GroupLayout layout) {
      List<String> members =
          layout.memberLayouts().stream().flatMap(m -> m.name().stream()).toList();
      return new Struct(name, layout, members, Optional.empty());
    }

    /// The members named, and a size that fits what is allocated.
    static Struct grown(String name, GroupLayout layout, long allocatedBytes, String... members) {
      return new Struct(name, layout, List.of(members), Optional.of(allocatedBytes));
    }

    long offsetOf(String member) {
      return layout.byteOffset(MemoryLayout.PathElement.groupElement(member));
    }
  }

  private static final List<Struct> STRUCTS =
      List.of(
          Struct.grown(
              "struct fuse_file_info",
              fuse_file_info.layout(),
              FileInfoBits.ALLOCATED_BYTES,
              "flags",
              "fh",
              "lock_owner",
              "poll_events"),
          Struct.grown(
              "struct fuse_conn_info",
              fuse_conn_info.layout(),
              128,
              "proto_major",
              "proto_minor",
              "max_write",
              "max_read",
              "max_readahead",
              "capable",
              "want",
              "max_background",
              "congestion_threshold",
              "time_gran"),
          Struct.grown(
              "struct fuse_buf", fuse_buf.layout(), 48, "size", "flags", "mem", "fd", "pos"),
          Struct.grown(
              "struct fuse_bufvec", fuse_bufvec.layout(), 72, "count", "idx", "off", "buf"),
          Struct.grown(
              "struct fuse_lowlevel_ops",
              fuse_lowlevel_ops.layout(),
              // A later libfuse has more functions; it is told how many of them are there.
              Long.MAX_VALUE,
              Struct.exact("", fuse_lowlevel_ops.layout()).members().toArray(String[]::new)),
          Struct.exact("struct fuse_entry_param", fuse_entry_param.layout()),
          Struct.exact("struct fuse_ctx", fuse_ctx.layout()),
          Struct.exact("struct fuse_forget_data", fuse_forget_data.layout()),
          Struct.exact("struct fuse_args", fuse_args.layout()),
          Struct.exact("struct stat", org.vexfs.bindings.fuse.stat.layout()),
          Struct.exact("struct stat", org.vexfs.bindings.libc.stat.layout()),
          Struct.exact("struct timespec", org.vexfs.bindings.fuse.timespec.layout()),
          Struct.exact("struct timespec", org.vexfs.bindings.libc.timespec.layout()),
          Struct.exact("struct statvfs", org.vexfs.bindings.fuse.statvfs.layout()),
          Struct.exact("struct statvfs", org.vexfs.bindings.libc.statvfs.layout()),
          Struct.exact("struct flock", org.vexfs.bindings.fuse.flock.layout()),
          Struct.exact("struct flock", org.vexfs.bindings.libc.flock.layout()),
          Struct.exact("struct dirent64", dirent64.layout()),
          Struct.exact("struct rlimit", rlimit.layout()));

  @Test
  void structs_compiledByGcc_haveTheSizesAndOffsetsOfTheBindings() throws Exception {
    CProgram program = new CProgram();
    Map<String, Long> expected = new TreeMap<>();
    for (Struct struct : STRUCTS) {
      String key = struct.name().replace(' ', '_');
      program.print(key, "sizeof(%s)".formatted(struct.name()));
      for (String member : struct.members()) {
        expected.put(key + "." + member, struct.offsetOf(member));
        program.print(key + "." + member, "offsetof(%s, %s)".formatted(struct.name(), member));
      }
    }

    Map<String, Long> actual = program.results(directory);

    Map<String, Long> offsets = new TreeMap<>(actual);
    offsets.keySet().retainAll(expected.keySet());
    assertEquals(expected, offsets);
    for (Struct struct : STRUCTS) {
      long size = actual.get(struct.name().replace(' ', '_'));
      if (struct.allocatedBytes().isEmpty()) {
        assertEquals(struct.layout().byteSize(), size, struct.name());
      } else {
        assertTrue(
            struct.layout().byteSize() <= size && size <= struct.allocatedBytes().get(),
            struct.name() + " has " + size + " bytes");
      }
    }
  }

  @Test
  void constants_compiledByGcc_haveTheValuesOfTheBindings() throws Exception {
    CProgram program = new CProgram();
    Map<String, Long> expected = new TreeMap<>();
    for (Class<?> bindings : List.of(Libc.class, Fuse.class)) {
      for (Method constant : constantsOf(bindings)) {
        String name = constant.getName();
        boolean isInt = constant.getReturnType() == int.class;
        expected.put(name, ((Number) constant.invoke(null)).longValue());
        program.print(name, isInt ? "(int) (%s)".formatted(name) : name);
      }
    }

    assertTrue(expected.keySet().containsAll(List.of("O_PATH", "FUSE_CAP_READDIRPLUS", "EIO")));
    assertEquals(expected, new TreeMap<>(program.results(directory)));
  }

  @Test
  void fileInfoBits_compiledByGcc_lieWhereTheShimPutsThem() throws Exception {
    FileInfoBits bits = FuseLibrary.load().fileInfoBits();
    Map<String, BiConsumer<FileInfoBits, MemorySegment>> setters =
        Map.of(
            "direct_io", FileInfoBits::setDirectIo,
            "keep_cache", FileInfoBits::setKeepCache,
            "nonseekable", FileInfoBits::setNonseekable,
            "cache_readdir", FileInfoBits::setCacheReaddir);
    CProgram program = new CProgram();
    program.run("struct fuse_file_info info; unsigned word;");
    for (String field : List.copyOf(setters.keySet())) {
      printWord(program, field);
    }
    printWord(program, "flock_release");

    Map<String, Long> words = program.results(directory);

    try (Arena arena = Arena.ofConfined()) {
      setters.forEach((field, setter) -> {
        MemorySegment info = arena.allocate(FileInfoBits.ALLOCATED_BYTES, 8);
        setter.accept(bits, info);
        assertEquals(words.get(field), (long) info.get(ValueLayout.JAVA_INT, 4), field);
        assertFalse(bits.flockRelease(info), field);
      });
      MemorySegment info = arena.allocate(FileInfoBits.ALLOCATED_BYTES, 8);
      info.set(ValueLayout.JAVA_INT, 4, Math.toIntExact(words.get("flock_release")));
      assertTrue(bits.flockRelease(info));
    }
  }

  /// Sets one bit field and prints the word at offset 4, where they all lie.
  private static void printWord(CProgram program, String field) {
    program.run("memset(&info, 0, sizeof info); info.%s = 1;".formatted(field));
    program.run("memcpy(&word, (char *) &info + 4, sizeof word);");
    program.print(field, "word");
  }

  /// Constants are functions without parameters, in capitals; `C_INT` and its like are layouts, and
  /// no functions.
  private static List<Method> constantsOf(Class<?> bindings) {
    return Arrays.stream(bindings.getMethods())
        .filter(method -> Modifier.isStatic(method.getModifiers()))
        .filter(method -> method.getParameterCount() == 0)
        .filter(
            method -> method.getReturnType() == int.class || method.getReturnType() == long.class)
        .filter(method -> method.getName().matches("[A-Z_][A-Z0-9_]*"))
        .toList();
  }
}
