// What LinuxHost stands on: the netlink sockets, the inventory that follows the kernel's events, the watch on what
// switches own below /proc/sys, and the records of what is ours. Shared with the handlers in flight, which may outlive
// the host: after `stop` they do nothing.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "hal/base/time.h"
#include "hal/inventory_builder.h"
#include "hal/linux_virtual_functions.h"
#include "hal/switch_records.h"
#include "hal/sysctl_watch.h"
#include "netlink/ethtool.h"
#include "netlink/event_socket.h"
#include "netlink/request_socket.h"
#include "netlink/statistics.h"

namespace portreeve::hal {

class LinuxKernel : public std::enable_shared_from_this<LinuxKernel> {
 public:
  LinuxKernel(boost::asio::io_context& context, const std::string& state_directory,
              VirtualFunctionFiles::Places functions);

  Result<> start();
  void stop();
  [[nodiscard]] bool running() const { return builder_.has_value() && !stopped_; }

  // Called from the event loop, never from inside a call, once for all that changed until then.
  void on_change(std::function<void()> changed) { changed_ = std::move(changed); }

  // Takes the events that wait, so that the inventory shows what has been done until now.
  void catch_up();
  [[nodiscard]] const Inventory& inventory() const { return builder_ ? builder_->inventory() : empty_; }
  [[nodiscard]] std::vector<IpAddress> local_addresses() const;
  std::vector<IpAddress> take_lost_local_addresses() {
    return builder_ ? builder_->take_lost_local_addresses() : std::vector<IpAddress>();
  }

  Result<netlink::LinkStatistics> statistics(IfIndex link);

  // One change of the kernel's state; `doing` says in words what is tried.
  Result<> change(netlink::Request request, const std::string& doing);
  Result<> change_local_address(const IpAddress& address, bool add);

  // `edit(SwitchRecords&)` gives the lines to be written, or none; then `link`, a bridge or a port, is looked at again.
  template <class Edit>
  Result<> remember(IfIndex link, Edit edit) {
    const std::string lines = edit(records_);
    if (lines.empty()) return {};
    if (builder_->refresh_recorded(link)) notify();
    return file_->append(records_, lines);
  }

  [[nodiscard]] std::uint64_t changes() const { return requests_ ? requests_->changes() : 0; }
  [[nodiscard]] std::uint64_t full_readings() const { return full_readings_; }
  Result<> set_event_room(int octets);
  void set_sysctl_check(std::chrono::milliseconds interval);

  // As it was after the last change that was told of: two hundred switches ask for the same few when they are shown.
  std::optional<std::string> known_sysctl(const std::string& path);

  // Of ports whose switch asks for some; the failure of the last change is told once.
  [[nodiscard]] VirtualFunctions virtual_functions(const Port& port) const;
  [[nodiscard]] LinuxVirtualFunctions& function_numbers() { return functions_; }

 private:
  void wait();
  void woken(const boost::system::error_code& error);
  void read_events(int most);
  bool take(const netlink::Message& message);
  bool take_removal(IfIndex link);
  Result<bool> read_all();
  void read_all_again();
  void note_loopback(const netlink::Link& link);
  void make_routes_again();
  Result<> change_local_route(const IpAddress& address, bool add);
  void follow_sysctls();
  void wait_for_writes();
  void written(const boost::system::error_code& error);
  void ask_link_modes_later();
  void notify();
  void tell();

  boost::asio::io_context& context_;
  std::string state_directory_;
  boost::asio::posix::stream_descriptor waiting_;  // borrows the event socket's descriptor
  boost::asio::steady_timer retry_;                // set only while everything could not be read
  boost::asio::posix::stream_descriptor writes_;   // borrows the sysctl watch's descriptor
  boost::asio::steady_timer writes_pause_;
  boost::asio::steady_timer tell_timer_;    // set only while a change is yet to be told
  boost::asio::steady_timer modes_timer_;   // set only while a speed is yet to be asked for
  boost::asio::steady_timer sysctl_check_;  // set only while a switch of ours stands
  std::chrono::milliseconds sysctl_check_interval_;
  std::optional<SwitchRecordsFile> file_;
  SwitchRecords records_;
  mutable std::optional<netlink::RequestSocket> requests_;
  std::optional<netlink::EventSocket> events_;
  std::optional<netlink::Ethtool> ethtool_;
  SysctlWatch sysctls_;
  LinuxVirtualFunctions functions_;
  std::unordered_map<std::uint32_t, std::uint32_t> sysctls_made_;    // how often a link's have been, by index
  std::map<std::string, std::optional<std::string>> known_sysctls_;  // until something changes
  std::optional<InventoryBuilder> builder_;
  Inventory empty_;
  // Our local addresses that are held by a route (change_local_address says why), and those of them that `lo` lost when
  // it went down, to be made again.
  std::unordered_set<IpAddress> local_routes_;
  std::vector<IpAddress> lost_routes_;
  bool loopback_up_ = true;
  std::function<void()> changed_;
  bool change_posted_ = false;
  TimePoint tell_after_{};
  std::optional<TimePoint> modes_at_latest_;
  bool stopped_ = false;
  std::uint64_t full_readings_ = 0;
};

}  // namespace portreeve::hal
