package org.vexfs.daemon.app;

import java.io.Console;
import org.jspecify.annotations.Nullable;

/// Who reads what a command prints.
final class Terminal {
  private Terminal() {}

  /// Whether a person does. An image without the module of the interactive console has null where
  /// nobody does.
  @SuppressWarnings("SystemConsoleNull")
  static boolean isInteractive() {
    @Nullable Console console = System.console();
    return console != null && console.isTerminal();
  }
}
