#include "tests/fakes/fake_host.h"

#include "hal/switch_sysctls.h"

namespace portreeve::fakes {

FakeHost::FakeHost()
    : RehearsalHost(
          {}, [](const std::string&) { return std::nullopt; }, [](const std::string&) { return MacAddress{}; }) {}

IfIndex FakeHost::add_port(const std::string& interface) {
  hal::Port port;
  port.index = take_index();
  port.interface = interface;
  port.mac.octets = {std::byte{2}, {}, {}, {}, {}, static_cast<std::byte>(number(port.index))};
  port.physical = true;
  port.up = true;
  port.carrier = true;
  port.mtu = 1500;
  state.ports.push_back(port);
  sysctls[hal::disable_ipv6(interface)] = "0";
  return port.index;
}

Result<> FakeHost::carry_out(const hal::SwitchChange& change) {
  for (const auto& [part, error] : failures) {
    if (change.text.find(part) != std::string::npos) return error;
  }
  PORTREEVE_TRY_VOID(RehearsalHost::carry_out(change));
  done.push_back(change.text);
  return {};
}

}  // namespace portreeve::fakes
