package org.vexfs.daemon.store;

import java.util.Optional;
import org.vexfs.daemon.base.VectorFailure;

/// The store's part in changes of names: told before SOURCE makes one and after, it lets vectors
/// follow, wherever the process ends in between.
public final class NameChanges {
  private final VectorStore store;
  private final Contents contents;
  private final HostProbe probe;

  NameChanges(VectorStore store, Contents contents, HostProbe probe) {
    this.store = store;
    this.contents = contents;
    this.probe = probe;
  }

  /// SOURCE is about to change names; [#settle] has to follow. Written down where vectors are
  /// concerned.
  public void intend(Intent intent) throws VectorFailure {
    checkApart(intent);
    store.changing(plan -> {
      ChangePlan following = new ChangePlan(contents.catalogue());
      follow(following, intent);
      if (!following.records().isEmpty()) {
        plan.intend(intent);
      }
    });
  }

  /// What was intended has happened, or has not. Writes nothing where no vectors are concerned, and
  /// one small record however many lie below a directory that was renamed.
  public void settle(Intent intent, boolean hasHappened) throws VectorFailure {
    checkApart(intent);
    store.changing(plan -> {
      if (hasHappened) {
        follow(plan, intent);
      }
      if (contents.intent().isPresent()) {
        plan.settle();
      }
    });
  }

  private void follow(ChangePlan plan, Intent intent) {
    boolean isLink = intent.kind() == Intent.Kind.LINK && !intent.path().isRoot();
    plan.follow(
        intent, isLink ? store.resolve(intent.path(), intent.inode()).file() : Optional.empty());
  }

  /// Finds out what became of an intent that the log ended with.
  void settleOpenIntent() throws VectorFailure {
    Optional<LogRecord.Intend> open = store.reading(contents::intent);
    if (open.isPresent()) {
      Intent intent = open.get().intent();
      settle(intent, intent.hasHappened(probe));
    }
  }

  private static void checkApart(Intent intent) {
    if (!intent.isApart()) {
      throw new IllegalArgumentException("they lie within one another: " + intent);
    }
  }
}
