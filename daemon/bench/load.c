/*
 * The load generator of the file system benchmark: system calls in a loop, and nothing else between two clock readings, so
 * that what it costs itself is small and the same whatever is mounted.
 *
 *   load prepare DIR                              makes the files that the other commands work on
 *   load run DIR OPERATION CLIENTS MILLIS         prints operations a second, all clients together
 *   load attach DIR NAME FIRST COUNT DIMENSION    sets attribute NAME of COUNT fresh files; prints operations a second
 *   load start MOUNTPOINT COMMAND...              runs COMMAND; prints milliseconds until MOUNTPOINT is another file system
 *
 * Operations: stat, open (open, read 4 KiB, close), create (create, close, unlink), readdir (a directory of 4,000), write and
 * read (1 MiB of a file of 64 MiB, in sequence; reads open the file anew on each pass, so that they do not stay with what
 * the mount's own page cache keeps).
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

enum {
  SMALL_FILES = 1000,
  SMALL_BYTES = 4096,
  LISTED_FILES = 4000,
  CHUNK_BYTES = 1 << 20,
  LARGE_CHUNKS = 64,
  MAX_CLIENTS = 64,
  PATH_BYTES = 4096,
  START_LIMIT_SECONDS = 30,
};

struct client {
  const char *directory;
  int number;
  uint64_t random;
  int large; /* descriptor of the client's large file, -1 while closed */
  int chunk; /* the next of its chunks */
  char *buffer;
  long operations;
};

typedef void operation(struct client *);

struct run {
  struct client client;
  operation *operation;
  pthread_barrier_t *barrier;
  const int *over;
};

static void fail(const char *what) {
  fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int checked(int result, const char *what) {
  if (result < 0) fail(what);
  return result;
}

static double now_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static uint64_t next_random(uint64_t *state) { /* splitmix64 */
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static void small_path(char *path, struct client *client) {
  snprintf(path, PATH_BYTES, "%s/small/%d", client->directory, (int)(next_random(&client->random) % SMALL_FILES));
}

static void stat_one(struct client *client) {
  char path[PATH_BYTES];
  struct stat st;
  small_path(path, client);
  checked(stat(path, &st), path);
}

static void open_read_close(struct client *client) {
  char path[PATH_BYTES];
  small_path(path, client);
  int fd = checked(open(path, O_RDONLY), path);
  if (checked(read(fd, client->buffer, SMALL_BYTES), path) != SMALL_BYTES) fail("short read");
  checked(close(fd), path);
}

static void create_unlink(struct client *client) {
  char path[PATH_BYTES];
  snprintf(path, sizeof path, "%s/new-%d", client->directory, client->number);
  checked(close(checked(open(path, O_WRONLY | O_CREAT | O_EXCL, 0644), path)), path);
  checked(unlink(path), path);
}

static void list(struct client *client) {
  char path[PATH_BYTES];
  snprintf(path, sizeof path, "%s/listed", client->directory);
  DIR *directory = opendir(path);
  if (directory == NULL) fail(path);
  int entries = 0;
  while (readdir(directory) != NULL) entries++;
  if (entries != LISTED_FILES + 2) fail("not all entries listed");
  closedir(directory);
}

/* The next chunk of the client's large file, which is opened at the start of each pass. */
static int open_large(struct client *client) {
  if (client->chunk == LARGE_CHUNKS) {
    checked(close(client->large), "close");
    client->large = -1;
  }
  if (client->large < 0) {
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/large-%d", client->directory, client->number);
    client->large = checked(open(path, O_RDWR), path);
    client->chunk = 0;
  }
  client->chunk++;
  return client->large;
}

static void write_chunk(struct client *client) {
  if (checked(write(open_large(client), client->buffer, CHUNK_BYTES), "write") != CHUNK_BYTES) fail("short write");
}

static void read_chunk(struct client *client) {
  if (checked(read(open_large(client), client->buffer, CHUNK_BYTES), "read") != CHUNK_BYTES) fail("short read");
}

static const struct {
  const char *name;
  operation *operation;
} OPERATIONS[] = {
    {"stat", stat_one}, {"open", open_read_close}, {"create", create_unlink},
    {"readdir", list},  {"write", write_chunk},    {"read", read_chunk},
};

static operation *operation_of(const char *name) {
  for (size_t i = 0; i < sizeof OPERATIONS / sizeof *OPERATIONS; i++) {
    if (strcmp(OPERATIONS[i].name, name) == 0) return OPERATIONS[i].operation;
  }
  errno = EINVAL;
  fail(name);
  return NULL;
}

static void *client_main(void *argument) {
  struct run *run = argument;
  pthread_barrier_wait(run->barrier);
  while (!__atomic_load_n(run->over, __ATOMIC_RELAXED)) {
    run->operation(&run->client);
    run->client.operations++;
  }
  return NULL;
}

static void run(const char *directory, const char *name, int clients, int millis) {
  static struct run runs[MAX_CLIENTS];
  pthread_t threads[MAX_CLIENTS];
  pthread_barrier_t barrier;
  int over = 0;
  if (clients < 1 || clients > MAX_CLIENTS) {
    errno = EINVAL;
    fail("clients");
  }
  pthread_barrier_init(&barrier, NULL, clients + 1);
  for (int i = 0; i < clients; i++) {
    struct client client = {.directory = directory, .number = i, .random = i + 1, .large = -1};
    client.buffer = malloc(CHUNK_BYTES);
    memset(client.buffer, 'x', CHUNK_BYTES);
    runs[i] = (struct run){client, operation_of(name), &barrier, &over};
    if (pthread_create(&threads[i], NULL, client_main, &runs[i]) != 0) fail("pthread_create");
  }
  pthread_barrier_wait(&barrier);
  double start = now_seconds();
  usleep(millis * 1000);
  __atomic_store_n(&over, 1, __ATOMIC_RELAXED);
  long operations = 0;
  for (int i = 0; i < clients; i++) {
    pthread_join(threads[i], NULL);
    operations += runs[i].client.operations;
  }
  printf("%.2f\n", operations / (now_seconds() - start));
}

static void write_file(const char *path, int chunks, size_t chunk_bytes) {
  char *chunk = calloc(1, chunk_bytes);
  int fd = checked(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644), path);
  for (int i = 0; i < chunks; i++) checked(write(fd, chunk, chunk_bytes), path);
  checked(close(fd), path);
  free(chunk);
}

static void prepare(const char *directory) {
  char path[PATH_BYTES];
  snprintf(path, sizeof path, "%s/small", directory);
  checked(mkdir(path, 0755), path);
  snprintf(path, sizeof path, "%s/listed", directory);
  checked(mkdir(path, 0755), path);
  for (int i = 0; i < SMALL_FILES; i++) {
    snprintf(path, sizeof path, "%s/small/%d", directory, i);
    write_file(path, 1, SMALL_BYTES);
  }
  for (int i = 0; i < LISTED_FILES; i++) {
    snprintf(path, sizeof path, "%s/listed/entry-%d", directory, i);
    write_file(path, 0, 1);
  }
  for (int i = 0; i < 4; i++) {
    snprintf(path, sizeof path, "%s/large-%d", directory, i);
    write_file(path, LARGE_CHUNKS, CHUNK_BYTES);
  }
  sync();
}

static void attach(const char *directory, const char *name, int first, int count, int dimension) {
  char path[PATH_BYTES];
  float *vector = malloc(dimension * sizeof *vector);
  uint64_t random = first + 1;
  double busy_seconds = 0;
  for (int i = first; i < first + count; i++) {
    snprintf(path, sizeof path, "%s/attached-%d", directory, i);
    write_file(path, 0, 1);
  }
  for (int i = first; i < first + count; i++) {
    snprintf(path, sizeof path, "%s/attached-%d", directory, i);
    for (int j = 0; j < dimension; j++) vector[j] = (next_random(&random) >> 40) / (float)(1 << 24) - 0.5f;
    double start = now_seconds();
    checked(setxattr(path, name, vector, dimension * sizeof *vector, 0), path);
    busy_seconds += now_seconds() - start;
  }
  printf("%.2f\n", count / busy_seconds);
}

static void start(const char *mountpoint, char **command) {
  struct stat before, after;
  checked(stat(mountpoint, &before), mountpoint);
  double begin = now_seconds();
  pid_t child = checked(fork(), "fork");
  if (child == 0) {
    int nowhere = checked(open("/dev/null", O_RDWR), "/dev/null");
    for (int fd = 0; fd <= 2; fd++) dup2(nowhere, fd);
    execvp(command[0], command);
    fail(command[0]);
  }
  do {
    usleep(200);
    if (now_seconds() - begin > START_LIMIT_SECONDS) {
      errno = ETIMEDOUT;
      fail(mountpoint);
    }
    checked(stat(mountpoint, &after), mountpoint);
  } while (after.st_dev == before.st_dev);
  printf("%.2f\n", (now_seconds() - begin) * 1000);
}

int main(int count, char **arguments) {
  const char *command = count > 2 ? arguments[1] : "";
  if (strcmp(command, "prepare") == 0 && count == 3) {
    prepare(arguments[2]);
  } else if (strcmp(command, "run") == 0 && count == 6) {
    run(arguments[2], arguments[3], atoi(arguments[4]), atoi(arguments[5]));
  } else if (strcmp(command, "attach") == 0 && count == 7) {
    attach(arguments[2], arguments[3], atoi(arguments[4]), atoi(arguments[5]), atoi(arguments[6]));
  } else if (strcmp(command, "start") == 0 && count > 3) {
    start(arguments[2], arguments + 3);
  } else {
    fprintf(stderr, "usage: see the head of load.c\n");
    return 2;
  }
  return 0;
}
