/// Bindings to libfuse 3 and libc. `fuse` and `libc` hold jextract's output, never edited by hand
/// (`native-headers/generate.sh` makes them anew); this package holds what jextract cannot know.
module org.vexfs.bindings {
  exports org.vexfs.bindings;
  exports org.vexfs.bindings.fuse;
  exports org.vexfs.bindings.libc;
}
