package org.vexfs.daemon.overlay;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.io.FileIdentity;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.io.RangeLock;

/// Locks, held on the host's files: so other mounts of SOURCE and programs beside the mount see
/// them.
///
/// A lock of `flock(2)` belongs to an open file description, and each of the kernel's has one here
/// ([OpenFile]). A classic lock of `fcntl(2)` belongs to a process and a file, through whatever
/// descriptors; so every owner that locks a file gets a description of that file for itself, whose
/// locks are its own. It is closed, and they go, when the owner closes any descriptor of the file,
/// as POSIX has it. Owners that wait for each other are looked for here (`EDEADLK`), since the host
/// does not do it between descriptions.
///
/// Waiting is done here, not in the host, so that no carrier thread is blocked and an interrupt of
/// the waiting thread ends it with EINTR. A waiter tries again whenever a lock goes within this
/// mount, and every [#RETRY_MILLIS] for those who hold one outside of it.
final class FileLocks {
  /// How late a waiter may notice that a holder outside of the mount let go.
  private static final long RETRY_MILLIS = 20;

  /// Held across calls into the host, none of which waits for a lock, so that no description is
  /// closed under a thread that locks it.
  private final ReentrantLock guard = new ReentrantLock();

  private final Condition released = guard.newCondition();

  @GuardedBy("guard")
  private final Map<Key, Holder> holders = new HashMap<>();

  /// What owners wait for; of one that waits in several threads, the latest.
  @GuardedBy("guard")
  private final Map<LockOwner, Wait> waits = new HashMap<>();

  private record Key(FileIdentity file, LockOwner owner) {}

  /// A range that the owner in `key` waits for.
  private record Wait(Key key, RangeLock wanted) {}

  /// The description that carries an owner's locks.
  ///
  /// @param made the open file through which the owner took the first
  private record Holder(int descriptor, int pid, OpenFile made) {}

  /// The first lock in the way of `wanted`; `wanted` unlocked where there is none.
  RangeLock conflict(Host host, OpenFile file, LockOwner owner, RangeLock wanted)
      throws ErrnoException {
    guard.lock();
    try {
      Key key = new Key(file.inode.file, owner);
      @Nullable Holder holder = holders.get(key);
      int asking = holder == null ? file.descriptor : holder.descriptor();
      RangeLock found = host.locks().conflict(asking, wanted);
      if (found.isUnlocked() || found.pid() > 0) {
        return found;
      }
      @Nullable Key other = holderOf(host, key, found);
      @Nullable Holder held = other == null ? null : holders.get(other);
      return held == null
          ? found
          : new RangeLock(found.type(), found.start(), found.length(), held.pid());
    } finally {
      guard.unlock();
    }
  }

  /// Who holds a lock that is in the way of `asking`, if it is one of ours. The host knows no
  /// process behind a description's lock; but the one whose own description sees nothing in the way
  /// there is the one that holds it. Of several that share it none is found.
  @GuardedBy("guard")
  private @Nullable Key holderOf(Host host, Key asking, RangeLock found) throws ErrnoException {
    RangeLock exclusive = new RangeLock((short) Libc.F_WRLCK(), found.start(), found.length(), 0);
    for (Map.Entry<Key, Holder> other : holders.entrySet()) {
      if (other.getKey().file().equals(asking.file())
          && !other.getKey().equals(asking)
          && host.locks().conflict(other.getValue().descriptor(), exclusive).isUnlocked()) {
        return other.getKey();
      }
    }
    return null;
  }

  /// Takes, changes or drops the lock of a range.
  ///
  /// @throws ErrnoException with `EAGAIN` where another is in the way and the caller does not wait,
  ///   `EDEADLK` where that one waits for the caller, by way of others perhaps, `EINTR` where the
  ///   thread was interrupted while it waited
  void lock(Host host, OpenFile file, LockOwner owner, RangeLock wanted, boolean waits)
      throws ErrnoException {
    Key key = new Key(file.inode.file, owner);
    guard.lock();
    try {
      if (wanted.isUnlocked()) {
        unlock(host, key, wanted);
      } else {
        if (!host.locks().tryLock(holder(host, file, key, wanted).descriptor(), wanted)) {
          awaitLock(host, file, new Wait(key, wanted), waits);
        }
        // What is shared now may have been exclusive before.
        released.signalAll();
      }
    } finally {
      guard.unlock();
    }
  }

  @GuardedBy("guard")
  private void awaitLock(Host host, OpenFile file, Wait wait, boolean isPatient)
      throws ErrnoException {
    Key key = wait.key();
    waits.put(key.owner(), wait);
    try {
      do {
        if (isPatient && isDeadlock(host, wait)) {
          throw ErrnoException.of(Libc.EDEADLK());
        }
        awaitRelease(isPatient);
        // The description is looked up at each attempt: the owner may have closed the file.
      } while (!host.locks()
          .tryLock(holder(host, file, key, wait.wanted()).descriptor(), wait.wanted()));
    } finally {
      waits.remove(key.owner(), wait);
    }
  }

  /// Whether the owner that is about to wait would wait for itself: follows who is first in whose
  /// way. Of several in the way the next comes first when one lets go, so this is asked before each
  /// attempt.
  @GuardedBy("guard")
  private boolean isDeadlock(Host host, Wait last) throws ErrnoException {
    Wait current = last;
    // A circle that `last` is not part of must not be followed for ever.
    for (int followed = 0; followed <= waits.size(); followed++) {
      @Nullable Holder holder = holders.get(current.key());
      if (holder == null) {
        return false;
      }
      RangeLock found = host.locks().conflict(holder.descriptor(), current.wanted());
      @Nullable Key blocking = found.isUnlocked() ? null : holderOf(host, current.key(), found);
      if (blocking == null) {
        return false;
      }
      if (blocking.owner().equals(last.key().owner())) {
        return true;
      }
      @Nullable Wait next = waits.get(blocking.owner());
      if (next == null) {
        return false;
      }
      current = next;
    }
    return false;
  }

  @GuardedBy("guard")
  private void unlock(Host host, Key key, RangeLock range) throws ErrnoException {
    @Nullable Holder holder = holders.get(key);
    if (holder != null) {
      host.locks().tryLock(holder.descriptor(), range);
      released.signalAll();
    }
  }

  @GuardedBy("guard")
  private Holder holder(Host host, OpenFile file, Key key, RangeLock wanted) throws ErrnoException {
    @Nullable Holder known = holders.get(key);
    if (known != null) {
      return known;
    }
    Holder added = new Holder(describe(host, file.inode), wanted.pid(), file);
    holders.put(key, added);
    file.hasLocked = true;
    return added;
  }

  /// An exclusive lock takes a description that may write. A file that cannot be opened so, because
  /// it is being executed for one, can still be locked shared.
  private static int describe(Host host, Inode inode) throws ErrnoException {
    try {
      return host.reopen(inode.descriptor, Libc.O_RDWR() | Libc.O_NONBLOCK());
    } catch (ErrnoException readOnly) {
      return host.reopen(inode.descriptor, Libc.O_RDONLY() | Libc.O_NONBLOCK());
    }
  }

  /// `flock(2)`; errors as of [#lock].
  void flock(Host host, OpenFile file, int operation) throws ErrnoException {
    boolean waits = (operation & Libc.LOCK_NB()) == 0;
    guard.lock();
    try {
      while (!host.locks().tryFlock(file.descriptor, operation)) {
        awaitRelease(waits);
      }
      released.signalAll();
    } finally {
      guard.unlock();
    }
  }

  /// Waits until it is worth trying again, which the callers do in a loop.
  @GuardedBy("guard")
  @SuppressWarnings("WaitNotInLoop")
  private void awaitRelease(boolean waits) throws ErrnoException {
    if (!waits) {
      throw ErrnoException.of(Errno.EAGAIN);
    }
    try {
      boolean _ = released.await(RETRY_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw ErrnoException.of(Errno.EINTR);
    }
  }

  /// The owner closed a descriptor of the file: its locks there go.
  void drop(Host host, OpenFile file, LockOwner owner) {
    guard.lock();
    try {
      @Nullable Holder holder = holders.remove(new Key(file.inode.file, owner));
      if (holder != null) {
        host.closeDescriptor(holder.descriptor());
        released.signalAll();
      }
    } finally {
      guard.unlock();
    }
  }

  /// The last descriptor of `file` was closed, and with it the `flock(2)` lock that it may have
  /// had.
  ///
  /// A process has dropped its locks by closing its descriptors before. What is left is that of
  /// owners which never do: the kernel makes the open file itself one for `F_OFD_SETLK`.
  void closed(Host host, OpenFile file) {
    guard.lock();
    try {
      if (file.hasLocked) {
        holders.values().removeIf(holder -> closedWith(host, file, holder));
      }
      released.signalAll();
    } finally {
      guard.unlock();
    }
  }

  private static boolean closedWith(Host host, OpenFile file, Holder holder) {
    if (!holder.made().equals(file)) {
      return false;
    }
    host.closeDescriptor(holder.descriptor());
    return true;
  }

  /// Drops every lock.
  void clear(Host host) {
    guard.lock();
    try {
      holders.values().forEach(holder -> host.closeDescriptor(holder.descriptor()));
      holders.clear();
    } finally {
      guard.unlock();
    }
  }
}
