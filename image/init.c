// The initrd's only program. It loads the modules that the disk takes, mounts the root file system of the slot that the
// kernel's command line names (root=PARTLABEL=…) and the data partition, and hands over to systemd.
//
// The root is read-only. What stays of an appliance is on the data partition, which is mounted at /data, and stands in
// for a few places of the root by bind mounts; they are made here, so that the journal and the machine's id are there
// from the first moment. Without a data partition the appliance runs on memory, and says so.
//
// What cannot be done ends in a restart: where the slot is on trial, systemd-boot then takes the other one.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const char modules[] = "/modules";
static const char data_label[] = "portreeve-data";
static const char service_manager[] = "/usr/lib/systemd/systemd";

// How long a disk may take to appear, and how long a message stays to be read before the restart.
enum { disk_wait_ms = 30000, data_wait_ms = 2000, poll_ms = 10, farewell_s = 5 };

// To the kernel's log, and so to the console and later to the journal.
__attribute__((format(printf, 1, 2))) static void say(const char* format, ...) {
  char text[512] = "<3>init: ";
  const size_t prefix = strlen(text);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text + prefix, sizeof text - prefix, format, arguments);
  va_end(arguments);
  const int log = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
  if (log < 0) return;
  if (write(log, text, strlen(text)) < 0) perror("kmsg");
  close(log);
}

__attribute__((noreturn)) static void fail(const char* what) {
  say("%s: %s; restarting", what, strerror(errno));
  sleep(farewell_s);
  sync();
  reboot(RB_AUTOBOOT);
  _exit(1);
}

static void must_mount(const char* source, const char* target, const char* type, unsigned long flags) {
  if (mount(source, target, type, flags, NULL) != 0) fail(target);
}

static void must_bind(const char* source, const char* target) { must_mount(source, target, NULL, MS_BIND); }

// In order of name, which is the order of what needs what. A module that does not fit this machine is no failure.
static void load_modules(void) {
  struct dirent** entries = NULL;
  const int count = scandir(modules, &entries, NULL, alphasort);
  for (int i = 0; i < count; ++i) {
    char path[PATH_MAX];
    if (entries[i]->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "%s/%s", modules, entries[i]->d_name);
    const int module = open(path, O_RDONLY | O_CLOEXEC);
    if (module < 0 || (syscall(SYS_finit_module, module, "", 0) != 0 && errno != EEXIST && errno != ENODEV)) {
      say("%s: %s", path, strerror(errno));
    }
    close(module);
  }
}

static bool read_text(const char* path, char* text, size_t size) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t length = read(file, text, size - 1);
  close(file);
  if (length < 0) return false;
  text[length] = '\0';
  return true;
}

// The label after root=PARTLABEL=.
static bool root_label(char* label, size_t size) {
  static const char key[] = "root=PARTLABEL=";
  char line[4096];
  if (!read_text("/proc/cmdline", line, sizeof line)) return false;
  char* state = NULL;
  for (char* word = strtok_r(line, " \n", &state); word != NULL; word = strtok_r(NULL, " \n", &state)) {
    if (strncmp(word, key, sizeof key - 1) != 0) continue;
    snprintf(label, size, "%s", word + sizeof key - 1);
    return true;
  }
  return false;
}

// The device of the partition with that label, as /dev/vda2.
static bool find_partition(const char* label, char* device, size_t size) {
  char wanted[128];
  snprintf(wanted, sizeof wanted, "\nPARTNAME=%s\n", label);
  DIR* const blocks = opendir("/sys/class/block");
  if (blocks == NULL) return false;
  bool found = false;
  for (struct dirent* entry = readdir(blocks); entry != NULL && !found; entry = readdir(blocks)) {
    char path[PATH_MAX];
    char event[1024];
    snprintf(path, sizeof path, "/sys/class/block/%s/uevent", entry->d_name);
    found = read_text(path, event, sizeof event) && strstr(event, wanted) != NULL;
    if (found) snprintf(device, size, "/dev/%s", entry->d_name);
  }
  closedir(blocks);
  return found;
}

static bool wait_for_partition(const char* label, char* device, size_t size, int milliseconds) {
  const struct timespec pause = {.tv_nsec = poll_ms * 1000000L};
  for (int waited = 0; waited <= milliseconds; waited += poll_ms) {
    if (find_partition(label, device, size)) return true;
    nanosleep(&pause, NULL);
  }
  errno = ENODEV;
  return false;
}

static void mount_root(void) {
  char label[64];
  char device[PATH_MAX];
  errno = EINVAL;
  if (!root_label(label, sizeof label)) fail("no root=PARTLABEL= on the command line");
  if (!wait_for_partition(label, device, sizeof device, disk_wait_ms)) fail(label);
  must_mount(device, "/root", "squashfs", MS_RDONLY);
}

static void mount_data(void) {
  char device[PATH_MAX];
  const unsigned long flags = MS_NOATIME | MS_NOSUID | MS_NODEV;
  if (wait_for_partition(data_label, device, sizeof device, data_wait_ms) &&
      mount(device, "/root/data", "ext4", flags, NULL) == 0) {
    return;
  }
  say("%s: %s; what is set from now on is gone with the next start", data_label, strerror(errno));
  must_mount("tmpfs", "/root/data", "tmpfs", MS_NOSUID | MS_NODEV);
}

static void make_directory(const char* path) {
  if (mkdir(path, 0755) != 0 && errno != EEXIST) fail(path);
}

// An id of the machine, made at its first start (machine-id(5)). Whole or not at all, also when the power fails.
static void make_machine_id(void) {
  static const char path[] = "/root/data/machine-id";
  static const char new_path[] = "/root/data/machine-id.new";
  unsigned char octets[16];
  char text[2 * sizeof octets + 2];
  struct stat status;
  if (stat(path, &status) == 0 && status.st_size == sizeof text - 1) return;
  if (getrandom(octets, sizeof octets, 0) != sizeof octets) fail("getrandom");
  octets[6] = (octets[6] & 0x0f) | 0x40;  // a UUID of version 4
  octets[8] = (octets[8] & 0x3f) | 0x80;
  for (size_t i = 0; i < sizeof octets; ++i) snprintf(text + 2 * i, 3, "%02x", octets[i]);
  text[sizeof text - 2] = '\n';
  const int file = open(new_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0444);
  if (file < 0 || write(file, text, sizeof text - 1) != sizeof text - 1 || fsync(file) != 0) fail(new_path);
  close(file);
  if (rename(new_path, path) != 0) fail(path);
}

// The places of the root that the data partition stands in for.
static void bind_data(void) {
  static const char* const directories[] = {"/root/data/var",           "/root/data/dsc.d", "/root/data/ssh",
                                            "/root/data/etc",           "/root/data/local", "/root/data/etc/portreeve",
                                            "/root/data/etc/portreeve/dsc.d"};
  for (size_t i = 0; i < sizeof directories / sizeof *directories; ++i) make_directory(directories[i]);
  make_machine_id();
  must_bind("/root/data/var", "/root/var");
  must_bind("/root/data/etc/portreeve", "/root/etc/portreeve");
  must_bind("/root/data/local", "/root/usr/local");
  must_bind("/root/data/machine-id", "/root/etc/machine-id");
}

// What the initrd holds takes memory as long as it is there.
static void remove_initrd(void) {
  struct dirent** entries = NULL;
  const int count = scandir(modules, &entries, NULL, NULL);
  for (int i = 0; i < count; ++i) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", modules, entries[i]->d_name);
    unlink(path);
  }
  unlink("/init");
}

int main(void) {
  must_mount("devtmpfs", "/dev", "devtmpfs", MS_NOSUID);
  must_mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
  must_mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC);
  load_modules();
  mount_root();
  must_mount("tmpfs", "/root/tmp", "tmpfs", MS_NOSUID | MS_NODEV);
  mount_data();
  bind_data();
  remove_initrd();
  must_mount("/dev", "/root/dev", NULL, MS_MOVE);
  must_mount("/proc", "/root/proc", NULL, MS_MOVE);
  must_mount("/sys", "/root/sys", NULL, MS_MOVE);
  if (chdir("/root") != 0) fail("/root");
  must_mount(".", "/", NULL, MS_MOVE);
  if (chroot(".") != 0 || chdir("/") != 0) fail("/");
  execl(service_manager, service_manager, (char*)NULL);
  fail(service_manager);
}
