#include "firmware/bgp/md5_key.h"

#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <span>

#include "firmware/bgp/secret_page.h"

namespace portreeve::bgp {
namespace {

// What stands in the secret page: the system call's argument, so that the key is read to where the kernel takes it
// from and is copied nowhere, and room for the octets that show that a file is too long.
struct Argument {
  tcp_md5sig signature;
  std::array<char, 2> beyond;
};

Error unusable(const std::string& file, const std::string& why) {
  return {ErrorKind::Failed, "cannot use the password file " + file + ": " + why};
}

Error unusable(const std::string& file, int number) {
  return system_error("cannot use the password file " + file, number);
}

class File {
 public:
  // A pipe must not keep us waiting for its other end, nor a terminal become ours.
  explicit File(const std::string& name) : number_(open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
  ~File() {
    if (number_ >= 0) close(number_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

Result<> check(const File& file, const std::string& name) {
  if (file.number() < 0) return unusable(name, errno);
  struct stat status {};
  if (fstat(file.number(), &status) != 0) return unusable(name, errno);
  if (!S_ISREG(status.st_mode)) return unusable(name, "it is not a regular file");
  if ((status.st_mode & S_IRWXO) != 0) return unusable(name, "it is open to everybody; run: chmod o= " + name);
  return {};
}

// Its octets, all that fit, and how many they are.
Result<std::size_t> read_all(const File& file, const std::string& name, Argument& argument) {
  constexpr std::size_t kKeyMost = TCP_MD5SIG_MAXKEYLEN;
  std::array<iovec, 2> parts{
      {{argument.signature.tcpm_key, kKeyMost}, {argument.beyond.data(), argument.beyond.size()}}};
  std::size_t length = 0;
  // A regular file is read whole in one call, unless a signal comes in between or it is being written.
  while (true) {
    const ssize_t octets = readv(file.number(), parts.data(), static_cast<int>(parts.size()));
    if (octets < 0 && errno == EINTR) continue;
    if (octets < 0) return unusable(name, errno);
    if (octets == 0) return length;
    length += static_cast<std::size_t>(octets);
    auto taken = static_cast<std::size_t>(octets);
    for (iovec& part : parts) {
      const std::size_t of_this = std::min(taken, part.iov_len);
      part = {static_cast<char*>(part.iov_base) + of_this, part.iov_len - of_this};
      taken -= of_this;
    }
    if (parts[1].iov_len == 0) return length;
  }
}

// Reads the key into `argument`. What is wrong with it is said without a word of it.
Result<> read_key(const std::string& name, Argument& argument) {
  constexpr std::size_t kKeyMost = TCP_MD5SIG_MAXKEYLEN;
  const File file(name);
  PORTREEVE_TRY_VOID(check(file, name));
  PORTREEVE_TRY(std::size_t length, read_all(file, name, argument));
  const auto octet = [&](std::size_t at) -> std::uint8_t {
    return at < kKeyMost ? argument.signature.tcpm_key[at] : static_cast<std::uint8_t>(argument.beyond[at - kKeyMost]);
  };
  if (length > 0 && octet(length - 1) == '\n') --length;
  if (length == 0) return unusable(name, "it is empty");
  if (length > kKeyMost) return unusable(name, "a password has at most " + std::to_string(kKeyMost) + " octets");
  for (std::size_t at = 0; at < length; ++at) {
    if (octet(at) == '\n' || octet(at) == '\r' || octet(at) == '\0') {
      return unusable(name, "a password is one line of text, ended as on Unix");
    }
  }
  argument.signature.tcpm_keylen = static_cast<std::uint16_t>(length);
  return {};
}

void set_peer(tcp_md5sig& signature, const IpAddress& peer) {
  const Bytes octets = peer.octets();
  if (peer.is_v4()) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    std::memcpy(&address.sin_addr, octets.data(), octets.size());
    std::memcpy(&signature.tcpm_addr, &address, sizeof address);
  } else {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    std::memcpy(&address.sin6_addr, octets.data(), octets.size());
    std::memcpy(&signature.tcpm_addr, &address, sizeof address);
  }
}

Error refused(const IpAddress& peer, int number) {
  if (number == ENOPROTOOPT || number == EPROTONOSUPPORT) {
    return {ErrorKind::NotSupported,
            "this kernel has no TCP MD5 signatures (CONFIG_TCP_MD5SIG), which the session with " + peer.to_string() +
                " asks for"};
  }
  return system_error("cannot set the key for " + peer.to_string(), number);
}

}  // namespace

Result<> set_md5_key(int socket, const IpAddress& peer, const std::string& password_file) {
  PORTREEVE_TRY(SecretPage page, SecretPage::make());
  Argument& argument = *new (page.octets().data()) Argument{};
  PORTREEVE_TRY_VOID(read_key(password_file, argument));
  set_peer(argument.signature, peer);
  if (setsockopt(socket, IPPROTO_TCP, TCP_MD5SIG, &argument.signature, sizeof argument.signature) == 0) return {};
  return refused(peer, errno);
}

Result<> remove_md5_key(int socket, const IpAddress& peer) {
  tcp_md5sig none{};
  set_peer(none, peer);
  if (setsockopt(socket, IPPROTO_TCP, TCP_MD5SIG, &none, sizeof none) == 0 || errno == ENOENT) return {};
  return refused(peer, errno);
}

}  // namespace portreeve::bgp
