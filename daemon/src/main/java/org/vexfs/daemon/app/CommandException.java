package org.vexfs.daemon.app;

/// A command that cannot do what it was asked; the message is for the user, as it is.
final class CommandException extends Exception {
  private static final long serialVersionUID = 1L;

  CommandException(String message) {
    super(message);
  }

  /// Passes on a failure whose message is fit for users.
  CommandException(Exception cause) {
    super(String.valueOf(cause.getMessage()), cause);
  }
}
