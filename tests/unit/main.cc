// Runs the tests of one room. CppUTest's leak detector replaces operator new, which hides heap overruns from
// AddressSanitizer; in sanitized builds LeakSanitizer looks for leaks instead.
#include <CppUTest/CommandLineTestRunner.h>
#include <CppUTest/MemoryLeakWarningPlugin.h>

int main(int argc, char** argv) {
#ifdef PORTREEVE_SANITIZED
  MemoryLeakWarningPlugin::turnOffNewDeleteOverloads();
#endif
  return CommandLineTestRunner::RunAllTests(argc, argv);
}
