// The interface org.portreeve.Portreeve1.Manager: its methods, properties and signals (README.md). Translates each call
// for Control and the answer back; decides nothing. What is about configurations stands in manager_configuration.cc.
#pragma once

#include <systemd/sd-bus.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "firmware/bus/call.h"
#include "firmware/bus/change_queue.h"
#include "firmware/bus/control.h"
#include "firmware/runtime/bus_connection.h"
#include "hal/base/worker.h"

namespace portreeve::bus {

class ManagerObject : public std::enable_shared_from_this<ManagerObject> {
 public:
  // Brings objects up to date: called before an answer that names one.
  enum class Refresh : std::uint8_t { All, Jobs };

  ManagerObject(runtime::BusConnection& connection, Control& control, Worker& worker, AccountFiles files,
                std::function<void(Refresh what)> refresh);

  void show(sd_bus& bus);  // exports the interface
  void clear();            // the bus is gone
  void update(sd_bus& bus);
  void services_changed(std::span<const std::string> names);
  // Sends ServicesChanged for as many names as one turn of the loop allows; false where some are left.
  bool emit_services_changed(sd_bus& bus);

 private:
  static const sd_bus_vtable kVtable[];
  static int get_property(sd_bus*, const char*, const char*, const char* name, sd_bus_message* reply, void* self,
                          sd_bus_error*);
  template <void (ManagerObject::*Method)(const CallPtr&)>
  static int read(sd_bus_message* message, void* self, sd_bus_error*);
  template <bool (ManagerObject::*Step)(const CallPtr&)>
  static int change(sd_bus_message* message, void* self, sd_bus_error*);
  CallPtr make_call(sd_bus_message* message);
  Control::Done done_of(const CallPtr& call);
  void answer_job(const CallPtr& call, const Result<std::string>& job);

  // Open to all.
  void list_services(const CallPtr& call);
  void get_service(const CallPtr& call);
  void describe(const CallPtr& call);
  void get_configuration(const CallPtr& call);
  void list_configurations(const CallPtr& call);
  // For operators; true once begun.
  bool reload(const CallPtr& call);
  bool validate(const CallPtr& call);
  bool apply(const CallPtr& call);
  bool what_if(const CallPtr& call);
  bool confirm(const CallPtr& call);
  bool restore(const CallPtr& call);
  bool compare_configurations(const CallPtr& call);
  bool state_resource(const CallPtr& call, ResourceKind kind, Statement how);
  template <ResourceKind Kind>
  bool set_resource(const CallPtr& call);
  template <ResourceKind Kind>
  bool add_resource(const CallPtr& call);
  template <ResourceKind Kind>
  bool change_resource(const CallPtr& call);
  template <ResourceKind Kind>
  bool remove_resource(const CallPtr& call);
  bool allocate_service(const CallPtr& call);
  bool allocate_services(const CallPtr& call);
  bool release_services(const CallPtr& call);
  bool prepare_restart(const CallPtr& call);

  runtime::BusConnection& connection_;
  Control& control_;
  Worker& worker_;
  std::function<void(Refresh)> refresh_;
  ChangeQueue changes_;
  Slot slot_;
  std::string status_text_;
  std::vector<DiagnosticView> faults_;
  ConfigurationStatusView configuration_;
  std::deque<std::string> changed_services_;
  std::vector<ServiceRequest> requests_;  // of the AllocateServices call that is being read
};

}  // namespace portreeve::bus
