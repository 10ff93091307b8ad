/// The VexFS daemon: an overlay file system whose files carry vectors, the vector engine, the CLI.
///
/// Start reading at `app.Main`; `daemon/docs/ARCHITECTURE.md` maps the packages.
@org.jspecify.annotations.NullMarked
module org.vexfs.daemon {
  requires org.vexfs.bindings;
  requires static org.jspecify;
  requires static com.google.errorprone.annotations;
  requires org.slf4j;
  requires info.picocli;
  requires com.fasterxml.jackson.core;
  requires org.tinylog.api;
  requires org.tinylog.impl;
  requires static jdk.httpserver;
  requires static jdk.incubator.vector;
  requires static jdk.jfr;

  opens org.vexfs.daemon.app to
      info.picocli,
      org.tinylog.api,
      org.tinylog.impl;
}
