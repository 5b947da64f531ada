// Runs tests that need the real kernel, each in a network namespace of its own. Without the privilege to make one they
// fail, and say so.
#include <CppUTest/CommandLineTestRunner.h>
#include <CppUTest/MemoryLeakWarningPlugin.h>
#include <sched.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

int main(int argc, char** argv) {
#ifdef PORTREEVE_SANITIZED
  MemoryLeakWarningPlugin::turnOffNewDeleteOverloads();
#endif
  if (unshare(CLONE_NEWNET) != 0) {
    std::fprintf(stderr, "these tests need root, to make network namespaces: %s\n", std::strerror(errno));
    return 1;
  }
  return CommandLineTestRunner::RunAllTests(argc, argv);
}
