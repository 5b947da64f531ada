// The name service of a static program: it knows no names. glibc's looks users, groups and hosts up through modules
// that it loads at run time, which a static program in an image without them cannot do. Nothing of ours asks;
// libsystemd and libnl hold functions that would, for features that we do not use. They find nothing, by definition,
// instead of by chance, and the linker has nothing to warn of. Linked into the static program only.
#include <grp.h>
#include <netdb.h>
#include <pwd.h>

extern "C" {

passwd* getpwnam(const char* /*name*/) { return nullptr; }
passwd* getpwuid(uid_t /*user*/) { return nullptr; }
int getpwuid_r(uid_t /*user*/, passwd* /*entry*/, char* /*buffer*/, size_t /*size*/, passwd** result) {
  *result = nullptr;
  return 0;
}

group* getgrnam(const char* /*name*/) { return nullptr; }
group* getgrgid(gid_t /*group*/) { return nullptr; }
int getgrgid_r(gid_t /*group*/, group* /*entry*/, char* /*buffer*/, size_t /*size*/, group** result) {
  *result = nullptr;
  return 0;
}

protoent* getprotobyname(const char* /*name*/) { return nullptr; }
protoent* getprotobynumber(int /*number*/) { return nullptr; }

int getaddrinfo(const char* /*host*/, const char* /*service*/, const addrinfo* /*hints*/, addrinfo** /*result*/) {
  return EAI_NONAME;
}
void freeaddrinfo(addrinfo* /*result*/) noexcept {}

}  // extern "C"
