package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Databases that live on the mount: what they rely on is locks, shared mappings, writes that stay
/// in order and syncs that mean it. Each is loaded by several processes at once, some of which are
/// killed, and is then asked to check itself.
///
/// They need PostgreSQL and SQLite, which the image that these tests run in has; see
/// `docker/Tests.Dockerfile`. The load lasts `vexfs.databaseSeconds`, 4 by default.
@Tag("databases")
@Timeout(600)
final class DatabasesIT {
  private static final int SECONDS = Integer.getInteger("vexfs.databaseSeconds", 4);
  private static final Duration DEADLINE = Duration.ofSeconds(120L + 4L * SECONDS);

  private static NativeMount mount;

  @BeforeAll
  static void start() throws Exception {
    mount = NativeMount.start("-o", "allow_other");
    Files.setPosixFilePermissions(mount.mountPoint(), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterAll
  static void end() throws Exception {
    mount.close();
  }

  /// Writers move money between accounts and note each transfer that was committed on a pipe; every
  /// so often one is killed amid its work. No sum may change, no noted transfer be missing.
  @ParameterizedTest
  @ValueSource(strings = {"wal", "delete", "truncate", "persist"})
  void sqlite_underWritersThatAreKilled_keepsEveryTransaction(String journal) throws IOException {
    Path database = mount.directory("sqlite-" + journal).resolve("accounts.db");

    String report =
        Command.python(TRANSFERS, database, journal, Math.max(1, SECONDS / 4), 4)
            .within(DEADLINE)
            .output();
    assertTrue(report.startsWith("transfers "), report);

    mount.killAndMount();
    assertEquals(
        "ok\n",
        Command.python(
                """
                import sqlite3, sys
                print(sqlite3.connect(sys.argv[1]).execute("pragma integrity_check").fetchone()[0])
                """,
                database)
            .output());
  }

  /// Four clones push to one repository, each taking in what the others pushed before, while the
  /// repository is packed again and again.
  @Test
  void git_underConcurrentPushes_keepsEveryCommit() throws IOException {
    int commits = Math.max(5, SECONDS / 2);
    Command.script(PUSHES, mount.directory("git"), commits).within(DEADLINE).output();

    mount.killAndMount();
    String count =
        Command.script(
                """
                cd "$1/origin"; git fsck --full --strict --no-progress >&2
                git rev-list --count main
                """,
                mount.path("git"))
            .output();
    assertEquals(4 * commits + 1, Integer.parseInt(count.lines().toList().getLast().strip()));
  }

  @Test
  void postgres_underPgbenchAndAKill_staysConsistent() throws IOException {
    Path programs = postgresPrograms();
    Path directory = mount.directory("postgres");
    Command.of("chown", "postgres:", directory).output();

    String report = Command.script(PGBENCH, programs, directory, SECONDS).within(DEADLINE).output();

    assertTrue(report.contains("number of failed transactions: 0 "), report);
    assertTrue(report.contains("sums agree"), report);
  }

  private static Path postgresPrograms() throws IOException {
    Path versions = Path.of("/usr/lib/postgresql");
    if (Files.isDirectory(versions)) {
      try (Stream<Path> found = Files.list(versions)) {
        return found.sorted().toList().getLast().resolve("bin");
      }
    }
    throw new AssertionError("PostgreSQL is missing: install postgresql");
  }

  /// Arguments: the database, its journal mode, seconds, writers.
  private static final String TRANSFERS =
      """
      import multiprocessing, os, random, signal, sqlite3, sys, time

      path, journal, seconds, writers = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
      accounts, opening = 50, 1000

      def connect():
          connection = sqlite3.connect(path, timeout=60, isolation_level=None)
          assert connection.execute(f"pragma journal_mode={journal}").fetchone()[0] == journal
          return connection

      def write(writer, generation, notes):
          connection = connect()
          chance = random.Random(writer * 1000 + generation)
          number = 0
          while True:
              a, b = chance.sample(range(accounts), 2)
              amount = chance.randint(1, 9)
              name = f"{writer}-{generation}-{number}"
              connection.execute("begin immediate")
              connection.execute("update account set sum = sum - ? where id = ?", (amount, a))
              connection.execute("update account set sum = sum + ? where id = ?", (amount, b))
              connection.execute("insert into transfer values (?, ?)", (name, "x" * 200))
              connection.execute("commit")
              os.write(notes, (name + "\\n").encode())
              number += 1

      def total(connection):
          return connection.execute("select sum(sum) from account").fetchone()[0]

      connection = connect()
      connection.execute("create table account (id integer primary key, sum integer)")
      connection.execute("create table transfer (name text primary key, filler text)")
      connection.executemany("insert into account values (?, ?)",
                             [(i, opening) for i in range(accounts)])
      reading, notes = os.pipe()
      noted = []

      def drain():
          os.set_blocking(reading, False)
          text = b""
          try:
              while chunk := os.read(reading, 1 << 16):
                  text += chunk
          except BlockingIOError:
              pass
          return text

      running, generation, text = [], 0, b""
      def begin(writer):
          process = multiprocessing.Process(target=write, args=(writer, generation, notes))
          process.start()
          return process

      running = [begin(writer) for writer in range(writers)]
      end = time.monotonic() + seconds
      chance = random.Random(1)
      while time.monotonic() < end:
          time.sleep(0.1)
          text += drain()
          assert total(connection) == accounts * opening, "a reader saw half a transfer"
          victim = chance.randrange(writers)
          generation += 1
          os.kill(running[victim].pid, signal.SIGKILL)
          running[victim].join()
          running[victim] = begin(victim)
      for process in running:
          os.kill(process.pid, signal.SIGKILL)
          process.join()
      text += drain()
      connection.close()
      connection = connect()
      assert connection.execute("pragma integrity_check").fetchone()[0] == "ok"
      assert total(connection) == accounts * opening
      kept = {row[0] for row in connection.execute("select name from transfer")}
      noted = text.decode().splitlines()
      missing = [name for name in noted if name not in kept]
      assert not missing, f"{len(missing)} committed transfers are gone, {missing[:5]}"
      assert len(noted) >= writers, f"only {len(noted)} transfers"
      print("transfers", len(noted), "killed", generation + writers)
      """;

  /// Arguments: a directory, and how often each clone commits.
  private static final String PUSHES =
      """
      cd "$1"; commits=$2
      export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
      git init -q -b main --bare origin
      git clone -q origin first 2>/dev/null
      (cd first; git checkout -q -b main; echo begin > begin; git add begin; git commit -qm begin
       git push -q origin main)
      work() {
        cd "clone$1"
        for ((i = 0; i < commits; i++)); do
          echo "$1 $i" >> "file$1"; git add .; git commit -qm "$1 $i"
          until git push -q origin main 2>/dev/null; do git pull -q --rebase origin main; done
        done
        git fsck --strict --no-progress
        test -z "$(git status --porcelain)"
      }
      for clone in 1 2 3 4; do git clone -q origin clone$clone; done
      pids=()
      for clone in 1 2 3 4; do (work $clone) & pids+=($!); done
      for round in 1 2 3; do git -C origin gc -q; done
      for pid in "${pids[@]}"; do wait "$pid"; done
      """;

  /// Arguments: PostgreSQL's programs, a directory that belongs to its user, and seconds. The
  /// server is ended the hard way in the middle and has to recover.
  private static final String PGBENCH =
      """
      programs=$1 directory=$2 seconds=$3
      as() { runuser -u postgres -- "$@"; }
      export PGHOST=$directory/socket PGDATABASE=postgres
      data=$directory/data
      as mkdir "$PGHOST"
      as "$programs/initdb" -D "$data" --data-checksums --auth=trust >/dev/null
      printf '%s\\n' "listen_addresses = ''" "unix_socket_directories = '$PGHOST'" |
        as tee -a "$data/postgresql.conf" >/dev/null
      start() { as "$programs/pg_ctl" -D "$data" -w -s -l "$directory/log" start; }
      stop() { as "$programs/pg_ctl" -D "$data" -w -s -m "$1" stop; }
      start; trap 'stop immediate || true' EXIT
      as "$programs/pgbench" -i -q -s 2 2>/dev/null
      as "$programs/pgbench" -n -c 4 -j 2 -T "$((seconds - seconds / 2))"
      as "$programs/pgbench" -n -c 4 -j 2 -T "$((seconds / 2 + 1))" >"$directory/cut" 2>&1 &
      loaded=$!
      until as "$programs/psql" -Atqc "select 1 from pg_stat_activity
          where application_name = 'pgbench' and state = 'active' limit 1" | grep -q 1; do :; done
      stop immediate
      wait "$loaded" || true
      start
      as "$programs/psql" -Atqc "select case when count(distinct total) = 1 then 'sums agree'
          else 'sums differ: ' || string_agg(total::text, ' ') end from (
            select sum(abalance) as total from pgbench_accounts
            union all select sum(bbalance) from pgbench_branches
            union all select sum(tbalance) from pgbench_tellers
            union all select coalesce(sum(delta), 0) from pgbench_history) as totals"
      as "$programs/psql" -Atqc "create extension amcheck"
      as "$programs/psql" -Atqc "select bt_index_check(oid, true) from pg_class
          where relkind = 'i' and relam = (select oid from pg_am where amname = 'btree')
          and relpersistence = 'p' and relname like 'pgbench%'" >/dev/null
      trap - EXIT
      stop fast
      as "$programs/pg_checksums" --check -D "$data" >&2
      """;
}
