package org.vexfs.daemon.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.daemon.base.LateModule;

/// What monitors ask over HTTP, on the loopback interface alone: there is neither encryption nor a
/// password.
///
/// | path | answer |
/// |---|---|
/// | `/metrics` | what `.vexfs/metrics` has |
/// | `/health/live` | 200 while the daemon answers |
/// | `/health/ready` | 200 where vectors are up, otherwise 503; the body is what `.vexfs/status` has |
final class MetricsServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsServer.class);

  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
  private static final String JSON = "application/json";
  private static final int OK = 200;
  private static final int BAD_METHOD = 405;
  private static final int UNAVAILABLE = 503;
  private static final int MAX_PORT = 65_535;

  private final HttpServer server;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  /// What is shown.
  ///
  /// @param metrics in Prometheus's text format
  /// @param status as JSON
  /// @param isReady whether vectors are up
  record Content(Supplier<byte[]> metrics, Supplier<byte[]> status, Supplier<Boolean> isReady) {}

  private MetricsServer(HttpServer server) {
    this.server = server;
  }

  /// Listens.
  ///
  /// @param where `PORT` or `ADDRESS:PORT`, of the loopback interface; port 0 for any that is free
  static MetricsServer listen(String where, Content content) throws CommandException {
    LateModule.require("jdk.httpserver", MetricsServer.class);
    InetSocketAddress address = address(where);
    try {
      MetricsServer listening = new MetricsServer(HttpServer.create(address, 0));
      listening.serve(content);
      return listening;
    } catch (IOException e) {
      throw new CommandException("cannot listen at " + where + ": " + e.getMessage());
    }
  }

  /// The address that `where` means.
  static InetSocketAddress address(String where) throws CommandException {
    int colon = where.lastIndexOf(':');
    try {
      InetAddress host =
          colon < 0
              ? InetAddress.getLoopbackAddress()
              : InetAddress.ofLiteral(where.substring(0, colon));
      int port = Integer.parseInt(where.substring(colon + 1));
      if (host.isLoopbackAddress() && port >= 0 && port <= MAX_PORT) {
        return new InetSocketAddress(host, port);
      }
    } catch (IllegalArgumentException e) {
      throw new CommandException(
          "--metrics-listen " + where + ": neither PORT nor ADDRESS:PORT, as in 127.0.0.1:9469");
    }
    throw new CommandException(
        "--metrics-listen " + where + ": only addresses of the loopback interface, and real ports");
  }

  private void serve(Content content) {
    server.createContext("/metrics", exchange -> answer(exchange, OK, TEXT, content.metrics()));
    server.createContext(
        "/health/live", exchange -> answer(exchange, OK, TEXT, "live\n"::getBytes));
    server.createContext(
        "/health/ready",
        exchange ->
            answer(exchange, content.isReady().get() ? OK : UNAVAILABLE, JSON, content.status()));
    server.setExecutor(executor);
    server.start();
    LOG.info("Metrics are served at http:/{}/metrics", server.getAddress());
  }

  private static void answer(HttpExchange exchange, int code, String type, Supplier<byte[]> content)
      throws IOException {
    try (exchange) {
      if (!exchange.getRequestMethod().equals("GET")) {
        exchange.sendResponseHeaders(BAD_METHOD, -1);
        return;
      }
      byte[] body = content.get();
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(code, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /// Where it listens.
  InetSocketAddress address() {
    return server.getAddress();
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
