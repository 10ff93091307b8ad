package org.vexfs.daemon.app;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.vexfs.daemon.base.Component;
import org.vexfs.daemon.control.ControlTree;
import org.vexfs.daemon.control.Figures;
import org.vexfs.daemon.fuse.FuseSession;
import org.vexfs.daemon.overlay.Overlay;
import org.vexfs.daemon.search.SearchServices;
import org.vexfs.daemon.store.StoreState;
import org.vexfs.daemon.store.VectorCollection;

/// The content of `.vexfs/status`: one JSON object.
///
/// | key | what |
/// |---|---|
/// | `state` | `ready`, `starting` or `failed`, the vector side as a whole |
/// | `pid`, `source`, `mountpoint`, `store` | what serves what from where |
/// | `components` | each with `name`, `state` (pending, in progress, ready, failed), `seconds`, how long it took or has taken, and, where it failed, `cause`, `attempts` and `retry_in_seconds`, after which a request for it tries again |
/// | `read_only_cause` | why the store takes no changes, where it does not |
/// | `collections` | each with `name`, `dimension`, `metric`, `entries`, `rows` and `pending`, the rows not in its graph yet |
/// | `segments`, `log_bytes`, `dead_bytes` | the vector log |
/// | `inodes`, `virtual_nodes`, `handles` | what the kernel holds: known real files, known virtual ones, open files |
/// | `requests` | requests since the start |
final class StatusReport {
  private static final JsonFactory JSON = new JsonFactory();

  private final MountPaths paths;
  private final Path store;
  private final VectorServices vectors;
  private final Instant start = Instant.now();
  private volatile Optional<Mounted> mounted = Optional.empty();

  /// Who counts what the kernel holds.
  private record Mounted(Overlay overlay, ControlTree control, FuseSession session) {
    int handleCount() {
      return overlay.handleCount() + control.handleCount();
    }
  }

  StatusReport(MountPaths paths, Path store, VectorServices vectors) {
    this.paths = paths;
    this.store = store;
    this.vectors = vectors;
  }

  /// There is a session to report figures of.
  void mounted(Overlay overlay, ControlTree control, FuseSession session) {
    mounted = Optional.of(new Mounted(overlay, control, session));
  }

  /// The report of this moment.
  byte[] toJson() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("state", state());
      json.writeNumberField("pid", ProcessHandle.current().pid());
      json.writeStringField("source", paths.source().toString());
      json.writeStringField("mountpoint", paths.mountpoint().toString());
      json.writeStringField("store", store.toString());
      writeComponents(json);
      Optional<SearchServices> search = vectors.search().ifReady();
      if (search.isPresent()) {
        writeStore(json, search.get());
      }
      if (mounted.isPresent()) {
        writeHeld(json, mounted.get());
      }
      json.writeEndObject();
      json.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /// Adds figures of the process and of what the kernel holds.
  void addTo(Figures figures) {
    figures.gauge(
        "uptime_seconds",
        "Time since the start.",
        Duration.between(start, Instant.now()).toMillis() / 1e3);
    ProcessFigures.addTo(figures);
    for (Component<?> component : components()) {
      Component.Progress progress = component.progress();
      Figures.Subject subject = figures.component(component.name());
      subject.gauge(
          "ready", "Whether it is ready.", progress.state() == Component.State.READY ? 1 : 0);
      subject.gauge("attempts", "How often it was brought up.", progress.attempts());
      subject.gauge(
          "seconds", "How long that took, the last time.", progress.took().toMillis() / 1e3);
    }
    if (mounted.isPresent()) {
      Mounted held = mounted.get();
      held.session().addTo(figures);
      figures.counter("requests", "Requests of the kernel.", held.session().requestCount());
      figures.gauge("inodes", "Real files that the kernel knows.", held.overlay().inodeCount());
      figures.gauge(
          "virtual_nodes", "Files under .vexfs that it knows.", held.control().nodeCount());
      figures.gauge("handles", "Open files and directories.", held.handleCount());
    }
  }

  private static void writeHeld(JsonGenerator json, Mounted mounted) throws IOException {
    json.writeNumberField("inodes", mounted.overlay().inodeCount());
    json.writeNumberField("virtual_nodes", mounted.control().nodeCount());
    json.writeNumberField("handles", mounted.handleCount());
    json.writeNumberField("requests", mounted.session().requestCount());
  }

  private List<Component<?>> components() {
    return List.of(vectors.store(), vectors.search());
  }

  /// Whether vectors are up.
  boolean isReady() {
    return "ready".equals(state());
  }

  private String state() {
    List<Component.State> states =
        components().stream().<Component.State>map(Component::state).toList();
    if (states.contains(Component.State.FAILED)) {
      return "failed";
    }
    return states.stream().allMatch(Component.State.READY::equals) ? "ready" : "starting";
  }

  private void writeComponents(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("components");
    for (Component<?> component : components()) {
      json.writeStartObject();
      json.writeStringField("name", component.name());
      Component.Progress progress = component.progress();
      json.writeStringField("state", progress.state().text());
      json.writeNumberField("seconds", progress.took().toMillis() / 1e3);
      if (progress.failure().isPresent()) {
        json.writeStringField("cause", progress.failure().get().getMessage());
        json.writeNumberField("attempts", progress.attempts());
      }
      if (progress.retryIn().isPresent()) {
        json.writeNumberField("retry_in_seconds", progress.retryIn().get().toSeconds());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeStore(JsonGenerator json, SearchServices search) throws IOException {
    StoreState state = search.store().state();
    if (state.readOnlyCause().isPresent()) {
      json.writeStringField("read_only_cause", state.readOnlyCause().get());
    }
    json.writeArrayFieldStart("collections");
    for (VectorCollection collection : search.store().collections()) {
      json.writeStartObject();
      json.writeStringField("name", collection.name());
      json.writeNumberField("dimension", collection.dimension());
      json.writeStringField("metric", collection.metric().id());
      json.writeNumberField("entries", collection.entryCount());
      json.writeNumberField("rows", collection.liveRows());
      json.writeNumberField("pending", search.indexes().pendingSlots(collection));
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeNumberField("segments", state.segments());
    json.writeNumberField("log_bytes", state.bytes());
    json.writeNumberField("dead_bytes", state.deadBytes());
  }
}
