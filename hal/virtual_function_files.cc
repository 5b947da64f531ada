#include "hal/virtual_function_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include "hal/base/number.h"

namespace portreeve::hal {
namespace {

constexpr std::chrono::milliseconds kLook{50};  // how often, while an answer is awaited
constexpr std::uint32_t kMostFunctions = 65535;

std::optional<std::uint32_t> number_in(const std::string& file) {
  std::string text;
  std::getline(std::ifstream(file) >> std::ws, text);
  const auto value = parse_number(text, 0, kMostFunctions);
  return value ? std::optional(static_cast<std::uint32_t>(*value)) : std::nullopt;
}

Result<> write_file(const std::string& file, const std::string& text, int flags) {
  const int descriptor = open(file.c_str(), O_WRONLY | O_CLOEXEC | flags, 0644);
  // Others read it, whatever the umask.
  const bool is_open = descriptor >= 0 && ((flags & O_CREAT) == 0 || fchmod(descriptor, 0644) == 0);
  const bool written = is_open && ::write(descriptor, text.data(), text.size()) >= 0;
  const int error = errno;
  if (descriptor >= 0) close(descriptor);
  if (written) return {};
  return system_error("cannot write " + text.substr(0, text.find('\n')) + " to " + file, error);
}

}  // namespace

std::string VirtualFunctionFiles::device_file(const std::string& interface, const char* name) const {
  return places_.links + "/" + interface + "/device/" + name;
}

VirtualFunctionFiles::Numbers VirtualFunctionFiles::read(const std::string& interface) const {
  Numbers numbers;
  numbers.total = number_in(device_file(interface, "sriov_totalvfs")).value_or(0);
  if (numbers.total == 0) return numbers;
  numbers.number = number_in(device_file(interface, "sriov_numvfs")).value_or(0);
  numbers.probed = number_in(device_file(interface, "sriov_drivers_autoprobe")).value_or(1) != 0;
  return numbers;
}

std::set<std::string> VirtualFunctionFiles::ours() const {
  std::set<std::string> interfaces;
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(places_.outcomes, error)) {
    if (number_in(file.path()).value_or(0) > 0) interfaces.insert(file.path().filename());
  }
  return interfaces;
}

Result<> VirtualFunctionFiles::write(const std::string& interface, std::uint32_t number, bool probed,
                                     const std::stop_token& stop) const {
  if (access(device_file(interface, "sriov_numvfs").c_str(), W_OK) != 0) return ask(interface, number, probed, stop);
  // A kernel that does not know the file always probes.
  const std::string probing = device_file(interface, "sriov_drivers_autoprobe");
  if (access(probing.c_str(), F_OK) == 0) PORTREEVE_TRY_VOID(write_file(probing, probed ? "1" : "0", O_TRUNC));
  PORTREEVE_TRY_VOID(write_number(interface, number));
  std::error_code error;
  std::filesystem::create_directories(places_.outcomes, error);
  return write_file(places_.outcomes + "/" + interface, std::to_string(number) + "\n", O_CREAT | O_TRUNC);
}

Result<> VirtualFunctionFiles::write_number(const std::string& interface, std::uint32_t number) const {
  const std::string file = device_file(interface, "sriov_numvfs");
  const std::uint32_t now = number_in(file).value_or(0);
  if (now == number) return {};
  if (now != 0 && number != 0) PORTREEVE_TRY_VOID(write_file(file, "0", O_TRUNC));  // else the kernel says EBUSY
  return write_file(file, std::to_string(number), O_TRUNC);
}

Result<> VirtualFunctionFiles::ask(const std::string& interface, std::uint32_t number, bool probed,
                                   const std::stop_token& stop) const {
  const std::string request = places_.requests + "/" + interface;
  const std::string hidden = places_.requests + "/." + interface;  // until it is whole
  std::error_code error;
  if (!std::filesystem::is_directory(places_.requests, error)) {
    return Error{ErrorKind::Failed,
                 "only root may change the number of virtual functions, and portreeve-virtual-functions.path is not "
                 "there to do it"};
  }
  PORTREEVE_TRY_VOID(
      write_file(hidden, std::to_string(number) + (probed ? " 1\n" : " 0\n"), O_CREAT | O_TRUNC | O_NOFOLLOW));
  std::filesystem::rename(hidden, request, error);
  if (error) return Error{ErrorKind::Failed, "cannot write " + request + ": " + error.message()};
  const auto until = std::chrono::steady_clock::now() + places_.patience;
  while (std::filesystem::exists(request, error)) {
    if (stop.stop_requested()) return Error{ErrorKind::Failed, "the host has been stopped"};
    if (std::chrono::steady_clock::now() >= until) {
      std::filesystem::remove(request, error);
      return Error{ErrorKind::Failed,
                   "portreeve-virtual-functions.service did not answer within " +
                       std::to_string(std::chrono::duration_cast<std::chrono::seconds>(places_.patience).count()) +
                       " s"};
    }
    std::this_thread::sleep_for(kLook);
  }
  return answer(interface);
}

Result<> VirtualFunctionFiles::answer(const std::string& interface) const {
  std::ifstream outcome(places_.outcomes + "/" + interface);
  std::string number;
  std::string fault;
  if (!std::getline(outcome, number)) {
    return Error{ErrorKind::Failed, "portreeve-virtual-functions.service left no outcome"};
  }
  std::getline(outcome, fault);
  if (!fault.empty()) return Error{ErrorKind::Failed, fault};
  return {};
}

}  // namespace portreeve::hal
