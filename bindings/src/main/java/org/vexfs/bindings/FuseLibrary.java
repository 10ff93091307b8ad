package org.vexfs.bindings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.vexfs.bindings.fuse.Fuse;

/// The libfuse 3 of this machine, found and loaded once.
///
/// Distributions ship `libfuse3.so.4` from libfuse 3.17 on and `libfuse3.so.3` before; the bare
/// `libfuse3.so` belongs to development packages and is not asked for. The dynamic loader's own
/// search finds the file; `System.load` then makes its symbols visible to jextract's classes, which
/// look in their class loader first.
public final class FuseLibrary {
  private static final List<String> SONAMES = List.of("libfuse3.so.4", "libfuse3.so.3");

  private static final int TMPFILE_SINCE = 317;

  private final Path path;
  private final int version;
  private final String packageVersion;

  private FuseLibrary(Path path) {
    this.path = path;
    this.version = Fuse.fuse_version();
    this.packageVersion = Fuse.fuse_pkgversion().getString(0);
  }

  /// Loads libfuse 3.
  ///
  /// @throws MissingLibraryException where the machine has none; the message names the package to
  ///   install
  public static FuseLibrary load() throws MissingLibraryException {
    return Holder.INSTANCE.orElseThrow(MissingLibraryException::new);
  }

  /// The file that was loaded.
  public Path path() {
    return path;
  }

  /// What `fuse_version()` says: 314 for libfuse 3.14, major × 100 + minor.
  public int version() {
    return version;
  }

  /// What `fuse_pkgversion()` says, `3.14.0`: it alone tells 3.14.0 from 3.14.1.
  public String packageVersion() {
    return packageVersion;
  }

  /// Where this libfuse keeps the bit fields of `struct fuse_file_info`.
  public FileInfoBits fileInfoBits() {
    return FileInfoBits.of(packageVersion);
  }

  /// Whether `struct fuse_lowlevel_ops` has a 45th function, `tmpfile`, right behind those that the
  /// bindings know: from libfuse 3.17 on.
  public boolean knowsTmpfile() {
    return version >= TMPFILE_SINCE;
  }

  private static Optional<FuseLibrary> find() {
    for (String soname : SONAMES) {
      try {
        SymbolLookup.libraryLookup(soname, Arena.global());
      } catch (IllegalArgumentException notThisOne) {
        continue;
      }
      Path path = mappedFile(soname);
      System.load(path.toString());
      return Optional.of(new FuseLibrary(path));
    }
    return Optional.empty();
  }

  /// The absolute path under which the dynamic loader mapped `soname`, which `System.load` wants.
  private static Path mappedFile(String soname) {
    String versionless = soname.substring(0, soname.lastIndexOf('.'));
    try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines
          .filter(line -> line.contains("/" + versionless))
          .map(line -> Path.of(line.substring(line.indexOf('/'))))
          .findFirst()
          .orElseThrow(() ->
              new IllegalStateException(
                  soname + " was loaded but /proc/self/maps does not show it"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Loads on first use and remembers the outcome, a missing library included.
  private static final class Holder {
    static final Optional<FuseLibrary> INSTANCE = find();
  }

  /// libfuse 3 is not installed.
  public static final class MissingLibraryException extends Exception {
    private static final long serialVersionUID = 1L;

    MissingLibraryException() {
      super(
          "libfuse 3 is missing (looked for "
              + String.join(" and ", SONAMES)
              + "): install it, e.g. 'apt-get install fuse3 libfuse3-3' on Debian and Ubuntu,"
              + " 'dnf install fuse3-libs' on Fedora, 'apk add fuse3-libs' on Alpine");
    }
  }
}
